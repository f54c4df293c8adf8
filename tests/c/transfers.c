/* Files that are sent: read by a function of the caller's or from a path, with progress, and how that fails. */
#include "check.h"

#include <stdio.h>
#include <unistd.h>

#define UPLOAD "avd.uploadfile"
#define CLIP JSON({"file":"视频/周会.mp4"})
#define HALF_MEGABYTE 524288

/* What a read function is made to do, and what it saw. */
struct file {
  uint64_t length, next, most_told, last_total;
  int64_t fails_with;     /* in place of reading, from fails_at on */
  uint64_t fails_at;
  uint64_t too_much;      /* added to what it says that it read */
  int reads, progresses, stops, began_anew, calls_library;
  meetgate_client *client;
};

static int64_t read_file(void *user_data, uint64_t offset, char *buffer, uint64_t size) {
  struct file *file = user_data;
  uint64_t count = file->length - offset < size ? file->length - offset : size;

  file->reads++;
  file->began_anew += offset == 0;
  CHECK(size > 0);
  CHECK(offset == 0 || offset == file->next);
  if (file->calls_library && file->reads == 1) {
    char *reply;
    EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(file->client, JSON({"room_id":"12345123456"}), &reply),
        is("/ret", "0"));
  }
  if (offset >= file->fails_at) return file->fails_with;
  if (count > 10000) count = 10000;
  memset(buffer, 'm', (size_t)count);
  file->next = offset + count;
  return (int64_t)(count + (file->too_much > 0 ? size - count + file->too_much : 0));
}

static int32_t told(void *user_data, uint64_t bytes, uint64_t total) {
  struct file *file = user_data;
  file->progresses++;
  CHECK(bytes <= total);
  file->most_told = bytes;
  file->last_total = total;
  return file->stops;
}

static struct file file_of(uint64_t length) {
  struct file file = {0};
  file.length = length;
  file.fails_at = UINT64_MAX;
  return file;
}

static void test_a_file_comes_from_a_function(const struct setting *setting) {
  struct clients on = clients_of(setting);
  struct file file = file_of(HALF_MEGABYTE), unread = file_of(0);
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, told, &file, &reply), is("/ret", "0"));
  CHECK(file.next == HALF_MEGABYTE);
  CHECK(file.began_anew == 1);
  CHECK(file.most_told == HALF_MEGABYTE && file.last_total == HALF_MEGABYTE);
  CHECK(file.progresses >= 2);

  /* A function may call the library within the call that called it. */
  file = file_of(HALF_MEGABYTE);
  file.calls_library = 1;
  file.client = on.avd;
  EXPECT(MEETGATE_OK, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, told, &file, &reply), is("/ret", "0"));

  /* The 50 MB rule goes by the length; nothing is read before it is checked. */
  REFUSE(reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, 52428801, NULL, &unread, &reply),
      "has 52428801 bytes; the platform takes more than 50 MB only with");
  REFUSE(reply,
      meetgate_upload(on.avd, UPLOAD, JSON({"file":"周会.exe"}), NULL, NULL, read_file, 9, NULL, &unread, &reply),
      "expected a file whose name ends in png, jpg, mp3, mp4 or avi");
  REFUSE(reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, UINT64_MAX, NULL, &unread, &reply),
      "length: expected at most 9223372036854775807");
  REFUSE(reply,
      meetgate_upload(on.avd, "avd.room.read", JSON({"room_id":"1"}), NULL, NULL, read_file, 9, NULL, &unread, &reply),
      "avd.room.read takes no file");
  CHECK(unread.reads == 0);
  free_clients(&on);
}

static void test_a_function_fails(const struct setting *setting) {
  struct clients on = clients_of(setting);
  struct file file = file_of(HALF_MEGABYTE);
  char *reply;

  file.fails_at = 0;
  file.fails_with = -5;
  EXPECT(MEETGATE_IO, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, NULL, &file, &reply),
      holds("/message", "the read function failed with -5 at byte 0"));
  CHECK(file.reads == 1);

  file = file_of(HALF_MEGABYTE);
  file.fails_at = 20000;
  EXPECT(MEETGATE_IO, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, NULL, &file, &reply),
      holds("/message", "bytes, shorter than the 524288 that were said"));

  file = file_of(HALF_MEGABYTE);
  file.too_much = 1;
  EXPECT(MEETGATE_IO, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, NULL, &file, &reply),
      holds("/message", "the read function says that it read "));
  CHECK(file.reads == 1);

  file = file_of(HALF_MEGABYTE);
  file.stops = 1;
  EXPECT(MEETGATE_CANCELLED, reply,
      meetgate_upload(on.avd, UPLOAD, CLIP, NULL, NULL, read_file, file.length, told, &file, &reply),
      is("/operation", "uploadfile"));
  CHECK(file.progresses == 1);
  free_clients(&on);
}

static void test_a_file_on_the_disk(const struct setting *setting) {
  struct clients on = clients_of(setting);
  struct file seen = file_of(0);
  char name[64], *reply;
  FILE *clip;

  snprintf(name, sizeof name, "/tmp/meetgate-transfers-%ld.mp4", (long)getpid());
  clip = fopen(name, "wb");
  CHECK(clip != NULL && fwrite("0123456789", 1, 10, clip) == 10 && fclose(clip) == 0);
  EXPECT(MEETGATE_OK, reply,
      meetgate_upload(on.avd, UPLOAD, format(JSON({"file":"%s"}), name), NULL, NULL, NULL, 0, told, &seen, &reply),
      is("/ret", "0"));
  CHECK(seen.most_told == 10 && seen.last_total == 10);
  remove(name);
  EXPECT(MEETGATE_IO, reply,
      meetgate_upload(on.avd, UPLOAD, format(JSON({"file":"%s"}), name), NULL, NULL, NULL, 0, NULL, NULL, &reply),
      holds("/message", format("parameter \"file\": %s: ", name)), not_sent());
  EXPECT(MEETGATE_INVALID_ARGUMENT, reply,
      meetgate_upload(NULL, UPLOAD, CLIP, NULL, NULL, NULL, 0, NULL, NULL, &reply), holds("/message", "client"));
  free_clients(&on);
}

static const struct group tests[] = {
    TEST(a_file_comes_from_a_function),
    TEST(a_function_fails),
    TEST(a_file_on_the_disk),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
