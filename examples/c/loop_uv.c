/* Calls from a libuv loop.
 *
 *   loop_uv AVD_CONFIG */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>

#include <stdio.h>
#include <uv.h>

enum { CALLS = 8 };

struct program {
  uv_poll_t results;
  meetgate_completions *completions;
  int pending, good;
};

/* On the loop's thread, as long as a result waits. */
static void on_results(uv_poll_t *handle, int problem, int events) {
  struct program *program = handle->data;
  meetgate_status status;
  void *user_data;
  char *reply;

  (void)problem;
  (void)events;
  while (meetgate_completions_next(program->completions, &user_data, &status, &reply) == 1) {
    program->pending--;
    program->good += status == MEETGATE_OK;
    if (status != MEETGATE_OK) fprintf(stderr, "%s: %s\n", meetgate_status_name(status), reply);
    meetgate_string_free(reply);
  }
  /* Without it the loop has nothing more to do, and ends. */
  if (program->pending == 0) uv_close((uv_handle_t *)handle, NULL);
}

int main(int argc, char **argv) {
  uv_loop_t *loop = uv_default_loop();
  struct program program = {.pending = 0, .good = 0};
  meetgate_client *avd;
  char *error;
  int i;

  if (argc != 2 || meetgate_client_new(argv[1], &avd, NULL) != MEETGATE_OK) return 2;
  if (meetgate_completions_new(&program.completions, NULL) != MEETGATE_OK) return 2;
  for (i = 0; i < CALLS; i++) {
    if (meetgate_completions_call(program.completions, avd, "avd.room.read", "{\"room_id\":\"12345123456\"}", NULL, NULL,
                                  NULL, &error) == MEETGATE_OK) {
      program.pending++;
    } else {
      fprintf(stderr, "not submitted: %s\n", error);
      meetgate_string_free(error);
    }
  }
  if (program.pending > 0) {
    uv_poll_init(loop, &program.results, (int)meetgate_completions_fd(program.completions));
    program.results.data = &program;
    uv_poll_start(&program.results, UV_READABLE, on_results);
    uv_run(loop, UV_RUN_DEFAULT);
  }
  printf("%d of %d calls succeeded\n", program.good, CALLS);
  uv_loop_close(loop);
  meetgate_client_free(avd);
  meetgate_completions_free(program.completions);
  return program.good == CALLS ? 0 : 1;
}
