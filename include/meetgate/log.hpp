/*
 * What a client tells of its calls. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_LOG_HPP
#define MEETGATE_LOG_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "exceptions.hpp"
#include "kept.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace meetgate {

/**
 * A function that takes a client's events: how much the event matters, and the event, one JSON object. The comment on
 * meetgate_client_set_log lists its members.
 *
 * Errors: an exception that it throws is dropped: what is told of a call must not change how the call ends.
 * Threads: it runs on any thread that calls the client, on several at once, with no lock held, and within the call's time. It
 *   must not close or move the client, and may not set a log. What its own calls do is not told.
 */
typedef std::function<void(meetgate_log_level level, const std::string &event_json)> log_function;

inline namespace MEETGATE_STYLE {
namespace inner {

/** The logs of one client. */
class log_list {
 public:
  log_list() noexcept : functions_() {}

  /** Any thread, at once. An empty function takes the log away. */
  meetgate_status set(meetgate_client *client, meetgate_log_level level, const log_function &log, char **error_json) {
    std::unique_ptr<kept> one(new kept(log));
    const meetgate_status status = meetgate_client_set_log(client, level, log ? take : nullptr, one.get(), error_json);
    if (status == MEETGATE_OK) functions_.add(std::move(one));
    return status;
  }

  /** Only when the client is gone. */
  void clear() noexcept { functions_.clear(); }

 private:
  typedef detail::kept_functions<log_function>::kept kept;

  /** C calls this function: nothing may be thrown out of it. */
  static void MEETGATE_CALL take(void *user_data, std::int32_t level, const char *event_json) noexcept {
    const log_function &log = static_cast<const kept *>(user_data)->function;
#if defined(MEETGATE_CATCHES)
    try {
      log(static_cast<meetgate_log_level>(level), event_json);
    } catch (...) {
      // Nobody is there for it.
    }
#else
    log(static_cast<meetgate_log_level>(level), event_json);
#endif
  }

  detail::kept_functions<log_function> functions_;
};

}  // namespace inner
}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
