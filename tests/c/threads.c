/*
 * Threads of a program that is built with -fsanitize=thread, on one client and on clients of their own.
 *
 *   threads HST_CONFIG AVD_CONFIG [race]
 *
 * The configurations are a sandbox's. With `race`, the program has a data race of its own, which must be reported.
 */
#include <meetgate.h>

#include <poll.h>
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

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

static void MEETGATE_CALL on_end(void *pending, meetgate_status status, char *reply)
{
    pthread_mutex_lock(&lock);
    *(int *)pending -= status == MEETGATE_OK && strlen(reply) > 0;
    pthread_cond_broadcast(&ended);
    pthread_mutex_unlock(&lock);
    meetgate_string_free(reply);
}

/* Calls whose results other threads bring, and that come into a queue. */
static int call_async(meetgate_client *client)
{
    int pending, taken = 0, i;
    meetgate_completions *queue;
    meetgate_status status;
    void *user_data;
    char *reply;
    if (meetgate_completions_new(&queue, NULL) != MEETGATE_OK) return 1;
    /* With the lock: the way from here to the callback leads through the library, where the sanitizer sees nothing. */
    pthread_mutex_lock(&lock);
    pending = CALLS;
    pthread_mutex_unlock(&lock);
    for (i = 0; i < CALLS; i++) {
        if (meetgate_call_async(client, "avd.room.list", NULL, NULL, NULL, on_end, &pending, NULL) != MEETGATE_OK) return 1;
        if (meetgate_completions_call(queue, client, "avd.room.list", NULL, NULL, NULL, &pending, NULL) != MEETGATE_OK) return 1;
    }
    pthread_mutex_lock(&lock);
    while (pending > 0) pthread_cond_wait(&ended, &lock);
    pthread_mutex_unlock(&lock);
    while (taken < CALLS) {
        struct pollfd wait = {(int)meetgate_completions_fd(queue), POLLIN, 0};
        if (poll(&wait, 1, -1) != 1) return 1;
        while (meetgate_completions_next(queue, &user_data, &status, &reply) == 1) {
            taken += status == MEETGATE_OK && user_data == &pending && strlen(reply) > 0;
            meetgate_string_free(reply);
        }
    }
    meetgate_completions_free(queue);
    return 0;
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
    *failed += call_async(avd) + call_async(own);
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
