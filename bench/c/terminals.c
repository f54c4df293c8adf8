/*
 * One machine of a simulated fleet: a process with many terminals. A terminal is a client of the library, with a thread and a
 * connection of its own, that calls one operation at fixed intervals.
 *
 *   terminals CONFIG OPERATION PARAMS TERMINALS FIRST SECONDS EVERY_MS
 *
 * FIRST is the number of its first terminal in the fleet: it spreads the calls over the interval. The program prints "ready"
 * when all terminals exist, begins at the next line of standard input, prints one line of JSON when the time is over, and keeps
 * everything open until its standard input ends.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Address space: what of it is touched counts. */
#define STACK_BYTES (256 * 1024)
/* Error documents that are shown. */
#define SHOWN 3
#define NS_PER_S 1000000000LL
/* Multiples of it, taken modulo 1, spread any number of terminals evenly (the golden ratio). */
#define SPREAD 0.6180339887498949

struct terminal {
  meetgate_client *client;
  pthread_t thread;
  long number;
  unsigned *us; /* how long each call took */
  long calls;
};

static const char *operation, *params;
static long long begin_ns, length_ns, every_ns;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static long waiting;
static int has_begun;
static long failures;
static char *shown[SHOWN];

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static void sleep_until(long long ns) {
  struct timespec time;
  time.tv_sec = (time_t)(ns / NS_PER_S);
  time.tv_nsec = (long)(ns % NS_PER_S);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) continue;
}

/* Bytes of memory that are present. */
static long long resident(void) {
  long long pages = -1;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (statm == NULL || fscanf(statm, "%*s %lld", &pages) != 1) fail("/proc/self/statm", "cannot be read");
  fclose(statm);
  return pages * sysconf(_SC_PAGESIZE);
}

static long descriptors(void) {
  long count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) fail("/proc/self/fd", "cannot be read");
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

/* Keeps the document. */
static void failed(char *document) {
  pthread_mutex_lock(&lock);
  if (failures < SHOWN)
    shown[failures] = document;
  else
    meetgate_string_free(document);
  failures++;
  pthread_mutex_unlock(&lock);
}

static void *run(void *user) {
  struct terminal *terminal = user;
  double part = (double)terminal->number * SPREAD;
  long long next, end;

  pthread_mutex_lock(&lock);
  waiting++;
  pthread_cond_broadcast(&changed);
  while (!has_begun) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);

  next = begin_ns + (long long)((part - (double)(long long)part) * (double)every_ns);
  end = begin_ns + length_ns;
  while (next < end) {
    char *reply;
    long long start, took;
    sleep_until(next);
    start = now_ns();
    if (meetgate_call(terminal->client, operation, params, &reply) == MEETGATE_OK)
      meetgate_string_free(reply);
    else
      failed(reply);
    took = (now_ns() - start) / 1000;
    terminal->us[terminal->calls++] = took > 4000000000LL ? 4000000000U : (unsigned)took;
    /* What a slow call has made impossible is left out. */
    do next += every_ns;
    while (next < start + took * 1000);
  }
  return NULL;
}

/* The first call of each: it connects, and most wait for the first token. */
static void print_first(const struct terminal *terminals, long count) {
  const char *between = "";
  long i;
  for (i = 0; i < count; i++) {
    if (terminals[i].calls == 0) continue;
    printf("%s%u", between, terminals[i].us[0]);
    between = ",";
  }
}

static void print_later(const struct terminal *terminals, long count) {
  const char *between = "";
  long i, call;
  for (i = 0; i < count; i++) {
    for (call = 1; call < terminals[i].calls; call++) {
      printf("%s%u", between, terminals[i].us[call]);
      between = ",";
    }
  }
}

int main(int argc, char **argv) {
  struct terminal *terminals;
  pthread_attr_t attributes;
  long count, first, i, calls = 0, descriptors_before;
  long long bytes_before, bytes_of_clients, bytes_of_threads, bytes_in_the_end;
  char line[16];

  if (argc != 8) fail("usage", "terminals CONFIG OPERATION PARAMS TERMINALS FIRST SECONDS EVERY_MS");
  operation = argv[2];
  params = argv[3];
  count = atol(argv[4]);
  first = atol(argv[5]);
  length_ns = (long long)(atof(argv[6]) * (double)NS_PER_S);
  every_ns = (long long)(atof(argv[7]) * 1e6);
  if (count < 1 || length_ns < 1 || every_ns < 1) fail("usage", "at least one terminal, and times above 0");

  terminals = calloc((size_t)count, sizeof *terminals);
  if (terminals == NULL) fail("terminals", "out of memory");
  descriptors_before = descriptors();
  bytes_before = resident();
  for (i = 0; i < count; i++) {
    char *error;
    if (meetgate_client_new(argv[1], &terminals[i].client, &error) != MEETGATE_OK) fail("meetgate_client_new", error);
  }
  bytes_of_clients = resident();

  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  for (i = 0; i < count; i++) {
    terminals[i].number = first + i;
    terminals[i].us = calloc((size_t)(length_ns / every_ns + 2), sizeof *terminals[i].us);
    if (terminals[i].us == NULL) fail("times", "out of memory");
    if (pthread_create(&terminals[i].thread, &attributes, run, &terminals[i]) != 0)
      fail("pthread_create", "the system has no more threads for this process");
  }
  pthread_mutex_lock(&lock);
  while (waiting < count) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  bytes_of_threads = resident();

  printf("ready\n");
  fflush(stdout);
  if (fgets(line, sizeof line, stdin) == NULL) return 1;
  pthread_mutex_lock(&lock);
  begin_ns = now_ns();
  has_begun = 1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  for (i = 0; i < count; i++) {
    pthread_join(terminals[i].thread, NULL);
    calls += terminals[i].calls;
  }
  bytes_in_the_end = resident();

  printf("{\"calls\":%ld,\"failures\":%ld,\"descriptors\":%ld,", calls, failures, descriptors() - descriptors_before);
  printf("\"client_bytes\":%lld,\"thread_bytes\":%lld,\"call_bytes\":%lld,", bytes_of_clients - bytes_before,
         bytes_of_threads - bytes_of_clients, bytes_in_the_end - bytes_of_threads);
  printf("\"first_us\":[");
  print_first(terminals, count);
  printf("],\"us\":[");
  print_later(terminals, count);
  printf("],\"documents\":[");
  for (i = 0; i < failures && i < SHOWN; i++) printf("%s%s", i == 0 ? "" : ",", shown[i]);
  printf("]}\n");
  fflush(stdout);

  while (fgets(line, sizeof line, stdin) != NULL) continue;
  for (i = 0; i < count; i++) {
    meetgate_client_free(terminals[i].client);
    free(terminals[i].us);
  }
  for (i = 0; i < failures && i < SHOWN; i++) meetgate_string_free(shown[i]);
  free(terminals);
  return 0;
}
