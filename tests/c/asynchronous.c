/* Asynchronous calls: by completion and by queue, to their ends in every way. */
/* For clock_gettime, nanosleep and epoll. */
#define _GNU_SOURCE

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

/* The allocator has locks that a fork leaves as they are: a sanitizer's, and that of zig's C library in a static program. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEAP_LOCKS_OUTLIVE_FORK 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HEAP_LOCKS_OUTLIVE_FORK 1
#endif
#ifndef HEAP_LOCKS_OUTLIVE_FORK
#define HEAP_LOCKS_OUTLIVE_FORK 0
#endif

/* Or on a machine that is emulated. */
static int is_late(void) { return is_slow() || patience() > 1; }

static void within(double since, double ms) { CHECK(is_slow() || now_ms() - since < ms * patience()); }

/* How many threads this process has. */
static int threads_now(void) {
  DIR *tasks = opendir("/proc/self/task");
  int count = 0;

  while (tasks != NULL && readdir(tasks) != NULL) count++;
  if (tasks != NULL) closedir(tasks);
  return count - 2;
}

/* An emulated machine still counts a thread for a moment that has been waited for. */
static int threads_are(int wanted) {
  int tries = patience() > 1 ? 200 : 1;

  while (threads_now() != wanted && --tries > 0) rest(5);
  return threads_now() == wanted;
}

/* One call, and what came of it. */
struct result {
  pthread_mutex_t *lock;
  pthread_cond_t *came;
  int count;
  int hangs_ms;
  pthread_t thread;
  meetgate_status status;
  char *reply;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;

static void MEETGATE_CALL on_end(void *given, meetgate_status status, char *reply) {
  struct result *result = given;

  if (result->hangs_ms > 0) rest(result->hangs_ms);
  pthread_mutex_lock(&lock);
  result->count++;
  result->status = status;
  result->reply = reply;
  result->thread = pthread_self();
  pthread_cond_broadcast(&came);
  pthread_mutex_unlock(&lock);
}

static void wait_for(struct result *result) {
  pthread_mutex_lock(&lock);
  while (result->count == 0) pthread_cond_wait(&came, &lock);
  pthread_mutex_unlock(&lock);
}

#define ENDS(wanted, result, ...) \
  expect((wanted), (result)->status, &(result)->reply, (const struct want[]){__VA_ARGS__, {0}}, #result, __FILE__, __LINE__)

static void submit(meetgate_client *client, const char *options, meetgate_cancel *cancel, struct result *result) {
  char *error = untouched;

  memset(result, 0, sizeof *result);
  CHECK(meetgate_call_async(client, "avd.room.list", NULL, options, cancel, on_end, result, &error) == MEETGATE_OK);
  CHECK(error == NULL);
}

/* A client of the server that answers in a certain way, with these further keys. */
static meetgate_client *client_at(const struct setting *setting, const char *way, const char *more) {
  return client_of(with(
      format(JSON({"platform":"avd","base_url":"%s/%s","token":"fixed-token=="}), setting->server, way), more));
}

static void test_a_completion_gets_the_result(const struct setting *setting) {
  struct clients on = clients_of(setting);
  struct result result = {0};
  char *error;

  submit(on.avd, NULL, NULL, &result);
  wait_for(&result);
  ENDS(MEETGATE_OK, &result, is("/ret", "0"));
  CHECK(!pthread_equal(result.thread, pthread_self()));

  /* Arguments are copied. */
  {
    char operation[] = "hst.online.user.state", params[sizeof STATES], options[] = "{\"timeout_ms\":20000}";
    memcpy(params, STATES, sizeof params);
    memset(&result, 0, sizeof result);
    CHECK(meetgate_call_async(on.hst, operation, params, options, NULL, on_end, &result, NULL) == MEETGATE_OK);
    memset(operation, 'x', sizeof operation - 1);
    memset(params, 'x', sizeof params - 1);
    memset(options, 'x', sizeof options - 1);
    wait_for(&result);
    ENDS(MEETGATE_OK, &result, is("/code", "0"));
  }
  memset(&result, 0, sizeof result);
  CHECK(meetgate_raw_call_async(on.avd, LIST, NULL, NULL, on_end, &result, &error) == MEETGATE_OK && error == NULL);
  wait_for(&result);
  ENDS(MEETGATE_OK, &result, is("/ret", "0"));
  memset(&result, 0, sizeof result);
  CHECK(meetgate_call_async(on.avd, "avd.room.read", JSON({"room_id":"1"}), NULL, NULL, on_end, &result, &error) ==
      MEETGATE_OK);
  wait_for(&result);
  ENDS(MEETGATE_API, &result, is("/code", "40004"), is("/operation", "room.read"), is("/attempts", "1"));
  free_clients(&on);
}

static void test_every_status_comes_through(const struct setting *setting) {
  static const struct {
    const char *way, *options;
    meetgate_status status;
  } rows[] = {
      {"number/40004", NULL, MEETGATE_API}, {"html", NULL, MEETGATE_PROTOCOL}, {"redirect", NULL, MEETGATE_HTTP},
      {"gateway", "{\"max_attempts\":1}", MEETGATE_HTTP}, {"close", "{\"max_attempts\":1}", MEETGATE_NETWORK},
      {"silence", "{\"timeout_ms\":60}", MEETGATE_TIMEOUT}, {"nul", NULL, MEETGATE_PROTOCOL},
      {"large", "{\"max_reply_bytes\":1024}", MEETGATE_LIMIT}};
  meetgate_client *no_tls = client_of(
      format(JSON({"platform":"avd","base_url":"%s","token":"t","max_attempts":1}), setting->no_tls));
  struct result result;
  char *reply;
  size_t i;

  for (i = 0; i < COUNT(rows); i++) {
    meetgate_client *avd = avd_at(setting, rows[i].way);
    submit(avd, rows[i].options, NULL, &result);
    wait_for(&result);
    ENDS(rows[i].status, &result, {0});
    EXPECT(rows[i].status, reply, meetgate_call_with(avd, "avd.room.list", NULL, rows[i].options, NULL, &reply), {0});
    meetgate_client_free(avd);
  }
  submit(no_tls, NULL, NULL, &result);
  wait_for(&result);
  ENDS(MEETGATE_TLS, &result, {0});
  memset(&result, 0, sizeof result);
  CHECK(meetgate_call_async(no_tls, "avd.uploadfile", JSON({"file":"/no/such.png"}), NULL, NULL, on_end, &result, NULL) ==
      MEETGATE_OK);
  wait_for(&result);
  ENDS(MEETGATE_IO, &result, holds("/message", "such.png"), is("/attempts", "0"));
  meetgate_client_free(no_tls);
}

#define REFUSED(part, call) \
  do {                                                                                \
    char *error = untouched;                                                          \
    meetgate_status status = (call);                                                  \
    expect(MEETGATE_INVALID_ARGUMENT, status, &error,                                 \
        (const struct want[]){holds("/message", part), not_sent(), {0}}, #call, __FILE__, __LINE__); \
  } while (0)

static void test_what_cannot_be_right_is_refused_at_once(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_completions *queue;
  struct result result = {0};
  int before = threads_now();

  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
  REFUSED("client is NULL", meetgate_call_async(NULL, "avd.room.list", NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("operation is NULL", meetgate_call_async(avd, NULL, NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("completion is NULL", meetgate_call_async(avd, "avd.room.list", NULL, NULL, NULL, NULL, &result, &error));
  REFUSED("did you mean", meetgate_call_async(avd, "avd.room.lst", NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("talks to avd", meetgate_call_async(avd, "hst.access.token", NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("room_id", meetgate_call_async(avd, "avd.room.read", NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("not UTF-8", meetgate_call_async(avd, "avd.room.read", "\xff", NULL, NULL, on_end, &result, &error));
  REFUSED("params", meetgate_call_async(avd, "avd.room.read", "[]", NULL, NULL, on_end, &result, &error));
  REFUSED("timeout_ms", meetgate_call_async(avd, "avd.room.list", NULL, "{\"timeout_ms\":0}", NULL, on_end, &result, &error));
  REFUSED("file", meetgate_call_async(avd, "avd.uploadfile", "{}", NULL, NULL, on_end, &result, &error));
  REFUSED("request_json is NULL", meetgate_raw_call_async(avd, NULL, NULL, NULL, on_end, &result, &error));
  REFUSED("path", meetgate_raw_call_async(avd, "{\"method\":\"GET\",\"path\":\"x\"}", NULL, NULL, on_end, &result, &error));
  REFUSED("completions is NULL", meetgate_completions_call(NULL, avd, "avd.room.list", NULL, NULL, NULL, NULL, &error));
  REFUSED("completions is NULL", meetgate_completions_raw_call(NULL, avd, LIST, NULL, NULL, NULL, &error));
  REFUSED("room_id", meetgate_completions_call(queue, avd, "avd.room.read", NULL, NULL, NULL, NULL, &error));
  REFUSED("path", meetgate_completions_raw_call(queue, avd, "{\"method\":\"GET\",\"path\":\"x\"}", NULL, NULL, NULL, &error));
  REFUSED("completions is NULL", meetgate_completions_new(NULL, &error));
  CHECK(meetgate_completions_fd(NULL) == -1);
  CHECK(meetgate_completions_next(NULL, NULL, NULL, NULL) == 0);
  CHECK(meetgate_completions_next(queue, NULL, NULL, NULL) == 0);
  meetgate_completions_free(NULL);
  /* One of an earlier test may still have been about to go. */
  CHECK(threads_now() <= before);
  rest(20);
  CHECK(result.count == 0);
  meetgate_completions_free(queue);
  meetgate_client_free(avd);
}

static void test_threads_come_as_they_are_needed_and_go_with_the_client(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "silence", JSON({"async_threads":3}));
  struct result results[8];
  int before = threads_now(), i;
  double start;

  submit(avd, NULL, NULL, &results[0]);
  CHECK(threads_are(before + 1));
  for (i = 1; i < 3; i++) submit(avd, NULL, NULL, &results[i]);
  CHECK(threads_are(before + 3));
  /* One more thread, while calls wait for one. */
  for (; i < 8; i++) submit(avd, NULL, NULL, &results[i]);
  CHECK(threads_are(before + 4));
  rest(is_late() ? 500 : 50);
  start = now_ms();
  meetgate_client_free(avd);
  within(start, 500);
  CHECK(threads_are(before));
  for (i = 0; i < 8; i++) {
    CHECK(results[i].count == 1);
    ENDS(MEETGATE_CANCELLED, &results[i], is("/operation", "room.list"));
  }
}

static void test_one_thread_serves_calls_one_after_the_other(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  struct result result;
  int before = threads_now(), i;

  for (i = 0; i < 8; i++) {
    submit(avd, NULL, NULL, &result);
    wait_for(&result);
    ENDS(MEETGATE_OK, &result, is("/ret", "0"));
    rest(is_late() ? 20 : 2);
  }
  CHECK(threads_are(before + 1));
  meetgate_client_free(avd);
  CHECK(threads_are(before));
}

static void test_a_full_queue_is_a_limit_at_once(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "silence", JSON({"async_threads":1,"async_queue":2}));
  struct result results[3], refused = {0};
  char *error = untouched;
  double start;
  int i;

  for (i = 0; i < 3; i++) submit(avd, NULL, NULL, &results[i]);
  rest(is_late() ? 500 : 50);
  start = now_ms();
  for (i = 0; i < 3; i++) {
    EXPECT(MEETGATE_LIMIT, error, meetgate_call_async(avd, "avd.room.list", NULL, NULL, NULL, on_end, &refused, &error),
        holds("/message", "async_queue"), is("/attempts", "0"), is("/retryable", "true"));
  }
  within(start, 50);
  meetgate_client_free(avd);
  CHECK(refused.count == 0);
  for (i = 0; i < 3; i++) ENDS(MEETGATE_CANCELLED, &results[i], {0});
}

static void test_calls_end_in_the_queue(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "silence", JSON({"async_threads":1}));
  meetgate_cancel *cancel = meetgate_cancel_new(), *triggered = meetgate_cancel_new();
  struct result running, cancelled, late, waiting;
  double start;

  submit(avd, NULL, NULL, &running);
  submit(avd, NULL, NULL, &waiting);
  submit(avd, NULL, cancel, &cancelled);
  rest(is_late() ? 500 : 50);
  start = now_ms();
  meetgate_cancel_trigger(cancel);
  wait_for(&cancelled);
  within(start, 100);
  ENDS(MEETGATE_CANCELLED, &cancelled, is("/attempts", "0"), is("/operation", "room.list"));
  /* An earlier end than that of the others. */
  start = now_ms();
  submit(avd, "{\"timeout_ms\":200}", NULL, &late);
  wait_for(&late);
  CHECK(now_ms() - start >= 199);
  within(start, 400);
  ENDS(MEETGATE_TIMEOUT, &late, is("/attempts", "0"), is("/retryable", "true"), holds("/message", "200 ms (timeout_ms)"),
      holds("/message", "async_threads"));
  /* With a cancel that was triggered before. */
  meetgate_cancel_trigger(triggered);
  start = now_ms();
  submit(avd, NULL, triggered, &cancelled);
  wait_for(&cancelled);
  within(start, 100);
  ENDS(MEETGATE_CANCELLED, &cancelled, is("/attempts", "0"));
  CHECK(running.count == 0 && waiting.count == 0);
  meetgate_client_free(avd);
  ENDS(MEETGATE_CANCELLED, &running, {0});
  ENDS(MEETGATE_CANCELLED, &waiting, is("/attempts", "0"));
  meetgate_cancel_free(cancel);
  meetgate_cancel_free(triggered);
}

static void test_the_time_counts_from_the_submission(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "silence", JSON({"async_threads":1}));
  struct result first, second;
  double start = now_ms();

  submit(avd, "{\"timeout_ms\":300}", NULL, &first);
  submit(avd, "{\"timeout_ms\":500}", NULL, &second);
  wait_for(&second);
  within(start, 700);
  CHECK(now_ms() - start >= 499);
  wait_for(&first);
  ENDS(MEETGATE_TIMEOUT, &first, holds("/message", "300 ms"), is("/attempts", "1"));
  /* It was begun after 300 ms, and the message says what was configured. */
  ENDS(MEETGATE_TIMEOUT, &second, holds("/message", "within 500 ms"), is("/attempts", "1"));
  meetgate_client_free(avd);
}

static void test_a_cancel_may_be_freed_early(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "silence", JSON({"async_threads":2}));
  struct result results[4];
  int i;

  for (i = 0; i < 4; i++) {
    meetgate_cancel *cancel = meetgate_cancel_new();
    submit(avd, NULL, cancel, &results[i]);
    if (i == 1 || i == 3) meetgate_cancel_trigger(cancel);
    meetgate_cancel_free(cancel);
  }
  for (i = 1; i < 4; i += 2) {
    wait_for(&results[i]);
    ENDS(MEETGATE_CANCELLED, &results[i], {0});
  }
  meetgate_client_free(avd);
  for (i = 0; i < 4; i += 2) ENDS(MEETGATE_CANCELLED, &results[i], {0});
}

static void test_free_does_not_wait_for_a_completion_that_hangs(const struct setting *setting) {
  meetgate_client *avd = client_at(setting, "large", JSON({"async_threads":1}));
  struct result hanging = {0}, queued;
  double start;

  hanging.hangs_ms = is_late() ? 4000 : 1500;
  CHECK(meetgate_call_async(avd, "avd.room.list", NULL, NULL, NULL, on_end, &hanging, NULL) == MEETGATE_OK);
  rest(is_late() ? 1500 : 100);
  submit(avd, NULL, NULL, &queued);
  start = now_ms();
  meetgate_client_free(avd);
  within(start, 1200);
  CHECK(now_ms() - start >= 990);
  CHECK(hanging.count == 0);
  /* It did not have to wait for the one that hangs. */
  CHECK(queued.count == 1);
  ENDS(MEETGATE_CANCELLED, &queued, is("/attempts", "0"));
  wait_for(&hanging);
  ENDS(MEETGATE_OK, &hanging, is("/ret", "0"));
  rest(100);
}

/* Each completion submits the next call, as long as it may. */
struct chain {
  meetgate_client *client;
  int made, ended, refused;
};

static void MEETGATE_CALL next_of_chain(void *given, meetgate_status status, char *reply) {
  struct chain *chain = given;
  char *error = NULL;
  meetgate_status submitted;

  (void)status;
  meetgate_string_free(reply);
  submitted = meetgate_call_async(chain->client, "avd.room.list", NULL, NULL, NULL, next_of_chain, chain, &error);
  pthread_mutex_lock(&lock);
  chain->ended++;
  if (submitted == MEETGATE_OK) {
    chain->made++;
  } else {
    chain->refused++;
    CHECK(submitted == MEETGATE_CANCELLED && strstr(error, "being freed") != NULL);
  }
  pthread_mutex_unlock(&lock);
  meetgate_string_free(error);
}

static void test_a_completion_submits_the_next_call_until_the_client_is_freed(const struct setting *setting) {
  struct chain chains[4];
  int i;

  for (i = 0; i < 4; i++) {
    chains[i] = (struct chain){NULL, 1, 0, 0};
  }
  {
    meetgate_client *avd = client_at(setting, "large", JSON({"async_threads":2}));
    for (i = 0; i < 4; i++) {
      chains[i].client = avd;
      CHECK(meetgate_call_async(avd, "avd.room.list", NULL, NULL, NULL, next_of_chain, &chains[i], NULL) == MEETGATE_OK);
    }
    rest(is_late() ? 1000 : 100);
    meetgate_client_free(avd);
  }
  for (i = 0; i < 4; i++) {
    CHECK(chains[i].made > 1 && chains[i].made == chains[i].ended && chains[i].refused == 1);
  }
}

static void MEETGATE_CALL free_the_client(void *given, meetgate_status status, char *reply) {
  struct chain *chain = given;

  meetgate_string_free(reply);
  meetgate_client_free(chain->client);
  pthread_mutex_lock(&lock);
  chain->ended += status == MEETGATE_OK;
  pthread_cond_broadcast(&came);
  pthread_mutex_unlock(&lock);
}

/* A mistake, which neither hangs nor crashes. */
static void test_a_client_that_its_own_completion_frees(const struct setting *setting) {
  struct chain chain = {avd_at(setting, "large"), 0, 0, 0};
  double start = now_ms();

  CHECK(meetgate_call_async(chain.client, "avd.room.list", NULL, NULL, NULL, free_the_client, &chain, NULL) == MEETGATE_OK);
  pthread_mutex_lock(&lock);
  while (chain.ended == 0) pthread_cond_wait(&came, &lock);
  pthread_mutex_unlock(&lock);
  within(start, 700);
  rest(is_late() ? 500 : 50);
}

/* Queues ---------------------------------------------------------------------------------------------------------- */

static int is_readable(meetgate_completions *queue, int ms) {
  struct pollfd wait = {(int)meetgate_completions_fd(queue), POLLIN, 0};
  return poll(&wait, 1, ms) == 1 && wait.revents == POLLIN;
}

static void queue_one(meetgate_completions *queue, meetgate_client *client, void *user_data) {
  char *error = untouched;
  CHECK(meetgate_completions_call(queue, client, "avd.room.list", NULL, NULL, NULL, user_data, &error) == MEETGATE_OK);
  CHECK(error == NULL);
}

/* Waits until so many are there, without taking one. */
static void settle(void) { rest(is_late() ? 1500 : 150); }

static void test_a_queue_is_readable_while_a_result_waits(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "large");
  meetgate_completions *queue;
  char *reply = untouched, *error = untouched;
  meetgate_status status = MEETGATE_STATUS_WIDEST;
  void *user_data = NULL;
  int fd, epoll, i;
  struct epoll_event event = {EPOLLIN | EPOLLET, {0}};

  CHECK(meetgate_completions_new(&queue, &error) == MEETGATE_OK && error == NULL);
  fd = (int)meetgate_completions_fd(queue);
  CHECK(fd > 2 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  CHECK(!is_readable(queue, 0));
  CHECK(meetgate_completions_next(queue, &user_data, &status, &reply) == 0);
  CHECK(user_data == NULL && status == MEETGATE_STATUS_WIDEST && reply == untouched);

  queue_one(queue, avd, &fd);
  CHECK(is_readable(queue, 5000) && is_readable(queue, 0));
  CHECK(meetgate_completions_next(queue, &user_data, &status, &reply) == 1 && user_data == &fd);
  expect(MEETGATE_OK, status, &reply, (const struct want[]){{0}}, "next", __FILE__, __LINE__);
  CHECK(!is_readable(queue, 0) && meetgate_completions_next(queue, NULL, NULL, NULL) == 0);

  /* Level: as long as one of three waits. */
  for (i = 0; i < 3; i++) queue_one(queue, avd, NULL);
  settle();
  for (i = 0; i < 3; i++) {
    CHECK(is_readable(queue, 0));
    CHECK(meetgate_completions_next(queue, NULL, NULL, NULL) == 1);
  }
  CHECK(!is_readable(queue, 0));
  CHECK(meetgate_completions_raw_call(queue, avd, LIST, NULL, NULL, NULL, NULL) == MEETGATE_OK);
  CHECK(is_readable(queue, 5000) && meetgate_completions_next(queue, NULL, &status, NULL) == 1 && status == MEETGATE_OK);

  /* Edge: one event for the first, and after all were taken one for the next. */
  epoll = epoll_create1(0);
  CHECK(epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
  for (i = 0; i < 3; i++) {
    int taken = 0;
    queue_one(queue, avd, NULL);
    queue_one(queue, avd, NULL);
    settle();
    CHECK(epoll_wait(epoll, &event, 1, 5000) == 1 && epoll_wait(epoll, &event, 1, 0) == 0);
    while (meetgate_completions_next(queue, NULL, NULL, NULL) == 1) taken++;
    CHECK(taken == 2);
  }
  close(epoll);
  meetgate_client_free(avd);
  meetgate_completions_free(queue);
}

static void test_a_queue_is_freed_with_calls_under_way(const struct setting *setting) {
  meetgate_client *silent = avd_at(setting, "silence"), *large = avd_at(setting, "large");
  meetgate_completions *queue, *other;
  int i;

  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK && meetgate_completions_new(&other, NULL) == MEETGATE_OK);
  for (i = 0; i < 8; i++) {
    queue_one(queue, i % 2 ? silent : large, NULL);
    queue_one(other, large, NULL);
  }
  settle();
  /* Four wait in it, four are under way. */
  meetgate_completions_free(queue);
  meetgate_client_free(silent);
  /* Those of a client that is gone can still be taken. */
  meetgate_client_free(large);
  for (i = 0; meetgate_completions_next(other, NULL, NULL, NULL) == 1; i++) continue;
  CHECK(i == 8);
  meetgate_completions_free(other);
}

#define CLIENTS 8
#define OF_EACH 16

static void test_many_clients_use_one_queue(const struct setting *setting) {
  meetgate_client *clients[CLIENTS];
  int counts[CLIENTS] = {0}, taken = 0, i, j;
  meetgate_completions *queue;

  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
  for (i = 0; i < CLIENTS; i++) {
    clients[i] = avd_at(setting, i == 0 ? "html" : "large");
    for (j = 0; j < OF_EACH; j++) queue_one(queue, clients[i], &counts[i]);
  }
  while (taken < CLIENTS * OF_EACH && CHECK(is_readable(queue, 60000))) {
    meetgate_status status;
    void *user_data;
    char *reply;
    for (; meetgate_completions_next(queue, &user_data, &status, &reply) == 1; taken++) {
      CHECK(status == (user_data == &counts[0] ? MEETGATE_PROTOCOL : MEETGATE_OK));
      ++*(int *)user_data;
      meetgate_string_free(reply);
    }
  }
  for (i = 0; i < CLIENTS; i++) {
    CHECK(counts[i] == OF_EACH);
    meetgate_client_free(clients[i]);
  }
  meetgate_completions_free(queue);
}

static void test_a_queue_needs_a_descriptor(const struct setting *setting) {
  struct rlimit before, none;
  meetgate_completions *queue = (meetgate_completions *)untouched;
  char *error = untouched;

  (void)setting;
  if (is_slow()) return;
  CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
  none = before;
  none.rlim_cur = 0;
  CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
  EXPECT(MEETGATE_IO, error, meetgate_completions_new(&queue, &error), holds("/message", "no descriptor"));
  CHECK(queue == NULL);
  CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
}

static void test_a_forked_child_completes_nothing(const struct setting *setting) {
  meetgate_client *avd = avd_at(setting, "silence");
  meetgate_completions *queue;
  struct result result;
  int before = failures(), status = -1;
  pid_t child;

  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
  submit(avd, NULL, NULL, &result);
  queue_one(queue, avd, NULL);
  rest(is_late() ? 500 : 50);
  fflush(stdout);
  child = fork();
  if (child == 0) {
    char *error;
    EXPECT(MEETGATE_FORKED, error,
        meetgate_call_async(avd, "avd.room.list", NULL, NULL, NULL, on_end, &result, &error), {0});
    EXPECT(MEETGATE_FORKED, error, meetgate_raw_call_async(avd, LIST, NULL, NULL, on_end, &result, &error), {0});
    EXPECT(MEETGATE_FORKED, error, meetgate_completions_call(queue, avd, "avd.room.list", NULL, NULL, NULL, NULL, &error),
        {0});
    CHECK(meetgate_completions_next(queue, NULL, NULL, NULL) == 0);
    meetgate_completions_free(queue);
    meetgate_client_free(avd);
    CHECK(result.count == 0);
    fflush(stdout);
    /* Another program: valgrind would miss what the parent's threads, which the child does not have, were about to free. */
    execl("/bin/sh", "sh", "-c", failures() == before ? "exit 0" : "exit 1", (char *)NULL);
    _exit(127);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  meetgate_client_free(avd);
  ENDS(MEETGATE_CANCELLED, &result, {0});
  CHECK(is_readable(queue, 0) && meetgate_completions_next(queue, NULL, NULL, NULL) == 1);
  meetgate_completions_free(queue);
}

struct caller {
  pthread_t thread;
  meetgate_client *client;
  int is_told;
};

/* Calls of the child's own, while in its parent threads wait at all places, and work: the threads of the child get their memory. */
static int calls_of_the_childs_own(const struct setting *setting) {
  int before = failures(), ended, round;

  /* A child that hangs dies of this. */
  alarm(30 * (unsigned)patience());
  for (round = 0; round < 3; round++) {
    meetgate_client *avd = client_at(setting, "large", JSON({"async_threads":16}));
    meetgate_completions *queue;
    char *reply;

    CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
    for (ended = 0; ended < 64; ended++) queue_one(queue, avd, NULL);
    while (ended > 0 && CHECK(is_readable(queue, 10000))) {
      meetgate_status status;
      while (meetgate_completions_next(queue, NULL, &status, &reply) == 1) {
        CHECK(status == MEETGATE_OK);
        meetgate_string_free(reply);
        ended--;
      }
    }
    meetgate_client_free(avd);
    meetgate_completions_free(queue);
  }
  return failures() > before;
}

static void *call_until_told(void *given) {
  struct caller *caller = given;
  char *reply;

  while (!__atomic_load_n(&caller->is_told, __ATOMIC_SEQ_CST)) {
    CHECK(meetgate_avd_room_list(caller->client, NULL, &reply) == MEETGATE_OK);
    meetgate_string_free(reply);
  }
  return NULL;
}

static void test_forked_children_have_calls_of_their_own(const struct setting *setting) {
  struct caller callers[4];
  meetgate_client *busy, *hung;
  meetgate_completions *queue;
  unsigned i;

  if (is_slow() || HEAP_LOCKS_OUTLIVE_FORK) return;
  busy = client_at(setting, "large", JSON({"async_threads":64}));
  hung = avd_at(setting, "silence");
  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
  for (i = 0; i < 64; i++) queue_one(queue, busy, NULL);
  for (i = 0; i < 16; i++) queue_one(queue, hung, NULL);
  for (i = 0; i < COUNT(callers); i++) {
    callers[i].client = busy;
    callers[i].is_told = 0;
    CHECK(pthread_create(&callers[i].thread, NULL, call_until_told, &callers[i]) == 0);
  }
  fflush(stdout);
  for (i = 0; i < 8; i++) {
    int status = -1;
    pid_t child = fork();

    if (child == 0) _exit(calls_of_the_childs_own(setting));
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0)) break;
  }
  for (i = 0; i < COUNT(callers); i++) {
    __atomic_store_n(&callers[i].is_told, 1, __ATOMIC_SEQ_CST);
    CHECK(pthread_join(callers[i].thread, NULL) == 0);
  }
  meetgate_client_free(busy);
  meetgate_client_free(hung);
  meetgate_completions_free(queue);
}

/* Ten thousand calls, many cancelled at random: each completes once. ------------------------------------------------ */

struct counted {
  meetgate_completions *queue;
  int is_by_queue, ended;
};

static unsigned ended_in_all;

static void MEETGATE_CALL count_one(void *given, meetgate_status status, char *reply) {
  struct counted *one = given;

  CHECK(status == MEETGATE_OK || status == MEETGATE_CANCELLED);
  if (!CHECK(reply != NULL && reply[0] == '{')) printf("%d\n", (int)status);
  meetgate_string_free(reply);
  one->ended++;
  __atomic_add_fetch(&ended_in_all, 1, __ATOMIC_SEQ_CST);
}

static void many_calls(const struct setting *setting, int is_by_queue) {
  unsigned count = is_slow() ? 400 : 10000, given = 0, i, random = 12345;
  struct counted *all = calloc(count, sizeof *all);
  meetgate_client *avd = client_at(setting, "large", JSON({"async_threads":8,"async_queue":256}));
  meetgate_cancel *cancels[64];
  meetgate_completions *queue;
  void *user_data;
  meetgate_status status;
  char *reply;

  CHECK(meetgate_completions_new(&queue, NULL) == MEETGATE_OK);
  ended_in_all = 0;
  for (i = 0; i < 64; i++) cancels[i] = meetgate_cancel_new();
  while (given < count) {
    meetgate_cancel **cancel;
    meetgate_status submitted;

    random = random * 1103515245u + 12345u;
    cancel = &cancels[random >> 16 & 63];
    submitted = is_by_queue
        ? meetgate_completions_call(queue, avd, "avd.room.list", NULL, NULL, *cancel, &all[given], NULL)
        : meetgate_call_async(avd, "avd.room.list", NULL, NULL, *cancel, count_one, &all[given], NULL);
    if (submitted == MEETGATE_OK) {
      given++;
    } else if (CHECK(submitted == MEETGATE_LIMIT)) {
      rest(1);
    }
    if ((random >> 24 & 7) == 0) {
      meetgate_cancel_trigger(*cancel);
      meetgate_cancel_free(*cancel);
      *cancel = meetgate_cancel_new();
    }
    while (meetgate_completions_next(queue, &user_data, &status, &reply) == 1) count_one(user_data, status, reply);
  }
  /* The last of them are ended by this. */
  meetgate_client_free(avd);
  while (meetgate_completions_next(queue, &user_data, &status, &reply) == 1) count_one(user_data, status, reply);
  CHECK(ended_in_all == count);
  for (i = 0; i < count; i++) CHECK(all[i].ended == 1);
  for (i = 0; i < 64; i++) meetgate_cancel_free(cancels[i]);
  meetgate_completions_free(queue);
  free(all);
}

static void test_ten_thousand_calls_by_completion(const struct setting *setting) { many_calls(setting, 0); }
static void test_ten_thousand_calls_by_queue(const struct setting *setting) { many_calls(setting, 1); }

static const struct group groups[] = {
    /* First, as in processes.c. */
    TEST(a_forked_child_completes_nothing),
    TEST(forked_children_have_calls_of_their_own),
    TEST(a_completion_gets_the_result),
    TEST(every_status_comes_through),
    TEST(what_cannot_be_right_is_refused_at_once),
    TEST(threads_come_as_they_are_needed_and_go_with_the_client),
    TEST(one_thread_serves_calls_one_after_the_other),
    TEST(a_full_queue_is_a_limit_at_once),
    TEST(calls_end_in_the_queue),
    TEST(the_time_counts_from_the_submission),
    TEST(a_cancel_may_be_freed_early),
    TEST(free_does_not_wait_for_a_completion_that_hangs),
    TEST(a_completion_submits_the_next_call_until_the_client_is_freed),
    TEST(a_client_that_its_own_completion_frees),
    TEST(a_queue_is_readable_while_a_result_waits),
    TEST(a_queue_is_freed_with_calls_under_way),
    TEST(many_clients_use_one_queue),
    TEST(a_queue_needs_a_descriptor),
    TEST(ten_thousand_calls_by_completion),
    TEST(ten_thousand_calls_by_queue),
};

int main(int argc, char **argv) { return run_checks(argc, argv, groups, COUNT(groups)); }
