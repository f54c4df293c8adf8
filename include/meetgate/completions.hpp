/*
 * Results of asynchronous calls, for event loops. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_COMPLETIONS_HPP
#define MEETGATE_COMPLETIONS_HPP

#include "../meetgate.h"
#include "asynchronous.hpp"
#include "attributes.hpp"
#include "error.hpp"
#include "json.hpp"
#include "options.hpp"
#include "reply.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace meetgate {
namespace detail {

/** A queue of the C library with the calls whose results are not taken yet. */
class completion_queue {
 public:
  struct waiting : asynchronous_call {
    waiting(const completion_function &complete, const std::shared_ptr<stop_list> &by)
        : asynchronous_call(complete, by), place() {}
    std::list<std::unique_ptr<waiting>>::iterator place;
  };

  completion_queue() noexcept : handle(nullptr), mutex_(), calls_() {}
  ~completion_queue() { meetgate_completions_free(handle); }
  completion_queue(const completion_queue &) = delete;
  completion_queue &operator=(const completion_queue &) = delete;

  /** Before the C library knows of it: its result may come at once. */
  waiting *add(std::unique_ptr<waiting> call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_front(std::move(call));
    calls_.front()->place = calls_.begin();
    return calls_.front().get();
  }

  std::unique_ptr<waiting> take(waiting *call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::unique_ptr<waiting> taken = std::move(*call->place);
    calls_.erase(taken->place);
    return taken;
  }

  meetgate_completions *handle;

 private:
  std::mutex mutex_;
  std::list<std::unique_ptr<waiting>> calls_;
};

}  // namespace detail

inline namespace MEETGATE_STYLE {

/**
 * Results of asynchronous calls, for a loop that runs completions on its own thread: epoll, GLib, libuv and others. Movable,
 * not copyable.
 *
 *   meetgate::completions results;
 *   results.call(avd, "avd.room.list", meetgate::object(), meetgate::call_options(), show);
 *   // where the loop finds results.fd() readable:
 *   while (results.next()) {}
 *
 * When it is destroyed, completions that did not run are dropped, and their calls go on. Take its descriptor out of the event
 * loop before.
 * Threads: any, at once; moving and destroying it are for one thread.
 * Since: 0.1.0.
 */
class completions {
 public:
  /** Errors: MEETGATE_IO, where the system gives no descriptor. Without exceptions, made() tells. */
  completions() : queue_(new detail::completion_queue())
#if defined(MEETGATE_NO_EXCEPTIONS)
      , made_(MEETGATE_OK, std::string())
#endif
  {
    char *given = nullptr;
    const meetgate_status status = meetgate_completions_new(&queue_->handle, &given);
#if defined(MEETGATE_NO_EXCEPTIONS)
    made_ = inner::taken(status, given);
#else
    inner::taken(status, given);
#endif
  }
  completions(completions &&) = default;
  completions &operator=(completions &&) = default;
  completions(const completions &) = delete;
  completions &operator=(const completions &) = delete;
  ~completions() {}

#if defined(MEETGATE_NO_EXCEPTIONS)
  /** How making it ended. */
  MEETGATE_NODISCARD const result &made() const noexcept { return made_; }
#endif

  /**
   * What an event loop waits for: readable as long as a result waits. Only wait for it: never read, write or close it. On
   * Windows it is the HANDLE of an event. -1 for one that was moved from.
   */
  MEETGATE_NODISCARD std::intptr_t fd() const noexcept { return meetgate_completions_fd(handle()); }

  /**
   * Calls an operation of a client without waiting for it. next() runs `complete` when the result has come.
   *
   * Errors: as client::call_async(). `complete` is not called then.
   */
  done call(const group &on, const std::string &operation, const json &params, const call_options &options,
            const completion_function &complete) const {
    const result fit = inner::without_nul(operation, params.str());
    if (!fit) return inner::only_done(reply_of(fit));
    return start(on, options, complete, [&](meetgate_client *client, const char *chosen, meetgate_cancel *cancel,
                                            void *call, char **given) {
      return meetgate_completions_call(handle(), client, operation.c_str(), params.str().c_str(), chosen, cancel, call,
                                       given);
    });
  }

  /** The operation whose parameters these are: call(avd, avd_room_read_params().room_id("1"), call_options(), complete). */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  done call(const group &on, const Params &params, const call_options &options,
            const completion_function &complete) const {
    return call(on, std::string(Params::operation_name()), params, options, complete);
  }

  /** Sends any request without waiting for the answer. */
  done raw_call(const group &on, const json &request, const call_options &options,
                const completion_function &complete) const {
    const result fit = inner::without_nul(std::string(), request.str());
    if (!fit) return inner::only_done(reply_of(fit));
    return start(on, options, complete, [&](meetgate_client *client, const char *chosen, meetgate_cancel *cancel,
                                            void *call, char **given) {
      return meetgate_completions_raw_call(handle(), client, request.str().c_str(), chosen, cancel, call, given);
    });
  }

  /**
   * Runs the completion of the result that waits longest, on this thread. It never waits.
   *
   * Returns: false if there is none.
   * Errors: what the completion throws. Its result is taken then.
   */
  bool next() const {
    void *call = nullptr;
    meetgate_status status = MEETGATE_OK;
    char *given = nullptr;
    if (meetgate_completions_next(handle(), &call, &status, &given) != 1) return false;
    const result ended(status, detail::taken(given));
    static_cast<waiting *>(call)->take_over();
    const std::unique_ptr<waiting> taken = queue_->take(static_cast<waiting *>(call));
    taken->stop.reset();
    taken->function(ended);
    return true;
  }

 private:
  typedef detail::completion_queue::waiting waiting;

  meetgate_completions *handle() const noexcept { return queue_ ? queue_->handle : nullptr; }

  template <class Send>
  done start(const group &on, const call_options &options, const completion_function &complete, const Send &send) const {
    const inner::client_use use(on.opened());
    const result ready = inner::ready(use, options, complete);
    if (!ready) return inner::only_done(reply_of(ready));
    if (handle() == nullptr) {
      return inner::only_done(inner::refused(MEETGATE_INVALID_ARGUMENT, "the completions were moved from, or not made"));
    }
    std::unique_ptr<waiting> made(new waiting(complete, options.stopped_by()));
    const std::shared_ptr<detail::detached_stop> stop = made->stop;
    if (stop && stop->handle() == nullptr) return inner::only_done(inner::refused(MEETGATE_LIMIT, "out of memory"));
    made->hand_over();
    waiting *const call = queue_->add(std::move(made));
    char *given = nullptr;
    const meetgate_status status =
        send(use.handle(), options.str().c_str(), stop ? stop->handle() : nullptr, call, &given);
    if (status != MEETGATE_OK) queue_->take(call).reset();
    return inner::only_done(inner::taken(status, given));
  }

  std::unique_ptr<detail::completion_queue> queue_;
#if defined(MEETGATE_NO_EXCEPTIONS)
  result made_;
#endif
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
