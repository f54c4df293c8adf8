// Tokens given or provided by the program, as only C++ does it, and the signatures. What a client does with its token stands
// in tests/fixtures/tokens.toml, for all languages.
//
//   tokens HST_CONFIG AVD_CONFIG CONTROL
//
// The configurations are a sandbox's. CONTROL is the URL of a server that ends this sandbox's tokens, see tests/cpp.rs.
// Prints one line for each group of checks and a closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

using meetgate::member;
using meetgate::raw;

static const char *hst_text, *avd_text, *control;

static bool holds(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

#define HOLDS(text, part) \
  checks::check(holds((text), (part)), std::string("\"") + (part) + "\" is not in " + (text), __FILE__, __LINE__)

// The call throws a Wanted with these words in its document; the error goes out for further checks.
template <class Wanted, class Call>
static meetgate::error thrown(int line, const Call &call, const std::string &words) {
  try {
    call();
    checks::check(false, "nothing was thrown, wanted: " + words, __FILE__, line);
  } catch (const Wanted &error) {
    checks::check(holds(error.document(), words), "\"" + words + "\" is not in " + error.document(), __FILE__, line);
    return error;
  } catch (const meetgate::error &error) {
    checks::check(false, "another class: " + error.document(), __FILE__, line);
  }
  return meetgate::error(MEETGATE_OK, "");
}

#define THROWS(wanted, call, words) thrown<meetgate::wanted>(__LINE__, [&] { static_cast<void>(call); }, words)

// The sandbox, from the other side ------------------------------------------------------------------------------------

static void kill_all_tokens() {
  const meetgate::avd other_side(meetgate::avd_config().base_url(control).token("none"));
  other_side.raw_call(meetgate::raw_request().method("GET").path("/expire"));
}

// Clients --------------------------------------------------------------------------------------------------------------

static meetgate::avd_config avd_at() { return meetgate::avd_config().base_url(member(avd_text, "base_url")); }

static meetgate::avd_config avd_keys() {
  return avd_at().access_key(member(avd_text, "access_key")).secret_key(member(avd_text, "secret_key"));
}

static meetgate::hst_config hst_at() { return meetgate::hst_config().base_url(member(hst_text, "base_url")); }

static meetgate::hst_config hst_keys() {
  return hst_at().dev_id(member(hst_text, "dev_id")).dev_secret(member(hst_text, "dev_secret"));
}

static std::string read(const meetgate::avd &avd) {
  return avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
}

static std::string states(const meetgate::hst &hst) {
  return hst.online.user.state(
      meetgate::hst_online_user_state_params().app_id("8f14e45fceea467a9f36dedd4bea2543").msg_id(1));
}

static std::string token_info(const meetgate::client &client, const char *name) {
  return member(member(client.info(), "token"), name);
}

// A token that the platform takes.
static std::string fresh_avd_token() { return member(meetgate::avd(avd_keys()).app.get_token(), "token"); }

static std::string fresh_hst_token() {
  return member(member(meetgate::hst(hst_keys()).access.token(), "result"), "access_token");
}

// Stores ---------------------------------------------------------------------------------------------------------------

static void a_store_that_cannot_be_right() {
  THROWS(invalid_config, meetgate::avd(avd_keys().token_store(meetgate::avd_token_store().set("fil", "/tmp"))),
         "did you mean \\\"token_store.file\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_store(raw("{\"flie\":\"/tmp\"}"))),
         "did you mean \\\"token_store.file\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_store(meetgate::hst_token_store().set("file", 1))), "string");
  THROWS(invalid_config, meetgate::hst(hst_keys().set("token_stor", true)), "did you mean \\\"token_store\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_timeout_ms(0)), "token_timeout_ms");
}

// Fixed tokens ---------------------------------------------------------------------------------------------------------

static void a_fixed_token_is_replaced() {
  const meetgate::avd avd(avd_at().token("not-a-token-of-this-platform"));
  THROWS(token_dead, read(avd), "40003");
  avd.set_token(fresh_avd_token());
  HOLDS(read(avd), "\"ret\":0");
  EQUAL(token_info(avd, "source"), "fixed");
  EQUAL(token_info(avd, "generation"), "2");

  const meetgate::hst hst(hst_at().token("neither"));
  THROWS(token_dead, states(hst), "606000001");
  hst.set_token(fresh_hst_token());
  HOLDS(states(hst), "\"code\":0");
}

static void what_is_no_token_is_refused() {
  const meetgate::avd fixed(avd_at().token("t"));
  const std::string nul("a\0b", 3);
  THROWS(invalid_argument, fixed.set_token("\xff"), "token is not UTF-8");
  THROWS(invalid_argument, fixed.set_token(nul), "NUL");
  EQUAL(token_info(fixed, "generation"), "1");
  meetgate::avd closed(avd_at().token("t"));
  closed.close();
  THROWS(invalid_argument, closed.info(), "closed");
  THROWS(invalid_argument, closed.set_token("t"), "closed");
  THROWS(invalid_argument, closed.set_token_provider([](const std::string &) { return "t"; }), "closed");
}

// Providers ------------------------------------------------------------------------------------------------------------

static std::string a_function_that_provides(const std::string &) { return fresh_hst_token(); }

static void any_callable_is_a_provider() {
  const meetgate::hst by_function(hst_at().token_provider(a_function_that_provides));
  HOLDS(states(by_function), "\"code\":0");
  EQUAL(token_info(by_function, "expires_in_ms"), "");
  const meetgate::avd by_literal(avd_at().token_provider([](const std::string &) { return "no-token"; }));
  // The same token again: its refusal is reported as it came, since avd has the number for a missing room, too.
  THROWS(api_error, read(by_literal), "\"code\":40003");

  // JSON text cannot hold a function: it comes later.
  const meetgate::avd by_text(raw("{\"base_url\":\"" + member(avd_text, "base_url") + "\",\"token_provider\":true}"));
  THROWS(invalid_argument, read(by_text), "no token provider was set");
  THROWS(invalid_argument, by_text.set_token_provider(meetgate::token_provider()), "provide is NULL");
  by_text.set_token_provider([](const std::string &) { return fresh_avd_token(); });
  HOLDS(read(by_text), "\"ret\":0");

  // An empty function is none.
  THROWS(invalid_config, meetgate::avd(avd_at().token_provider(nullptr)), "token_provider");
  THROWS(invalid_config, meetgate::avd(avd_keys().token_provider(a_function_that_provides)), "token_provider");
}

struct away : std::runtime_error {
  away() : std::runtime_error("令牌中心 is away") {}
};

static void what_a_provider_throws_is_the_cause() {
  const meetgate::avd avd(avd_at().token_provider([](const std::string &) -> meetgate::provided_token { throw away(); }));
  const meetgate::error error = THROWS(auth_error, read(avd), "the token provider failed: 令牌中心 is away\"");
  CHECK(error.status() == MEETGATE_AUTH);
  try {
    CHECK(error.cause() != nullptr);
    if (error.cause()) std::rethrow_exception(error.cause());
  } catch (const away &cause) {
    EQUAL(cause.what(), "令牌中心 is away");
  }
  // Remembered for a while: nobody asks, so nobody throws. The reason is remembered, too.
  CHECK(THROWS(auth_error, read(avd), "令牌中心 is away (failed a moment ago; not tried again for").cause() == nullptr);

  const meetgate::avd by_raw_call(
      avd_at().token_provider([](const std::string &) -> meetgate::provided_token { throw 42; }));
  const meetgate::error other =
      THROWS(auth_error,
             by_raw_call.raw_call(meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list")),
             "the token provider failed: it threw what is no std::exception");
  try {
    if (other.cause()) std::rethrow_exception(other.cause());
    CHECK(false);
  } catch (int number) {
    CHECK(number == 42);
  }
}

static void what_a_provider_throws_is_cut_to_its_room() {
  const std::string token = "a-token-that-nobody-takes";
  for (const std::string &what : {std::string(), std::string(100000, 'x'), "no news of " + token}) {
    int asked = 0;
    const meetgate::avd avd(avd_at().token_provider([&](const std::string &) -> meetgate::provided_token {
      if (asked++ > 0) throw std::runtime_error(what);
      return token;
    }));
    // The platform refuses the token; then the provider has none, and the refusal stands.
    const meetgate::error error = THROWS(api_error, read(avd), "no other token to try: the token provider failed");
    CHECK(!holds(error.document(), token) && error.document().size() < 2000);
    HOLDS(error.document(), what.empty() ? ", and gave no reason" : what.size() > 1000 ? "…" : "no news of ***");
  }
}

static void all_who_wait_learn_what_a_provider_threw() {
  std::atomic<int> begun(0), asked(0), told(0);
  const meetgate::avd avd(avd_at().token_provider([&](const std::string &) -> meetgate::provided_token {
    asked++;
    // Until the others are there, too: they wait for this, or come into the pause after it.
    for (int turn = 0; turn < 1000 && begun < 8; turn++) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    throw away();
  }));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&] {
      begun++;
      try {
        read(avd);
      } catch (const meetgate::auth_error &error) {
        if (holds(error.document(), "the token provider failed: 令牌中心 is away")) told++;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(asked == 1 && told == 8);
}

static void a_provider_may_call_another_client() {
  const meetgate::avd inner(avd_at().token_provider([](const std::string &) -> meetgate::provided_token { throw 1; }));
  const meetgate::avd outer(avd_at().token_provider([&](const std::string &) -> meetgate::provided_token {
    try {
      read(inner);
    } catch (const meetgate::auth_error &error) {
      CHECK(error.cause() != nullptr);
    }
    throw away();
  }));
  try {
    std::rethrow_exception(THROWS(auth_error, read(outer), "is away").cause());
  } catch (const away &) {
    return;
  } catch (...) {
  }
  CHECK(false);
}

static void tokens_that_cannot_be_handed_over() {
  const auto provided = [](const std::string &token) {
    return avd_at().token_provider([token](const std::string &) { return token; });
  };
  for (const std::string &wrong : {std::string(8192, 'x'), std::string(100000, 'x'), std::string("a\0b", 3)}) {
    const meetgate::avd avd(provided(wrong));
    const meetgate::error error = THROWS(auth_error, read(avd), "the token provider failed: its token has ");
    try {
      if (error.cause()) std::rethrow_exception(error.cause());
      CHECK(false);
    } catch (const std::invalid_argument &cause) {
      HOLDS(cause.what(), std::to_string(wrong.size()) + " bytes; expected at most 8191");
    }
  }
  for (const std::string &wrong : {std::string(), std::string("a b"), std::string("令牌"), std::string("\xff")}) {
    const meetgate::avd avd(provided(wrong));
    THROWS(auth_error, read(avd), "the token provider gave");
  }
  // The longest one arrives at the platform, which does not know it.
  const meetgate::avd avd(provided(std::string(8191, 'x')));
  THROWS(api_error, read(avd), "\"code\":40003");
}

static void a_provider_lives_as_long_as_its_client() {
  const std::shared_ptr<int> asked = std::make_shared<int>(0);
  const auto counting = [asked](const std::string &) {
    ++*asked;
    return fresh_avd_token();
  };
  const long alone = asked.use_count();
  {
    meetgate::avd moved(avd_at().token("t"));
    {
      meetgate::avd first(avd_at().token_provider(counting));
      meetgate::avd second(std::move(first));
      moved = std::move(second);
      THROWS(invalid_argument, second.set_token_provider(counting), "moved from");
    }
    CHECK(asked.use_count() > alone);
    HOLDS(read(moved), "\"ret\":0");
    CHECK(*asked == 1);
    meetgate::avd &same = moved;
    moved = std::move(same);
    kill_all_tokens();
    HOLDS(read(moved), "\"ret\":0");
    CHECK(*asked == 2);

    // Another takes its place, and moves too.
    int others = 0;
    moved.set_token_provider([&others](const std::string &) {
      ++others;
      return fresh_avd_token();
    });
    std::vector<meetgate::avd> many;
    many.push_back(std::move(moved));
    many.reserve(many.capacity() + 1);
    kill_all_tokens();
    HOLDS(read(many[0]), "\"ret\":0");
    CHECK(*asked == 2 && others == 1);
    // A call might still be at the first one.
    CHECK(asked.use_count() > alone);
    many[0].close();
    CHECK(asked.use_count() == alone);
  }
  // Not made, nothing kept.
  THROWS(invalid_config, meetgate::avd(avd_keys().token_provider(counting)), "");
  THROWS(invalid_argument, meetgate::avd(avd_keys().token_provider(counting).set("token_provider", false)), "true");
  CHECK(asked.use_count() == alone);
}

static void one_thread_asks_for_all() {
  std::atomic<int> asked(0), at_once(0), failed(0);
  const auto provide = [&](const std::string &) {
    if (++at_once > 1) failed++;
    asked++;
    const std::string token = fresh_avd_token();
    at_once--;
    return token;
  };
  const meetgate::avd avd(avd_at().token_provider(provide));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&, i] {
      try {
        if (i < 2) avd.set_token_provider(provide);
        if (!holds(read(avd), "\"ret\":0")) failed++;
        if (!holds(avd.info(), "\"generation\":1")) failed++;
      } catch (const meetgate::error &error) {
        std::printf("  %s\n", error.what());
        failed++;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(failed == 0 && asked == 1);
}

// Signatures -----------------------------------------------------------------------------------------------------------

static void signatures_are_the_vendors() {
  const auto application = [] {
    return meetgate::hst_user_token_params().app_id("a92b622559266609176621caf44f5857").app_secret("1234567890123456");
  };
  EQUAL(member(meetgate::hst_user_token(application().timestamp_ms(1575962150000).random(42)), "user_token"),
        "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnT"
        "Dnd6tyHXMvuOptio6h4pL");
  const auto with = [](const meetgate::hst_user_token_params &params) {
    return member(meetgate::hst_user_token(params), "user_token");
  };
  CHECK(with(application()) != with(application()));
  EQUAL(with(application().group_id("g").user_id("张三").expire_time(60).timestamp_ms(1).random(1)),
        with(application().group_id("g").user_id("张三").expire_time(60).timestamp_ms(1).random(1)));
  THROWS(invalid_argument, meetgate::hst_user_token(meetgate::hst_user_token_params()), "app_id");
  THROWS(invalid_argument, meetgate::hst_user_token(application().app_secret("short")), "16 bytes, got 5");
  THROWS(invalid_argument, meetgate::hst_user_token(application().set("userid", "u")), "did you mean \\\"user_id\\\"?");
  THROWS(invalid_argument, meetgate::hst_user_token(application().set("user_id", raw(std::string("\"\0\"", 3)))), "NUL");

  const auto user = [] {
    return meetgate::youme_user_token_params().app_key("appkey").rest_api_key("restapikey");
  };
  EQUAL(member(meetgate::youme_user_token(user().user_id("u1001")), "user_token"),
        "20925236e642d4b5cec89a12be848104d001153d");
  EQUAL(member(meetgate::youme_user_token(user().user_id("张三")), "user_token"),
        "3cb7785996443fee6b13273df366a15026ae5e97");
  THROWS(invalid_argument, meetgate::youme_user_token(user()), "user_id");
  THROWS(invalid_argument, meetgate::youme_user_token(user().user_id("")), "\\\"user_id\\\" is empty");

  const std::string checksum = meetgate::youme_checksum(
      meetgate::youme_checksum_params().app_secret("appsecret").rest_api_key("restapikey").curtime(1575962150));
  EQUAL(member(checksum, "checksum"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
  EQUAL(member(checksum, "curtime"), "1575962150");
  THROWS(invalid_argument, meetgate::youme_checksum(meetgate::youme_checksum_params().app_secret("s")), "rest_api_key");
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: tokens HST_CONFIG AVD_CONFIG CONTROL\n");
    return 2;
  }
  hst_text = argv[1];
  avd_text = argv[2];
  control = argv[3];
  RUN(a_store_that_cannot_be_right);
  RUN(a_fixed_token_is_replaced);
  RUN(what_is_no_token_is_refused);
  RUN(any_callable_is_a_provider);
  RUN(what_a_provider_throws_is_the_cause);
  RUN(what_a_provider_throws_is_cut_to_its_room);
  RUN(all_who_wait_learn_what_a_provider_threw);
  RUN(a_provider_may_call_another_client);
  RUN(tokens_that_cannot_be_handed_over);
  RUN(a_provider_lives_as_long_as_its_client);
  RUN(one_thread_asks_for_all);
  RUN(signatures_are_the_vendors);
  return checks::closing();
}
