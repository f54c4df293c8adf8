/* The three platforms from C: rooms and recordings on avd, applications and users on hst, figures on youme.
 *
 * In a checkout of meetgate:
 *
 *   cargo rustc --release --lib --crate-type cdylib
 *   cargo build --release --package meetgate-sandbox
 *   ln -sf libmeetgate.so target/release/libmeetgate.so.0
 *   cc -std=c99 -Iinclude examples/c/quickstart.c -Ltarget/release -lmeetgate -Wl,-rpath,$PWD/target/release -o quickstart
 *   ./quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG
 *
 * Each configuration is a JSON text. The first line that target/release/meetgate-sandbox prints has all three; with them
 * the ids below exist. `cargo xtask demo` does all of this at once. */
#include <meetgate.h>

#include <stdio.h>
#include <string.h>

static int failures;

/* Prints what was done and how it went, on one line each, and frees the reply. */
static void show(const char *what, meetgate_status status, char *reply) {
  size_t length = strlen(reply), most = 200;
  int is_whole = length <= most;

  if (!is_whole) {
    /* A byte 10xxxxxx goes on with a UTF-8 character: never cut in front of one. */
    for (length = most; length > 0 && ((unsigned char)reply[length] & 0xC0) == 0x80; length--) {
    }
  }
  printf("%s\n  %s: %.*s%s\n", what, meetgate_status_name(status), (int)length, reply, is_whole ? "" : "...");
  if (status != MEETGATE_OK) failures++;
  meetgate_string_free(reply);
}

/* The parameters {"name":value} from the member of a reply to which this JSON pointer leads, such as an id. {} if there is
 * none. */
static void params_from(const char *reply, const char *pointer, char *params, size_t size) {
  char *text = NULL, *quoted = NULL;

  snprintf(params, size, "{}");
  if (meetgate_json_get(reply, pointer, &text) == MEETGATE_OK && meetgate_json_quote(text, &quoted) == MEETGATE_OK) {
    snprintf(params, size, "{\"%s\":%s}", strrchr(pointer, '/') + 1, quoted);
  }
  meetgate_string_free(quoted);
  meetgate_string_free(text);
}

/* A client of one platform, or NULL, and then the error document is printed. */
static meetgate_client *client_of(const char *config) {
  meetgate_client *client;
  char *error;

  if (meetgate_client_new(config, &client, &error) != MEETGATE_OK) {
    fprintf(stderr, "no client: %s\n", error);
    meetgate_string_free(error);
    failures++;
  }
  return client;
}

static void drive_avd(meetgate_client *avd) {
  char room[128], recording[128];
  meetgate_status status;
  char *reply;

  /* Without a room_id the platform makes one up, so that this program can run again. */
  status = meetgate_avd_room_create(avd, "{\"user_id\":\"16\",\"topic\":\"周会\"}", &reply);
  params_from(reply, "/room_id", room, sizeof room);
  show("avd: create a room", status, reply);
  status = meetgate_avd_room_read(avd, room, &reply);
  show("avd: read it", status, reply);

  status = meetgate_avd_room_mix_record_start(avd, room, &reply);
  params_from(reply, "/record_id", recording, sizeof recording);
  show("avd: start its mixed recording", status, reply);
  status = meetgate_avd_room_record_status(avd, recording, &reply);
  show("avd: read the recording's status", status, reply);
  status = meetgate_avd_room_mix_record_stop(avd, room, &reply);
  show("avd: stop the recording", status, reply);
  status = meetgate_avd_room_mix_record_get(avd, room, &reply);
  show("avd: list the files that it left", status, reply);
  status = meetgate_avd_room_close(avd, room, &reply);
  show("avd: close the room", status, reply);

  /* A failure, on purpose: in place of the platform's answer there is an error document. */
  status = meetgate_avd_room_read(avd, "{\"room_id\":\"40400000000\"}", &reply);
  printf("avd: read a room that does not exist\n  %s: %s\n", meetgate_status_name(status), reply);
  if (status != MEETGATE_API) failures++;
  meetgate_string_free(reply);
}

static void drive_hst(meetgate_client *hst) {
  char app[128];
  meetgate_status status;
  char *reply;

  /* This reply holds the application's secret: a program of yours would not print it. */
  status = meetgate_hst_app_create(hst, "{\"app_name\":\"会议演示\",\"service\":[{\"service_id\":3}]}", &reply);
  params_from(reply, "/result/app_id", app, sizeof app);
  show("hst: create an application", status, reply);
  status = meetgate_hst_app_delete(hst, app, &reply);
  show("hst: delete it", status, reply);
  status = meetgate_hst_online_user_state(
      hst, "{\"app_id\":\"8f14e45fceea467a9f36dedd4bea2543\",\"msg_id\":1}", &reply);
  show("hst: read who is online", status, reply);
}

static void drive_youme(meetgate_client *youme) {
  meetgate_status status;
  char *reply;

  status = meetgate_youme_query_instance_all_records_by_time(
      youme, "{\"UserId\":\"terminal-001\",\"BeginTime\":\"1575907200\",\"EndTime\":\"1575993599\"}", &reply);
  show("youme: read the call records of a terminal on 2019-12-10", status, reply);
  status = meetgate_youme_count_qos_by_day(youme, "{\"QueryDate\":\"20191210\"}", &reply);
  show("youme: read the quality figures of that day", status, reply);
}

int main(int argc, char **argv) {
  static void (*const drive[])(meetgate_client *) = {drive_hst, drive_youme, drive_avd};
  int i;

  if (argc != 4) {
    fprintf(stderr, "usage: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG\n");
    return 2;
  }
  for (i = 0; i < 3; i++) {
    meetgate_client *client = client_of(argv[i + 1]);
    if (client != NULL) drive[i](client);
    meetgate_client_free(client);
  }
  return failures == 0 ? 0 : 1;
}
