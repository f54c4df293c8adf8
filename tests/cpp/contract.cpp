// What goes in wrong is thrown as what it is, and what goes in right comes out as it is.
//
//   contract HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS [few]
//
// The configurations are a sandbox's. SERVER is the URL of a server that answers as the first segments of the path say,
// see tests/cpp.rs; NO_TLS an https URL where nobody speaks TLS. With `few`, what is done often is done a few times:
// valgrind is slow. Prints one line for each group of checks and a closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <typeinfo>

using meetgate::object;
using meetgate::raw;

static const char *hst_config, *youme_config, *avd_config, *server, *no_tls;
static bool few;
static meetgate::hst *hst;
static meetgate::youme *youme;
static meetgate::avd *avd;

// Checking ------------------------------------------------------------------------------------------------------------

static bool holds(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

// The call throws this very class, with these words in its document; the error goes out for further checks.
template <class Wanted, class Call>
static meetgate::error thrown(int line, const Call &call, const std::string &words) {
  try {
    const std::string reply = call();
    checks::check(false, "nothing was thrown: " + reply, __FILE__, line);
  } catch (const meetgate::error &error) {
    checks::check(typeid(error) == typeid(Wanted), std::string("not that class, but ") + typeid(error).name(), __FILE__,
                  line);
    checks::check(holds(error.document(), words), "\"" + words + "\" is not in " + error.document(), __FILE__, line);
    return error;
  }
  return meetgate::error(MEETGATE_OK, "");
}

#define THROWS(wanted, call, words) thrown<meetgate::wanted>(__LINE__, [&] { return call; }, words)

// Making a client throws.
template <class Client, class Config>
static std::string make(const Config &config) {
  const Client made(config);
  return "a client";
}

// Clients -------------------------------------------------------------------------------------------------------------

static meetgate::avd_room_read_params room(const std::string &id) {
  return meetgate::avd_room_read_params().room_id(id);
}

static const meetgate::avd_room_read_params &quiet_room() {
  static const meetgate::avd_room_read_params params = room("12345123456");
  return params;
}

static meetgate::hst_online_user_state_params states() {
  return meetgate::hst_online_user_state_params().app_id("8f14e45fceea467a9f36dedd4bea2543").msg_id(9007199254740993);
}

static meetgate::youme_count_qos_by_day_params qos() {
  return meetgate::youme_count_qos_by_day_params().QueryDate("20191210");
}

// A client, with a token of its own, of the server that answers in one certain way.
static meetgate::avd avd_at(const std::string &way) {
  return meetgate::avd(meetgate::avd_config().base_url(std::string(server) + '/' + way).token("fixed-token=="));
}

static meetgate::avd_config sandbox_config() {
  return meetgate::avd_config()
      .base_url(meetgate::member(avd_config, "base_url"))
      .access_key(meetgate::member(avd_config, "access_key"))
      .secret_key(meetgate::member(avd_config, "secret_key"));
}

// Arguments -----------------------------------------------------------------------------------------------------------

static void null_is_refused_by_name() {
  const char *const nothing = nullptr;
  THROWS(invalid_argument, avd->room.read(meetgate::avd_room_read_params().room_id(nothing)),
         "parameter \\\"room_id\\\": expected a string, got null");
  THROWS(invalid_argument, avd->call("avd.room.read", raw(nothing)), "expected a JSON object, got null");
  THROWS(invalid_argument, avd->raw_call(raw(nothing)), "expected a JSON object, got null");
  THROWS(invalid_argument, make<meetgate::avd>(raw(nothing)), "configuration: expected a JSON object, got null");
  THROWS(invalid_config, make<meetgate::avd>(meetgate::avd_config().base_url(nothing)), "base_url");
  EQUAL(object().set("a", nothing).str(), "{\"a\":null}");
}

static void text_that_is_not_utf8() {
  for (const char *broken : {"\xff", "\x80", "\xed\xa0\x80", "\xe5\x91"}) {
    THROWS(invalid_argument, avd->room.read(room(broken)), "params_json is not UTF-8");
    THROWS(invalid_argument, avd->call(broken, object()), "operation is not UTF-8");
    THROWS(invalid_argument, avd->room.read(quiet_room(), meetgate::call_options().set(broken, 1)),
           "options_json is not UTF-8");
    THROWS(invalid_argument, avd->raw_call(meetgate::raw_request().method(broken)), "request_json is not UTF-8");
    THROWS(invalid_argument, make<meetgate::avd>(sandbox_config().user_agent(broken)), "config_json is not UTF-8");
  }
}

static void text_that_is_not_json() {
  for (const char *broken : {"", " ", "{", "{]", "room_id=1", "{'room_id':'1'}", "{\"a\":1,}", "{\"a\":1} x"}) {
    THROWS(invalid_argument, avd->call("avd.room.read", raw(broken)), "not valid JSON");
    THROWS(invalid_argument, avd->raw_call(raw(broken)), "not valid JSON");
    THROWS(invalid_argument, make<meetgate::avd>(raw(broken)), "not valid JSON");
  }
  THROWS(invalid_argument, avd->room.read(meetgate::avd_room_read_params().set("room_id", raw("["))), "not valid JSON");
  THROWS(invalid_argument, make<meetgate::avd>(raw("[]")), "expected a JSON object, got an array");
}

static void a_byte_order_mark_is_skipped() {
  const std::string mark("\xef\xbb\xbf");
  const std::string config = std::string(avd_config);
  const meetgate::avd marked(raw(mark + config));
  CHECK(holds(marked.call("avd.room.read", raw(mark + "{\"room_id\":\"12345123456\"}")), "\"ret\":0"));
  THROWS(invalid_config, make<meetgate::avd>(raw(mark + "{}")), "base_url");
}

static void a_nul_byte_does_not_cut_the_text() {
  const std::string nul("{}\0", 3);
  THROWS(invalid_argument, avd->call("avd.app.get_token", raw(nul)), "NUL byte");
  THROWS(invalid_argument, avd->call(std::string("avd.room.list\0", 14)), "NUL byte");
  THROWS(invalid_argument, avd->raw_call(raw(nul)), "NUL byte");
  THROWS(invalid_argument, make<meetgate::avd>(raw(std::string(avd_config) + '\0')), "NUL byte");
  // In a value it is a character as any other: it travels, and the platform knows no such room.
  THROWS(not_found, avd->room.read(room(std::string("12345123456\0", 12))), "40004");
}

static void configurations_that_cannot_be_right() {
  THROWS(invalid_config, make<meetgate::avd>(meetgate::avd_config()), "base_url");
  THROWS(invalid_config, make<meetgate::avd>(sandbox_config().token("t")), "not both");
  THROWS(invalid_config, make<meetgate::avd>(sandbox_config().timeout_ms(0)), "from 1 to 86400000");
  THROWS(invalid_config, make<meetgate::avd>(sandbox_config().set("timeout", 1)), "did you mean \\\"timeout_ms\\\"?");
  THROWS(invalid_config, make<meetgate::hst>(meetgate::hst_config().dev_id("d").dev_secret("too short")),
         "expected exactly 16 bytes, got 9");
  THROWS(invalid_config, make<meetgate::youme>(meetgate::youme_config().app_key("k").app_secret("s")), "rest_api_key");
  THROWS(invalid_config, make<meetgate::avd>(raw(hst_config)),
         "a client of avd got a configuration whose \\\"platform\\\" is hst");
  THROWS(invalid_config, make<meetgate::avd>(raw("{\"platform\":\"avdd\"}")), "did you mean \\\"avd\\\"?");
}

static void the_platform_may_be_left_out() {
  const std::string base_url = meetgate::member(avd_config, "base_url");
  const meetgate::avd short_one(
      raw(" {\"base_url\":\"" + base_url +
          "\",\"access_key\":\"meetgate-sandbox\",\"secret_key\":\"sandbox-avd-secret-key\"}"));
  CHECK(holds(short_one.room.read(quiet_room()), "\"ret\":0"));
  THROWS(invalid_config, make<meetgate::avd>(raw("{}")), "base_url");
}

static void parameters_that_cannot_be_right() {
  const meetgate::error error = THROWS(invalid_argument, avd->room.read(meetgate::avd_room_read_params()),
                                       "required parameter \\\"room_id\\\" is missing");
  EQUAL(error.platform() + ' ' + error.operation(), "avd room.read");
  CHECK(error.status() == MEETGATE_INVALID_ARGUMENT && error.attempts() == 0 && !error.has_code());
  THROWS(invalid_argument, avd->room.read(room("1").set("room_idd", "1")), "did you mean \\\"room_id\\\"?");
  THROWS(invalid_argument,
         avd->room.mix_record.get(meetgate::avd_room_mix_record_get_params().room_id("1").record_type(3)),
         "one of 0, 1, 2, got an integer (3)");
  THROWS(invalid_argument, avd->call("avd.room.creat"), "did you mean \\\"avd.room.create\\\"?");
  THROWS(invalid_argument, avd->call("hst.kickout"), "hst.kickout");
  THROWS(invalid_argument, avd->room.read(quiet_room(), meetgate::call_options().timeout_ms(0)), "timeout_ms");
  THROWS(io_error, avd->uploadfile(meetgate::avd_uploadfile_params().file("/no/such/file.png")), "/no/such/file.png");
}

// Answers -------------------------------------------------------------------------------------------------------------

static void the_error_of_avd() {
  const meetgate::error error = THROWS(not_found, avd->room.read(room("40400000000")), "\"reply\":{");
  CHECK(error.status() == MEETGATE_API && error.code() == 40004 && error.http_status() == 200 && error.attempts() == 1);
  CHECK(error.code_class() == meetgate::code_class::not_found && !error.retryable());
  EQUAL(error.what(), "avd answered 40004: no such room");
  EQUAL(error.meaning() + ' ' + error.meaning_zh() + ' ' + error.platform_message(),
        "no such room 房间号不存在 no such room");
  EQUAL(meetgate::member(error.reply(), "ret"), "40004");
  THROWS(conflict, avd->room.create(meetgate::avd_room_create_params().user_id("16").room_id("12345123456")), "40005");
  try {
    avd->room.read(room("40400000000"));
  } catch (const meetgate::api_error &caught) {
    CHECK(caught.code() == 40004);
  }
}

static void the_error_of_hst() {
  const meetgate::hst unchecked(raw(std::string("{\"validate\":false,") + (hst_config + 1)));
  const meetgate::error error =
      THROWS(bad_request, unchecked.kickout(meetgate::hst_kickout_params().user_id("u1001")), "");
  CHECK(error.code() == 606000002 || error.code() == 606000003);
  EQUAL(error.platform() + ' ' + error.operation(), "hst kickout");
}

static void the_error_of_youme() {
  const meetgate::youme unchecked(raw(std::string("{\"validate\":false,") + (youme_config + 1)));
  const meetgate::error error =
      THROWS(api_error, unchecked.count_qos_by_day(meetgate::youme_count_qos_by_day_params()), "\"reply\":{");
  CHECK(error.has_code() && error.meaning().empty() && error.has_clock_offset_s() && !error.request_id().empty());
}

static void numbers_are_thrown_by_their_class() {
  THROWS(bad_request, avd_at("number/40002").room.read(quiet_room()), "");
  THROWS(conflict, avd_at("number/40005").room.read(quiet_room()), "");
  THROWS(forbidden, avd_at("number/40053").room.read(quiet_room()), "");
  THROWS(unsupported, avd_at("number/10914").room.read(quiet_room()), "");
  THROWS(server_error, avd_at("number/41005").room.read(quiet_room()), "");
  THROWS(api_error, avd_at("number/77777").room.read(quiet_room()), "\"code\":77777");
  CHECK(THROWS(api_error, avd_at("number/6050030000").room.read(quiet_room()), "").code() == 6050030000);
}

static void a_busy_platform_says_when_to_try_again() {
  const meetgate::avd busy = avd_at("number/41001");
  CHECK(THROWS(platform_busy, busy.room.read(quiet_room()), "").retryable());
  CHECK(!THROWS(platform_busy, busy.room.close(meetgate::avd_room_close_params().room_id("1")), "").retryable());
}

static void nested_answers_and_escapes_are_read() {
  const meetgate::error error = THROWS(not_found, avd_at("nested").room.read(quiet_room()), "");
  EQUAL(error.platform_message(), "房间 🙂 \"}");
  EQUAL(meetgate::member(error.reply(), "data"), "[{\"a\":{\"b\":[1.0,\"]}\\\"\",{}]}}]");
  EQUAL(meetgate::member(error.reply(), "msg"), "房间 🙂 \"}");
}

static void credentials_that_are_refused() {
  const meetgate::avd wrong(sandbox_config().secret_key("a-wrong/secret=="));
  const meetgate::error error = THROWS(auth_error, wrong.room.read(quiet_room()), "no token could be fetched");
  CHECK(error.status() == MEETGATE_AUTH && error.code() == 401 && !holds(error.document(), "a-wrong"));
  // A fixed token cannot be renewed.
  THROWS(token_dead, avd_at("number/40003").room.read(quiet_room()), "\"code\":40003");
}

static void answers_that_are_not_the_platforms() {
  const meetgate::error error = THROWS(protocol_error, avd_at("html").room.read(quiet_room()), "");
  EQUAL(error.reply_text(), "<html>维护中</html>");
  EQUAL(error.reply(), "");
  CHECK(THROWS(http_error, avd_at("gateway").room.read(quiet_room()), "").http_status() == 502);
}

static void redirects_and_pauses_are_told() {
  const meetgate::error redirect = THROWS(http_error, avd_at("redirect").room.read(quiet_room()), "");
  CHECK(redirect.http_status() == 302 && !redirect.has_retry_after_ms());
  EQUAL(redirect.location(), "https://10.0.0.9/room");
  const meetgate::error later = THROWS(http_error, avd_at("later").room.read(quiet_room()), "");
  CHECK(later.http_status() == 503 && later.has_retry_after_ms() && later.retry_after_ms() == 7000);
  EQUAL(later.location(), "");
}

static void a_nul_character_in_the_platforms_text_is_an_error_like_any_other() {
  const meetgate::error error = THROWS(not_found, avd_at("nul-escape").room.read(quiet_room()), "");
  CHECK(error.code() == 40004);
  EQUAL(error.platform_message(), "a\xef\xbf\xbd\\u0000b");
  EQUAL(meetgate::member(error.reply(), "ret"), "40004");
  THROWS(invalid_argument, meetgate::member(error.reply(), "msg"), "NUL character");
}

static void no_answer_at_all() {
  const meetgate::avd silent = avd_at("silence");
  const meetgate::error error =
      THROWS(timeout_error, silent.room.read(quiet_room(), meetgate::call_options().timeout_ms(300)), "within 300 ms");
  CHECK(error.retryable() && error.http_status() == 0);
  THROWS(network_error, avd_at("close").room.read(quiet_room()), "\"retryable\":true");
  const meetgate::avd nobody(meetgate::avd_config().base_url("http://127.0.0.1:1").token("t"));
  THROWS(network_error, nobody.room.read(quiet_room()), "no connection");
  const meetgate::avd plain(meetgate::avd_config().base_url(no_tls).token("t"));
  THROWS(tls_error, plain.room.read(quiet_room()), "TLS");
  const meetgate::avd large = avd_at("large");
  THROWS(limit_error, large.room.read(quiet_room(), meetgate::call_options().max_reply_bytes(1024)), "max_reply_bytes");
  CHECK(holds(large.room.read(quiet_room()), "\"ret\":0"));
}

// What goes right -----------------------------------------------------------------------------------------------------

static void chinese_and_emoji_travel_both_ways() {
  avd->room.create(meetgate::avd_room_create_params().user_id("16").room_id("12345123457").topic("周会 🙂"));
  EQUAL(meetgate::member(meetgate::member(avd->room.read(room("12345123457")), "data"), "topic"), "周会 🙂");
  avd->room.update(meetgate::avd_room_update_params().room_id("12345123457").topic("a\"\\\t🙂"));
  EQUAL(meetgate::member(meetgate::member(avd->room.read(room("12345123457")), "data"), "topic"), "a\"\\\t🙂");
  avd->room.del(meetgate::avd_room_del_params().room_id("12345123457"));
  THROWS(not_found, avd->room.read(room("12345123457")), "");
}

static void integers_of_64_bits_survive() {
  CHECK(holds(hst->online.user.state(states()), "\"msg_id\":9007199254740993"));
}

static void any_operation_and_any_path() {
  CHECK(holds(avd->call("avd.room.read", object().set("room_id", "12345123456")), "\"ret\":0"));
  CHECK(holds(avd->call("avd.room.read", quiet_room()), "\"ret\":0"));
  CHECK(holds(avd->call("avd.room.read", raw("{\"room_id\":12345123456}"), meetgate::call_options().timeout_ms(5000)),
              "\"ret\":0"));
  CHECK(holds(avd->call("avd.room.list"), "\"ret\":0"));
  CHECK(holds(avd->raw_call(meetgate::raw_request().method("GET").path("/sdkapi/v2/room/read").query(quiet_room())),
              "\"ret\":0"));
  CHECK(holds(youme->raw_call(meetgate::raw_request().method("POST").path("/v2/video/count_qos_by_day").body(qos())),
              "OK"));
  CHECK(holds(hst->raw_call(meetgate::raw_request()
                                .method("GET")
                                .path("/v1/online/user/state")
                                .query(object().set("app_id", "8f14e45fceea467a9f36dedd4bea2543").set("msg_id", 1))),
              "\"code\":0"));
  const meetgate::avd unchecked(sandbox_config().validate(false));
  CHECK(holds(unchecked.room.read(room("12345123456").set("novel", meetgate::array({1.0, "a"}))), "\"ret\":0"));
}

static void options_bound_a_raw_call_too() {
  const meetgate::raw_request list = meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list");
  CHECK(holds(avd->raw_call(list, meetgate::call_options().timeout_ms(5000)), "\"ret\":0"));
  THROWS(timeout_error, avd_at("silence").raw_call(list, meetgate::call_options().timeout_ms(300)), "within 300 ms");
  THROWS(limit_error, avd_at("large").raw_call(list, meetgate::call_options().max_reply_bytes(1024)), "max_reply_bytes");
  THROWS(invalid_argument, avd->raw_call(list, meetgate::call_options().set("timeout", 1)),
         "did you mean \\\"timeout_ms\\\"?");
}

static void a_list_is_read_out_of_a_reply() {
  const std::string reply = avd->room.list();
  const std::size_t rooms = meetgate::length(reply, "/rooms");
  bool is_there = false;
  for (std::size_t i = 0; i < rooms; i++) {
    is_there = is_there || meetgate::member(reply, "/rooms/" + std::to_string(i) + "/room_id") == "12345123456";
  }
  if (!CHECK(rooms > 0 && is_there)) std::printf("  %s\n", reply.c_str());
  CHECK(!meetgate::find(reply, "/rooms/" + std::to_string(rooms) + "/room_id"));
  CHECK(holds(avd->call("avd.room.read", raw("{\"room_id\":" + meetgate::quote("12345123456") + '}')), "\"ret\":0"));
}

static void the_library_introduces_itself() {
  EQUAL(meetgate::version(), MEETGATE_VERSION);
  CHECK(holds(meetgate::catalog(), "\"avd.room.create\""));
}

// Owning --------------------------------------------------------------------------------------------------------------

static void a_client_moves_with_its_groups() {
  meetgate::avd first(sandbox_config());
  meetgate_client *const handle = first.handle();
  meetgate::avd second(std::move(first));
  CHECK(second.handle() == handle && second && !first);
  CHECK(holds(second.room.participate.list(meetgate::avd_room_participate_list_params().room_id("12345123456")),
              "\"code\":200"));
  THROWS(invalid_argument, first.room.participate.list(meetgate::avd_room_participate_list_params()), "moved from");
  THROWS(invalid_argument, first.call("avd.room.list"), "moved from");
  THROWS(invalid_argument, first.raw_call(object()), "moved from");

  first = std::move(second);
  CHECK(first && !second && holds(first.sip.gate.list(), "\"ret\":0"));
  THROWS(invalid_argument, second.sip.gate.list(), "moved from");
  meetgate::avd &same = first;
  first = std::move(same);
  CHECK(first && holds(first.room.list(), "\"ret\":0"));

  // Over a client that is open: that one is closed.
  meetgate::avd third(sandbox_config());
  third = std::move(first);
  CHECK(third.handle() == handle &&
        holds(third.device.get_invite_status(
                  meetgate::avd_device_get_invite_status_params().call_id("c0a8f3de-52b1-4e79-8d46-9b1f7a2c5e03")),
              "\"ret\":0"));

  std::vector<meetgate::avd> many;
  for (int i = 0; i < 5; i++) many.emplace_back(sandbox_config());
  CHECK(holds(many.front().room.list(), "\"ret\":0"));
  std::swap(many.front(), many.back());
  CHECK(holds(many.back().room.mix_record.get(meetgate::avd_room_mix_record_get_params().room_id("12345123456")),
              "\"ret\":0"));
}

static void closing_twice_does_nothing() {
  meetgate::avd client(sandbox_config());
  CHECK(holds(client.room.list(), "\"ret\":0"));
  client.close();
  CHECK(!client && client.handle() == nullptr);
  client.close();
  THROWS(invalid_argument, client.room.list(), "closed");
  THROWS(invalid_argument, client.room.avc.stop(meetgate::avd_room_avc_stop_params()), "closed");
  client = meetgate::avd(sandbox_config());
  CHECK(holds(client.room.list(), "\"ret\":0"));
}

static void c_functions_take_the_handle() {
  char *reply = nullptr;
  CHECK(meetgate_avd_room_list(avd->handle(), nullptr, &reply) == MEETGATE_OK);
  meetgate_string_free(reply);
}

static long resident_pages() {
  std::ifstream file("/proc/self/statm");
  long size = 0, resident = 0;
  file >> size >> resident;
  return resident;
}

static void making_and_closing_keeps_memory_flat() {
  const int rounds = few ? 20 : 20000;
  long before = 0;
  for (int i = 0; i < rounds; i++) {
    if (i == rounds / 10) before = resident_pages();
    const meetgate::avd client(sandbox_config());
    try {
      client.room.read(meetgate::avd_room_read_params());
      CHECK(false);
    } catch (const meetgate::invalid_argument &) {
    }
  }
  const long grown = resident_pages() - before;
  if (!few && !CHECK(grown * sysconf(_SC_PAGESIZE) < 1024 * 1024)) std::printf("  %ld pages more\n", grown);
}

// Threads and processes -----------------------------------------------------------------------------------------------

static void many_threads_share_one_client() {
  // New ones, the only ones of their accounts: all threads want the token at once. Their name is what tests/cpp.rs knows
  // their requests by.
  avd->close();
  hst->close();
  const meetgate::avd avd_client(sandbox_config().user_agent("many-threads"));
  const meetgate::hst hst_client(raw(std::string("{\"user_agent\":\"many-threads\",") + (hst_config + 1)));
  std::atomic<int> failed(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; i++) {
    threads.emplace_back([&] {
      for (int call = 0; call < 4; call++) {
        try {
          if (!holds(avd_client.room.read(quiet_room()), "\"ret\":0")) failed++;
          if (!holds(hst_client.online.user.state(states()), "\"code\":0")) failed++;
          try {
            avd_client.room.read(room("40400000000"));
            failed++;
          } catch (const meetgate::not_found &) {
          }
        } catch (const meetgate::error &error) {
          std::printf("  %s\n", error.what());
          failed++;
        }
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(failed == 0);
}

static void a_forked_child_makes_its_own_client() {
  CHECK(holds(avd->room.read(quiet_room()), "\"ret\":0"));
  std::fflush(stdout);
  const int before = checks::count().failed;
  const pid_t child = fork();
  if (child == 0) {
    THROWS(forked, avd->room.read(quiet_room()), "made by the parent process");
    THROWS(forked, hst->kickout(meetgate::hst_kickout_params()), "made by the parent process");
    const meetgate::avd own(sandbox_config());
    CHECK(holds(own.room.read(quiet_room()), "\"ret\":0"));
    std::fflush(stdout);
    _exit(checks::count().failed == before ? 0 : 1);
  }
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(holds(avd->room.read(quiet_room()), "\"ret\":0"));
}

int main(int argc, char **argv) {
  if (argc != 6 && argc != 7) {
    std::fprintf(stderr, "usage: contract HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS [few]\n");
    return 2;
  }
  hst_config = argv[1];
  youme_config = argv[2];
  avd_config = argv[3];
  server = argv[4];
  no_tls = argv[5];
  few = argc == 7;
  meetgate::hst hst_client{raw(hst_config)};
  meetgate::youme youme_client{raw(youme_config)};
  meetgate::avd avd_client{raw(avd_config)};
  hst = &hst_client;
  youme = &youme_client;
  avd = &avd_client;

  // First, while there is little that a leak check in the child could misread.
  RUN(a_forked_child_makes_its_own_client);
  RUN(null_is_refused_by_name);
  RUN(text_that_is_not_utf8);
  RUN(text_that_is_not_json);
  RUN(a_byte_order_mark_is_skipped);
  RUN(a_nul_byte_does_not_cut_the_text);
  RUN(configurations_that_cannot_be_right);
  RUN(the_platform_may_be_left_out);
  RUN(parameters_that_cannot_be_right);
  RUN(the_error_of_avd);
  RUN(the_error_of_hst);
  RUN(the_error_of_youme);
  RUN(numbers_are_thrown_by_their_class);
  RUN(a_busy_platform_says_when_to_try_again);
  RUN(nested_answers_and_escapes_are_read);
  RUN(credentials_that_are_refused);
  RUN(answers_that_are_not_the_platforms);
  RUN(redirects_and_pauses_are_told);
  RUN(a_nul_character_in_the_platforms_text_is_an_error_like_any_other);
  RUN(no_answer_at_all);
  RUN(chinese_and_emoji_travel_both_ways);
  RUN(integers_of_64_bits_survive);
  RUN(any_operation_and_any_path);
  RUN(options_bound_a_raw_call_too);
  RUN(a_list_is_read_out_of_a_reply);
  RUN(the_library_introduces_itself);
  RUN(a_client_moves_with_its_groups);
  RUN(closing_twice_does_nothing);
  RUN(c_functions_take_the_handle);
  RUN(making_and_closing_keeps_memory_flat);
  RUN(many_threads_share_one_client);
  return checks::closing();
}
