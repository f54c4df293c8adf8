/* What happens in the groups of an application of hst, as it happens. The events come into a queue, which this thread takes them from;
 * meetgate_events_open gives them to a function in place of it.
 *
 *   events HST_CONFIG APP_ID [HOW_MANY] */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* One member of an event, or nothing. */
static void show(const char *event, const char *pointer) {
  char *value = NULL;

  if (meetgate_json_get(event, pointer, &value) == MEETGATE_OK) printf(" %s", value);
  meetgate_string_free(value);
}

int main(int argc, char **argv) {
  int left = argc > 3 ? atoi(argv[3]) : -1;
  char options[512], *app_id, *event, *error;
  meetgate_client *hst;
  meetgate_completions *queue;
  meetgate_events *events;
  meetgate_status status;

  if (argc < 3 || meetgate_client_new(argv[1], &hst, NULL) != MEETGATE_OK) return 2;
  if (meetgate_completions_new(&queue, NULL) != MEETGATE_OK) return 2;
  if (meetgate_json_quote(argv[2], &app_id) != MEETGATE_OK) return 2;
  snprintf(options, sizeof options, "{\"app_ids\":[%s]}", app_id);
  meetgate_string_free(app_id);
  if (meetgate_completions_events(queue, hst, options, NULL, &events, &error) != MEETGATE_OK) {
    fprintf(stderr, "no events: %s\n", error);
    meetgate_string_free(error);
    return 1;
  }
  while (left != 0) {
    struct pollfd ready;
    ready.fd = (int)meetgate_completions_fd(queue);
    ready.events = POLLIN;
    if (poll(&ready, 1, -1) != 1) continue;
    while (left != 0 && meetgate_completions_next(queue, NULL, &status, &event) == 1) {
      /* After a "state", what was known of the application before does not count any more. */
      show(event, "/type");
      show(event, "/data/group_id");
      show(event, "/data/user_id");
      show(event, "/error/message");
      printf("\n");
      fflush(stdout);
      meetgate_string_free(event);
      if (left > 0) left--;
    }
  }
  meetgate_events_close(events);
  meetgate_completions_free(queue);
  meetgate_client_free(hst);
  return 0;
}
