/* Many threads, one client: it needs no lock, and fetches one token for all of them.
 *
 *   threads AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 8, CALLS = 5 };

/* What one thread does. Nothing in it is shared but the client. */
struct work {
  meetgate_client *avd;
  int good;
};

static void *run(void *argument) {
  struct work *work = argument;
  int i;

  for (i = 0; i < CALLS; i++) {
    char *reply;
    meetgate_status status = meetgate_avd_room_read(work->avd, "{\"room_id\":\"12345123456\"}", &reply);
    if (status == MEETGATE_OK) {
      work->good++;
    } else {
      fprintf(stderr, "%s: %s\n", meetgate_status_name(status), reply);
    }
    meetgate_string_free(reply);
  }
  return NULL;
}

/* Prints how many tokens this client has had. */
static void show_tokens(meetgate_client *avd) {
  char *info, *generation = NULL;

  if (meetgate_client_info(avd, &info) == MEETGATE_OK &&
      meetgate_json_get(info, "/token/generation", &generation) == MEETGATE_OK) {
    printf("tokens fetched: %s\n", generation);
  }
  meetgate_string_free(generation);
  meetgate_string_free(info);
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  struct work work[THREADS];
  meetgate_client *avd;
  meetgate_status status;
  char *error;
  int started, good = 0, i;

  if (argc != 2) {
    fprintf(stderr, "usage: threads AVD_CONFIG\n");
    return 2;
  }
  status = meetgate_client_new(argv[1], &avd, &error);
  if (status != MEETGATE_OK) {
    fprintf(stderr, "no client: %s: %s\n", meetgate_status_name(status), error);
    meetgate_string_free(error);
    return 1;
  }
  for (started = 0; started < THREADS; started++) {
    work[started].avd = avd;
    work[started].good = 0;
    if (pthread_create(&threads[started], NULL, run, &work[started]) != 0) break;
  }
  for (i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
    good += work[i].good;
  }
  printf("%d of %d calls succeeded\n", good, THREADS * CALLS);
  show_tokens(avd);
  /* The threads have ended: no call begins after this. */
  meetgate_client_free(avd);
  return good == THREADS * CALLS ? 0 : 1;
}
