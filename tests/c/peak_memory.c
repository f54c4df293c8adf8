/* How much memory a call takes at its peak, its reply included.

     peak_memory CONFIG OPERATION PARAMS

   The first call makes the connection. Of each of two more it prints the status, the length of the reply and the bytes by which
   memory grew meanwhile. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <stdio.h>
#include <string.h>

/* A line of /proc/self/status, in bytes. */
static long memory(const char *name)
{
    char line[256];
    long kilobytes = -1;
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL) return -1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) sscanf(line + strlen(name), ": %ld", &kilobytes);
    }
    fclose(file);
    return kilobytes * 1024;
}

/* The peak begins anew. */
static int forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    int written;
    if (file == NULL) return 0;
    written = fputs("5", file) >= 0;
    return fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    meetgate_client *client;
    char *reply;
    int i;
    if (argc != 4 || meetgate_client_new(argv[1], &client, NULL) != MEETGATE_OK) return 2;
    for (i = 0; i < 3; i++) {
        long before = memory("VmRSS");
        meetgate_status status;
        if (!forget_peak()) return 3;
        status = meetgate_call(client, argv[2], argv[3], &reply);
        if (i > 0) {
            printf("%s %lu %ld\n", meetgate_status_name((int)status), (unsigned long)strlen(reply),
                   memory("VmHWM") - before);
        }
        meetgate_string_free(reply);
    }
    meetgate_client_free(client);
    return 0;
}
