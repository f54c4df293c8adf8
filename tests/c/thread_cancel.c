/* A thread is cancelled inside a call: the program goes on, and the thread ends when the call has. Arguments: the configuration
   of a client whose server never answers. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

static meetgate_client *client;
static volatile int is_back = 0;

static void *work(void *unused) {
  char *reply = NULL;
  meetgate_status status = meetgate_call(client, "avd.room.read", "{\"room_id\":\"12345123456\"}", &reply);
  meetgate_string_free(reply);
  is_back = status == MEETGATE_TIMEOUT;
  for (;;) pthread_testcancel();
  return unused;
}

int main(int count, char **values) {
  struct timespec wait = {0, 200 * 1000 * 1000};
  pthread_t thread;
  void *result = NULL;
  char *error = NULL;
  if (count != 2 || meetgate_client_new(values[1], &client, &error) != MEETGATE_OK) return 2;
  if (pthread_create(&thread, NULL, work, NULL) != 0) return 2;
  nanosleep(&wait, NULL);
  if (pthread_cancel(thread) != 0 || pthread_join(thread, &result) != 0) return 2;
  printf("the call %s, the thread %s\n", is_back ? "ended by its time" : "did not end",
      result == PTHREAD_CANCELED ? "was cancelled" : "was not");
  meetgate_client_free(client);
  return 0;
}
