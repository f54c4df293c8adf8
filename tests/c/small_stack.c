/* Calls on a thread with little stack.

     small_stack STACK_BYTES CONFIG OPERATION PARAMS [OPERATION PARAMS]...

   All of it is done on the thread, from making the client to freeing it. A stack that is too small ends the program. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int count;
static char **values;

static void *work(void *unused)
{
    meetgate_client *client;
    char *reply = NULL;
    int i;
    (void)unused;
    if (meetgate_client_new(values[2], &client, &reply) != MEETGATE_OK) {
        puts(reply);
        meetgate_string_free(reply);
        return NULL;
    }
    for (i = 3; i + 1 < count; i += 2) {
        meetgate_status status = meetgate_call(client, values[i], values[i + 1], &reply);
        printf("%s %s\n", meetgate_status_name((int)status), reply);
        meetgate_string_free(reply);
    }
    meetgate_client_free(client);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;
    count = argc;
    values = argv;
    if (argc < 3 || pthread_attr_init(&attributes) != 0) return 2;
    if (pthread_attr_setstacksize(&attributes, (size_t)atol(argv[1])) != 0) return 2;
    if (pthread_create(&thread, &attributes, work, NULL) != 0) return 2;
    if (pthread_join(thread, NULL) != 0) return 2;
    puts("done");
    return 0;
}
