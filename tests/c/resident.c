/* How much memory a program has that has made one call.

     resident CONFIG OPERATION PARAMS

   Prints the status of the call and the kilobytes of the process, its client still open. */
#include <meetgate.h>
#include <stdio.h>

static long resident(void)
{
    char line[256];
    long kilobytes = -1;
    FILE *status = fopen("/proc/self/status", "r");

    if (status == NULL) return -1;
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &kilobytes) == 1) break;
    }
    fclose(status);
    return kilobytes;
}

int main(int argc, char **argv)
{
    meetgate_client *client;
    meetgate_status status;
    char *reply = NULL;

    if (argc != 4) return 2;
    status = meetgate_client_new(argv[1], &client, &reply);
    if (status == MEETGATE_OK) {
        status = meetgate_call(client, argv[2], argv[3], &reply);
        printf("%s %ld\n", meetgate_status_name((int)status), resident());
        meetgate_client_free(client);
    }
    if (status != MEETGATE_OK) puts(reply);
    meetgate_string_free(reply);
    return status != MEETGATE_OK;
}
