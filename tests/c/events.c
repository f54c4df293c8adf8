/* Events of hst, as tests/events.rs asks for them: EVENTS CONFIG OPTIONS WAY [COUNT]
 *
 * It prints each event on a line of its own, and "closed" when the session is. */
/* For nanosleep, and to count threads and descriptors. */
#define _GNU_SOURCE

#include <dirent.h>
#include <meetgate.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *config, *options;
static int wanted;

static void rest(int ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int entries_of(const char *folder) {
  DIR *entries = opendir(folder);
  int count = 0;

  while (entries != NULL && readdir(entries) != NULL) count++;
  if (entries != NULL) closedir(entries);
  return count;
}

/* The error by its address: which argument is looked at first is the compiler's choice. */
static void must(meetgate_status status, char **error) {
  if (status == MEETGATE_OK) return;
  printf("%s\n", *error);
  fflush(stdout);
  exit(1);
}

static meetgate_client *client(void) {
  meetgate_client *made;
  char *error;

  must(meetgate_client_new(config, &made, &error), &error);
  return made;
}

/* What the callback shares with the program. */
struct reader {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  meetgate_events *events;
  int count, closes_itself, is_closed, is_late, rests_ms;
};

static struct reader reader = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0, 0, 0, 0, 0};

static void MEETGATE_CALL on_event(void *user_data, const char *event) {
  struct reader *own = user_data;

  if (own->rests_ms > 0) rest(own->rests_ms);
  pthread_mutex_lock(&own->lock);
  own->is_late |= own->is_closed;
  own->count++;
  printf("%s\n", event);
  fflush(stdout);
  if (own->closes_itself && strstr(event, "\"type\":\"state\"") != NULL) {
    own->is_closed = 1;
    meetgate_events_close(own->events);
  }
  pthread_cond_broadcast(&own->changed);
  pthread_mutex_unlock(&own->lock);
}

static void open_session(meetgate_client *from) {
  char *error;
  must(meetgate_events_open(from, options, on_event, &reader, &reader.events, &error), &error);
}

static void await(void) {
  pthread_mutex_lock(&reader.lock);
  while (reader.count < wanted && !reader.is_closed) pthread_cond_wait(&reader.changed, &reader.lock);
  pthread_mutex_unlock(&reader.lock);
}

static void print(void) {
  meetgate_client *from = client();

  open_session(from);
  await();
  if (!reader.closes_itself) {
    meetgate_events_close(reader.events);
    pthread_mutex_lock(&reader.lock);
    reader.is_closed = 1;
    pthread_mutex_unlock(&reader.lock);
  }
  rest(100);
  meetgate_client_free(from);
  printf(reader.is_late ? "told after the end\n" : "closed\n");
}

static void MEETGATE_CALL on_log(void *user_data, int32_t level, const char *event) {
  (void)user_data;
  /* What the session's own requests are like stands elsewhere. */
  if (strstr(event, "\"event\":\"events_") != NULL) printf("{\"level\":%d,\"logged\":%s}\n", (int)level, event);
}

/* With the client's log and, in the end, its statistics. */
static void observe(void) {
  meetgate_client *from = client();
  char *text;

  must(meetgate_client_set_log(from, MEETGATE_LOG_INFO, on_log, NULL, &text), &text);
  open_session(from);
  await();
  meetgate_events_close(reader.events);
  must(meetgate_client_stats(from, &text), &text);
  printf("%s\n", text);
  meetgate_string_free(text);
  meetgate_client_free(from);
  printf("closed\n");
}

/* Fetches another token while the session is open, which kills the one that it logged in with. */
static void renew(void) {
  meetgate_client *from = client();
  char *reply;

  open_session(from);
  await();
  must(meetgate_call(from, "hst.access.token", NULL, &reply), &reply);
  meetgate_string_free(reply);
  wanted++;
  await();
  meetgate_events_close(reader.events);
  meetgate_client_free(from);
  printf("closed\n");
}

static void close_in_the_callback(void) {
  reader.closes_itself = 1;
  wanted = 1000000;
  print();
}

/* The client goes first. */
static void free_the_client(void) {
  meetgate_client *from = client();

  open_session(from);
  await();
  meetgate_client_free(from);
  rest(50);
  meetgate_events_close(reader.events);
  printf("closed\n");
}

/* In the middle of connecting, or of a pause. */
static void close_soon(void) {
  meetgate_client *from = client();
  double since;

  open_session(from);
  rest(300);
  since = now_ms();
  meetgate_events_close(reader.events);
  printf("%s\n", now_ms() - since < 2000 ? "closed" : "it took too long");
  meetgate_client_free(from);
}

/* Takes an event from the queue, which it waits for; 0 if none came in time. */
static int next(meetgate_completions *queue) {
  struct pollfd ready = {(int)meetgate_completions_fd(queue), POLLIN, 0};
  void *user_data;
  meetgate_status status;
  char *event;

  if (poll(&ready, 1, 20000) != 1) return 0;
  while (meetgate_completions_next(queue, &user_data, &status, &event) == 1) {
    if (user_data != &reader || status != MEETGATE_OK) printf("not as it was given\n");
    printf("%s\n", event);
    reader.count = strstr(event, "\"reason\":\"overflow\"") != NULL ? wanted : reader.count + 1;
    meetgate_string_free(event);
    if (reader.count >= wanted) break;
  }
  fflush(stdout);
  return 1;
}

/* Through a queue; with a pause in which events gather. */
static void queue(int pause_ms) {
  meetgate_client *from = client();
  meetgate_completions *events;
  meetgate_events *session;
  char *error;

  must(meetgate_completions_new(&events, &error), &error);
  must(meetgate_completions_events(events, from, options, &reader, &session, &error), &error);
  rest(pause_ms);
  while (reader.count < wanted && next(events)) {
  }
  meetgate_events_close(session);
  meetgate_completions_free(events);
  meetgate_client_free(from);
  printf("closed\n");
}

/* Opens and closes, again and again, at any moment of a session; then nothing is left. */
static void many(void) {
  meetgate_client *from = client();
  int i, tries, threads = entries_of("/proc/self/task"), descriptors = entries_of("/proc/self/fd");

  for (i = 0; i < wanted; i++) {
    open_session(from);
    if (i % 10 == 0) rest(i % 7);
    meetgate_events_close(reader.events);
  }
  meetgate_client_free(from);
  for (tries = 0; tries < 200 && entries_of("/proc/self/task") > threads; tries++) rest(10);
  if (entries_of("/proc/self/task") > threads || entries_of("/proc/self/fd") > descriptors) {
    printf("left: %d threads, %d descriptors\n", entries_of("/proc/self/task") - threads,
        entries_of("/proc/self/fd") - descriptors);
  }
  printf("closed\n");
}

static void refuse(meetgate_status expected, meetgate_status got, char *error, const char *part) {
  if (got != expected || error == NULL || strstr(error, part) == NULL) {
    printf("expected %s with \"%s\", got %s %s\n", meetgate_status_name((int32_t)expected), part,
        meetgate_status_name((int32_t)got), error == NULL ? "nothing" : error);
  }
  meetgate_string_free(error);
}

static void arguments(void) {
  meetgate_client *from = client(), *other;
  meetgate_events *events = NULL;
  meetgate_completions *queue_of_parent;
  char *error = NULL;
  meetgate_status status;
  pid_t child;

#define REFUSED(expected, call, part) \
  status = (call);                    \
  if (events != NULL) printf("a session was given out\n"); \
  refuse(expected, status, error, part)

  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(NULL, options, on_event, NULL, &events, &error), "client is NULL");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, options, NULL, NULL, &events, &error), "on_event is NULL");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, options, on_event, NULL, NULL, &error), "events is NULL");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, NULL, on_event, NULL, &events, &error), "app_ids");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, "[]", on_event, NULL, &events, &error), "options: ");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, "{\"app_id\":[\"a\"]}", on_event, NULL, &events, &error),
      "did you mean \\\"app_ids\\\"?");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(from, "\xff", on_event, NULL, &events, &error), "not UTF-8");
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_completions_events(NULL, from, options, NULL, &events, &error),
      "completions is NULL");
  if (meetgate_events_open(from, NULL, on_event, NULL, &events, NULL) != MEETGATE_INVALID_ARGUMENT) printf("no error\n");
  must(meetgate_client_new("{\"platform\":\"avd\",\"base_url\":\"http://10.0.0.5\",\"token\":\"t\"}", &other, &error), &error);
  REFUSED(MEETGATE_INVALID_ARGUMENT, meetgate_events_open(other, options, on_event, NULL, &events, &error), "a client of hst");
  meetgate_client_free(other);
  meetgate_events_close(NULL);

  /* A child has no part in its parent's sessions. */
  must(meetgate_completions_new(&queue_of_parent, &error), &error);
  open_session(from);
  fflush(stdout);
  child = fork();
  if (child == 0) {
    status = meetgate_events_open(from, options, on_event, NULL, &events, &error);
    if (status != MEETGATE_FORKED) _exit(1);
    status = meetgate_completions_events(queue_of_parent, from, options, NULL, &events, NULL);
    if (status != MEETGATE_FORKED) _exit(2);
    meetgate_events_close(reader.events);
    _exit(0);
  }
  waitpid(child, &wanted, 0);
  if (wanted != 0) printf("the child ended with %d\n", wanted);
  meetgate_events_close(reader.events);
  meetgate_completions_free(queue_of_parent);
  meetgate_client_free(from);
  printf("closed\n");
}

int main(int argc, char **argv) {
  const char *way;

  if (argc < 4) return 2;
  config = argv[1];
  options = argv[2];
  way = argv[3];
  wanted = argc > 4 ? atoi(argv[4]) : 0;
  if (strcmp(way, "print") == 0) print();
  else if (strcmp(way, "observe") == 0) observe();
  else if (strcmp(way, "renew") == 0) renew();
  else if (strcmp(way, "close-in-the-callback") == 0) close_in_the_callback();
  else if (strcmp(way, "free-the-client") == 0) free_the_client();
  else if (strcmp(way, "close-soon") == 0) close_soon();
  else if (strcmp(way, "queue") == 0) queue(0);
  else if (strcmp(way, "slow-queue") == 0) queue(1500);
  else if (strcmp(way, "slow-callback") == 0) { reader.rests_ms = 1500; print(); }
  else if (strcmp(way, "many") == 0) many();
  else if (strcmp(way, "arguments") == 0) arguments();
  else return 2;
  return 0;
}
