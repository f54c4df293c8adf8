/* Replies: the error document of each kind of failure, and what goes right.
 * It comes out as the platform wrote it. */
#include "check.h"

static void test_the_error_document_of_avd(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(on.avd, JSON({"room_id":"40400000000"}), &reply),
      is("/platform", "avd"), is("/operation", "room.read"), is("/code", "40004"), is("/class", "not_found"),
      is("/message", "avd answered 40004: no such room"), is("/meaning", "no such room"),
      is("/meaning_zh", "房间号不存在"), is("/platform_message", "no such room"), is("/http_status", "200"),
      is("/attempts", "1"), is("/retryable", "false"), is("/reply/ret", "40004"), absent("/request_id"),
      absent("/clock_offset_s"), absent("/reply_text"));
  /* The envelope without `ret`. */
  EXPECT(MEETGATE_API, reply, meetgate_avd_room_close(on.avd, JSON({"room_id":"40400000000"}), &reply),
      is("/operation", "room.close"), is("/code", "41005"), present("/reply"), absent("/reply/ret"));
  /* The number of a dead token that means a missing room here: one renewal is tried. */
  EXPECT(MEETGATE_API, reply,
      meetgate_avd_room_get_statistic(on.avd,
          JSON({"room_id":"40400000000","start_time":1638320000,"end_time":1638330000}), &reply),
      is("/code", "40003"), is("/attempts", "2"));
  free_clients(&on);
}

static void test_the_error_document_of_hst(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  EXPECT(MEETGATE_API, reply,
      meetgate_hst_kickout(on.hst, JSON({"app_id":"no-such-application","user_id":"u1001"}), &reply),
      is("/platform", "hst"), is("/operation", "kickout"), is("/code", "606000003"), is("/class", "bad_request"),
      is("/meaning", "a parameter is wrong"), present("/meaning_zh"), present("/platform_message"),
      is("/http_status", "200"), is("/attempts", "1"), is("/retryable", "false"), present("/reply"),
      absent("/request_id"), absent("/clock_offset_s"));
  free_clients(&on);
}

static void test_the_error_document_of_youme(const struct setting *setting) {
  meetgate_client *client = client_of(with(setting->youme, JSON({"validate":false})));
  char *reply;

  EXPECT(MEETGATE_API, reply, meetgate_youme_count_qos_by_day(client, "{}", &reply), is("/platform", "youme"),
      is("/operation", "count_qos_by_day"), present("/code"), is("/http_status", "200"), present("/request_id"),
      present("/clock_offset_s"), is("/attempts", "1"), is("/retryable", "false"), present("/reply/ErrorCode"));
  meetgate_client_free(client);

  client = client_of(format(JSON({"platform":"youme","base_url":"%s/hour-ahead",
      "app_key":"k","app_secret":"the-app-secret","rest_api_key":"r"}), setting->server));
  /* `Date` has whole seconds, and a slow machine lets some pass. The call went once more, signed with the server's own time:
   * this server is never content. */
  EXPECT(MEETGATE_API, reply, meetgate_youme_count_qos_by_day(client, QOS, &reply),
      between("/clock_offset_s", 3571, 3629), is("/code", "4711"), is("/platform_message", "checksum"),
      is("/http_status", "200"), present("/request_id"), is("/attempts", "2"), is("/retryable", "false"),
      is("/reply/Status", "FAIL"));
  meetgate_client_free(client);
}

static void test_answers_that_are_not_the_platforms(const struct setting *setting) {
  meetgate_client *client = avd_at(setting, "html");
  char *reply;

  EXPECT(MEETGATE_PROTOCOL, reply, meetgate_avd_room_read(client, ROOM, &reply),
      is("/message", "the answer is not a JSON object"), is("/platform", "avd"), is("/operation", "room.read"),
      is("/http_status", "200"), is("/attempts", "1"), is("/retryable", "false"),
      is("/reply_text", "<html>维护中</html>"), absent("/code"), absent("/reply"));
  meetgate_client_free(client);

  client = avd_at(setting, "gateway");
  EXPECT(MEETGATE_HTTP, reply, meetgate_avd_room_read(client, ROOM, &reply),
      is("/message", "the server answered HTTP 502"), is("/http_status", "502"), is("/attempts", "3"),
      is("/retryable", "true"), is("/reply_text", "<html>502</html>"));
  EXPECT(MEETGATE_HTTP, reply, meetgate_avd_room_close(client, ROOM, &reply), is("/http_status", "502"),
      is("/attempts", "1"), is("/retryable", "false"));
  meetgate_client_free(client);

  client = avd_at(setting, "nul");
  EXPECT(MEETGATE_PROTOCOL, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/http_status", "200"));
  meetgate_client_free(client);
}

static void test_no_answer_at_all(const struct setting *setting) {
  meetgate_client *client = avd_at(setting, "silence");
  char *reply;

  EXPECT(MEETGATE_TIMEOUT, reply,
      meetgate_call_with(client, "avd.room.read", ROOM, JSON({"timeout_ms":300}), NULL, &reply),
      holds("/message", "within 300 ms (timeout_ms)"), is("/attempts", "1"),
      is("/retryable", "true"), absent("/http_status"), absent("/reply"), absent("/reply_text"));
  meetgate_client_free(client);

  client = avd_at(setting, "close");
  EXPECT(MEETGATE_NETWORK, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/attempts", "3"),
      is("/retryable", "true"), absent("/http_status"));
  EXPECT(MEETGATE_NETWORK, reply, meetgate_avd_room_close(client, ROOM, &reply), is("/attempts", "1"),
      is("/retryable", "false"));
  meetgate_client_free(client);

  /* Nobody listens on port 1: nothing was sent, so that even a change may be repeated. */
  client = client_of(JSON({"platform":"avd","base_url":"http://127.0.0.1:1","token":"t"}));
  EXPECT(MEETGATE_NETWORK, reply, meetgate_avd_room_close(client, ROOM, &reply), holds("/message", "no connection to 127.0.0.1:1: "),
      is("/attempts", "3"), is("/retryable", "true"));
  meetgate_client_free(client);

  client = client_of(format(JSON({"platform":"avd","base_url":"%s","token":"t"}), setting->no_tls));
  EXPECT(MEETGATE_TLS, reply, meetgate_avd_room_read(client, ROOM, &reply), holds("/message", "TLS: "),
      is("/retryable", "false"));
  meetgate_client_free(client);
}

static void test_bounds_and_files(const struct setting *setting) {
  struct clients on = clients_of(setting);
  meetgate_client *client = avd_at(setting, "large");
  char *reply;

  EXPECT(MEETGATE_LIMIT, reply,
      meetgate_call_with(client, "avd.room.read", ROOM, JSON({"max_reply_bytes":1024}), NULL, &reply),
      holds("/message", "the answer is larger than 1024 bytes; raise max_reply_bytes"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_call_with(client, "avd.room.read", ROOM, JSON({"max_reply_bytes":8192}), NULL, &reply),
      is("/ret", "0"));
  meetgate_client_free(client);

  EXPECT(MEETGATE_IO, reply, meetgate_avd_uploadfile(on.avd, JSON({"file":"/no/such/file.png"}), &reply),
      holds("/message", "/no/such/file.png: "), not_sent());
  REFUSE(reply, meetgate_avd_uploadfile(on.avd, JSON({"file":"/no/such/file.crx"}), &reply),
      "expected a file whose name ends in png, jpg, mp3, mp4 or avi");
  free_clients(&on);
}

static void test_secrets_are_masked(const struct setting *setting) {
  const char *base_url = member(setting->avd, "/base_url");
  meetgate_client *client = client_of(format(JSON({"platform":"avd","base_url":"%s",
      "access_key":"meetgate-sandbox","secret_key":"a-wrong/secret=="}), base_url));
  char *reply;

  EXPECT(MEETGATE_AUTH, reply, meetgate_avd_room_read(client, ROOM, &reply),
      holds("/message", "no token could be fetched: avd answered 401"), is("/code", "401"),
      is("/operation", "room.read"), nowhere("a-wrong"));
  meetgate_client_free(client);

  client = client_of(format(JSON({"platform":"hst","base_url":"%s",
      "dev_id":"5a6d","dev_secret":"a-wrong-secret!!"}), base_url));
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "no token could be fetched"), is("/code", "606000000"), nowhere("a-wrong"));
  meetgate_client_free(client);

  client = client_of(format(JSON({"platform":"youme","base_url":"%s",
      "app_key":"SANDBOXYOUMEAPPKEY01","app_secret":"a-wrong-secret","rest_api_key":"a-wrong-key"}), base_url));
  EXPECT(MEETGATE_API, reply, meetgate_youme_count_qos_by_day(client, QOS, &reply), is("/platform", "youme"),
      nowhere("a-wrong"), nowhere("checksum="));
  meetgate_client_free(client);

  /* A server that shows all it was sent, and secrets of its own: as JSON and as text. */
  client = avd_at(setting, "echo");
  EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/code", "40082"),
      is("/platform_message", "GET /echo/sdkapi/v2/room/read?token=***&room_id=12345123456 "),
      is("/reply/secret_key", "***"), is("/reply/users/0/password", "***"), nowhere("fixed-token"),
      nowhere("of the server"));
  EXPECT(MEETGATE_API, reply,
      meetgate_avd_sip_account_create(client,
          JSON({"name":"a","number":"1","sip_gate_id":3,"password":"pass/word"}), &reply),
      holds("/platform_message", "password=***"), nowhere("pass/word"), nowhere("pass%2Fword"), nowhere("fixed-token"));
  meetgate_client_free(client);
  client = avd_at(setting, "echo-text");
  EXPECT(MEETGATE_HTTP, reply, meetgate_avd_room_read(client, ROOM, &reply),
      is("/reply_text", "GET /echo-text/sdkapi/v2/room/read?token=***&room_id=12345123456 "), nowhere("fixed-token"));
  meetgate_client_free(client);
}

static void test_chinese_and_emoji_travel_both_ways(const struct setting *setting) {
  struct clients on = clients_of(setting);
  const char *room = JSON({"room_id":"12345123457"});
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_avd_room_create(on.avd, JSON({"user_id":"16","room_id":"12345123457","topic":"周会 🙂"}), &reply),
      is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(on.avd, room, &reply), is("/data/topic", "周会 🙂"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_avd_room_update(on.avd, JSON({"room_id":"12345123457","topic":"\u5468\u4f1a \ud83d\ude42 2"}), &reply),
      is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(on.avd, room, &reply), is("/data/topic", "周会 🙂 2"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_del(on.avd, room, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(on.avd, room, &reply), is("/code", "40004"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_youme_query_room_info(on.youme, JSON({"RoomId":"客户服务","BeginTime":"1575907200"}), &reply),
      is("/RoomId", "客户服务"));
  free_clients(&on);
}

static void test_integers_of_64_bits_survive(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(on.hst, STATES, &reply),
      is("/result/msg_id", "9007199254740993"));
  free_clients(&on);
}

static void test_checking_can_be_switched_off(const struct setting *setting) {
  meetgate_client *client = client_of(with(setting->avd, JSON({"validate":false})));
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(client, JSON({"room_id":"12345123456","novel":[1.0]}), &reply),
      is("/ret", "0"));
  EXPECT(MEETGATE_API, reply, meetgate_avd_room_read(client, "{}", &reply), is("/code", "40002"));
  meetgate_client_free(client);
}

static const struct group tests[] = {
    TEST(the_error_document_of_avd),
    TEST(the_error_document_of_hst),
    TEST(the_error_document_of_youme),
    TEST(answers_that_are_not_the_platforms),
    TEST(no_answer_at_all),
    TEST(bounds_and_files),
    TEST(secrets_are_masked),
    TEST(chinese_and_emoji_travel_both_ways),
    TEST(integers_of_64_bits_survive),
    TEST(checking_can_be_switched_off),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
