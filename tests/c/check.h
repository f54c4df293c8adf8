/* What the C tests check with: check.c goes with each program of them.
 *
 * A check of a call names the status, the variable that receives the reply, the call, and what the reply must hold:
 *
 *   char *reply;
 *
 *   EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(avd, JSON({"room_id":"1"}), &reply),
 *       is("/code", "40004"), holds("/message", "no such room"), absent("/request_id"));
 *
 * It frees the reply. */
#ifndef MEETGATE_TESTS_CHECK_H
#define MEETGATE_TESTS_CHECK_H

#include <meetgate.h>
#include <stdlib.h>
#include <string.h>

/* Conditions ------------------------------------------------------------------------------------------------------ */

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)

/* Counts a check, and prints what it was where it does not hold. Gives back whether it holds. */
int check(int holds, const char *what, const char *file, int line);

/* How many checks have failed so far. */
int failures(void);

/* How many times longer than on a machine of its own something may take: MEETGATE_PATIENCE, or 1. */
double patience(void);

/* Replies --------------------------------------------------------------------------------------------------------- */

/* What an out-pointer holds before a call: a call that leaves it there has broken its promise. */
extern char untouched[];

/* One thing that a reply must hold. */
struct want {
  int (*is_met)(const char *reply, const struct want *want);
  const char *what, *pointer, *text;
  double least, most;
};

/* The value at this JSON pointer has these characters, or this JSON text where it is no string. */
struct want is(const char *pointer, const char *text);
/* The value at this pointer holds this part. */
struct want holds(const char *pointer, const char *part);
/* The value at this pointer is a number, least and most included. */
struct want between(const char *pointer, double least, double most);
/* There is a value at this pointer. */
struct want present(const char *pointer);
/* There is none. */
struct want absent(const char *pointer);
/* The whole reply does not hold this text, whether as a value or as a part of one. */
struct want nowhere(const char *text);
/* The whole reply begins with this text. */
struct want begins(const char *text);
/* The reply is an error document that says that nothing was sent. */
struct want not_sent(void);

#define EXPECT(wanted, reply, call, ...) \
  do {                                                                                                     \
    (reply) = untouched;                                                                                   \
    expect((wanted), (call), &(reply), (const struct want[]){__VA_ARGS__, {0}}, #call, __FILE__, __LINE__); \
  } while (0)

/* The call is refused with this in its message, before anything is sent. */
#define REFUSE(reply, call, part) EXPECT(MEETGATE_INVALID_ARGUMENT, reply, call, holds("/message", part), not_sent())

/* Checks the status of a call, and its reply: one JSON object, an error document unless the status is MEETGATE_OK, with
 * all that is wanted of it. Frees the reply. */
void expect(meetgate_status wanted, meetgate_status got, char **reply, const struct want *wants, const char *call,
    const char *file, int line);

/* Texts ----------------------------------------------------------------------------------------------------------- */

/* The JSON between the brackets as a C string. */
#define JSON(...) #__VA_ARGS__

/* printf into one of 32 buffers: the 32nd call after this one, of this function or of those below, takes it again. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
const char *format(const char *format, ...);

/* One JSON object with the members of two, in such a buffer. */
const char *with(const char *object, const char *more);

/* The value at a pointer, in such a buffer. It must be there. */
const char *member(const char *json, const char *pointer);

/* What the programs are started with ------------------------------------------------------------------------------ */

/* tests/c_contract.rs starts each program of checks so: PROGRAM HST YOUME AVD SERVER NO_TLS */
struct setting {
  /* Configurations of one sandbox. */
  const char *hst, *youme, *avd;
  /* The URL of a server that answers as the first segment of the path says, see c_contract.rs. */
  const char *server;
  /* An https URL where nobody speaks TLS. */
  const char *no_tls;
};

/* A client of this configuration; without one the program ends. */
meetgate_client *client_of(const char *config);

/* An avd client, with the token "fixed-token==", of the server that answers in one certain way. */
meetgate_client *avd_at(const struct setting *setting, const char *way);

/* A client of the sandbox for each platform. */
struct clients {
  meetgate_client *hst, *youme, *avd;
};

struct clients clients_of(const struct setting *setting);
void free_clients(struct clients *clients);

/* The one that an operation of this name is called on. */
meetgate_client *client_for(const struct clients *clients, const char *operation);

/* Parameters of calls that succeed in a sandbox: avd.room.read, youme.count_qos_by_day, hst.online.user.state. */
#define ROOM JSON({"room_id":"12345123456"})
#define QOS JSON({"QueryDate":"20191210"})
#define STATES JSON({"app_id":"8f14e45fceea467a9f36dedd4bea2543","msg_id":9007199254740993})

/* Groups of checks ------------------------------------------------------------------------------------------------ */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct group {
  const char *name;
  void (*run)(const struct setting *setting);
};

#define TEST(name) {#name, test_##name}

/* Runs all, with a line for each and a closing line `N passed, N failed`; the program's status. */
int run_checks(int argc, char **argv, const struct group *groups, size_t count);

#endif
