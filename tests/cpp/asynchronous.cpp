// Calls that are not waited for: completions, futures, and a queue for event loops.
//
//   asynchronous HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS [few]
//
// AVD_CONFIG is a sandbox's. SERVER is the URL of a server that answers as the first segments of the path say, see
// tests/programs. With `few`, for valgrind, there are fewer calls. Prints one line for each group of checks and a closing
// line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <poll.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

using meetgate::call_options;
using meetgate::object;
using meetgate::result;

static const char *avd_config, *server;
static int many = 2000;

static meetgate::avd sandbox() { return meetgate::avd(meetgate::raw(avd_config)); }

// Its server takes every request, and never answers.
static meetgate::avd_config silence() {
  return meetgate::avd_config().base_url(std::string(server) + "/silence").token("fixed-token==");
}

static meetgate::avd_room_read_params room(const char *id = "12345123456") {
  return meetgate::avd_room_read_params().room_id(id);
}

static void rest(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Waits until it holds, half a minute at most.
template <class Condition>
static bool comes(const Condition &condition) {
  for (int i = 0; i < 3000 && !condition(); i++) rest(10);
  return condition();
}

// How something ended.
template <class Act>
static std::string ended(const Act &act) {
  try {
    act();
    return "OK";
  } catch (const meetgate::error &error) {
    return error.status_name() + std::string(" ") + error.what();
  }
}

static bool begins(const std::string &text, const char *with) { return text.find(with) == 0; }

// What the completions of many calls were told.
struct tally {
  std::atomic<int> ok, cancelled, other;
  tally() : ok(0), cancelled(0), other(0) {}
  int all() const { return ok + cancelled + other; }

  meetgate::completion_function counting() {
    return [this](const result &done) {
      (done ? ok : done.status() == MEETGATE_CANCELLED ? cancelled : other)++;
    };
  }
};

// Completions ---------------------------------------------------------------------------------------------------------

static void a_completion_gets_the_reply_or_the_error() {
  const meetgate::avd avd = sandbox();
  const std::string same = avd.room.read(room());
  std::atomic<int> count(0);
  std::string reply, failure;
  std::thread::id of_completion;
  avd.call_async("avd.room.read", object().set("room_id", "12345123456"), call_options(), [&](const result &done) {
    reply = meetgate::reply_of(done);
    of_completion = std::this_thread::get_id();
    count++;
  });
  CHECK(comes([&] { return count == 1; }));
  EQUAL(reply, same);
  CHECK(of_completion != std::this_thread::get_id());
  avd.call_async(room("40400000000"), call_options(), [&](const result &done) {
    try {
      meetgate::reply_of(done);
    } catch (const meetgate::not_found &error) {
      failure = error.meaning();
    }
    count++;
  });
  CHECK(comes([&] { return count == 2; }));
  EQUAL(failure, "no such room");
  avd.raw_call_async(meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list"), call_options(),
                     [&](const result &done) { count += done ? 1 : 100; });
  CHECK(comes([&] { return count == 3; }));
}

static void what_is_refused_at_once_has_no_completion() {
  std::atomic<int> count(0);
  const meetgate::completion_function counts = [&](const result &) { count++; };
  const meetgate::avd avd = sandbox();
  CHECK(begins(ended([&] { avd.call_async("avd.room.raed", object(), call_options(), counts); }), "INVALID_ARGUMENT"));
  CHECK(begins(ended([&] { avd.call_async(std::string("a\0b", 3), object(), call_options(), counts); }),
               "INVALID_ARGUMENT operation holds a NUL byte"));
  CHECK(begins(ended([&] { avd.call_async(room(), call_options().timeout_ms(0), counts); }), "INVALID_ARGUMENT"));
  CHECK(begins(ended([&] { avd.call_async(room(), call_options(), meetgate::completion_function()); }),
               "INVALID_ARGUMENT the completion is an empty function"));
  meetgate::cancel stop;
  const meetgate::cancel moved(std::move(stop));
  CHECK(begins(ended([&] { avd.call_async(room(), call_options().cancel(stop), counts); }),
               "INVALID_ARGUMENT the cancel was moved from"));

  meetgate::avd full(silence().async_threads(1).async_queue(1));
  tally told;
  full.call_async(room(), call_options(), told.counting());
  full.call_async(room(), call_options(), told.counting());
  CHECK(begins(ended([&] { full.call_async(room(), call_options(), counts); }), "LIMIT"));
  full.close();
  CHECK(begins(ended([&] { full.call_async(room(), call_options(), counts); }), "INVALID_ARGUMENT the client is closed"));
  CHECK(comes([&] { return told.all() == 2; }));
  CHECK(told.cancelled == 2 && count == 0);
}

static void what_a_completion_throws_goes_nowhere() {
  const meetgate::avd avd = sandbox();
  std::atomic<int> count(0);
  for (int i = 0; i < 3; i++) {
    avd.call_async(room(), call_options(), [&](const result &) {
      count++;
      throw std::runtime_error("of the completion");
    });
  }
  CHECK(comes([&] { return count == 3; }));
  CHECK(avd.room.read(room()).find("\"ret\":0") != std::string::npos);
}

static void a_completion_may_call_and_submit() {
  const meetgate::avd avd = sandbox();
  std::atomic<int> count(0);
  avd.call_async(room(), call_options(), [&](const result &) {
    avd.room.read(room());
    avd.call_async(room(), call_options(), [&](const result &done) { count += done ? 1 : 100; });
  });
  CHECK(comes([&] { return count == 1; }));
}

static void functions_go_when_their_calls_are_over() {
  const std::shared_ptr<int> held = std::make_shared<int>(0);
  {
    meetgate::avd avd = sandbox();
    meetgate::avd quiet(silence());
    std::atomic<int> count(0);
    avd.call_async(room(), call_options(), [held, &count](const result &) { count++; });
    quiet.call_async(room(), call_options(), [held, &count](const result &) { count++; });
    CHECK(ended([&] { avd.call_async("none", object(), call_options(), [held](const result &) {}); }) != "OK");
    CHECK(comes([&] { return held.use_count() == 2; }));
    quiet.close();
    CHECK(comes([&] { return held.use_count() == 1; }));
    CHECK(count == 2);
  }
  CHECK(held.use_count() == 1);
}

// Ends ----------------------------------------------------------------------------------------------------------------

static void a_cancel_ends_asynchronous_calls_and_may_go_before_them() {
  const meetgate::avd avd(silence().async_threads(2));
  tally told;
  {
    const meetgate::cancel stop;
    for (int i = 0; i < 6; i++) avd.call_async(room(), call_options().cancel(stop), told.counting());
    rest(50);
    CHECK(told.all() == 0);
    stop.trigger();
    CHECK(comes([&] { return told.all() == 6; }));
    avd.call_async(room(), call_options().cancel(stop), told.counting());
    CHECK(comes([&] { return told.all() == 7; }));
    CHECK(told.cancelled == 7);
  }
  {
    const meetgate::cancel forgotten;
    avd.call_async(room(), call_options().cancel(forgotten).timeout_ms(300), told.counting());
  }
  CHECK(comes([&] { return told.all() == 8; }));
  CHECK(told.other == 1);
}

static void closing_ends_each_call_once() {
  tally told;
  {
    meetgate::avd avd(silence().async_threads(4));
    for (int i = 0; i < 50; i++) avd.call_async(room(), call_options(), told.counting());
    meetgate::avd moved(std::move(avd));
    for (int i = 0; i < 50; i++) moved.call_async(room(), call_options(), told.counting());
    CHECK(!ended([&] { avd.call_async(room(), call_options(), told.counting()); }).empty());
    rest(50);
  }
  // Closing waits a second for completions, which valgrind may need more of.
  CHECK(many < 2000 || told.all() == 100);
  CHECK(comes([&] { return told.all() == 100; }));
  CHECK(told.cancelled == 100);
}

static void closing_waits_a_second_for_a_completion() {
  std::atomic<int> begun(0), over(0);
  std::atomic<bool> is_gone(false);
  {
    const meetgate::avd avd = sandbox();
    avd.call_async(room(), call_options(), [&](const result &) {
      begun++;
      comes([&] { return is_gone.load(); });
      over++;
    });
    CHECK(comes([&] { return begun == 1; }));
  }
  CHECK(over == 0);
  is_gone = true;
  CHECK(comes([&] { return over == 1; }));
}

static void a_client_that_ends_in_its_completion_harms_nothing() {
  std::atomic<int> count(0);
  std::shared_ptr<meetgate::avd> avd = std::make_shared<meetgate::avd>(meetgate::raw(avd_config));
  const std::weak_ptr<meetgate::avd> watched = avd;
  const meetgate::avd &client = *avd;
  std::atomic<bool> may_end(false);
  client.call_async(room(), call_options(), [avd, &count, &may_end](const result &done) {
    comes([&] { return may_end.load(); });
    count += done ? 1 : 100;
  });
  avd.reset();
  may_end = true;
  CHECK(comes([&] { return watched.expired(); }));
  CHECK(count == 1);
}

static void closing_waits_for_a_log() {
  std::atomic<int> in(0), out(0);
  const std::shared_ptr<int> held = std::make_shared<int>(0);
  {
    const meetgate::avd avd = sandbox();
    avd.set_log(MEETGATE_LOG_INFO, [held, &in, &out](meetgate_log_level, const std::string &) {
      in++;
      rest(1800);
      out += static_cast<int>(held.use_count() > 0);
    });
    avd.call_async(room(), call_options(), [](const result &) {});
    CHECK(comes([&] { return in >= 1; }));
  }
  CHECK(in == out);
  CHECK(held.use_count() == 1);
}

// Futures -------------------------------------------------------------------------------------------------------------

static void a_future_gives_the_reply_or_throws() {
  meetgate::avd avd = sandbox();
  std::future<std::string> named = avd.call_async("avd.room.read", object().set("room_id", "12345123456"));
  std::future<std::string> typed = avd.call_async(room());
  std::future<std::string> none = avd.call_async(room("40400000000"), call_options().timeout_ms(20000));
  std::future<std::string> refused = avd.call_async(meetgate::avd_room_read_params());
  std::future<std::string> raw = avd.raw_call_async(meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list"));
  EQUAL(named.get(), typed.get());
  CHECK(raw.get().find("12345123456") != std::string::npos);
  bool is_missing = false, is_invalid = false;
  try {
    none.get();
  } catch (const meetgate::not_found &) {
    is_missing = true;
  }
  try {
    refused.get();
  } catch (const meetgate::invalid_argument &error) {
    is_invalid = std::string(error.what()).find("room_id") != std::string::npos;
  }
  CHECK(is_missing && is_invalid);
  static_cast<void>(avd.call_async(room()));
  meetgate::avd quiet(silence());
  std::future<std::string> closed = quiet.call_async(room());
  quiet.close();
  CHECK(begins(ended([&] { closed.get(); }), "CANCELLED"));
}

static void a_provider_that_throws_fails_the_future() {
  const meetgate::avd avd(meetgate::avd_config().base_url(server).token_provider(
      [](const std::string &) -> meetgate::provided_token { throw std::runtime_error("no token today"); }));
  const std::string how = ended([&] { avd.call_async(room()).get(); });
  CHECK(begins(how, "AUTH") && how.find("no token today") != std::string::npos);
}

// The queue -----------------------------------------------------------------------------------------------------------

static bool is_readable(const meetgate::completions &results, int ms) {
  pollfd one = {static_cast<int>(results.fd()), POLLIN, 0};
  return poll(&one, 1, ms) == 1;
}

static void a_queue_runs_completions_where_they_are_taken() {
  const meetgate::avd avd = sandbox();
  meetgate::completions results;
  CHECK(results.fd() >= 0 && !results.next() && !is_readable(results, 0));
  std::vector<std::string> replies;
  std::thread::id of_completion;
  const meetgate::completion_function take = [&](const result &done) {
    of_completion = std::this_thread::get_id();
    replies.push_back(done ? done.reply() : done.error().meaning());
  };
  results.call(avd, "avd.room.read", object().set("room_id", "12345123456"), call_options(), take);
  CHECK(is_readable(results, 30000));
  CHECK(results.next() && replies.size() == 1 && replies[0] == avd.room.read(room()));
  CHECK(of_completion == std::this_thread::get_id());
  CHECK(!is_readable(results, 0) && !results.next());

  results.call(avd, room("40400000000"), call_options(), take);
  results.raw_call(avd, meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list"), call_options(), take);
  // The queue moves with what is in flight.
  meetgate::completions moved(std::move(results));
  CHECK(results.fd() == -1 && !results.next());
  CHECK(begins(ended([&] { results.call(avd, room(), call_options(), take); }), "INVALID_ARGUMENT the completions were moved"));
  CHECK(comes([&] {
    moved.next();
    return replies.size() == 3;
  }));
  CHECK(begins(ended([&] { moved.call(avd, "none", object(), call_options(), take); }), "INVALID_ARGUMENT"));
  CHECK(replies.size() == 3 && !moved.next());
}

static void what_a_completion_throws_goes_to_the_taker() {
  const meetgate::avd avd = sandbox();
  const meetgate::completions results;
  results.call(avd, room(), call_options(), [](const result &) { throw std::runtime_error("of the completion"); });
  results.call(avd, room(), call_options(), [](const result &) {});
  bool is_thrown = false;
  int taken = 0;
  CHECK(comes([&] {
    try {
      taken += results.next() ? 1 : 0;
    } catch (const std::runtime_error &) {
      is_thrown = true;
    }
    return is_thrown && taken == 1;
  }));
  CHECK(!results.next());
}

static void a_queue_that_ends_drops_its_completions() {
  const std::shared_ptr<int> held = std::make_shared<int>(0);
  std::atomic<int> count(0);
  meetgate::avd quiet(silence());
  const meetgate::avd avd = sandbox();
  {
    const meetgate::completions results;
    const meetgate::cancel stop;
    const meetgate::completion_function counts = [held, &count](const result &) { count++; };
    results.call(avd, room(), call_options(), counts);
    results.call(quiet, room(), call_options().cancel(stop), counts);
    CHECK(is_readable(results, 30000));
    // What is refused is not kept either.
    const long before = held.use_count();
    CHECK(ended([&] { results.call(avd, "none", object(), call_options(), counts); }) != "OK");
    CHECK(held.use_count() == before);
  }
  CHECK(held.use_count() == 1 && count == 0);
  quiet.close();
  CHECK(count == 0);
}

static void results_stay_when_their_client_is_closed() {
  const meetgate::completions results;
  tally told;
  {
    const meetgate::avd quiet(silence());
    for (int i = 0; i < 10; i++) results.call(quiet, room(), call_options(), told.counting());
  }
  CHECK(told.all() == 0);
  CHECK(comes([&] {
    while (results.next()) {
    }
    return told.all() == 10;
  }));
  CHECK(told.cancelled == 10);
}

// Many ----------------------------------------------------------------------------------------------------------------

static void each_of_many_calls_ends_once() {
  tally told, queued;
  const meetgate::completions results;
  std::atomic<int> submitted(0), of_queue(0);
  {
    const meetgate::avd avd(meetgate::raw(avd_config));
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; thread++) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < many / 4; i++) {
          const meetgate::cancel stop;
          const call_options options = call_options().cancel(stop).timeout_ms(120000);
          try {
            if (i % 2 == 0) {
              avd.call_async(room(), options, told.counting());
              submitted++;
            } else {
              results.call(avd, room(), options, queued.counting());
              of_queue++;
            }
          } catch (const meetgate::limit_error &) {
            rest(20);
          }
          if ((i + thread) % 3 == 0) stop.trigger();
          results.next();
        }
      });
    }
    for (std::thread &thread : threads) thread.join();
    // The rest ends by closing.
  }
  CHECK(comes([&] {
    while (results.next()) {
    }
    return told.all() == submitted && queued.all() == of_queue;
  }));
  rest(50);
  CHECK(submitted > 0 && of_queue > 0);
  EQUAL(std::to_string(told.all()), std::to_string(submitted));
  EQUAL(std::to_string(queued.all()), std::to_string(of_queue));
  CHECK(told.other == 0 && queued.other == 0 && told.ok > 0 && queued.ok > 0);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  avd_config = argv[3];
  server = argv[4];
  if (argc > 6) many = 200;
  RUN(a_completion_gets_the_reply_or_the_error);
  RUN(what_is_refused_at_once_has_no_completion);
  RUN(what_a_completion_throws_goes_nowhere);
  RUN(a_completion_may_call_and_submit);
  RUN(functions_go_when_their_calls_are_over);
  RUN(a_cancel_ends_asynchronous_calls_and_may_go_before_them);
  RUN(closing_ends_each_call_once);
  RUN(closing_waits_a_second_for_a_completion);
  RUN(a_client_that_ends_in_its_completion_harms_nothing);
  RUN(closing_waits_for_a_log);
  RUN(a_future_gives_the_reply_or_throws);
  RUN(a_provider_that_throws_fails_the_future);
  RUN(a_queue_runs_completions_where_they_are_taken);
  RUN(what_a_completion_throws_goes_to_the_taker);
  RUN(a_queue_that_ends_drops_its_completions);
  RUN(results_stay_when_their_client_is_closed);
  RUN(each_of_many_calls_ends_once);
  return checks::closing();
}
