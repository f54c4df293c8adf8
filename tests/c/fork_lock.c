/* A process forks while one of its threads holds the lock of a token store, and dies. Its child has a copy of the lock, and can
   take it all the same. Arguments: the configuration, an operation, its parameters. */
#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static char **arguments;

static void call_and_print(const char *who) {
  meetgate_client *client = NULL;
  char *reply = NULL;
  meetgate_status status = meetgate_client_new(arguments[1], &client, &reply);
  if (status == MEETGATE_OK) status = meetgate_call(client, arguments[2], arguments[3], &reply);
  printf("%s: %s %s\n", who, meetgate_status_name(status), reply);
  fflush(stdout);
}

static void *parents_call(void *unused) {
  call_and_print("parent");
  return unused;
}

int main(int count, char **values) {
  pthread_t thread;
  if (count != 4) return 2;
  arguments = values;
  /* Its fetch takes a second: the fork is in the middle of it. */
  if (pthread_create(&thread, NULL, parents_call, NULL) != 0) return 2;
  usleep(400 * 1000);
  switch (fork()) {
    case -1: return 2;
    case 0: break;
    default: _exit(0);
  }
  /* The parent is dead by now. */
  usleep(200 * 1000);
  call_and_print("child");
  _exit(0);
}
