/* Raw calls: any request to a platform, signed and judged like an operation, and never to another host. */
#include "check.h"

static void test_raw_calls_on_each_platform(const struct setting *setting) {
  struct clients on = clients_of(setting);
  const char *app = "8f14e45fceea467a9f36dedd4bea2543", *spare_app = "c9f0f895fb98ab9159f51fd0297e236d";
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.avd,
          JSON({"method":"GET","path":"/sdkapi/v2/room/read","query":{"room_id":"12345123456"}}), &reply),
      is("/ret", "0"), is("/data/topic", "周会"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.avd,
          JSON({"method":"POST","path":"/sdkapi/v2/room/read","form":{"room_id":12345123456}}), &reply),
      is("/ret", "0"), is("/data/topic", "周会"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.hst,
          format(JSON({"method":"GET","path":"/v1/online/user/state","query":%s}), STATES), &reply),
      is("/code", "0"), is("/result/msg_id", "9007199254740993"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.hst,
          format(JSON({"method":"PATCH","path":"/v1/app","body":{"app_id":"%s","status":"online"}}), app), &reply),
      is("/code", "0"), is("/result/status", "online"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.hst,
          format(JSON({"method":"DELETE","path":"/v1/app","query":{"app_id":"%s"}}), spare_app), &reply),
      is("/code", "0"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call(on.youme,
          format(JSON({"method":"POST","path":"/v2/video/count_qos_by_day","body":%s}), QOS), &reply),
      is("/ErrorCode", "0"), present("/QosData"));
  free_clients(&on);
}

static void test_raw_calls_that_fail(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  /* Judged like an operation, but of no operation: its name is absent. */
  EXPECT(MEETGATE_API, reply,
      meetgate_raw_call(on.avd,
          JSON({"method":"GET","path":"/sdkapi/v2/room/read","query":{"room_id":"40400000000"}}), &reply),
      is("/platform", "avd"), is("/code", "40004"), is("/class", "not_found"), is("/meaning", "no such room"),
      is("/meaning_zh", "房间号不存在"), is("/attempts", "1"), is("/retryable", "false"), absent("/operation"));
  EXPECT(MEETGATE_API, reply,
      meetgate_raw_call(on.hst, JSON({"method":"POST","path":"/v1/kickout","body":{}}), &reply),
      is("/code", "606000002"));
  EXPECT(MEETGATE_API, reply,
      meetgate_raw_call(on.youme, JSON({"method":"POST","path":"/v2/video/count_qos_by_day"}), &reply),
      is("/platform", "youme"));
  EXPECT(MEETGATE_API, reply,
      meetgate_raw_call(on.avd, JSON({"method":"GET","path":"/sdkapi/v2/no/such/path"}), &reply),
      is("/http_status", "404"), present("/reply"));
  free_clients(&on);
}

static void refuse_raw(meetgate_client *avd, const char *request, const char *why) {
  char *reply;

  EXPECT(MEETGATE_INVALID_ARGUMENT, reply, meetgate_raw_call(avd, request, &reply), holds("/message", "raw call: "),
      holds("/message", why), is("/platform", "avd"), not_sent());
}

static void test_raw_calls_that_are_refused(const struct setting *setting) {
  const char *host = setting->server + strlen("http://"),
             *one_slash = "\"path\": expected a path that begins with exactly one";
  meetgate_client *avd = client_of(setting->avd);

  /* A token never leaves for another host; c_contract.rs looks whether that server saw any of these. */
  refuse_raw(avd, format(JSON({"method":"GET","path":"@%s/evil"}), host), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":"@evil/"}), one_slash);
  refuse_raw(avd, format(JSON({"method":"GET","path":"//%s/evil"}), host), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":"//evil"}), one_slash);
  refuse_raw(avd, format(JSON({"method":"GET","path":"%s/evil"}), setting->server), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":"https://evil/"}), one_slash);
  refuse_raw(avd, format(JSON({"method":"GET","path":".%s/evil"}), host), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":":1/evil"}), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":""}), one_slash);
  refuse_raw(avd, JSON({"method":"GET","path":"/evil\r"}), "\"path\": holds a control character");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil\nHost: evil"}), "\"path\": holds a control character");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil\r\n\r\nGET / HTTP/1.1"}), "\"path\": holds a control character");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil\u0000"}), "\"path\": holds a control character");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil?a=b"}), "parameters go into \"query\"");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil#a"}), "parameters go into \"query\"");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil HTTP/1.1"}), "must be percent-encoded");
  refuse_raw(avd, JSON({"method":"GET","path":"/\\\\evil"}), "must be percent-encoded");

  refuse_raw(avd, JSON({"method":"POST","path":"/evil","body":{},"form":{}}), "either \"body\" or \"form\", not both");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil","body":{}}), "a GET carries no body");
  refuse_raw(avd, JSON({"method":"DELETE","path":"/evil","form":{"a":1}}), "a DELETE carries no body");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil","headers":{}}), "unknown member of the request \"headers\"");
  refuse_raw(avd, JSON({"method":"GET","paht":"/evil"}), "did you mean \"path\"?");
  refuse_raw(avd, JSON({"method":"get","path":"/evil"}), "one of GET, POST, PUT, PATCH, DELETE");
  refuse_raw(avd, JSON({"path":"/evil"}), "\"method\" is missing");
  refuse_raw(avd, JSON({"method":"GET"}), "\"path\" is missing");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil","query":[]}), "\"query\": expected an object");
  refuse_raw(avd, JSON({"method":"GET","path":"/evil","query":{"a":null}}), "\"a\": expected a value, got null");
  meetgate_client_free(avd);
}

static void test_options_of_a_raw_call(const struct setting *setting) {
  const char *request = JSON({"method":"GET","path":"/sdkapi/v2/room/read","query":{"room_id":"12345123456"}});
  meetgate_client *avd = client_of(setting->avd), *silent = avd_at(setting, "silence"), *large = avd_at(setting, "large");
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_raw_call_with(avd, request, NULL, NULL, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_raw_call_with(avd, request, "{}", NULL, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_raw_call_with(avd, request, JSON({"timeout_ms":20000,"connect_timeout_ms":9000}), NULL, &reply),
      is("/data/topic", "周会"));
  EXPECT(MEETGATE_TIMEOUT, reply, meetgate_raw_call_with(silent, request, JSON({"timeout_ms":300}), NULL, &reply),
      holds("/message", "within 300 ms (timeout_ms)"), is("/attempts", "1"), absent("/operation"));
  EXPECT(MEETGATE_LIMIT, reply, meetgate_raw_call_with(large, request, JSON({"max_reply_bytes":1024}), NULL, &reply),
      holds("/message", "the answer is larger than 1024 bytes; raise max_reply_bytes"));
  EXPECT(MEETGATE_OK, reply, meetgate_raw_call_with(large, request, JSON({"max_reply_bytes":8192}), NULL, &reply),
      is("/ret", "0"));

  REFUSE(reply, meetgate_raw_call_with(avd, request, JSON({"timeout":1}), NULL, &reply),
      "unknown option \"timeout\"; did you mean \"timeout_ms\"?");
  REFUSE(reply, meetgate_raw_call_with(avd, request, JSON({"timeout_ms":0}), NULL, &reply),
      "option \"timeout_ms\": expected a 64-bit integer from 1 to 86400000 (ms), got an integer (0)");
  REFUSE(reply, meetgate_raw_call_with(avd, request, JSON({"max_reply_bytes":"1024"}), NULL, &reply),
      "option \"max_reply_bytes\": expected a 64-bit integer");
  meetgate_client_free(avd);
  meetgate_client_free(silent);
  meetgate_client_free(large);
}

static const struct group tests[] = {
    TEST(raw_calls_on_each_platform),
    TEST(raw_calls_that_fail),
    TEST(raw_calls_that_are_refused),
    TEST(options_of_a_raw_call),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
