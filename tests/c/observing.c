/* What a client tells of its calls: its log, its statistics, and the facts of one call. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define THREADS 8
#define CALLS 20

/* Counts events, and keeps the last one. */
struct told {
  pthread_mutex_t lock;
  int count, attempts, is_freed;
  int32_t level;
  char last[2048];
};

static void take(void *user_data, int32_t level, const char *event_json) {
  struct told *told = user_data;
  pthread_mutex_lock(&told->lock);
  CHECK(!told->is_freed);
  told->count++;
  told->attempts += strstr(event_json, "\"event\":\"attempt\"") != NULL;
  told->level = level;
  snprintf(told->last, sizeof told->last, "%s", event_json);
  pthread_mutex_unlock(&told->lock);
}

static void expect_ok(meetgate_status status, char **error) {
  CHECK(status == MEETGATE_OK && *error == NULL);
  meetgate_string_free(*error);
}

static void test_a_log(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  struct told told = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, ""};
  char *reply, *error = untouched;
  int before;

  expect_ok(meetgate_client_set_log(avd, MEETGATE_LOG_DEBUG, take, &told, &error), &error);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(avd, ROOM, &reply), is("/ret", "0"));
  CHECK(told.count >= 2 && told.level == MEETGATE_LOG_DEBUG);
  CHECK(strstr(told.last, "\"event\":\"call\"") != NULL && strstr(told.last, "\"status\":\"OK\"") != NULL);
  EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(avd, JSON({"room_id":"1"}), &reply), is("/code", "40004"));
  CHECK(told.level == MEETGATE_LOG_INFO && strstr(told.last, "\"code\":40004") != NULL);

  error = untouched;
  expect_ok(meetgate_client_set_log(avd, MEETGATE_LOG_WARNING, take, &told, &error), &error);
  before = told.count;
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(avd, ROOM, &reply), is("/ret", "0"));
  CHECK(told.count == before);

  /* NULL takes it away, whatever the level. */
  CHECK(meetgate_client_set_log(avd, 77, NULL, NULL, NULL) == MEETGATE_OK);
  meetgate_client_free(avd);
}

static void test_what_is_refused(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  struct told told = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, ""};
  char *reply;

  REFUSE(reply, meetgate_client_set_log(NULL, MEETGATE_LOG_INFO, take, &told, &reply), "client is NULL");
  REFUSE(reply, meetgate_client_set_log(avd, 0, take, &told, &reply), "expected 1 (errors)");
  REFUSE(reply, meetgate_client_set_log(avd, 5, take, &told, &reply), "got 5");
  REFUSE(reply, meetgate_client_stats(NULL, &reply), "client is NULL");
  CHECK(meetgate_client_stats(avd, NULL) == MEETGATE_INVALID_ARGUMENT);
  REFUSE(reply, meetgate_call_with(avd, "avd.room.read", ROOM, "{\"facts\":\"yes\"}", NULL, &reply), "facts");
  meetgate_client_free(avd);
  CHECK(told.count == 0);
}

static void *call(void *client) {
  int i;
  for (i = 0; i < CALLS; i++) {
    char *reply;
    CHECK(meetgate_avd_room_read(client, ROOM, &reply) == MEETGATE_OK);
    meetgate_string_free(reply);
  }
  return NULL;
}

static void test_many_threads(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  struct told told = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, ""};
  pthread_t threads[THREADS];
  char *reply, *error = untouched;
  int i;

  expect_ok(meetgate_client_set_log(avd, MEETGATE_LOG_DEBUG, take, &told, &error), &error);
  for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, call, avd) == 0);
  for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(told.attempts >= THREADS * CALLS);
  EXPECT(MEETGATE_OK, reply, meetgate_client_stats(avd, &reply), is("/platform", "avd"),
      is("/operations/avd.room.read/calls", format("%d", THREADS * CALLS)), is("/operations/avd.room.read/failed", "{}"),
      between("/connections_opened", 1, THREADS), between("/operations/avd.room.read/ms/p99", 0.001, 60000));
  meetgate_client_free(avd);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int begun;

static void *call_until_the_end(void *client) {
  char *reply;
  pthread_mutex_lock(&lock);
  begun++;
  pthread_mutex_unlock(&lock);
  CHECK(meetgate_avd_room_read(client, ROOM, &reply) == MEETGATE_CANCELLED);
  meetgate_string_free(reply);
  return NULL;
}

/* After a client is freed, its log is not called any more, although calls of it are still ending. */
static void test_a_freed_client_tells_nothing(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "silence");
  struct told told = {PTHREAD_MUTEX_INITIALIZER, 0, 0, 0, 0, ""};
  const struct timespec time = {0, 100000000L};
  int so_far;
  pthread_t threads[THREADS];
  char *error = untouched;
  int i;

  expect_ok(meetgate_client_set_log(avd, MEETGATE_LOG_DEBUG, take, &told, &error), &error);
  for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, call_until_the_end, avd) == 0);
  /* A call that begins after its client is freed would be this program's mistake. */
  do {
    nanosleep(&time, NULL);
    pthread_mutex_lock(&lock);
    so_far = begun;
    pthread_mutex_unlock(&lock);
  } while (so_far < THREADS);
  nanosleep(&time, NULL);
  meetgate_client_free(avd);
  pthread_mutex_lock(&told.lock);
  told.is_freed = 1;
  pthread_mutex_unlock(&told.lock);
  for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static void test_facts(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_client *youme = client_of(setting->youme);
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_call_with(avd, "avd.room.read", ROOM, "{\"facts\":true}", NULL, &reply), is("/reply/ret", "0"),
      is("/facts/http_status", "200"), is("/facts/attempts", "1"), between("/facts/ms/total", 0.001, 60000),
      between("/facts/ms/wait", 0.001, 60000), between("/facts/token_generation", 1, 9));
  EXPECT(MEETGATE_OK, reply,
      meetgate_call_with(youme, "youme.count_qos_by_day", QOS, "{\"facts\":true}", NULL, &reply),
      is("/reply/ErrorCode", "0"), present("/facts/request_id"), absent("/facts/token_generation"));
  /* An error document has its own. */
  EXPECT(MEETGATE_API, reply,
      meetgate_call_with(avd, "avd.room.read", JSON({"room_id":"1"}), "{\"facts\":true}", NULL, &reply),
      is("/code", "40004"), absent("/facts"), is("/attempts", "1"));
  meetgate_client_free(avd);
  meetgate_client_free(youme);
}

static const struct group groups[] = {
    TEST(a_log),
    TEST(what_is_refused),
    TEST(many_threads),
    TEST(a_freed_client_tells_nothing),
    TEST(facts),
};

int main(int argc, char **argv) { return run_checks(argc, argv, groups, COUNT(groups)); }
