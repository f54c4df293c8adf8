/* What the C tests check with. Included once by each program. */
#ifndef MEETGATE_TESTS_CHECK_H
#define MEETGATE_TESTS_CHECK_H

#include <meetgate.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

/* What the out-pointers hold before a call: a call that leaves it there has broken its promise. */
static char untouched[] = "untouched";
static char *reply = untouched;

static void check(int holds, const char *what, int line) {
  if (holds) {
    passed++;
  } else {
    failed++;
    printf("line %d: %s\n", line, what);
  }
}

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

/* printf into one of a few buffers, with every ' made a ": JSON that can be read in C. */
static const char *json(const char *format, ...) {
  static char buffers[16][2048];
  static unsigned next;
  char *text = buffers[next++ % 16], *quote;
  va_list arguments;

  va_start(arguments, format);
  if (vsnprintf(text, sizeof buffers[0], format, arguments) >= (int)sizeof buffers[0]) {
    abort();
  }
  va_end(arguments);
  for (quote = text; (quote = strchr(quote, '\'')) != NULL; quote++) {
    *quote = '"';
  }
  return text;
}

/* In front of a fragment: the text must not hold it. */
#define NOT "!"

/* Checks the status of the call that has just filled `reply`, and that the text holds each of the fragments, whose ' stand
 * for ". Frees the text. */
static void expect(
    int line, const char *call, meetgate_status wanted, meetgate_status got, const char *const *fragments) {
  const char *beginning = json("{'status':'%s','message':'", meetgate_status_name(wanted));
  int before = failed;

  if (reply == NULL || reply == untouched) {
    check(0, "the call gave no string out", line);
  } else {
    check(got == wanted, meetgate_status_name(got), line);
    check(wanted == MEETGATE_OK || strncmp(reply, beginning, strlen(beginning)) == 0, "not that error document", line);
    check(reply[0] == '{' && strchr("}\n", reply[strlen(reply) - 1]) != NULL, "not one JSON object", line);
    for (; *fragments != NULL; fragments++) {
      int is_absence = **fragments == NOT[0];
      const char *fragment = json("%s", *fragments + is_absence);
      check((strstr(reply, fragment) == NULL) == is_absence, *fragments, line);
    }
    if (failed > before) {
      printf("  %s\n  %s\n", call, reply);
    }
    meetgate_string_free(reply);
  }
  reply = untouched;
}

#define EXPECT(wanted, call, ...) expect(__LINE__, #call, (wanted), (call), (const char *const[]){__VA_ARGS__, NULL})

/* The call is refused before anything is sent. */
#define REFUSE(call, ...) EXPECT(MEETGATE_INVALID_ARGUMENT, call, __VA_ARGS__)

/* Clients --------------------------------------------------------------------------------------------------------- */

static meetgate_client *client_of(const char *config) {
  meetgate_client *client;

  if (meetgate_client_new(config, &client, &reply) != MEETGATE_OK) {
    printf("no client of %s: %s\n", config, reply);
    exit(2);
  }
  CHECK(reply == NULL);
  reply = untouched;
  return client;
}

/* A configuration with further keys. */
static const char *with(const char *config, const char *keys) {
  return json("%.*s,%s}", (int)strlen(config) - 1, config, keys);
}

/* Groups of checks ------------------------------------------------------------------------------------------------ */

struct group {
  const char *name;
  void (*run)(void);
};

#define TEST(name) {#name, test_##name}

/* Runs all, with a line for each. */
static void run_groups(const struct group *groups, size_t count) {
  size_t i;

  for (i = 0; i < count; i++) {
    int before = failed;
    groups[i].run();
    printf("%s %s\n", failed == before ? "ok" : "FAILED", groups[i].name);
    fflush(stdout);
  }
}

/* The closing line, and the program's status. */
static int close_checks(void) {
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

#endif
