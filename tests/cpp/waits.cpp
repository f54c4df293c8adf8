// Guards, which stop what was started, and waits.
//
//   waits HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS
//
// AVD_CONFIG is a sandbox's. Prints one line for each group of checks and a closing line `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <stdexcept>
#include <thread>
#include <utility>

using meetgate::wait_options;

static const char *avd_config;

static meetgate::avd sandbox() { return meetgate::avd(meetgate::raw(avd_config)); }

static meetgate::avd_room_mix_record_start_params recording() {
  return meetgate::avd_room_mix_record_start_params().room_id("12345123456").enable_audio_record(true);
}

static meetgate::avd_room_record_status_params of(const meetgate::guard &guard) {
  return meetgate::avd_room_record_status_params().record_id(meetgate::member(guard.started(), "record_id"));
}

static bool is_running(const meetgate::avd &avd, const meetgate::avd_room_record_status_params &params) {
  const std::string status = meetgate::member(avd.room.record.status(params), "record_status");
  return status == "0" || status == "1";
}

static wait_options quick() { return wait_options().pause_ms(20).max_pause_ms(50).timeout_ms(20000); }

// How something ended: the word of its status, or what was thrown.
template <class Act>
static std::string ended(const Act &act) {
  try {
    act();
    return "OK";
  } catch (const meetgate::error &error) {
    return error.status_name();
  } catch (const std::domain_error &thrown) {
    return thrown.what();
  }
}

static void a_guard_stops_at_the_end_of_its_scope() {
  const meetgate::avd avd = sandbox();
  meetgate::avd_room_record_status_params params;
  {
    const meetgate::guard guard = avd.guarded(recording());
    CHECK(static_cast<bool>(guard));
    params = of(guard);
    CHECK(is_running(avd, params));
  }
  CHECK(!is_running(avd, params));
}

static void a_guard_stops_when_an_exception_goes_through() {
  const meetgate::avd avd = sandbox();
  meetgate::avd_room_record_status_params params;
  EQUAL(ended([&] {
          const meetgate::guard guard = avd.guarded("avd.room.mix_record.start", recording());
          params = of(guard);
          throw std::domain_error("of the meeting");
        }),
        "of the meeting");
  CHECK(!is_running(avd, params));
}

static void a_guard_undoes_once() {
  const meetgate::avd avd = sandbox();
  meetgate::guard guard = avd.guarded(recording());
  EQUAL(meetgate::member(guard.undo(), "ret"), "0");
  CHECK(!guard);
  EQUAL(ended([&] { guard.undo(); }), "INVALID_ARGUMENT");

  // What fails is told once, and not again at the end.
  meetgate::guard stopped = avd.guarded(recording());
  avd.room.mix_record.stop(meetgate::avd_room_mix_record_stop_params().room_id("12345123456"));
  EQUAL(ended([&] { stopped.undo(); }), "API");
  CHECK(!stopped);
}

static void a_guard_moves_and_is_released() {
  const meetgate::avd avd = sandbox();
  meetgate::avd_room_record_status_params params;
  {
    meetgate::guard first = avd.guarded(recording());
    params = of(first);
    const meetgate::guard second(std::move(first));
    CHECK(second && !first);
    CHECK(is_running(avd, params));
  }
  CHECK(!is_running(avd, params));
  {
    meetgate::guard guard = avd.guarded(recording());
    params = of(guard);
    guard.release();
  }
  CHECK(is_running(avd, params));
  EQUAL(meetgate::member(avd.undo("avd.room.mix_record.start", recording(), params), "ret"), "0");
}

static void what_was_not_started_is_not_undone() {
  const meetgate::avd avd = sandbox();
  const meetgate::avd_room_mix_record_start_params busy =
      meetgate::avd_room_mix_record_start_params().room_id("98765432100").enable_audio_record(true);
  EQUAL(ended([&] { static_cast<void>(avd.guarded(busy)); }), "API");
  CHECK(is_running(avd, meetgate::avd_room_record_status_params().record_id("4d1f0c52a7e94b0f8a6b3c9d2e5f7a10")));
  EQUAL(ended([&] { static_cast<void>(avd.guarded("avd.room.list", meetgate::object())); }), "INVALID_ARGUMENT");
  EQUAL(ended([&] { static_cast<void>(avd.guarded(std::string("avd\0", 4), meetgate::object())); }), "INVALID_ARGUMENT");
  CHECK(meetgate::member(avd.stats(), "/operations/avd.room.list").empty());
}

static void a_guard_outlives_its_client() {
  meetgate::avd avd = sandbox();
  meetgate::guard guard = avd.guarded(recording());
  const meetgate::avd moved(std::move(avd));
  EQUAL(meetgate::member(guard.undo(), "ret"), "0");
  meetgate::avd other = sandbox();
  const meetgate::guard late = other.guarded(recording());
  other.close();
}

static void what_goes_on_is_waited_for() {
  const meetgate::avd avd = sandbox();
  const std::string called = avd.device.call(
      meetgate::avd_device_call_params().name("d").room_id("12345123456").url("sip:1002@192.0.2.10"));
  const meetgate::avd_device_get_invite_status_params params =
      meetgate::avd_device_get_invite_status_params().call_id(meetgate::member(called, "call_id"));
  EQUAL(meetgate::member(avd.wait(params, quick()), "invite_status"), "1");
  EQUAL(meetgate::member(avd.wait("avd.device.get_invite_status", params, quick()), "invite_status"), "1");
  avd.device.kick(
      meetgate::avd_device_kick_params().room_id("12345123456").user_id(meetgate::member(called, "user_id")));
  try {
    avd.wait(params, quick());
    CHECK(false);
  } catch (const meetgate::api_error &error) {
    CHECK(!error.has_code());
    EQUAL(meetgate::member(error.reply(), "invite_status"), "2");
  }
}

static void a_wait_ends_in_time_and_when_it_is_cancelled() {
  const meetgate::avd avd = sandbox();
  const meetgate::avd_room_record_status_params busy =
      meetgate::avd_room_record_status_params().record_id("4d1f0c52a7e94b0f8a6b3c9d2e5f7a10");
  EQUAL(ended([&] { avd.wait(busy, wait_options().timeout_ms(100).pause_ms(20)); }), "TIMEOUT");
  meetgate::cancel cancel;
  std::thread trigger([&] { cancel.trigger(); });
  EQUAL(ended([&] { avd.wait(busy, wait_options().cancel(cancel)); }), "CANCELLED");
  trigger.join();
  EQUAL(ended([&] { avd.wait(meetgate::avd_room_read_params().room_id("1")); }), "INVALID_ARGUMENT");
  EQUAL(ended([&] { avd.wait(busy, wait_options().pause_ms(1)); }), "INVALID_ARGUMENT");
  EQUAL(ended([&] { avd.wait(std::string("\0", 1), busy); }), "INVALID_ARGUMENT");
}

int main(int argc, char **argv) {
  if (argc < 6) return 2;
  avd_config = argv[3];
  RUN(a_guard_stops_at_the_end_of_its_scope);
  RUN(a_guard_stops_when_an_exception_goes_through);
  RUN(a_guard_undoes_once);
  RUN(a_guard_moves_and_is_released);
  RUN(what_was_not_started_is_not_undone);
  RUN(a_guard_outlives_its_client);
  RUN(what_goes_on_is_waited_for);
  RUN(a_wait_ends_in_time_and_when_it_is_cancelled);
  return checks::closing();
}
