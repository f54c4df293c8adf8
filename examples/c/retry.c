/* Repeats a call where the error document says that this is safe, and never otherwise: for an outage that is longer than the
 * library's own repeats (max_attempts) bridge.
 *
 *   retry AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_TRIES = 4, FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 10000 };

static void sleep_ms(long ms) {
  struct timespec time;

  time.tv_sec = ms / 1000;
  time.tv_nsec = ms % 1000 * 1000000;
  nanosleep(&time, NULL);
}

/* How long to wait before the next try; -1 where the call must not be repeated. */
static long pause_before_next(const char *error, int tries) {
  long pause = FIRST_PAUSE_MS << (tries - 1);
  char *text;
  int is_retryable;

  if (meetgate_json_get(error, "/retryable", &text) != MEETGATE_OK) {
    meetgate_string_free(text);
    return -1;
  }
  is_retryable = strcmp(text, "true") == 0;
  meetgate_string_free(text);
  if (!is_retryable || tries == MOST_TRIES) return -1;

  /* The platform, or the library, may know how long: then that counts. */
  if (meetgate_json_get(error, "/retry_after_ms", &text) == MEETGATE_OK) pause = strtol(text, NULL, 10);
  meetgate_string_free(text);
  return pause <= LONGEST_PAUSE_MS ? pause : -1;
}

/* meetgate_call, repeated while that is safe. The reply is the last one. */
static meetgate_status call(
    meetgate_client *client, const char *operation, const char *params, char **reply, int *tries) {
  for (*tries = 1;; ++*tries) {
    meetgate_status status = meetgate_call(client, operation, params, reply);
    long pause = status == MEETGATE_OK ? -1 : pause_before_next(*reply, *tries);

    if (pause < 0) return status;
    meetgate_string_free(*reply);
    sleep_ms(pause);
  }
}

static int show(meetgate_client *avd, const char *operation, const char *params) {
  char *reply;
  int tries;
  meetgate_status status = call(avd, operation, params, &reply, &tries);

  printf("%s: %s after %d call(s)\n", operation, meetgate_status_name(status), tries);
  if (status != MEETGATE_OK) printf("  %s\n", reply);
  meetgate_string_free(reply);
  return status == MEETGATE_OK;
}

int main(int argc, char **argv) {
  meetgate_client *avd;
  meetgate_status status;
  char *error;
  int ok;

  if (argc != 2) {
    fprintf(stderr, "usage: retry AVD_CONFIG\n");
    return 2;
  }
  status = meetgate_client_new(argv[1], &avd, &error);
  if (status != MEETGATE_OK) {
    fprintf(stderr, "no client: %s: %s\n", meetgate_status_name(status), error);
    meetgate_string_free(error);
    return 1;
  }
  /* This one only reads. */
  ok = show(avd, "avd.room.read", "{\"room_id\":\"12345123456\"}");
  /* This one makes a room: where no answer came, the room may be there. Then look at avd.room.list before a second try. */
  ok = show(avd, "avd.room.create", "{\"user_id\":\"16\",\"topic\":\"周会\"}") && ok;
  meetgate_client_free(avd);
  return ok ? 0 : 1;
}
