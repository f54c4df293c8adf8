// Built with -fno-exceptions or MEETGATE_NO_EXCEPTIONS: calls return a meetgate::result. results AVD_CONFIG
//
// throwing.cpp is in the same program and built with exceptions: both kinds of source files go together.
#include "check.hpp"

#include <meetgate.hpp>

static const char *avd_config;

// In throwing.cpp.
bool throws_not_found(const char *config);

static void a_call_returns_its_reply() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  CHECK(avd.made().ok());
  const meetgate::result read = avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
  CHECK(read && read.ok() && read.status() == MEETGATE_OK);
  EQUAL(meetgate::member(meetgate::member(read.reply(), "data"), "topic"), "周会");
  CHECK(read.error().status() == MEETGATE_OK && !read.error().has_code());
}

static void a_call_returns_its_error() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  const meetgate::result read = avd.room.read(meetgate::avd_room_read_params().room_id("40400000000"));
  CHECK(!read && read.status() == MEETGATE_API && read.reply().empty());
  CHECK(read.error().code() == 40004 && read.error().code_class() == meetgate::code_class::not_found);
  EQUAL(read.error().meaning_zh(), "房间号不存在");
  EQUAL(read.error().what(), "avd answered 40004: no such room");

  CHECK(avd.room.read(meetgate::avd_room_read_params()).status() == MEETGATE_INVALID_ARGUMENT);
  CHECK(avd.call("avd.room.read", meetgate::raw("{")).status() == MEETGATE_INVALID_ARGUMENT);
  CHECK(avd.raw_call(meetgate::raw(std::string("{}\0", 3))).status() == MEETGATE_INVALID_ARGUMENT);
  const meetgate::result copy = read;
  CHECK(copy.error().code() == 40004);
}

static void a_client_says_why_it_was_not_made() {
  const meetgate::avd none{meetgate::avd_config()};
  CHECK(!none && !none.made() && none.made().status() == MEETGATE_INVALID_CONFIG);
  CHECK(none.room.list().status() == MEETGATE_INVALID_ARGUMENT);
}

static void a_client_moves() {
  meetgate::avd first{meetgate::raw(avd_config)};
  meetgate::avd second(std::move(first));
  CHECK(!first && second && second.made().ok() && second.room.list().ok());
  first = std::move(second);
  CHECK(first.room.list().ok() && !second.room.list().ok());
  first.close();
  first.close();
  CHECK(!first && !first.room.list().ok());
}

static void tokens_without_exceptions() {
  const std::string base_url = meetgate::member(avd_config, "base_url");
  const meetgate::avd keys{meetgate::raw(avd_config)};
  const std::string token = meetgate::member(keys.app.get_token().reply(), "token");
  CHECK(!keys.set_token(token) && keys.set_token(token).status() == MEETGATE_INVALID_ARGUMENT);
  EQUAL(meetgate::member(meetgate::member(keys.info().reply(), "token"), "generation"), "1");

  const meetgate::avd fixed(meetgate::avd_config().base_url(base_url).token("t"));
  CHECK(fixed.set_token(token).ok() && fixed.room.list().ok());

  meetgate::avd first(meetgate::avd_config().base_url(base_url).token_provider([&](const std::string &dead_token) {
    return dead_token.empty() ? token : std::string();
  }));
  CHECK(first.made().ok());
  const meetgate::avd second(std::move(first));
  CHECK(second.room.list().ok());
  CHECK(second.set_token_provider([](const std::string &) { return "t"; }).ok());

  const meetgate::avd without(
      meetgate::avd_config().base_url(base_url).token_provider([](const std::string &) { return ""; }));
  const meetgate::result refused = without.room.list();
  CHECK(refused.status() == MEETGATE_AUTH && refused.error().cause() == nullptr);

#if defined(MEETGATE_CATCHES)
  // Only calls do without exceptions here: what the function throws is caught all the same.
  const meetgate::avd throwing(meetgate::avd_config().base_url(base_url).token_provider(
      [](const std::string &) -> meetgate::provided_token { throw 42; }));
  const meetgate::result caught = throwing.room.list();
  CHECK(caught.status() == MEETGATE_AUTH && caught.error().cause() != nullptr);
#endif

  // Half made is not made.
  const meetgate::avd contradictory(meetgate::avd_config()
                                        .base_url(base_url)
                                        .token_provider([](const std::string &) { return "t"; })
                                        .set("token_provider", false)
                                        .token("t"));
  CHECK(!contradictory && contradictory.made().status() == MEETGATE_INVALID_ARGUMENT);
  CHECK(contradictory.info().status() == MEETGATE_INVALID_ARGUMENT);
}

static void signatures_without_exceptions() {
  const meetgate::result checksum = meetgate::youme_checksum(
      meetgate::youme_checksum_params().app_secret("appsecret").rest_api_key("restapikey").curtime(1575962150));
  EQUAL(meetgate::member(checksum.reply(), "checksum"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
  CHECK(meetgate::hst_user_token(meetgate::hst_user_token_params()).status() == MEETGATE_INVALID_ARGUMENT);
  const meetgate::result token = meetgate::youme_user_token(
      meetgate::youme_user_token_params().app_key("appkey").rest_api_key("restapikey").user_id("u1001"));
  EQUAL(meetgate::member(token.reply(), "user_token"), "20925236e642d4b5cec89a12be848104d001153d");
}

static void json_without_exceptions() {
  const std::string reply = "{\"data\":[{\"id\":\"a\"},{\"id\":\"\"}]}";
  CHECK(meetgate::length(reply, "data") == 2 && meetgate::length(reply, "/data/0/id") == 0);
  EQUAL(meetgate::member(reply, "/data/0/id"), "a");
  CHECK(meetgate::find(reply, "/data/1/id") && meetgate::find(reply, "/data/2/id").status() == MEETGATE_ABSENT);
  for (const char *broken : {"", "{", "[1"}) {
    CHECK(!meetgate::find(broken, "a") && meetgate::find(broken, "a").status() == MEETGATE_INVALID_ARGUMENT);
    CHECK(meetgate::find(broken, "a").text().empty() && meetgate::member(broken, "a").empty());
    CHECK(meetgate::length(broken) == 0);
  }
  EQUAL(meetgate::quote("a\"b").reply(), "\"a\\\"b\"");
  CHECK(meetgate::quote("\xff").status() == MEETGATE_INVALID_ARGUMENT);
}

static void asynchronous_calls_without_exceptions() {
  const meetgate::avd_room_read_params room = meetgate::avd_room_read_params().room_id("12345123456");
  const meetgate::avd_room_read_params none = meetgate::avd_room_read_params().room_id("40400000000");
  const meetgate::call_options options;
  meetgate::avd avd{meetgate::raw(avd_config)};
  CHECK(avd.call_async(room).get().reply() == avd.room.read(room).reply());
  CHECK(avd.call_async(none).get().error().code() == 40004);
  CHECK(avd.call_async("none").get().status() == MEETGATE_INVALID_ARGUMENT);
  std::promise<meetgate_status> told;
  CHECK(avd.call_async(none, options, [&](const meetgate::result &read) { told.set_value(read.status()); }).ok());
  CHECK(told.get_future().get() == MEETGATE_API);
  CHECK(!avd.call_async("none", meetgate::object(), options, [](const meetgate::result &) {}));

  meetgate::completions results;
  CHECK(results.made().ok());
  int taken = 0;
  CHECK(results.call(avd, room, options, [&](const meetgate::result &read) { taken += read ? 1 : 100; }).ok());
  while (!results.next()) {
  }
  CHECK(taken == 1);
  const meetgate::completions moved(std::move(results));
  CHECK(!results.call(avd, room, options, [](const meetgate::result &) {}));
  avd.close();
  CHECK(!moved.call(avd, room, options, [](const meetgate::result &) {}) && !moved.next());
  CHECK(!avd.close_idle());
}

static void transfers_without_exceptions() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  const std::string sent(70000, 'x');
  const meetgate::content content(
      [&](std::uint64_t offset, char *buffer, std::size_t size) {
        return static_cast<std::int64_t>(sent.copy(buffer, size, static_cast<std::size_t>(offset)));
      },
      sent.size());
  const meetgate::avd_uploadfile_params named = meetgate::avd_uploadfile_params().file("x.png");
  const meetgate::result up = avd.upload(named, content);
  CHECK(up.ok());
  const meetgate::progress stops([](std::uint64_t, std::uint64_t) { return false; });
  const meetgate::result stopped = avd.upload(named, content, stops);
  CHECK(stopped.status() == MEETGATE_CANCELLED && stopped.error().cause() == nullptr);
  const std::string url = meetgate::member(up.reply(), "download_url");
  const meetgate::result missing = avd.download(url, "/no/such/folder/x.png");
  CHECK(missing.status() == MEETGATE_IO);
#if defined(MEETGATE_CATCHES)
  const meetgate::progress throws([](std::uint64_t, std::uint64_t) { throw 42; });
  const meetgate::result thrown = avd.upload(named, content, throws);
  CHECK(thrown.status() == MEETGATE_CANCELLED && thrown.error().cause() != nullptr);
#endif
}

static void guards_and_waits_without_exceptions() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  const meetgate::avd_room_mix_record_start_params quiet =
      meetgate::avd_room_mix_record_start_params().room_id("12345123456").enable_audio_record(true);
  meetgate::avd_room_record_status_params params;
  {
    const meetgate::guard guard = avd.guarded(quiet);
    CHECK(guard.made().ok() && static_cast<bool>(guard));
    params.record_id(meetgate::member(guard.started(), "record_id"));
    CHECK(avd.wait(params, meetgate::wait_options().timeout_ms(50)).status() == MEETGATE_TIMEOUT);
  }
  CHECK(avd.wait(params).ok());
  meetgate::guard busy =
      avd.guarded(meetgate::avd_room_mix_record_start_params().room_id("98765432100").enable_audio_record(true));
  CHECK(!busy && busy.made().status() == MEETGATE_API);
  CHECK(busy.undo().status() == MEETGATE_INVALID_ARGUMENT);
  const meetgate::guard none = avd.guarded("avd.room.list", meetgate::object());
  CHECK(!none && none.made().status() == MEETGATE_INVALID_ARGUMENT);
}

static void files_with_exceptions_are_in_the_same_program() { CHECK(throws_not_found(avd_config)); }

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  avd_config = argv[1];
  RUN(a_call_returns_its_reply);
  RUN(a_call_returns_its_error);
  RUN(a_client_says_why_it_was_not_made);
  RUN(a_client_moves);
  RUN(tokens_without_exceptions);
  RUN(signatures_without_exceptions);
  RUN(json_without_exceptions);
  RUN(asynchronous_calls_without_exceptions);
  RUN(transfers_without_exceptions);
  RUN(guards_and_waits_without_exceptions);
  RUN(files_with_exceptions_are_in_the_same_program);
  return checks::closing();
}
