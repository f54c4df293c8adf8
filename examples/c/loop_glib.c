/* Calls from a GLib main loop, as GTK programs have it.
 *
 *   loop_glib AVD_CONFIG */
#include <meetgate.h>

#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>

enum { CALLS = 8 };

struct program {
  GMainLoop *loop;
  meetgate_completions *completions;
  int pending, good;
};

/* On the loop's thread, as long as a result waits. */
static gboolean on_results(gint fd, GIOCondition condition, gpointer data) {
  struct program *program = data;
  meetgate_status status;
  void *user_data;
  char *reply;

  (void)fd;
  (void)condition;
  while (meetgate_completions_next(program->completions, &user_data, &status, &reply) == 1) {
    program->pending--;
    program->good += status == MEETGATE_OK;
    if (status != MEETGATE_OK) fprintf(stderr, "%s: %s\n", meetgate_status_name(status), reply);
    meetgate_string_free(reply);
  }
  if (program->pending == 0) g_main_loop_quit(program->loop);
  return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv) {
  struct program program = {NULL, NULL, 0, 0};
  meetgate_client *avd;
  char *error;
  guint source;
  int i;

  if (argc != 2 || meetgate_client_new(argv[1], &avd, NULL) != MEETGATE_OK) return 2;
  if (meetgate_completions_new(&program.completions, NULL) != MEETGATE_OK) return 2;
  program.loop = g_main_loop_new(NULL, FALSE);
  source = g_unix_fd_add((gint)meetgate_completions_fd(program.completions), G_IO_IN, on_results, &program);

  for (i = 0; i < CALLS; i++) {
    if (meetgate_completions_call(program.completions, avd, "avd.room.read", "{\"room_id\":\"12345123456\"}", NULL, NULL,
                                  NULL, &error) == MEETGATE_OK) {
      program.pending++;
    } else {
      fprintf(stderr, "not submitted: %s\n", error);
      meetgate_string_free(error);
    }
  }
  if (program.pending > 0) g_main_loop_run(program.loop);

  printf("%d of %d calls succeeded\n", program.good, CALLS);
  /* The source goes before the descriptor. */
  g_source_remove(source);
  g_main_loop_unref(program.loop);
  meetgate_client_free(avd);
  meetgate_completions_free(program.completions);
  return program.good == CALLS ? 0 : 1;
}
