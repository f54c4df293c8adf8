/* A meetgate-sandbox for tests in C: started as a child process on a free port, and stopped again. For POSIX systems.
 *
 *   sandbox local;
 *   if (!sandbox_start(&local, "avd")) return 1;
 *   status = meetgate_client_new(local.config, &avd, &error);
 *   ...
 *   sandbox_stop(&local);
 *
 * The program is the one that the environment variable MEETGATE_SANDBOX names, else meetgate-sandbox of the search path.
 * On Linux the sandbox also ends with the thread that started it, for example when an assertion fails.
 * With -std=c99 define _POSIX_C_SOURCE as 200112L or more before the first #include. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

typedef struct sandbox {
  pid_t pid;
  char config[2048]; /* of one platform: what meetgate_client_new takes */
} sandbox;

static void sandbox_stop(sandbox *s) {
  if (s->pid > 0 && kill(s->pid, SIGTERM) == 0) waitpid(s->pid, NULL, 0);
  s->pid = -1;
}

/* platform is "hst", "youme" or "avd". Returns 0 where the sandbox did not start; it has said why on standard error. */
static int sandbox_start(sandbox *s, const char *platform) {
  const char *program = getenv("MEETGATE_SANDBOX");
  int ends[2];
  FILE *out;

  s->pid = -1;
  s->config[0] = '\0';
  if (program == NULL) program = "meetgate-sandbox";
  if (pipe(ends) != 0) return 0;
  s->pid = fork();
  if (s->pid == 0) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that crashes leaves no sandbox behind */
#endif
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execlp(program, program, "--listen", "0", "--print", platform, (char *)NULL);
    perror(program);
    _exit(127);
  }
  close(ends[1]);
  /* The first line is there when the sandbox takes calls. */
  out = fdopen(ends[0], "r");
  if (s->pid > 0 && out != NULL && fgets(s->config, (int)sizeof s->config, out) != NULL) {
    s->config[strcspn(s->config, "\n")] = '\0';
  }
  if (out != NULL) fclose(out); else close(ends[0]);
  if (s->config[0] == '{') return 1;
  sandbox_stop(s);
  return 0;
}

#endif
