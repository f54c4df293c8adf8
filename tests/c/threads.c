/*
 * Threads of a program that is built with -fsanitize=thread, on one client and on clients of their own.
 *
 *   threads HST_CONFIG AVD_CONFIG [race]
 *
 * The configurations are a sandbox's. With `race`, the program has a data race of its own, which must be reported.
 */
#include <meetgate.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 8, CALLS = 3 };

static const char *avd_config;
static meetgate_client *hst, *avd;
static int has_race, raced;

/* One call, of which the reply is read: memory of the library's that this program touches. */
static int call(meetgate_client *client, const char *operation, const char *params)
{
    char *reply, *text;
    int failed = meetgate_call(client, operation, params, &reply) != MEETGATE_OK;
    if (failed) fprintf(stderr, "%s: %s\n", operation, reply);
    if (!failed && (strlen(reply) == 0 || meetgate_json_get(reply, "", &text) != MEETGATE_OK)) {
        failed = 1;
    } else if (!failed) {
        failed = strcmp(text, reply) != 0;
        meetgate_string_free(text);
    }
    meetgate_string_free(reply);
    return failed;
}

static void *work(void *number)
{
    static int failures[THREADS];
    int *failed = &failures[*(int *)number];
    meetgate_client *own;
    int i;
    if (meetgate_client_new(avd_config, &own, NULL) != MEETGATE_OK) return "no client";
    for (i = 0; i < CALLS; i++) {
        *failed += call(avd, "avd.room.read", "{\"room_id\":\"12345123456\"}");
        *failed += call(own, "avd.room.list", NULL);
        *failed += call(hst, "hst.online.user.state",
                        "{\"app_id\":\"8f14e45fceea467a9f36dedd4bea2543\",\"msg_id\":1}");
        if (has_race) raced++;
    }
    meetgate_client_free(own);
    return *failed == 0 ? NULL : "a call failed";
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int numbers[THREADS], i, failed = 0;
    void *problem;
    if (argc < 3) return 2;
    avd_config = argv[2];
    has_race = argc > 3;
    if (meetgate_client_new(argv[1], &hst, NULL) != MEETGATE_OK) return 2;
    if (meetgate_client_new(argv[2], &avd, NULL) != MEETGATE_OK) return 2;
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, work, &numbers[i]) != 0) return 2;
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_join(threads[i], &problem) != 0 || problem != NULL) failed++;
    }
    meetgate_client_free(hst);
    meetgate_client_free(avd);
    printf("%d threads, %d failed\n", THREADS, failed);
    return failed != 0;
}
