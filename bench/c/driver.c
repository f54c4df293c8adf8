/*
 * Measures one contender, as it is told on standard input. Each command is answered with one line of JSON:
 *
 *   calls N            N calls, one after the other; they are kept for the next report
 *   report             p50, p99, processor time a call and rate of the calls since the last report
 *   threads T MS       so many threads for so long, each after a call that is not counted
 *   connections N      N calls at the same time, once: with a slow server, as many connections
 *   rss                kilobytes now, and the most so far
 *   allocations N      allocations a call, over N calls; with malloc_counter.so only
 *   held               bytes that are allocated, and open sockets
 *   version            its name and version
 *   clients N, deadline MS, cancel    of our library only
 *
 * It says {} when it is ready: with "once" as the last argument, when one call is done, after which it ends.
 */
#define _GNU_SOURCE
#include "contender.h"
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %.600s\n", what, why == NULL ? "" : why);
  exit(1);
}

static long long clock_ns(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

long long now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

static long long counter(const char *name) {
  long long (*read)(void) = (long long (*)(void))dlsym(RTLD_DEFAULT, name);
  return read == NULL ? -1 : read();
}

long long live_bytes(void) { return counter("bench_live_bytes"); }

/* The times of calls ------------------------------------------------------------------------------------------- */

struct times {
  unsigned *ns;
  size_t count, capacity;
};

static void add(struct times *times, long long ns) {
  if (times->count == times->capacity) {
    times->capacity = times->capacity ? 2 * times->capacity : 65536;
    times->ns = realloc(times->ns, times->capacity * sizeof *times->ns);
    if (times->ns == NULL) fail("times", "out of memory");
  }
  times->ns[times->count++] = ns > 4000000000LL ? 4000000000U : (unsigned)ns;
}

static int ascending(const void *left, const void *right) {
  unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
  return (a > b) - (a < b);
}

/* Prints them, and forgets them. */
static void print(struct times *times, long long elapsed_ns, long long processor_ns) {
  double count = (double)times->count;
  if (times->count == 0) fail("report", "no calls");
  qsort(times->ns, times->count, sizeof *times->ns, ascending);
  printf("{\"calls\":%.0f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"cpu_us\":%.3f,\"rate\":%.3f}\n", count,
         times->ns[times->count / 2] / 1e3, times->ns[times->count * 99 / 100] / 1e3,
         (double)processor_ns / 1e3 / count, count * 1e9 / (double)elapsed_ns);
  times->count = 0;
}

/* One after the other ------------------------------------------------------------------------------------------ */

static struct times sequential;
static long long sequential_elapsed, sequential_processor;
static void *own;

static const char *server;

/*
 * Goes to the processor on which the server was last, and stays free to leave it. Else caller and server are on one processor
 * or on two by chance, for many turns, and a call on two takes four times as long.
 */
static void approach_server(void) {
  char path[64], line[1024], *field;
  cpu_set_t all, one;
  int processor = -1, i;
  FILE *stat;
  if (server == NULL) return;
  snprintf(path, sizeof path, "/proc/%s/stat", server);
  stat = fopen(path, "r");
  if (stat == NULL) return;
  /* The processor is the 39th field; the second is a name in brackets, and the third follows it. */
  if (fgets(line, sizeof line, stat) != NULL && (field = strrchr(line, ')')) != NULL) {
    for (i = 2; i < 39 && field != NULL; i++) field = strchr(field + 1, ' ');
    if (field != NULL) processor = atoi(field);
  }
  fclose(stat);
  if (processor < 0 || sched_getaffinity(0, sizeof all, &all) != 0) return;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  if (sched_setaffinity(0, sizeof one, &one) == 0) sched_setaffinity(0, sizeof all, &all);
}

static void calls(long count) {
  long long processor, begin, last;
  long i;
  approach_server();
  processor = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  last = begin = now_ns();
  for (i = 0; i < count; i++) {
    long long now;
    contender_call(own);
    now = now_ns();
    add(&sequential, now - last);
    last = now;
  }
  sequential_elapsed += last - begin;
  sequential_processor += clock_ns(CLOCK_PROCESS_CPUTIME_ID) - processor;
  printf("{}\n");
}

static void report(void) {
  print(&sequential, sequential_elapsed, sequential_processor);
  sequential_elapsed = sequential_processor = 0;
}

/* Many threads ------------------------------------------------------------------------------------------------- */

static pthread_barrier_t ready;
static atomic_int over;

static void *work(void *user) {
  struct times *times = user;
  void *mine = contender_open();
  contender_call(mine);
  pthread_barrier_wait(&ready);
  while (!atomic_load_explicit(&over, memory_order_relaxed)) {
    long long start = now_ns();
    contender_call(mine);
    add(times, now_ns() - start);
  }
  pthread_barrier_wait(&ready);
  contender_close(mine);
  return NULL;
}

static void threads(int count, long ms) {
  struct timespec length = {ms / 1000, ms % 1000 * 1000000};
  struct times *each = calloc((size_t)count, sizeof *each), all = {NULL, 0, 0};
  pthread_t *ids = calloc((size_t)count, sizeof *ids);
  long long begin, processor, elapsed;
  int i;
  atomic_store(&over, 0);
  pthread_barrier_init(&ready, NULL, (unsigned)count + 1);
  for (i = 0; i < count; i++)
    if (pthread_create(&ids[i], NULL, work, &each[i]) != 0) fail("threads", "cannot be made");
  pthread_barrier_wait(&ready);
  begin = now_ns();
  processor = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  nanosleep(&length, NULL);
  atomic_store(&over, 1);
  pthread_barrier_wait(&ready);
  elapsed = now_ns() - begin;
  processor = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - processor;
  for (i = 0; i < count; i++) {
    size_t k;
    pthread_join(ids[i], NULL);
    for (k = 0; k < each[i].count; k++) add(&all, each[i].ns[k]);
    free(each[i].ns);
  }
  print(&all, elapsed, processor);
  pthread_barrier_destroy(&ready);
  free(all.ns);
  free(each);
  free(ids);
}

/* Connections, each held by a thread that waits --------------------------------------------------------------------- */

static void *one_call(void *mine) {
  contender_call(mine);
  return NULL;
}

/* What the threads have for themselves is kept: their connections are what is looked at afterwards. */
static void connections(int count) {
  pthread_t *ids = calloc((size_t)count, sizeof *ids);
  int i;
  for (i = 0; i < count; i++)
    if (pthread_create(&ids[i], NULL, one_call, contender_open()) != 0) fail("connections", "no thread");
  for (i = 0; i < count; i++) pthread_join(ids[i], NULL);
  free(ids);
  printf("{}\n");
}

/* What is held ------------------------------------------------------------------------------------------------------- */

static void rss(void) {
  char line[256];
  long now = 0, most = 0;
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) fail("rss", "there is no /proc");
  while (fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "VmRSS: %ld", &now);
    sscanf(line, "VmHWM: %ld", &most);
  }
  fclose(status);
  printf("{\"now_kb\":%ld,\"most_kb\":%ld}\n", now, most);
}

static void held(void) {
  char link[64], path[300];
  long sockets = 0;
  long long bytes = live_bytes();
  DIR *folder = opendir("/proc/self/fd");
  struct dirent *entry;
  while (folder != NULL && (entry = readdir(folder)) != NULL) {
    ssize_t length;
    snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
    length = readlink(path, link, sizeof link - 1);
    if (length >= 7 && memcmp(link, "socket:", 7) == 0) sockets++;
  }
  if (folder != NULL) closedir(folder);
  printf("{\"bytes\":%lld,\"sockets\":%ld}\n", bytes, sockets);
}

static void allocations(long count) {
  long long before = counter("bench_allocations");
  long i;
  if (before < 0) fail("allocations", "malloc_counter.so is not loaded");
  for (i = 0; i < count; i++) contender_call(own);
  printf("{\"allocations\":%.3f}\n", (double)(counter("bench_allocations") - before) / (double)count);
}

/* ---------------------------------------------------------------------------------------------------------------------- */

static void obey(const char *line) {
  const struct extras *extras = &contender_extras;
  char word[32] = "";
  long first = 0, second = 0;
  sscanf(line, "%31s %ld %ld", word, &first, &second);
  if (strcmp(word, "calls") == 0) calls(first);
  else if (strcmp(word, "report") == 0) report();
  else if (strcmp(word, "threads") == 0) threads((int)first, second);
  else if (strcmp(word, "connections") == 0) connections((int)first);
  else if (strcmp(word, "rss") == 0) rss();
  else if (strcmp(word, "held") == 0) held();
  else if (strcmp(word, "allocations") == 0) allocations(first);
  else if (strcmp(word, "version") == 0 && extras->version != NULL) printf("{\"version\":\"%s\"}\n", extras->version());
  else if (strcmp(word, "clients") == 0 && extras->clients != NULL) extras->clients(first);
  else if (strcmp(word, "deadline") == 0 && extras->deadline != NULL) extras->deadline(first);
  else if (strcmp(word, "cancel") == 0 && extras->cancel != NULL) extras->cancel();
  else fail("unknown command", line);
  fflush(stdout);
}

static const char *value(char **arguments, const char *name) {
  size_t length = strlen(name);
  for (; *arguments != NULL; arguments++)
    if (strncmp(*arguments, name, length) == 0 && (*arguments)[length] == '=') return *arguments + length + 1;
  return NULL;
}

static enum work work_named(const char *name) {
  if (name != NULL && strcmp(name, "read") == 0) return WORK_READ;
  if (name != NULL && strcmp(name, "query") == 0) return WORK_QUERY;
  if (name != NULL && strcmp(name, "upload") == 0) return WORK_UPLOAD;
  fail("unknown work", name);
  return WORK_READ;
}

int main(int count, char **arguments) {
  struct setup setup;
  char line[256];
  setup.work = work_named(value(arguments, "work"));
  setup.url = value(arguments, "url");
  setup.ca = value(arguments, "ca");
  setup.token = value(arguments, "token");
  setup.room = value(arguments, "room");
  setup.app_key = value(arguments, "app_key");
  setup.app_secret = value(arguments, "app_secret");
  setup.rest_api_key = value(arguments, "rest_api_key");
  setup.file = value(arguments, "file");
  setup.options = value(arguments, "options");
  setup.parse = value(arguments, "parse") == NULL;
  server = value(arguments, "server");
  contender_begin(&setup);
  own = contender_open();
  if (strcmp(arguments[count - 1], "once") == 0) {
    contender_call(own);
    printf("{}\n");
    return 0;
  }
  printf("{}\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) obey(line);
  contender_close(own);
  return 0;
}
