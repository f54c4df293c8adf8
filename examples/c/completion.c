/* Calls with a completion callback. It runs on a thread of the client: what it shares with the program needs a lock.
 *
 *   completion AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <pthread.h>
#include <stdio.h>

enum { CALLS = 8 };

struct program {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int pending, good;
};

/* Short: it keeps a thread of the client from other calls. A program with a loop posts the result to it here. */
static void MEETGATE_CALL on_end(void *user_data, meetgate_status status, char *reply) {
  struct program *program = user_data;

  if (status != MEETGATE_OK) fprintf(stderr, "%s: %s\n", meetgate_status_name(status), reply);
  meetgate_string_free(reply);
  pthread_mutex_lock(&program->lock);
  program->pending--;
  program->good += status == MEETGATE_OK;
  pthread_cond_signal(&program->changed);
  pthread_mutex_unlock(&program->lock);
}

int main(int argc, char **argv) {
  struct program program = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, CALLS, 0};
  meetgate_client *avd;
  char *error;
  int i;

  if (argc != 2 || meetgate_client_new(argv[1], &avd, NULL) != MEETGATE_OK) return 2;
  for (i = 0; i < CALLS; i++) {
    if (meetgate_call_async(avd, "avd.room.read", "{\"room_id\":\"12345123456\"}", NULL, NULL, on_end, &program, &error) !=
        MEETGATE_OK) {
      fprintf(stderr, "not submitted: %s\n", error);
      meetgate_string_free(error);
      pthread_mutex_lock(&program.lock);
      program.pending--;
      pthread_mutex_unlock(&program.lock);
    }
  }
  pthread_mutex_lock(&program.lock);
  while (program.pending > 0) pthread_cond_wait(&program.changed, &program.lock);
  pthread_mutex_unlock(&program.lock);
  printf("%d of %d calls succeeded\n", program.good, CALLS);
  /* A program that does not wait for its calls may free the client all the same: what is left is cancelled and completes. */
  meetgate_client_free(avd);
  return program.good == CALLS ? 0 : 1;
}
