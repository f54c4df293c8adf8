/* Calls on a kept connection, between two marks that a tracer of system calls sees: getppid. The first call, before the first
   mark, makes the connection.

     system_calls CONFIG OPERATION PARAMS COUNT */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    meetgate_client *client;
    char *reply;
    int i, count, failed = 0;
    if (argc != 5 || meetgate_client_new(argv[1], &client, NULL) != MEETGATE_OK) return 2;
    count = atoi(argv[4]);
    for (i = 0; i <= count; i++) {
        if (i == 1) getppid();
        if (meetgate_call(client, argv[2], argv[3], &reply) != MEETGATE_OK) {
            fprintf(stderr, "%s\n", reply);
            failed = 1;
        }
        meetgate_string_free(reply);
    }
    getppid();
    meetgate_client_free(client);
    return failed;
}
