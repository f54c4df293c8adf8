/* Records a meeting for some seconds, stops the recording whatever happens, and fetches its file.
 *
 *   recording AVD_CONFIG ROOM_ID SECONDS FILE */
#define _POSIX_C_SOURCE 200809L

#include <meetgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char start[] = "avd.room.mix_record.start";
static const char files[] = "avd.room.mix_record.get";

/* Prints the error document of what failed, and frees it. */
static int failed(const char *what, meetgate_status status, char *error) {
  fprintf(stderr, "%s: %s: %s\n", what, meetgate_status_name(status), error);
  meetgate_string_free(error);
  return 1;
}

/* What the program is about. Whatever it returns, the recording is stopped after it. */
static int record(int seconds) {
  return sleep((unsigned)seconds) == 0 ? 0 : 1;
}

/* The value at a pointer of an answer; NULL, and said, where it is not there. */
static char *member(const char *json, const char *pointer) {
  char *value;
  meetgate_status status = meetgate_json_get(json, pointer, &value);
  if (status == MEETGATE_OK) return value;
  if (status == MEETGATE_ABSENT) fprintf(stderr, "the answer has no %s\n", pointer);
  else failed(pointer, status, value);
  return NULL;
}

static int fetch(meetgate_client *avd, const char *room, const char *started, const char *file) {
  char params[300], *record_id, *reply, *url;
  meetgate_status status;

  record_id = member(started, "/record_id");
  if (record_id == NULL) return 1;
  snprintf(params, sizeof params, "{\"room_id\":\"%s\",\"record_id\":\"%s\"}", room, record_id);
  meetgate_string_free(record_id);

  /* Until the server has the file: with pauses that grow, a minute at most. */
  status = meetgate_wait(avd, files, params, "{\"timeout_ms\":60000}", NULL, &reply);
  if (status != MEETGATE_OK) return failed("wait", status, reply);
  url = member(reply, "/data/0/transcode_files/0/download_url");
  meetgate_string_free(reply);
  if (url == NULL) return 1;

  status = meetgate_download(avd, url, file, NULL, NULL, NULL, NULL, &reply);
  meetgate_string_free(url);
  if (status != MEETGATE_OK) return failed("download", status, reply);
  meetgate_string_free(reply);
  printf("recorded to %s\n", file);
  return 0;
}

int main(int argc, char **argv) {
  char params[200], *error, *started, *reply;
  meetgate_client *avd;
  meetgate_status status;
  int result;

  if (argc != 5) {
    fprintf(stderr, "usage: recording AVD_CONFIG ROOM_ID SECONDS FILE\n");
    return 2;
  }
  status = meetgate_client_new(argv[1], &avd, &error);
  if (status != MEETGATE_OK) return failed("no client", status, error);
  snprintf(params, sizeof params, "{\"room_id\":\"%.64s\",\"enable_realtime_transcode\":true}", argv[2]);

  status = meetgate_call(avd, start, params, &started);
  if (status != MEETGATE_OK) {
    failed("start", status, started);
    meetgate_client_free(avd);
    return 1;
  }
  result = record(atoi(argv[3]));

  /* Of this recording alone: its record_id is in the answer of the start. */
  status = meetgate_undo(avd, start, params, started, NULL, NULL, &reply);
  if (status == MEETGATE_OK) meetgate_string_free(reply);
  else result = failed("stop", status, reply);

  if (result == 0) result = fetch(avd, argv[2], started, argv[4]);
  meetgate_string_free(started);
  meetgate_client_free(avd);
  return result;
}
