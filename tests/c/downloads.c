/* Fetching files. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WELCOME "/attachment?file=/opt/3tee/resources/welcome.mp4"

/* What progress is told, and when it has had enough. */
struct told {
  int count;
  uint64_t bytes, total, enough;
  meetgate_client *client;
};

static int32_t note(void *user_data, uint64_t bytes, uint64_t total) {
  struct told *told = user_data;
  told->count++;
  told->bytes = bytes;
  told->total = total;
  if (told->client != NULL) {
    /* It may call the library, also on the same client. */
    char *reply;
    EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(told->client, ROOM, &reply), is("/ret", "0"));
  }
  return bytes >= told->enough;
}

/* A file of this process in the current folder, which is not there. */
static const char *file_of(const char *name) {
  const char *path = format("/tmp/meetgate-%ld-%s", (long)getpid(), name);
  remove(path);
  return path;
}

static void test_a_file(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  struct told told = {0, 0, 0, UINT64_MAX, NULL};
  const char *path = file_of("whole");
  char *reply;
  FILE *file;

  EXPECT(MEETGATE_OK, reply, meetgate_download(avd, WELCOME, path, NULL, NULL, note, &told, &reply),
      between("/bytes", 1, 1e9), is("/resumed_from", "0"), is("/attempts", "1"), present("/etag"), absent("/md5"));
  CHECK(told.count >= 1 && told.bytes == told.total && told.bytes > 0);
  file = fopen(path, "rb");
  CHECK(file != NULL && fseek(file, 0, SEEK_END) == 0 && (uint64_t)ftell(file) == told.bytes);
  if (file != NULL) fclose(file);
  told.client = avd;
  EXPECT(MEETGATE_OK, reply, meetgate_download(avd, WELCOME, path, "{}", NULL, note, &told, &reply),
      between("/bytes", 1, 1e9));
  EXPECT(MEETGATE_IO, reply, meetgate_download(avd, WELCOME, path, "{\"overwrite\":false}", NULL, NULL, NULL, &reply),
      holds("/message", path), is("/attempts", "0"), is("/operation", "download"), is("/platform", "avd"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_stats(avd, &reply), is("/operations/download/calls", "3"),
      is("/operations/download/failed/IO", "1"));
  remove(path);
  meetgate_client_free(avd);
}

static void test_what_is_refused(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  const char *path = file_of("refused");
  char *reply;

  REFUSE(reply, meetgate_download(NULL, WELCOME, path, NULL, NULL, NULL, NULL, &reply), "client is NULL");
  REFUSE(reply, meetgate_download(avd, NULL, path, NULL, NULL, NULL, NULL, &reply), "url_or_path is NULL");
  REFUSE(reply, meetgate_download(avd, WELCOME, NULL, NULL, NULL, NULL, NULL, &reply), "file is NULL");
  REFUSE(reply, meetgate_download(avd, WELCOME, "", NULL, NULL, NULL, NULL, &reply), "an empty text");
  REFUSE(reply, meetgate_download(avd, "\xff", path, NULL, NULL, NULL, NULL, &reply), "UTF-8");
  REFUSE(reply, meetgate_download(avd, "recording", path, NULL, NULL, NULL, NULL, &reply), "url_or_path: expected");
  REFUSE(reply, meetgate_download(avd, WELCOME, path, "{\"resumes\":true}", NULL, NULL, NULL, &reply), "\"resume\"");
  REFUSE(reply, meetgate_download(avd, WELCOME, path, "{\"max_bytes\":-1}", NULL, NULL, NULL, &reply), "max_bytes");
  CHECK(meetgate_download(avd, WELCOME, path, NULL, NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  EXPECT(MEETGATE_API, reply, meetgate_download(avd, "/attachment?file=/none", path, NULL, NULL, NULL, NULL, &reply),
      is("/http_status", "404"));
  CHECK(access(path, F_OK) != 0);
  meetgate_client_free(avd);
}

static void test_progress_and_cancel_end_it(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_cancel *cancel = meetgate_cancel_new();
  struct told told = {0, 0, 0, 1, NULL};
  const char *path = file_of("ended");
  char *reply;

  EXPECT(MEETGATE_CANCELLED, reply, meetgate_download(avd, WELCOME, path, NULL, NULL, note, &told, &reply),
      is("/status", "CANCELLED"), is("/attempts", "1"));
  CHECK(told.count == 1 && access(path, F_OK) != 0);
  meetgate_cancel_trigger(cancel);
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_download(avd, WELCOME, path, NULL, cancel, NULL, NULL, &reply),
      is("/attempts", "0"));
  told.enough = UINT64_MAX;
  EXPECT(MEETGATE_OK, reply, meetgate_download(avd, WELCOME, path, NULL, NULL, note, &told, &reply),
      between("/resumed_from", 1, 1e9));
  remove(path);
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
}

static int32_t fork_and_end(void *user_data, uint64_t bytes, uint64_t total) {
  pid_t *child = user_data;
  (void)bytes;
  (void)total;
  *child = fork();
  if (*child == 0) {
    pause();
    _exit(0);
  }
  return 1;
}

/* It holds open what its parent had open. */
static void test_a_forked_child_locks_nothing(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  const char *path = file_of("forked");
  pid_t child = 0;
  char *reply;

  EXPECT(MEETGATE_CANCELLED, reply, meetgate_download(avd, WELCOME, path, NULL, NULL, fork_and_end, &child, &reply),
      is("/attempts", "1"));
  CHECK(child > 0);
  EXPECT(MEETGATE_OK, reply, meetgate_download(avd, WELCOME, path, NULL, NULL, NULL, NULL, &reply),
      between("/resumed_from", 1, 1e9));
  kill(child, SIGKILL);
  CHECK(waitpid(child, NULL, 0) == child);
  remove(path);
  meetgate_client_free(avd);
}

static const struct group groups[] = {
    TEST(a_file),
    TEST(what_is_refused),
    TEST(progress_and_cancel_end_it),
    TEST(a_forked_child_locks_nothing),
};

int main(int argc, char **argv) { return run_checks(argc, argv, groups, COUNT(groups)); }
