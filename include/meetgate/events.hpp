/*
 * Events of hst as they happen. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_EVENTS_HPP
#define MEETGATE_EVENTS_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "error.hpp"
#include "exceptions.hpp"
#include "group.hpp"
#include "options.hpp"
#include "reply.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace meetgate {

/**
 * A function that gets the events of one session: each is one JSON object, and the comment on meetgate_events_open lists them.
 *
 * Errors: an exception that it throws is dropped, and the session goes on.
 * Threads: the session's own, one event after the other, with no lock held. It may close the session. It must not close, move or
 *   destroy the client. What takes long belongs on another thread: nothing else of the session is read meanwhile.
 */
typedef std::function<void(const std::string &event_json)> event_function;

namespace detail {

/** A session of the C library, and what it calls. It owns itself until it is closed: its own call may be what closes it. */
class event_session {
 public:
  explicit event_session(const event_function &on_event) : handle(nullptr), own(), function_(on_event) {}
  event_session(const event_session &) = delete;
  event_session &operator=(const event_session &) = delete;

  /** C calls this function: nothing may be thrown out of it. */
  static void MEETGATE_CALL take(void *user_data, const char *event_json) noexcept {
    const std::shared_ptr<event_session> session = static_cast<event_session *>(user_data)->own;
#if defined(MEETGATE_CATCHES)
    try {
      session->function_(event_json);
    } catch (...) {
      // Nobody is there for it.
    }
#else
    session->function_(event_json);
#endif
  }

  /** No event comes after it, but for the rest of the one that calls it. */
  void close() noexcept {
    meetgate_events_close(handle);
    handle = nullptr;
    own.reset();
  }

  meetgate_events *handle;
  std::shared_ptr<event_session> own;

 private:
  event_function function_;
};

}  // namespace detail

inline namespace MEETGATE_STYLE {

/**
 * A session with the event gateway of hst, open as long as this lives. Movable, not copyable.
 *
 *   meetgate::events events(hst, meetgate::events_options().app_ids({"..."}),
 *                           [](const std::string &event) { show(event); });
 *
 * It connects on a thread of its own, tells what fails as events, and connects again, until it is closed. When the client is closed
 * first, the last event is {"type":"closed"}.
 * Threads: any may close() it, one at a time; moving and destroying it are for one thread. In the function, it may be used once its
 *   constructor has returned.
 * Since: 0.1.0.
 */
class events {
 public:
  /**
   * Errors: MEETGATE_INVALID_ARGUMENT, also with a client of another platform and a library without events; MEETGATE_IO (the system
   *   gives no thread); MEETGATE_FORKED. Without exceptions, made() tells.
   */
  events(const group &of, const events_options &options, const event_function &on_event)
      : session_()
#if defined(MEETGATE_NO_EXCEPTIONS)
      , made_(open(of, options, on_event))
  {
  }
#else
  {
    open(of, options, on_event);
  }
#endif
  events(events &&) = default;
  /** Closes the session that was there. */
  events &operator=(events &&other) noexcept {
    if (this != &other) {
      close();
      session_ = std::move(other.session_);
#if defined(MEETGATE_NO_EXCEPTIONS)
      made_ = std::move(other.made_);
#endif
    }
    return *this;
  }
  events(const events &) = delete;
  events &operator=(const events &) = delete;
  ~events() { close(); }

#if defined(MEETGATE_NO_EXCEPTIONS)
  /** How opening it ended. */
  MEETGATE_NODISCARD const result &made() const noexcept { return made_; }
#endif

  /** Ends the session. It waits for the function where that runs on another thread, and in it for nothing. */
  void close() noexcept {
    const std::shared_ptr<detail::event_session> session(std::move(session_));
    session_.reset();
    if (session) session->close();
  }

 private:
  reply open(const group &of, const events_options &options, const event_function &on_event) {
    const inner::client_use use(of.opened());
    if (!use) return inner::closed();
    if (!on_event) return inner::refused(MEETGATE_INVALID_ARGUMENT, "on_event is an empty function");
    const std::shared_ptr<detail::event_session> session = std::make_shared<detail::event_session>(on_event);
    session->own = session;
    session_ = session;
    char *given = nullptr;
    const meetgate_status status = meetgate_events_open(use.handle(), options.str().c_str(), detail::event_session::take,
                                                        session.get(), &session->handle, &given);
    if (status != MEETGATE_OK) {
      session->own.reset();
      session_.reset();
    }
    return inner::taken(status, given);
  }

  std::shared_ptr<detail::event_session> session_;
#if defined(MEETGATE_NO_EXCEPTIONS)
  result made_;
#endif
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
