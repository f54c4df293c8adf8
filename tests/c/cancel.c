/* Ending calls from outside: with a cancel, and by freeing their client. */
/* For clock_gettime and nanosleep. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define THREADS 8
#define LIST JSON({"method":"GET","path":"/sdkapi/v2/room/list"})

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void rest(int ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

/* Under valgrind, which loads a library of its own into the program, everything takes longer. */
static int is_slow(void) {
  const char *preloaded = getenv("LD_PRELOAD");
  return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

static void at_once(double since) { CHECK(is_slow() || now_ms() - since < 100 * patience()); }

/* A call in a thread of its own. */
struct call {
  meetgate_client *client;
  meetgate_cancel *cancel;
  int is_raw;
  pthread_t thread;
  meetgate_status status;
  char *reply;
  double ended;
};

/* How many calls are being made, so that none begins after its client is freed: that would be this program's mistake. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int begun;

static void wait_for(int calls) {
  for (;;) {
    int so_far;
    pthread_mutex_lock(&lock);
    so_far = begun;
    pthread_mutex_unlock(&lock);
    if (so_far >= calls) return;
    rest(1);
  }
}

static void *make(void *given) {
  struct call *call = given;
  pthread_mutex_lock(&lock);
  begun++;
  pthread_mutex_unlock(&lock);
  call->status = call->is_raw
      ? meetgate_raw_call_with(call->client, LIST, NULL, call->cancel, &call->reply)
      : meetgate_call_with(call->client, "avd.room.list", NULL, NULL, call->cancel, &call->reply);
  call->ended = now_ms();
  return NULL;
}

static void begin(struct call *call, meetgate_client *client, meetgate_cancel *cancel, int is_raw) {
  call->client = client;
  call->cancel = cancel;
  call->is_raw = is_raw;
  call->reply = untouched;
  CHECK(pthread_create(&call->thread, NULL, make, call) == 0);
}

/* Waits for its end, and frees what it gave out. */
static void end(struct call *call, meetgate_status wanted) {
  CHECK(pthread_join(call->thread, NULL) == 0);
  expect(wanted, call->status, &call->reply,
      (const struct want[]){{0}}, "a call in a thread", __FILE__, __LINE__);
}

static void test_cancelled_before(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "silence");
  meetgate_cancel *cancel = meetgate_cancel_new();
  double start = now_ms();
  char *reply;

  CHECK(cancel != NULL);
  meetgate_cancel_trigger(cancel);
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_call_with(avd, "avd.room.list", NULL, NULL, cancel, &reply),
      is("/status", "CANCELLED"), is("/platform", "avd"), is("/operation", "room.list"), is("/retryable", "false"));
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_raw_call_with(avd, LIST, "{\"timeout_ms\":9000}", cancel, &reply),
      is("/status", "CANCELLED"), absent("/operation"));
  at_once(start);
  /* It stays so. What cannot be right is told first. */
  meetgate_cancel_trigger(cancel);
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_call_with(avd, "avd.room.list", NULL, NULL, cancel, &reply),
      is("/status", "CANCELLED"));
  REFUSE(reply, meetgate_call_with(avd, "avd.room.read", "{}", NULL, cancel, &reply), "room_id");
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
}

static void test_cancelled_during(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "silence");
  int i;

  for (i = 0; i < 4; i++) {
    meetgate_cancel *cancel = meetgate_cancel_new();
    struct call call;
    double start;

    begin(&call, avd, cancel, i % 2);
    rest(50);
    start = now_ms();
    meetgate_cancel_trigger(cancel);
    meetgate_cancel_trigger(cancel);
    end(&call, MEETGATE_CANCELLED);
    at_once(start);
    meetgate_cancel_free(cancel);
  }
  meetgate_client_free(avd);
}

static void test_cancelled_after(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_cancel *cancel = meetgate_cancel_new();
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_call_with(avd, "avd.room.read", ROOM, NULL, cancel, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_raw_call_with(avd, LIST, NULL, cancel, &reply), is("/ret", "0"));
  meetgate_cancel_trigger(cancel);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(avd, ROOM, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_call_with(avd, "avd.room.read", ROOM, NULL, cancel, &reply),
      is("/status", "CANCELLED"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(avd, ROOM, &reply), is("/ret", "0"));
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
}

static void test_null(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_cancel *cancel = meetgate_cancel_new();
  char *reply;

  meetgate_cancel_trigger(NULL);
  meetgate_cancel_free(NULL);
  EXPECT(MEETGATE_OK, reply, meetgate_call_with(avd, "avd.room.read", ROOM, NULL, NULL, &reply), is("/ret", "0"));
  REFUSE(reply, meetgate_call_with(NULL, "avd.room.read", ROOM, NULL, cancel, &reply), "client is NULL");
  REFUSE(reply, meetgate_raw_call_with(NULL, LIST, NULL, cancel, &reply), "client is NULL");
  CHECK(meetgate_call_with(avd, "avd.room.read", ROOM, NULL, cancel, NULL) == MEETGATE_INVALID_ARGUMENT);
  /* Never used. */
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
}

static void test_one_for_calls_of_two_clients(const struct setting *setting) {
  meetgate_client *first = avd_at(setting, "silence"), *second = avd_at(setting, "silence");
  meetgate_cancel *cancel = meetgate_cancel_new(), *other = meetgate_cancel_new();
  struct call calls[2], another;
  double start;

  begin(&calls[0], first, cancel, 0);
  begin(&calls[1], second, cancel, 1);
  begin(&another, first, other, 0);
  rest(100);
  start = now_ms();
  meetgate_cancel_trigger(cancel);
  end(&calls[0], MEETGATE_CANCELLED);
  end(&calls[1], MEETGATE_CANCELLED);
  at_once(start);
  rest(20);
  start = now_ms();
  meetgate_cancel_trigger(other);
  end(&another, MEETGATE_CANCELLED);
  CHECK(another.ended >= start);
  meetgate_cancel_free(cancel);
  meetgate_cancel_free(other);
  meetgate_client_free(first);
  meetgate_client_free(second);
}

static void test_a_client_is_freed_with_calls_in_flight(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "silence");
  meetgate_cancel *cancel = meetgate_cancel_new();
  struct call calls[THREADS];
  double start;
  int i;

  begun = 0;
  for (i = 0; i < THREADS; i++) begin(&calls[i], avd, i % 2 ? cancel : NULL, i % 4 < 2);
  wait_for(THREADS);
  rest(is_slow() ? 2000 : 100);
  start = now_ms();
  meetgate_client_free(avd);
  for (i = 0; i < THREADS; i++) end(&calls[i], MEETGATE_CANCELLED);
  at_once(start);
  meetgate_cancel_free(cancel);
}

static void test_a_client_is_freed_while_answers_come(const struct setting *setting) {
  int round, i;

  for (round = 0; round < (is_slow() ? 3 : 30); round++) {
    meetgate_client *avd = avd_at(setting, "large");
    struct call calls[THREADS];

    begun = 0;
    for (i = 0; i < THREADS; i++) begin(&calls[i], avd, NULL, 1);
    wait_for(THREADS);
    rest(is_slow() ? 2000 : 20);
    meetgate_client_free(avd);
    for (i = 0; i < THREADS; i++) {
      CHECK(pthread_join(calls[i].thread, NULL) == 0);
      CHECK(calls[i].status == MEETGATE_OK || calls[i].status == MEETGATE_CANCELLED);
      CHECK(calls[i].reply != NULL && calls[i].reply[0] == '{');
      meetgate_string_free(calls[i].reply);
    }
  }
}

static const struct group groups[] = {
    TEST(cancelled_before),
    TEST(cancelled_during),
    TEST(cancelled_after),
    TEST(null),
    TEST(one_for_calls_of_two_clients),
    TEST(a_client_is_freed_with_calls_in_flight),
    TEST(a_client_is_freed_while_answers_come),
};

int main(int argc, char **argv) { return run_checks(argc, argv, groups, COUNT(groups)); }
