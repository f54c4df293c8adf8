// What a client tells of its calls: its log, its statistics, and the facts of one call.
//
//   observing HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS
//
// AVD_CONFIG is a sandbox's. Prints one line for each group of checks and a closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

static const char *avd_config;

static meetgate::avd sandbox() { return meetgate::avd(meetgate::raw(avd_config)); }

static std::string read(const meetgate::avd &avd, const meetgate::call_options &options = meetgate::call_options()) {
  return avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"), options);
}

static void a_log_takes_events_of_its_level() {
  const meetgate::avd avd = sandbox();
  std::mutex lock;
  std::vector<std::string> events;
  avd.set_log(MEETGATE_LOG_DEBUG, [&](meetgate_log_level level, const std::string &event) {
    const std::lock_guard<std::mutex> held(lock);
    CHECK(level == MEETGATE_LOG_DEBUG || level == MEETGATE_LOG_INFO);
    events.push_back(meetgate::member(event, "event"));
  });
  read(avd);
  CHECK(events.size() >= 2 && events.back() == "call");
  std::size_t before = events.size();
  avd.set_log(MEETGATE_LOG_ERROR, [&](meetgate_log_level, const std::string &event) { events.push_back(event); });
  read(avd);
  CHECK(events.size() == before);
  avd.set_log(MEETGATE_LOG_DEBUG, meetgate::log_function());
  read(avd);
  CHECK(events.size() == before);
}

static void what_a_log_throws_goes_nowhere() {
  const meetgate::avd avd = sandbox();
  std::atomic<int> count(0);
  avd.set_log(MEETGATE_LOG_DEBUG, [&](meetgate_log_level, const std::string &) {
    count++;
    throw std::runtime_error("of the log");
  });
  CHECK(read(avd).find("\"ret\":0") != std::string::npos);
  CHECK(count >= 2);
}

static void a_log_moves_with_its_client_and_ends_with_it() {
  std::atomic<int> count(0);
  {
    meetgate::avd avd = sandbox();
    avd.set_log(MEETGATE_LOG_DEBUG, [&](meetgate_log_level, const std::string &) { count++; });
    meetgate::avd moved(std::move(avd));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) threads.emplace_back([&] { read(moved); });
    for (std::thread &thread : threads) thread.join();
    CHECK(count >= 8);
  }
  std::string refused;
  const meetgate::avd avd = sandbox();
  avd.set_log(MEETGATE_LOG_DEBUG, [&](meetgate_log_level, const std::string &) {
    try {
      avd.set_log(MEETGATE_LOG_DEBUG, meetgate::log_function());
    } catch (const meetgate::invalid_argument &error) {
      refused = error.what();
    }
  });
  read(avd);
  CHECK(refused.find("must not set a log") != std::string::npos);
}

static void statistics_and_facts() {
  const meetgate::avd avd = sandbox();
  const std::string plain = read(avd);
  const std::string reply = read(avd, meetgate::call_options().facts(true));
  CHECK(reply.find("{\"reply\":" + plain + ",\"facts\":{") == 0);
  EQUAL(meetgate::find(reply, "/facts/http_status").text(), "200");
  EQUAL(meetgate::find(avd.stats(), "/operations/avd.room.read/calls").text(), "2");
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  avd_config = argv[3];
  RUN(a_log_takes_events_of_its_level);
  RUN(what_a_log_throws_goes_nowhere);
  RUN(a_log_moves_with_its_client_and_ends_with_it);
  RUN(statistics_and_facts);
  return checks::closing();
}
