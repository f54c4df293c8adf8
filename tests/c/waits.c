/* What was started is undone, and what goes on is waited for. */
#include "check.h"

#define START "avd.room.mix_record.start"
#define STATUS "avd.room.record.status"
#define APP "8f14e45fceea467a9f36dedd4bea2543"
#define QUIET JSON({"room_id":"12345123456","enable_audio_record":true})
#define FINISHED JSON({"record_id":"b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64"})
#define QUICK JSON({"pause_ms":20,"max_pause_ms":50})

static void test_undone_by(const struct setting *setting) {
  char *name = meetgate_undone_by(START);
  (void)setting;
  CHECK(name != NULL && strcmp(name, "avd.room.mix_record.stop") == 0);
  meetgate_string_free(name);
  CHECK(meetgate_undone_by("avd.room.read") == NULL);
  CHECK(meetgate_undone_by("") == NULL);
  CHECK(meetgate_undone_by("\xff") == NULL);
  CHECK(meetgate_undone_by(NULL) == NULL);
}

static void test_a_recording_is_started_stopped_and_waited_for(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  char *started, *reply;
  const char *recording;

  CHECK(meetgate_call(avd, START, QUIET, &started) == MEETGATE_OK);
  recording = format("{\"record_id\":\"%s\"}", member(started, "/record_id"));
  EXPECT(MEETGATE_TIMEOUT, reply, meetgate_wait(avd, STATUS, recording, JSON({"timeout_ms":100,"pause_ms":30}), NULL, &reply),
      is("/status", "TIMEOUT"), between("/reply/record_status", 0, 1), is("/operation", "room.record.status"));
  EXPECT(MEETGATE_OK, reply, meetgate_undo(avd, START, QUIET, started, NULL, NULL, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_wait(avd, STATUS, recording, QUICK, NULL, &reply), is("/record_status", "2"));
  EXPECT(MEETGATE_API, reply, meetgate_undo(avd, START, QUIET, started, NULL, NULL, &reply), present("/code"),
      is("/operation", "room.mix_record.stop"));
  meetgate_string_free(started);
  /* Without the answer, the parameters have to do. */
  EXPECT(MEETGATE_OK, reply, meetgate_call(avd, START, QUIET, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_undo(avd, START, QUIET, NULL, JSON({"facts":true}), NULL, &reply),
      is("/reply/ret", "0"), is("/facts/attempts", "1"));
  meetgate_client_free(avd);
}

static void test_a_recording_of_hst_is_begun_ended_and_waited_for(const struct setting *setting) {
  meetgate_client *hst = client_of(setting->hst);
  char *started, *reply, *name = meetgate_undone_by("hst.record.init");
  const char *begins, *recording, *layout;

  CHECK(name != NULL && strcmp(name, "hst.record.finish") == 0);
  meetgate_string_free(name);
  begins = format(JSON({"app_id":"%s","group_id":"group-of-waits"}), APP);
  CHECK(meetgate_call(hst, "hst.record.init", begins, &started) == MEETGATE_OK);
  recording = format(JSON({"app_id":"%s","record_id":"%s"}), APP, member(started, "/record_id"));
  layout = with(recording, JSON({"audio_list":[{"user_id":"u1001","media_id":"a1001","media_type":1}]}));
  EXPECT(MEETGATE_OK, reply, meetgate_call(hst, "hst.record.set.layout", layout, &reply), is("/code", "0"));
  EXPECT(MEETGATE_TIMEOUT, reply,
      meetgate_wait(hst, "hst.record.task.list", recording, JSON({"timeout_ms":100,"pause_ms":30}), NULL, &reply),
      is("/status", "TIMEOUT"), is("/operation", "record.task.list"));
  EXPECT(MEETGATE_OK, reply, meetgate_undo(hst, "hst.record.init", begins, started, NULL, NULL, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_wait(hst, "hst.record.task.list", recording, QUICK, NULL, &reply),
      is("/record_list/0/status", "6"));
  EXPECT(MEETGATE_OK, reply, meetgate_call(hst, "hst.record.file.download.url", recording, &reply), present("/data_list/0/url"));
  meetgate_string_free(started);
  meetgate_client_free(hst);
}

static void test_cancel(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd);
  meetgate_cancel *cancel = meetgate_cancel_new();
  char *reply;

  meetgate_cancel_trigger(cancel);
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_wait(avd, STATUS, FINISHED, NULL, cancel, &reply), is("/status", "CANCELLED"));
  EXPECT(MEETGATE_CANCELLED, reply, meetgate_undo(avd, START, QUIET, NULL, NULL, cancel, &reply), is("/attempts", "0"));
  meetgate_cancel_free(cancel);
  meetgate_client_free(avd);
}

static void test_what_is_refused(const struct setting *setting) {
  meetgate_client *avd = client_of(setting->avd), *hst = client_of(setting->hst), *youme = client_of(setting->youme);
  char *reply;

  REFUSE(reply, meetgate_wait(NULL, STATUS, FINISHED, NULL, NULL, &reply), "client is NULL");
  REFUSE(reply, meetgate_wait(avd, NULL, FINISHED, NULL, NULL, &reply), "operation is NULL");
  REFUSE(reply, meetgate_wait(avd, STATUS, NULL, NULL, NULL, &reply), "record_id");
  REFUSE(reply, meetgate_wait(avd, STATUS, "\xff", NULL, NULL, &reply), "UTF-8");
  REFUSE(reply, meetgate_wait(avd, STATUS, FINISHED, "{", NULL, &reply), "options");
  REFUSE(reply, meetgate_wait(avd, "avd.room.read", ROOM, NULL, NULL, &reply), "tells of nothing that ends");
  REFUSE(reply, meetgate_wait(hst, STATUS, FINISHED, NULL, NULL, &reply), "an operation of avd");
  REFUSE(reply, meetgate_wait(hst, "hst.kickout", NULL, NULL, NULL, &reply), "expected hst.record.task.list");
  REFUSE(reply, meetgate_wait(youme, "youme.query_room_info", NULL, NULL, NULL, &reply), "nothing of youme");
  CHECK(meetgate_wait(avd, STATUS, FINISHED, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  REFUSE(reply, meetgate_undo(NULL, START, QUIET, NULL, NULL, NULL, &reply), "client is NULL");
  REFUSE(reply, meetgate_undo(avd, NULL, QUIET, NULL, NULL, NULL, &reply), "operation is NULL");
  REFUSE(reply, meetgate_undo(avd, START, "\xff", NULL, NULL, NULL, &reply), "UTF-8");
  REFUSE(reply, meetgate_undo(avd, START, QUIET, "\xff", NULL, NULL, &reply), "start_reply_json");
  REFUSE(reply, meetgate_undo(avd, START, NULL, NULL, NULL, NULL, &reply), "room_id");
  REFUSE(reply, meetgate_undo(hst, START, QUIET, NULL, NULL, NULL, &reply), "an operation of avd");
  CHECK(meetgate_undo(avd, START, QUIET, NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  meetgate_client_free(youme);
  meetgate_client_free(hst);
  meetgate_client_free(avd);
}

static const struct group groups[] = {
    TEST(undone_by),
    TEST(a_recording_is_started_stopped_and_waited_for),
    TEST(a_recording_of_hst_is_begun_ended_and_waited_for),
    TEST(cancel),
    TEST(what_is_refused),
};

int main(int argc, char **argv) { return run_checks(argc, argv, groups, COUNT(groups)); }
