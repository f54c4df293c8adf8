/* An upload of any size, and how much memory grows meanwhile.

     upload_memory CONFIG MEGABYTES [FILE]

   Without a FILE the bytes come from a function. It prints the status, by how many bytes memory grew, how often the file was begun,
   and what progress said last. */
#define _POSIX_C_SOURCE 200112L
#include <meetgate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD 65521

static char pattern[PERIOD];
static uint64_t length, last_told;
static int begun;

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

static int64_t read_pattern(void *user_data, uint64_t offset, char *buffer, uint64_t size)
{
    uint64_t at = offset % PERIOD;
    uint64_t count = PERIOD - at < size ? PERIOD - at : size;
    (void)user_data;
    begun += offset == 0;
    memcpy(buffer, pattern + at, (size_t)count);
    return (int64_t)count;
}

static int32_t told(void *user_data, uint64_t bytes, uint64_t total)
{
    (void)user_data;
    last_told = bytes;
    return total != length;
}

int main(int argc, char **argv)
{
    meetgate_client *client;
    meetgate_status status;
    char params[4096], *reply;
    long before;
    unsigned long i;

    if (argc < 3 || meetgate_client_new(argv[1], &client, NULL) != MEETGATE_OK) return 2;
    for (i = 0; i < PERIOD; i++) pattern[i] = (char)(i * 31 + i / 251);
    length = (uint64_t)strtoul(argv[2], NULL, 10) << 20;
    sprintf(params, "{\"file\":\"%.2000s\",\"storage_only_cluster\":true}", argc > 3 ? argv[3] : "long.mp4");
    before = memory("VmRSS");
    status = meetgate_upload(client, "avd.uploadfile", params, "{\"timeout_ms\":100000}", NULL,
                             argc > 3 ? NULL : read_pattern, length, told, NULL, &reply);
    printf("%s %ld %d %lu\n", meetgate_status_name((int)status), memory("VmHWM") - before, begun,
           (unsigned long)last_told);
    fprintf(stderr, "%s\n", reply);
    meetgate_string_free(reply);
    meetgate_client_free(client);
    return 0;
}
