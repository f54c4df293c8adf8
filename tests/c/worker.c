/* A program with many threads that call one operation again and again, as a busy process of a user's would.
 *
 *   worker CONFIG OPERATION PARAMS THREADS SECONDS
 *
 * Prints a line for each call that failed, `failed MILLISECONDS_SINCE_1970 STATUS ERROR_DOCUMENT`, and in the end `calls N`
 * and `info INFO`. */
#define _POSIX_C_SOURCE 200809L

#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Between two calls of a thread. */
#define REST_NS 2000000

static meetgate_client *client;
static const char *operation, *params;
static double seconds;

static double now(clockid_t clock) {
  struct timespec time;

  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *call_until_the_end(void *calls) {
  const struct timespec rest = {0, REST_NS};
  double end = now(CLOCK_MONOTONIC) + seconds;
  char *reply;

  while (now(CLOCK_MONOTONIC) < end) {
    meetgate_status status = meetgate_call(client, operation, params, &reply);
    if (status != MEETGATE_OK) {
      printf("failed %.0f %s %s\n", now(CLOCK_REALTIME) * 1000, meetgate_status_name((int32_t)status), reply);
      fflush(stdout);
    }
    meetgate_string_free(reply);
    ++*(long *)calls;
    nanosleep(&rest, NULL);
  }
  return NULL;
}

int main(int argc, char **argv) {
  int threads, i;
  long sum = 0, *calls;
  pthread_t *ids;
  char *text;

  if (argc != 6) {
    fprintf(stderr, "usage: worker CONFIG OPERATION PARAMS THREADS SECONDS\n");
    return 2;
  }
  operation = argv[2];
  params = argv[3];
  threads = atoi(argv[4]);
  seconds = atof(argv[5]);
  ids = calloc((size_t)threads, sizeof *ids);
  calls = calloc((size_t)threads, sizeof *calls);
  if (ids == NULL || calls == NULL) {
    return 2;
  }
  if (meetgate_client_new(argv[1], &client, &text) != MEETGATE_OK) {
    fprintf(stderr, "%s\n", text);
    return 2;
  }
  for (i = 0; i < threads; i++) {
    if (pthread_create(&ids[i], NULL, call_until_the_end, &calls[i]) != 0) {
      return 2;
    }
  }
  for (i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    sum += calls[i];
  }
  if (meetgate_client_info(client, &text) != MEETGATE_OK) {
    return 2;
  }
  printf("calls %ld\ninfo %s\n", sum, text);
  meetgate_string_free(text);
  meetgate_client_free(client);
  free(ids);
  free(calls);
  return 0;
}
