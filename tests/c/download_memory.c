/* A download of any size, and how much memory grows meanwhile.

     download_memory CONFIG URL FILE

   It prints the status, by how many bytes memory grew, what progress said last, and the reply. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <stdio.h>
#include <string.h>

static uint64_t last_told;

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

static int32_t told(void *user_data, uint64_t bytes, uint64_t total)
{
    (void)user_data;
    (void)total;
    last_told = bytes;
    return 0;
}

int main(int argc, char **argv)
{
    meetgate_client *client;
    meetgate_status status;
    char *reply;
    long before;

    if (argc < 4 || meetgate_client_new(argv[1], &client, NULL) != MEETGATE_OK) return 2;
    before = memory("VmRSS");
    status = meetgate_download(client, argv[2], argv[3], NULL, NULL, told, NULL, &reply);
    printf("%s %ld %lu %s\n", meetgate_status_name((int)status), memory("VmHWM") - before, (unsigned long)last_told, reply);
    meetgate_string_free(reply);
    meetgate_client_free(client);
    return 0;
}
