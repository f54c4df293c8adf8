/* A call that needs a thread where the system gives none. Arguments: a configuration, an operation and its
   parameters. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Far less than a thread's stack, and far more than a call needs besides. */
enum { ROOM = 1 << 20 };

static rlim_t size_now(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%lu", &pages) != 1) return 0;
    fclose(statm);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void call(meetgate_client *client, const char *operation, const char *params)
{
    char *reply;
    meetgate_status status = meetgate_call(client, operation, params, &reply);
    printf("%s %s\n", meetgate_status_name((int)status), reply);
    meetgate_string_free(reply);
}

int main(int argc, char **argv)
{
    meetgate_client *client;
    struct rlimit before, little;
    if (argc != 4 || meetgate_client_new(argv[1], &client, NULL) != MEETGATE_OK) return 2;
    if (getrlimit(RLIMIT_AS, &before) != 0) return 2;
    little = before;
    little.rlim_cur = size_now() + ROOM;
    if (setrlimit(RLIMIT_AS, &little) != 0) return 2;
    call(client, argv[2], argv[3]);
    if (setrlimit(RLIMIT_AS, &before) != 0) return 2;
    call(client, argv[2], argv[3]);
    meetgate_client_free(client);
    return 0;
}
