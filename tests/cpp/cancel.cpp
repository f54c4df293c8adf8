// Calls that are ended from outside: by a cancel, and by closing their client.
//
//   cancel HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS [slow]
//
// AVD_CONFIG is a sandbox's. SERVER is the URL of a server that answers as the first segments of the path say, see
// tests/cpp.rs. With `slow`, for valgrind, times are not looked at. Prints one line for each group of checks and a
// closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <typeinfo>
#include <vector>

using meetgate::call_options;

typedef std::chrono::steady_clock watch;

static const char *avd_config, *server;
static bool slow;

static meetgate::avd sandbox() { return meetgate::avd(meetgate::raw(avd_config)); }

// Its server takes every request, and never answers.
static meetgate::avd silent() {
  return meetgate::avd(meetgate::avd_config().base_url(std::string(server) + "/silence").token("fixed-token=="));
}

static void rest(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

static void at_once(watch::time_point since, int line) {
  const long long ms = std::chrono::duration_cast<std::chrono::milliseconds>(watch::now() - since).count();
  checks::check(slow || ms <= 100, "it took " + std::to_string(ms) + " ms", __FILE__, line);
}

#define AT_ONCE(since) at_once(since, __LINE__)

// How a call ended.
template <class Call>
static std::string ended(const Call &call) {
  try {
    call();
    return "OK";
  } catch (const meetgate::cancelled &error) {
    return error.status() == MEETGATE_CANCELLED && error.status_name() == std::string("CANCELLED") ? "cancelled" : "?";
  } catch (const meetgate::error &error) {
    return error.document();
  }
}

static std::string refusal(const std::string &of) { return of.find("INVALID_ARGUMENT") == std::string::npos ? of : "refused"; }

static meetgate::raw_request list() { return meetgate::raw_request().method("GET").path("/sdkapi/v2/room/list"); }

// Cancelling ----------------------------------------------------------------------------------------------------------

static void a_call_that_begins_with_a_triggered_cancel_ends_at_once() {
  const meetgate::avd avd = silent();
  const meetgate::cancel stop;
  CHECK(!stop.triggered());
  stop.trigger();
  stop.trigger();
  CHECK(stop.triggered());
  const watch::time_point start = watch::now();
  EQUAL(ended([&] { avd.room.list(call_options().cancel(stop)); }), "cancelled");
  EQUAL(ended([&] { avd.call("avd.room.list", meetgate::object(), call_options().cancel(stop)); }), "cancelled");
  EQUAL(ended([&] { avd.raw_call(list(), call_options().timeout_ms(5000).cancel(stop)); }), "cancelled");
  AT_ONCE(start);
  // Calls without it are not touched.
  EQUAL(ended([] { sandbox().room.list(); }), "OK");
}

static void a_trigger_ends_a_call_in_flight() {
  const meetgate::avd avd = silent();
  for (int kind = 0; kind < 3; kind++) {
    const meetgate::cancel stop;
    watch::time_point triggered;
    std::thread other([&] {
      rest(50);
      triggered = watch::now();
      stop.trigger();
    });
    const call_options options = call_options().cancel(stop).timeout_ms(20000);
    const std::string how = ended([&] {
      if (kind == 0) avd.room.list(options);
      if (kind == 1) avd.call("avd.room.list", meetgate::object(), options);
      if (kind == 2) avd.raw_call(list(), options);
    });
    other.join();
    EQUAL(how, "cancelled");
    AT_ONCE(triggered);
  }
}

static void a_trigger_after_the_end_touches_nothing() {
  const meetgate::avd avd = sandbox();
  const meetgate::cancel stop;
  EQUAL(ended([&] { avd.room.list(call_options().cancel(stop)); }), "OK");
  EQUAL(ended([&] { avd.raw_call(list(), call_options().cancel(stop)); }), "OK");
  stop.trigger();
  EQUAL(ended([&] { avd.room.list(); }), "OK");
  EQUAL(ended([&] { avd.room.list(call_options().cancel(stop)); }), "cancelled");
  EQUAL(ended([&] { avd.room.list(); }), "OK");
}

static void one_cancel_ends_calls_of_many_threads_and_clients() {
  const meetgate::avd first = silent(), second = silent();
  const meetgate::cancel stop, other;
  std::atomic<int> cancelled(0), others(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&, i] {
      const meetgate::avd &avd = i % 2 == 0 ? first : second;
      if (ended([&] { avd.room.list(call_options().cancel(stop)); }) == "cancelled") cancelled++;
    });
  }
  std::thread untouched([&] {
    if (ended([&] { first.room.list(call_options().cancel(other)); }) == "cancelled") others++;
  });
  rest(100);
  const watch::time_point start = watch::now();
  stop.trigger();
  for (std::thread &thread : threads) thread.join();
  AT_ONCE(start);
  CHECK(cancelled == 8);
  CHECK(others == 0);
  other.trigger();
  untouched.join();
  CHECK(others == 1);
}

static void a_cancel_moves_and_may_go_before_its_call() {
  const meetgate::avd avd = silent();
  meetgate::cancel first;
  const meetgate::cancel moved(std::move(first));
  // Moved from: it would never end the call.
  EQUAL(refusal(ended([&] { avd.room.list(call_options().cancel(first)); })), "refused");
  EQUAL(refusal(ended([&] { avd.raw_call(list(), call_options().cancel(first)); })), "refused");
  first.trigger();
  CHECK(!moved.triggered() && !first.triggered());
  first = meetgate::cancel();
  first.trigger();
  EQUAL(ended([&] { avd.room.list(call_options().cancel(first)); }), "cancelled");
  EQUAL(ended([&] { avd.room.list(call_options().cancel(moved).cancel(first)); }), "cancelled");
  call_options kept;
  {
    const meetgate::cancel gone;
    kept.cancel(gone).timeout_ms(50).max_attempts(1);
  }
  CHECK(ended([&] { avd.room.list(kept); }).find("TIMEOUT") != std::string::npos);
}

// Closing -------------------------------------------------------------------------------------------------------------

static void closing_ends_the_calls_in_flight() {
  meetgate::avd avd = silent();
  const meetgate::cancel stop;
  std::atomic<int> cancelled(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&, i] {
      // With a cancel of their own, too.
      call_options options;
      if (i % 2 == 0) options.cancel(stop);
      if (ended([&] { avd.room.list(options); }) == "cancelled") cancelled++;
    });
  }
  rest(100);
  const watch::time_point start = watch::now();
  avd.close();
  AT_ONCE(start);
  for (std::thread &thread : threads) thread.join();
  CHECK(cancelled == 8);
  CHECK(!stop.triggered() && !avd && avd.handle() == nullptr);
  EQUAL(refusal(ended([&] { avd.room.list(); })), "refused");
  EQUAL(refusal(ended([&] { static_cast<void>(avd.info()); })), "refused");
}

static void closing_while_threads_begin_calls() {
  for (int round = 0; round < (slow ? 3 : 50); round++) {
    meetgate::avd avd = sandbox();
    std::atomic<int> odd(0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; i++) {
      threads.emplace_back([&, i] {
        if (i == 0) rest(2);
        if (i < 2) return avd.close();
        const meetgate::cancel own;
        for (;;) {
          call_options options;
          if (i == 2) options.cancel(own);
          const std::string how = refusal(ended([&] { avd.room.list(options); }));
          if (how == "refused") return;
          if (how != "OK" && how != "cancelled" && odd++ == 0) CHECK(how == "cancelled");
        }
      });
    }
    for (std::thread &thread : threads) thread.join();
    CHECK(odd == 0);
  }
}

static void the_end_of_a_client_ends_its_calls() {
  std::unique_ptr<meetgate::avd> avd(new meetgate::avd(silent()));
  const meetgate::avd &shared = *avd;
  std::string how;
  std::thread other([&] { how = ended([&] { shared.room.list(); }); });
  rest(50);
  const watch::time_point start = watch::now();
  avd.reset();
  other.join();
  AT_ONCE(start);
  EQUAL(how, "cancelled");
}

static void closing_waits_for_a_provider() {
  std::atomic<int> running(0), ran(0);
  meetgate::avd avd(meetgate::avd_config().base_url(std::string(server) + "/silence").token_provider([&](const std::string &) {
    running++;
    rest(100);
    running--;
    ran++;
    return meetgate::provided_token("token");
  }));
  std::string how;
  std::thread other([&] { how = ended([&] { avd.room.list(); }); });
  while (running == 0) rest(1);
  avd.close();
  CHECK(running == 0 && ran == 1);
  other.join();
  EQUAL(how, "cancelled");
}

static void a_forked_child_closes_what_is_in_flight_in_its_parent() {
  meetgate::avd avd = silent();
  const meetgate::cancel stop;
  std::string how;
  std::thread other([&] { how = ended([&] { avd.room.list(call_options().cancel(stop)); }); });
  rest(50);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    avd.close();
    _exit(refusal(ended([&] { avd.room.list(); })) == "refused" ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(static_cast<bool>(avd));
  stop.trigger();
  other.join();
  EQUAL(how, "cancelled");
}

// Configuration -------------------------------------------------------------------------------------------------------

static void tls_is_a_builder_like_token_store() {
  EQUAL(meetgate::avd_config().tls(meetgate::avd_tls().ca_file("/no/such/file.pem")).str(),
        "{\"platform\":\"avd\",\"tls\":{\"ca_file\":\"/no/such/file.pem\"}}");
  const std::string how = ended([] {
    const meetgate::avd none(meetgate::avd_config().base_url("https://127.0.0.1:1").token("t").tls(
        meetgate::avd_tls().ca_file("/no/such/file.pem")));
  });
  CHECK(how.find("INVALID_CONFIG") != std::string::npos && how.find("ca_file") != std::string::npos);
  CHECK(meetgate::hst_config().tls(meetgate::hst_tls().ca_file("a")).str().find("ca_file") != std::string::npos);
  CHECK(meetgate::youme_config().tls(meetgate::youme_tls().ca_file("a")).str().find("ca_file") != std::string::npos);
}

static void limits_of_one_call() {
  const meetgate::avd avd = silent();
  try {
    avd.room.list(call_options().attempt_timeout_ms(50).max_attempts(2));
    CHECK(false);
  } catch (const meetgate::timeout_error &error) {
    CHECK(error.attempts() == 2);
  }
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  avd_config = argv[3];
  server = argv[4];
  slow = argc > 6;
  RUN(a_call_that_begins_with_a_triggered_cancel_ends_at_once);
  RUN(a_trigger_ends_a_call_in_flight);
  RUN(a_trigger_after_the_end_touches_nothing);
  RUN(one_cancel_ends_calls_of_many_threads_and_clients);
  RUN(a_cancel_moves_and_may_go_before_its_call);
  RUN(closing_ends_the_calls_in_flight);
  RUN(closing_while_threads_begin_calls);
  RUN(the_end_of_a_client_ends_its_calls);
  RUN(closing_waits_for_a_provider);
  // Valgrind looks at the child too, and misses the stack of the thread that is not there.
  if (!slow) RUN(a_forked_child_closes_what_is_in_flight_in_its_parent);
  RUN(tls_is_a_builder_like_token_store);
  RUN(limits_of_one_call);
  return checks::closing();
}
