/* Ctrl-C ends a call. A signal handler must not trigger a cancel, because that takes locks: a thread that waits for the signal
 * does it.
 *
 *   cancel AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

/* The signals that end the call: blocked in all threads, so that only sigwait gets them. */
static sigset_t signals;

static void *wait_for_ctrl_c(void *cancel) {
  int number;

  sigwait(&signals, &number);
  meetgate_cancel_trigger(cancel);
  return NULL;
}

static int show(meetgate_client *avd, meetgate_cancel *cancel) {
  char *reply;
  meetgate_status status =
      meetgate_call_with(avd, "avd.room.read", "{\"room_id\":\"12345123456\"}", NULL, cancel, &reply);

  printf("avd.room.read: %s\n", meetgate_status_name(status));
  if (status != MEETGATE_OK && status != MEETGATE_CANCELLED) printf("  %s\n", reply);
  meetgate_string_free(reply);
  return status == MEETGATE_OK || status == MEETGATE_CANCELLED;
}

int main(int argc, char **argv) {
  meetgate_client *avd;
  meetgate_cancel *cancel;
  meetgate_status status;
  pthread_t waiting;
  char *error;
  int ok;

  if (argc != 2) {
    fprintf(stderr, "usage: cancel AVD_CONFIG\n");
    return 2;
  }
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  /* Before the first thread: threads inherit it. */
  pthread_sigmask(SIG_BLOCK, &signals, NULL);

  status = meetgate_client_new(argv[1], &avd, &error);
  if (status != MEETGATE_OK) {
    fprintf(stderr, "no client: %s: %s\n", meetgate_status_name(status), error);
    meetgate_string_free(error);
    return 1;
  }
  cancel = meetgate_cancel_new();
  if (cancel == NULL || pthread_create(&waiting, NULL, wait_for_ctrl_c, cancel) != 0) return 1;

  ok = show(avd, cancel);

  /* The thread ends, and triggers what no call has any more. Only then may the cancel be freed. */
  pthread_kill(waiting, SIGINT);
  pthread_join(waiting, NULL);
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
  return ok ? 0 : 1;
}
