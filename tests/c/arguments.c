/* What goes in wrong at the C boundary is refused with the promised status and message, and nothing is sent. */
#include "check.h"
#include "operations.h"

#define OPERATIONS COUNT(operations)

static void test_null_in_every_position(const struct setting *setting) {
  struct clients on = clients_of(setting);
  meetgate_client *client = on.avd;
  size_t i;
  char *reply;

  REFUSE(reply, meetgate_client_new(NULL, &client, &reply), "config_json is NULL");
  CHECK(client == NULL);
  client = on.avd;
  CHECK(meetgate_client_new(NULL, &client, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(client == NULL);
  REFUSE(reply, meetgate_client_new(setting->avd, NULL, &reply), "client is NULL");
  CHECK(meetgate_client_new(setting->avd, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_new(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_new(setting->avd, &client, NULL) == MEETGATE_OK);
  CHECK(client != NULL);
  meetgate_client_free(client);

  REFUSE(reply, meetgate_call(NULL, "avd.room.read", ROOM, &reply), "client is NULL");
  REFUSE(reply, meetgate_call(on.avd, NULL, ROOM, &reply), "operation is NULL");
  REFUSE(reply, meetgate_call(on.avd, "avd.room.read", NULL, &reply), "\"room_id\" is missing");
  EXPECT(MEETGATE_OK, reply, meetgate_call(on.avd, "avd.app.get_token", NULL, &reply), is("/ret", "0"));
  CHECK(meetgate_call(on.avd, "avd.room.read", ROOM, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_call(NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(reply, meetgate_call_with(NULL, "avd.room.read", ROOM, "{}", NULL, &reply), "client is NULL");
  REFUSE(reply, meetgate_call_with(on.avd, NULL, ROOM, "{}", NULL, &reply), "operation is NULL");
  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", NULL, "{}", NULL, &reply), "\"room_id\" is missing");
  EXPECT(MEETGATE_OK, reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, NULL, NULL, &reply), is("/ret", "0"));
  CHECK(meetgate_call_with(on.avd, "avd.room.read", ROOM, "{}", NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_call_with(NULL, NULL, NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(reply, meetgate_raw_call(NULL, "{}", &reply), "client is NULL");
  REFUSE(reply, meetgate_raw_call(on.avd, NULL, &reply), "request_json is NULL");
  CHECK(meetgate_raw_call(on.avd, "{}", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_raw_call(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(reply, meetgate_raw_call_with(NULL, "{}", "{}", NULL, &reply), "client is NULL");
  REFUSE(reply, meetgate_raw_call_with(on.avd, NULL, "{}", NULL, &reply), "request_json is NULL");
  CHECK(meetgate_raw_call_with(on.avd, "{}", "{}", NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_raw_call_with(NULL, NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  for (i = 0; i < OPERATIONS; i++) {
    REFUSE(reply, operations[i].call(NULL, "{}", &reply), "client is NULL");
    CHECK(operations[i].call(client_for(&on, operations[i].name), "{}", NULL) == MEETGATE_INVALID_ARGUMENT);
    CHECK(operations[i].call(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  }
  EXPECT(MEETGATE_OK, reply, meetgate_hst_access_token(on.hst, NULL, &reply), present("/result/access_token"));
  REFUSE(reply, meetgate_youme_count_qos_by_day(on.youme, NULL, &reply), "\"QueryDate\" is missing");
  REFUSE(reply, meetgate_avd_room_read(on.avd, NULL, &reply), "\"room_id\" is missing");
  free_clients(&on);
}

static void test_free_of_null_does_nothing(const struct setting *setting) {
  (void)setting;
  meetgate_string_free(NULL);
  meetgate_client_free(NULL);
  CHECK(1);
}

static void test_text_that_is_not_utf8(const struct setting *setting) {
  (void)setting;
  static const char *const broken[] = {
      "{\"room_id\":\"\xff\"}", "\x80", "{\"room_id\":\"\xed\xa0\x80\"}", "{\"room_id\":\"\xe5\x91\"}"};
  struct clients on = clients_of(setting);
  meetgate_client *client;
  char *reply;
  size_t i;

  for (i = 0; i < COUNT(broken); i++) {
    client = on.avd;
    REFUSE(reply, meetgate_client_new(broken[i], &client, &reply), "config_json is not UTF-8");
    CHECK(client == NULL);
    REFUSE(reply, meetgate_call(on.avd, broken[i], ROOM, &reply), "operation is not UTF-8");
    REFUSE(reply, meetgate_call(on.avd, "avd.room.read", broken[i], &reply), "params_json is not UTF-8");
    REFUSE(reply, meetgate_call_with(on.avd, broken[i], ROOM, "{}", NULL, &reply), "operation is not UTF-8");
    REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", broken[i], "{}", NULL, &reply),
        "params_json is not UTF-8");
    REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, broken[i], NULL, &reply),
        "options_json is not UTF-8");
    REFUSE(reply, meetgate_raw_call(on.avd, broken[i], &reply), "request_json is not UTF-8");
    REFUSE(reply, meetgate_raw_call_with(on.avd, broken[i], "{}", NULL, &reply), "request_json is not UTF-8");
    REFUSE(reply, meetgate_raw_call_with(on.avd, "{}", broken[i], NULL, &reply), "options_json is not UTF-8");
    REFUSE(reply, meetgate_hst_kickout(on.hst, broken[i], &reply), "params_json is not UTF-8");
    REFUSE(reply, meetgate_youme_count_qos_by_day(on.youme, broken[i], &reply), "params_json is not UTF-8");
    REFUSE(reply, meetgate_avd_room_read(on.avd, broken[i], &reply), "params_json is not UTF-8");
  }
  free_clients(&on);
}

/* One text in the place of each JSON argument. */
static void refuse_everywhere(const struct setting *setting, const char *text, const char *why) {
  struct clients on = clients_of(setting);
  meetgate_client *client = on.avd;
  char *reply;

#define REFUSE_AS(what, call) \
  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, call, holds("/message", what ": "), holds("/message", why), not_sent())
  REFUSE_AS("configuration", meetgate_client_new(text, &client, &reply));
  CHECK(client == NULL);
  REFUSE_AS("params", meetgate_call(on.avd, "avd.room.read", text, &reply));
  REFUSE_AS("params", meetgate_call_with(on.avd, "avd.room.read", text, NULL, NULL, &reply));
  REFUSE_AS("options", meetgate_call_with(on.avd, "avd.room.read", ROOM, text, NULL, &reply));
  REFUSE_AS("request", meetgate_raw_call(on.avd, text, &reply));
  REFUSE_AS("request", meetgate_raw_call_with(on.avd, text, NULL, NULL, &reply));
  REFUSE_AS("options", meetgate_raw_call_with(on.avd, "{}", text, NULL, &reply));
  REFUSE_AS("params", meetgate_hst_kickout(on.hst, text, &reply));
  REFUSE_AS("params", meetgate_youme_count_qos_by_day(on.youme, text, &reply));
  REFUSE_AS("params", meetgate_avd_room_read(on.avd, text, &reply));
#undef REFUSE_AS
  free_clients(&on);
}

static void test_text_that_is_not_json(const struct setting *setting) {
  static const char *const broken[] = {
      "", " ", "{", "{]", "room_id=1", "{'room_id':'1'}", "{\"a\":1,}", "{\"a\":1} x", "\xef\xbb\xbf"};
  struct clients on = clients_of(setting);
  char *reply;
  size_t i;

  for (i = 0; i < COUNT(broken); i++) {
    refuse_everywhere(setting, broken[i], "not valid JSON");
  }
  REFUSE(reply, meetgate_avd_room_read(on.avd, JSON({"room_id":"1","room_id":"2"}), &reply), "appears twice");
  free_clients(&on);
}

static void test_json_that_is_not_an_object(const struct setting *setting) {
  refuse_everywhere(setting, "[]", "expected a JSON object, got an array");
  refuse_everywhere(setting, "\"{}\"", "expected a JSON object, got a string");
  refuse_everywhere(setting, "7", "expected a JSON object, got an integer");
  refuse_everywhere(setting, "1.5", "expected a JSON object, got a number");
  refuse_everywhere(setting, "true", "expected a JSON object, got a boolean");
  refuse_everywhere(setting, "null", "expected a JSON object, got null");
}

static void test_a_byte_order_mark_is_skipped(const struct setting *setting) {
  const char *config = format("\xef\xbb\xbf%s", setting->avd);
  meetgate_client *avd = client_of(config);
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_call_with(avd, "avd.room.read", "\xef\xbb\xbf" ROOM, "\xef\xbb\xbf{}", NULL, &reply), is("/ret", "0"));
  meetgate_client_free(avd);
}

static void test_unknown_operations_name_the_nearest(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, meetgate_call(on.avd, "avd.room.creat", "{}", &reply),
      holds("/message", "unknown operation \"avd.room.creat\"; did you mean \"avd.room.create\"?"), absent("/code"));
  REFUSE(reply, meetgate_call(on.avd, "room.create", "{}", &reply), "did you mean \"avd.room.create\"?");
  REFUSE(reply, meetgate_call(on.hst, "kickout", "{}", &reply), "did you mean \"hst.kickout\"?");
  REFUSE(reply, meetgate_call(on.youme, "youme.count_qos", "{}", &reply), "did you mean \"youme.count_qos_by_day\"?");
  REFUSE(reply, meetgate_call(on.avd, "", "{}", &reply), "unknown operation");
  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, meetgate_call(on.avd, "周会\n", "{}", &reply),
      holds("/message", "unknown operation"), holds("/message", "周会\\n"));
  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.creat", "{}", "{}", NULL, &reply), "\"avd.room.create\"?");
  free_clients(&on);
}

static void test_parameters_that_cannot_be_right(const struct setting *setting) {
  struct clients on = clients_of(setting);
  size_t i;
  char *reply;

  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, meetgate_avd_room_read(on.avd, JSON({"room_idd":"1"}), &reply),
      holds("/message", "room.read: unknown parameter \"room_idd\"; did you mean \"room_id\"?"),
      is("/platform", "avd"), is("/operation", "room.read"), not_sent());
  REFUSE(reply, meetgate_avd_room_read(on.avd, "{}", &reply),
      "required parameter \"room_id\" is missing: expected a string");
  REFUSE(reply, meetgate_avd_room_read(on.avd, JSON({"room_id":null}), &reply),
      "parameter \"room_id\": expected a string, got null");
  REFUSE(reply, meetgate_avd_room_read(on.avd, JSON({"room_id":"\ud800"}), &reply),
      "parameter \"room_id\": holds an escape that is no character");
  REFUSE(reply, meetgate_avd_room_mix_record_get(on.avd, JSON({"room_id":"1","record_type":3}), &reply),
      "parameter \"record_type\": expected a 64-bit integer, one of 0, 1, 2, got an integer (3)");
  REFUSE(reply, meetgate_avd_room_mix_record_start(on.avd, JSON({"room_id":"1","videos":[{"x":true}]}), &reply),
      "parameter \"videos[0].x\": expected a number");
  REFUSE(reply,
      meetgate_hst_consuming_records(on.hst, JSON({"start_time":1,"end_time":2,"page":1,"page_size":101}), &reply),
      "parameter \"page_size\": expected a 64-bit integer of at most 100, got an integer (101)");
  /* hst and youme take no number for a string, nor the reverse; avd takes both. */
  REFUSE(reply, meetgate_hst_kickout(on.hst, JSON({"app_id":"a","user_id":7}), &reply),
      "hst.kickout: parameter \"user_id\": expected a string, got an integer (7)");
  REFUSE(reply, meetgate_youme_count_qos_by_day(on.youme, JSON({"QueryDate":20191210}), &reply),
      "parameter \"QueryDate\": expected a string (day in UTC+8), got an integer (20191210)");
  REFUSE(reply, meetgate_hst_app_create(on.hst, JSON({"app_name":"a","service":[{"service_id":"3"}]}), &reply),
      "parameter \"service[0].service_id\": expected a 64-bit integer");
  REFUSE(reply, meetgate_hst_app_create(on.hst, JSON({"app_name":"a","service":[],"status":"on"}), &reply),
      "parameter \"status\": expected a string, one of online, offline, got a string (\"on\")");
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(on.avd, JSON({"room_id":12345123456}), &reply), is("/ret", "0"));

  for (i = 0; i < OPERATIONS; i++) {
    REFUSE(reply, operations[i].call(client_for(&on, operations[i].name), JSON({"no_such_thing":1}), &reply),
        format("%s: unknown parameter \"no_such_thing\"", operations[i].name));
  }
  free_clients(&on);
}

static void test_parameters_that_contradict_each_other(const struct setting *setting) {
  struct clients on = clients_of(setting);
  meetgate_client *unchecked = client_of(with(setting->avd, JSON({"validate":false})));
  static const char wav[] = JSON({"room_id":"12345123456","audio_file_type":"wav","audio_codec":"aac"});
  static const char watermark[] = JSON({"room_id":"12345123456","osds":{"osdtxts":[]}});
  char *reply;

  REFUSE(reply, meetgate_avd_room_mix_record_start(on.avd, wav, &reply),
      "avd.room.mix_record.start: audio_file_type \"wav\" needs audio_codec \"pcm\", but audio_codec is \"aac\" "
      "(004 L659)");
  REFUSE(reply, meetgate_avd_room_mix_record_start(on.avd, watermark, &reply),
      "osds needs videos, but videos is missing");
  REFUSE(reply, meetgate_avd_room_mix_record_update_layout(on.avd, ROOM, &reply),
      "at least one of videos and audio_user_ids is needed, but none is given");
  REFUSE(reply,
      meetgate_hst_consuming_records(on.hst, JSON({"start_time":2,"end_time":1,"page":1,"page_size":10}), &reply),
      "end_time must not be before start_time, but start_time is 2 and end_time is 1");
  REFUSE(reply,
      meetgate_avd_room_mix_record_start(on.avd, JSON({"room_id":"1","video_level":"medium"}), &reply),
      "one of low, middle, high, got a string (\"medium\"); did you mean \"middle\" (medium)?");

  EXPECT(MEETGATE_API, reply, meetgate_avd_room_mix_record_start(unchecked, wav, &reply), is("/code", "40043"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_mix_record_start(unchecked, watermark, &reply), present("/record_id"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_mix_record_stop(unchecked, ROOM, &reply), is("/ret", "0"));
  meetgate_client_free(unchecked);
  free_clients(&on);
}

static void test_options(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, JSON({"timeout":1}), NULL, &reply),
      "options: unknown option \"timeout\"; did you mean \"timeout_ms\"?");
  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, JSON({"timeout_ms":0}), NULL, &reply),
      "option \"timeout_ms\": expected a 64-bit integer from 1 to 86400000 (ms), got an integer (0)");
  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, JSON({"max_reply_bytes":1023}), NULL, &reply),
      "option \"max_reply_bytes\": expected a 64-bit integer from 1024 to 1073741824");
  REFUSE(reply, meetgate_call_with(on.avd, "avd.room.read", ROOM, JSON({"connect_timeout_ms":"1"}), NULL, &reply),
      "option \"connect_timeout_ms\": expected a 64-bit integer");
  EXPECT(MEETGATE_OK, reply,
      meetgate_call_with(on.avd, "avd.room.read", ROOM,
          JSON({"timeout_ms":20000,"connect_timeout_ms":10000,"max_reply_bytes":4096}), NULL, &reply),
      is("/ret", "0"));
  free_clients(&on);
}

static void test_a_client_of_another_platform(const struct setting *setting) {
  struct clients on = clients_of(setting);
  size_t i;
  char *reply;

  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, meetgate_call(on.avd, "hst.kickout", "{}", &reply),
      holds("/message", "hst.kickout is an operation of hst; this client talks to avd"), is("/platform", "hst"),
      is("/operation", "kickout"));
  REFUSE(reply, meetgate_call_with(on.hst, "youme.count_qos_by_day", QOS, "{}", NULL, &reply),
      "this client talks to hst");
  REFUSE(reply, meetgate_avd_room_read(on.youme, ROOM, &reply),
      "avd.room.read is an operation of avd; this client talks to youme");
  for (i = 0; i < OPERATIONS; i++) {
    meetgate_client *other = client_for(&on, operations[i].name) == on.avd ? on.hst : on.avd;
    REFUSE(reply, operations[i].call(other, NULL, &reply), format("%s is an operation of", operations[i].name));
    REFUSE(reply, meetgate_call(other, operations[i].name, NULL, &reply), "this client talks to");
  }
  free_clients(&on);
}

static const struct group tests[] = {
    TEST(null_in_every_position),
    TEST(free_of_null_does_nothing),
    TEST(text_that_is_not_utf8),
    TEST(text_that_is_not_json),
    TEST(json_that_is_not_an_object),
    TEST(a_byte_order_mark_is_skipped),
    TEST(unknown_operations_name_the_nearest),
    TEST(parameters_that_cannot_be_right),
    TEST(parameters_that_contradict_each_other),
    TEST(options),
    TEST(a_client_of_another_platform),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
