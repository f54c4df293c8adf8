/* Calls from an event loop of one's own, on poll: no call holds it up, and nothing runs on another thread.
 *
 *   loop_poll AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <poll.h>
#include <stdio.h>

enum { CALLS = 8 };

int main(int argc, char **argv) {
  meetgate_client *avd;
  meetgate_completions *completions = NULL;
  struct pollfd wait;
  char *reply;
  int numbers[CALLS], pending = 0, good = 0, i;

  if (argc != 2 || meetgate_client_new(argv[1], &avd, NULL) != MEETGATE_OK) return 2;
  if (meetgate_completions_new(&completions, NULL) != MEETGATE_OK) return 2;
  for (i = 0; i < CALLS; i++) {
    numbers[i] = i;
    /* It returns at once. What it takes comes back from meetgate_completions_next, with the last argument but one. */
    if (meetgate_completions_call(completions, avd, "avd.room.read", "{\"room_id\":\"12345123456\"}", NULL, NULL,
                                  &numbers[i], &reply) == MEETGATE_OK) {
      pending++;
    } else {
      fprintf(stderr, "not submitted: %s\n", reply);
      meetgate_string_free(reply);
    }
  }

  wait.fd = (int)meetgate_completions_fd(completions);
  wait.events = POLLIN;
  while (pending > 0) {
    void *number;
    meetgate_status status;

    /* The loop's other descriptors and timers belong here, too. */
    if (poll(&wait, 1, -1) < 0) continue;
    while (meetgate_completions_next(completions, &number, &status, &reply) == 1) {
      pending--;
      if (status == MEETGATE_OK) {
        good++;
      } else {
        fprintf(stderr, "call %d: %s: %s\n", *(int *)number, meetgate_status_name(status), reply);
      }
      meetgate_string_free(reply);
    }
  }
  printf("%d of %d calls succeeded\n", good, CALLS);
  meetgate_client_free(avd);
  meetgate_completions_free(completions);
  return good == CALLS ? 0 : 1;
}
