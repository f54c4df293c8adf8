// Tokens: shared by the clients of an account, kept in a store, given, or provided by the program; and the signatures.
//
//   tokens HST_CONFIG AVD_CONFIG CONTROL FOLDER
//
// The configurations are a sandbox's. CONTROL is the URL of a server that looks at this sandbox from the other side, see
// tests/cpp.rs; FOLDER is empty. Prints one line for each group of checks and a closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

using meetgate::member;
using meetgate::raw;

static const char *hst_text, *avd_text, *control;
static std::string folder;

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

// What the sandbox saw -------------------------------------------------------------------------------------------------

static std::string ask(const std::string &path) {
  const meetgate::avd other_side(meetgate::avd_config().base_url(control).token("none"));
  return other_side.raw_call(meetgate::raw_request().method("GET").path(path));
}

// How many tokens were fetched so far: avd's or hst's.
static long fetches(const char *platform) { return std::atol(member(ask("/fetches"), platform).c_str()); }

static void kill_all_tokens() { ask("/expire"); }

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

// Sharing --------------------------------------------------------------------------------------------------------------

static void clients_of_one_account_share_one_token() {
  const long avd_before = fetches("avd"), hst_before = fetches("hst");
  const meetgate::avd avd(avd_keys());
  const meetgate::avd same_avd{raw(avd_text)};
  const meetgate::hst hst(hst_keys());
  const meetgate::hst same_hst{raw(hst_text)};
  std::atomic<int> failed(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&, i] {
      try {
        read(i % 2 ? avd : same_avd);
        states(i % 2 ? hst : same_hst);
      } catch (const meetgate::error &error) {
        std::printf("  %s\n", error.what());
        failed++;
      }
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(failed == 0);
  CHECK(fetches("avd") == avd_before + 1 && fetches("hst") == hst_before + 1);
  EQUAL(token_info(same_avd, "generation"), "1");
  EQUAL(token_info(same_hst, "generation"), "1");
}

static void info_tells_everything_but_the_token() {
  const meetgate::avd avd(avd_keys());
  EQUAL(token_info(avd, "generation"), "0");
  EQUAL(token_info(avd, "age_ms"), "");
  read(avd);
  EQUAL(member(avd.info(), "platform"), "avd");
  EQUAL(member(avd.info(), "base_url"), member(avd_text, "base_url"));
  EQUAL(token_info(avd, "source"), "fetched");
  EQUAL(token_info(avd, "generation"), "1");
  CHECK(!token_info(avd, "age_ms").empty());
  const std::string token = member(avd.app.get_token(), "token");
  EQUAL(token_info(avd, "generation"), "2");
  CHECK(!token.empty() && !holds(avd.info(), token) && !holds(avd.info(), member(avd_text, "secret_key")));

  const meetgate::hst hst(hst_keys());
  states(hst);
  const long left = std::atol(token_info(hst, "expires_in_ms").c_str());
  CHECK(left > 7000 * 1000 && left <= 7200 * 1000);

  const meetgate::youme youme(meetgate::youme_config().app_key("k").app_secret("s").rest_api_key("r"));
  EQUAL(member(youme.info(), "clock_offset_s"), "0");
  EQUAL(member(youme.info(), "token"), "");

  meetgate::avd closed(avd_keys());
  closed.close();
  THROWS(invalid_argument, closed.info(), "closed");
}

static void a_token_that_died_is_renewed_unseen() {
  const meetgate::avd avd(avd_keys());
  const meetgate::hst hst(hst_keys());
  read(avd);
  states(hst);
  kill_all_tokens();
  HOLDS(read(avd), "\"ret\":0");
  HOLDS(states(hst), "\"code\":0");
  EQUAL(token_info(avd, "generation"), "2");
  EQUAL(token_info(hst, "generation"), "2");
}

// Stores ---------------------------------------------------------------------------------------------------------------

static std::vector<std::string> files_in(const std::string &where) {
  std::vector<std::string> files;
  DIR *const listing = opendir(where.c_str());
  if (listing == nullptr) return files;
  while (const dirent *const entry = readdir(listing)) {
    if (entry->d_name[0] != '.') files.push_back(where + '/' + entry->d_name);
  }
  closedir(listing);
  return files;
}

static mode_t mode_of(const std::string &file) {
  struct stat known;
  return stat(file.c_str(), &known) == 0 ? known.st_mode & 0777 : 0;
}

static void a_folder_shares_the_token_with_other_processes() {
  const long avd_before = fetches("avd"), hst_before = fetches("hst");
  const std::string where = folder + "/tokens";
  const meetgate::avd avd(avd_keys().token_store(meetgate::avd_token_store().file(where)));
  const meetgate::hst hst(hst_keys().token_store(meetgate::hst_token_store().file(where)));
  read(avd);
  states(hst);
  EQUAL(token_info(avd, "store"), "file");
  CHECK(mode_of(where) == 0700);
  const std::vector<std::string> files = files_in(where);
  CHECK(files.size() >= 2);
  for (const std::string &file : files) CHECK(mode_of(file) == 0600);

  std::fflush(stdout);
  const int failed = checks::count().failed;
  const pid_t child = fork();
  if (child == 0) {
    THROWS(forked, avd.info(), "made by the parent process");
    const meetgate::avd own_avd(avd_keys().token_store(meetgate::avd_token_store().file(where)));
    const meetgate::hst own_hst(hst_keys().token_store(meetgate::hst_token_store().file(where)));
    read(own_avd);
    states(own_hst);
    std::fflush(stdout);
    _exit(checks::count().failed == failed ? 0 : 1);
  }
  int status = -1;
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(fetches("avd") == avd_before + 1 && fetches("hst") == hst_before + 1);
}

static void a_folder_that_others_may_write_is_refused() {
  const std::string open = folder + "/open";
  CHECK(mkdir(open.c_str(), 0700) == 0 && chmod(open.c_str(), 0777) == 0);
  const meetgate::hst hst(hst_keys().token_store(meetgate::hst_token_store().file(open)));
  const meetgate::error error = THROWS(store_error, states(hst), open);
  CHECK(error.status() == MEETGATE_STORE && files_in(open).empty());
}

static void a_store_that_cannot_be_right() {
  THROWS(invalid_config, meetgate::avd(avd_keys().token_store(meetgate::avd_token_store().set("fil", folder))),
         "did you mean \\\"token_store.file\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_store(raw("{\"flie\":\"/tmp\"}"))),
         "did you mean \\\"token_store.file\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_store(meetgate::hst_token_store().set("file", 1))), "string");
  THROWS(invalid_config, meetgate::hst(hst_keys().set("token_stor", true)), "did you mean \\\"token_store\\\"?");
  THROWS(invalid_config, meetgate::hst(hst_keys().token_timeout_ms(0)), "token_timeout_ms");
  const meetgate::avd first(avd_keys());
  THROWS(invalid_config, meetgate::avd(avd_keys().token_store(meetgate::avd_token_store().file(folder + "/other"))),
         "token_store");
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
  for (const char *wrong : {"", "a b", "令牌"}) THROWS(invalid_argument, fixed.set_token(wrong), "printable ASCII");
  THROWS(invalid_argument, fixed.set_token("\xff"), "token is not UTF-8");
  THROWS(invalid_argument, fixed.set_token(nul), "NUL");
  EQUAL(token_info(fixed, "generation"), "1");
  const meetgate::avd keys(avd_keys());
  THROWS(invalid_argument, keys.set_token("t"), "whose configuration has a fixed \\\"token\\\"");
  THROWS(invalid_argument, keys.set_token_provider([](const std::string &) { return "t"; }),
         "\\\"token_provider\\\": true");
  meetgate::avd closed(avd_at().token("t"));
  closed.close();
  THROWS(invalid_argument, closed.set_token("t"), "closed");
  THROWS(invalid_argument, closed.set_token_provider([](const std::string &) { return "t"; }), "closed");
}

// Providers ------------------------------------------------------------------------------------------------------------

static void a_provider_is_asked_and_told_the_dead_token() {
  std::vector<std::string> told, gave;
  const meetgate::avd avd(avd_at().token_provider([&](const std::string &dead_token) {
    told.push_back(dead_token);
    gave.push_back(fresh_avd_token());
    return meetgate::provided_token(gave.back(), 3600);
  }));
  CHECK(told.empty());
  HOLDS(read(avd), "\"ret\":0");
  HOLDS(read(avd), "\"ret\":0");
  CHECK(told.size() == 1 && told[0].empty());
  EQUAL(token_info(avd, "source"), "provided");
  const long left = std::atol(token_info(avd, "expires_in_ms").c_str());
  CHECK(left > 3500 * 1000 && left <= 3600 * 1000);

  kill_all_tokens();
  HOLDS(read(avd), "\"ret\":0");
  CHECK(told.size() == 2 && told[1] == gave[0]);
  EQUAL(token_info(avd, "generation"), "2");
}

static std::string a_function_that_provides(const std::string &) { return fresh_hst_token(); }

static void any_callable_is_a_provider() {
  const meetgate::hst by_function(hst_at().token_provider(a_function_that_provides));
  HOLDS(states(by_function), "\"code\":0");
  EQUAL(token_info(by_function, "expires_in_ms"), "");
  const meetgate::avd by_literal(avd_at().token_provider([](const std::string &) { return "no-token"; }));
  THROWS(auth_error, read(by_literal), "gave the token that is dead");

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
  const meetgate::error error = THROWS(auth_error, read(avd), "the token provider answered 1");
  CHECK(error.status() == MEETGATE_AUTH);
  try {
    CHECK(error.cause() != nullptr);
    if (error.cause()) std::rethrow_exception(error.cause());
  } catch (const away &cause) {
    EQUAL(cause.what(), "令牌中心 is away");
  }
  // Remembered for a while: nobody asks, so nobody throws.
  CHECK(THROWS(auth_error, read(avd), "not tried again for").cause() == nullptr);

  const meetgate::avd by_raw_call(
      avd_at().token_provider([](const std::string &) -> meetgate::provided_token { throw 42; }));
  const meetgate::error other =
      THROWS(auth_error,
             by_raw_call.raw_call(meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list")), "answered 1");
  try {
    if (other.cause()) std::rethrow_exception(other.cause());
    CHECK(false);
  } catch (int number) {
    CHECK(number == 42);
  }
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
    std::rethrow_exception(THROWS(auth_error, read(outer), "answered 1").cause());
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
    const meetgate::error error = THROWS(auth_error, read(avd), "the token provider answered 2");
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
  THROWS(auth_error, read(avd), "gave the token that is dead");
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

  const std::string checksum = meetgate::youme_checksum(
      meetgate::youme_checksum_params().app_secret("appsecret").rest_api_key("restapikey").curtime(1575962150));
  EQUAL(member(checksum, "checksum"), "ce676fea59cd36616466e14f1d1abd337ae2e100");
  EQUAL(member(checksum, "curtime"), "1575962150");
  THROWS(invalid_argument, meetgate::youme_checksum(meetgate::youme_checksum_params().app_secret("s")), "rest_api_key");
}

int main(int argc, char **argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: tokens HST_CONFIG AVD_CONFIG CONTROL FOLDER\n");
    return 2;
  }
  hst_text = argv[1];
  avd_text = argv[2];
  control = argv[3];
  folder = argv[4];
  // First, while there is little that a leak check in its child could misread.
  RUN(a_folder_shares_the_token_with_other_processes);
  RUN(a_folder_that_others_may_write_is_refused);
  RUN(a_store_that_cannot_be_right);
  RUN(clients_of_one_account_share_one_token);
  RUN(info_tells_everything_but_the_token);
  RUN(a_token_that_died_is_renewed_unseen);
  RUN(a_fixed_token_is_replaced);
  RUN(what_is_no_token_is_refused);
  RUN(a_provider_is_asked_and_told_the_dead_token);
  RUN(any_callable_is_a_provider);
  RUN(what_a_provider_throws_is_the_cause);
  RUN(a_provider_may_call_another_client);
  RUN(tokens_that_cannot_be_handed_over);
  RUN(a_provider_lives_as_long_as_its_client);
  RUN(one_thread_asks_for_all);
  RUN(signatures_are_the_vendors);
  return checks::closing();
}
