/* A call that needs a thread where the system gives none. Arguments: a configuration, an operation and its
   parameters. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <sched.h>
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

static int ended;

static void MEETGATE_CALL on_end(void *client, meetgate_status status, char *reply)
{
    (void)client;
    (void)status;
    meetgate_string_free(reply);
    __atomic_store_n(&ended, 1, __ATOMIC_SEQ_CST);
}

/* Refused, or waited for. */
static void call_async(meetgate_client *client, const char *operation, const char *params)
{
    char *error;
    meetgate_status status = meetgate_call_async(client, operation, params, NULL, NULL, on_end, client, &error);
    printf("%s %s\n", meetgate_status_name((int)status), error == NULL ? "" : error);
    meetgate_string_free(error);
    while (status == MEETGATE_OK && !__atomic_load_n(&ended, __ATOMIC_SEQ_CST)) sched_yield();
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
    call_async(client, argv[2], argv[3]);
    if (setrlimit(RLIMIT_AS, &before) != 0) return 2;
    call(client, argv[2], argv[3]);
    call_async(client, argv[2], argv[3]);
    meetgate_client_free(client);
    return 0;
}
