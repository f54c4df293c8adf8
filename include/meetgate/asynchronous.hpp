/*
 * Calls that are not waited for. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_ASYNCHRONOUS_HPP
#define MEETGATE_ASYNCHRONOUS_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "cancel.hpp"
#include "error.hpp"
#include "exceptions.hpp"
#include "group.hpp"
#include "json.hpp"
#include "options.hpp"
#include "reply.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace meetgate {

/**
 * A function that gets the result of one asynchronous call: a reply, or an error. reply_of() makes an exception of an error.
 *
 * Errors: an exception that it throws on a thread of the client is dropped. One that it throws in completions::next() goes to
 *   the caller of that.
 * Threads: with client::call_async() a thread of the client, with no lock held; with completions the thread that calls next().
 *   On a thread of the client it must not close, move or destroy that client.
 */
typedef std::function<void(const result &)> completion_function;

namespace detail {

/** What an asynchronous call needs until its result comes. */
struct asynchronous_call {
  asynchronous_call(const completion_function &complete, const std::shared_ptr<stop_list> &by)
      : function(complete),
        stop(by ? std::make_shared<detached_stop>(by) : std::shared_ptr<detached_stop>()),
        is_handed_over_(false) {}

  /**
   * Ahead of the C function that takes it, and first of all where its result comes. The C library orders both; this tells
   * ThreadSanitizer, which does not see the library's locks.
   */
  void hand_over() noexcept { is_handed_over_.store(true, std::memory_order_release); }
  void take_over() const noexcept { static_cast<void>(is_handed_over_.load(std::memory_order_acquire)); }

  completion_function function;
  /** Shared: the C function that takes the call may still use it when the result comes. */
  std::shared_ptr<detached_stop> stop;

 private:
  std::atomic<bool> is_handed_over_;
};

/** Whether the parameters are those of one operation. */
template <class Params>
class names_operation {
  template <class T>
  static std::true_type test(decltype(T::operation_name()));
  template <class T>
  static std::false_type test(...);

 public:
  static constexpr bool value = decltype(test<Params>(nullptr))::value;
};

}  // namespace detail

inline namespace MEETGATE_STYLE {

/** The reply of a result; a failure is thrown, as a call throws it. Where there are no exceptions, the result itself. */
inline reply reply_of(const result &ended) {
#if defined(MEETGATE_NO_EXCEPTIONS)
  return ended;
#else
  if (!ended) detail::raise(ended.error());
  return ended.reply();
#endif
}

namespace inner {

/** Why an asynchronous call cannot begin; OK if it can. */
inline result ready(const client_use &use, const call_options &options, const completion_function &complete) {
  const char *problem = nullptr;
  if (!use) problem = "the client is closed, or was moved from";
  if (options.lacks_its_cancel()) problem = "the cancel was moved from";
  if (!complete) problem = "the completion is an empty function";
  if (problem == nullptr) return result(MEETGATE_OK, std::string());
  return result(MEETGATE_INVALID_ARGUMENT, detail::document_text(MEETGATE_INVALID_ARGUMENT, problem));
}

/** Before a call begins, the words for a text that C cannot take. */
inline result without_nul(const std::string &operation, const std::string &params) {
  if (!detail::holds_nul(operation) && !detail::holds_nul(params)) return result(MEETGATE_OK, std::string());
  const char *problem = "the JSON holds a NUL byte: write it \\u0000";
  if (detail::holds_nul(operation)) problem = "operation holds a NUL byte";
  return result(MEETGATE_INVALID_ARGUMENT, detail::document_text(MEETGATE_INVALID_ARGUMENT, problem));
}

/** C calls this function: nothing may be thrown out of it. */
inline void MEETGATE_CALL complete(void *user_data, meetgate_status status, char *reply_json) noexcept {
  const std::unique_ptr<detail::asynchronous_call> call(static_cast<detail::asynchronous_call *>(user_data));
  call->take_over();
  // From here on no trigger reaches it.
  call->stop.reset();
#if defined(MEETGATE_CATCHES)
  try {
    call->function(result(status, detail::taken(reply_json)));
  } catch (...) {
    // Nobody is there for it.
  }
#else
  call->function(result(status, detail::taken(reply_json)));
#endif
}

/** Puts a result into a future. */
class into_future {
 public:
  into_future() : promise_(std::make_shared<std::promise<reply>>()) {}

  std::future<reply> future() const { return promise_->get_future(); }

  void operator()(const result &ended) const {
#if defined(MEETGATE_NO_EXCEPTIONS)
    promise_->set_value(ended);
#else
    if (ended) return promise_->set_value(ended.reply());
    try {
      detail::raise(ended.error());
    } catch (...) {
      promise_->set_exception(std::current_exception());
    }
#endif
  }

 private:
  std::shared_ptr<std::promise<reply>> promise_;
};

}  // namespace inner

/** Asynchronous calls of a client. */
class asynchronous : public group {
 public:
  /**
   * Calls an operation without waiting for it: `complete` gets the result, once, on a thread of the client:
   *
   *   avd.call_async("avd.room.read", meetgate::object().set("room_id", "1"), meetgate::call_options(),
   *                  [](const meetgate::result &read) { if (read) show(read.reply()); });
   *
   * The client has threads only while such calls are made, and ten seconds longer; "async_threads" and "async_queue" of its
   * configuration bound them. When the client is closed, calls in flight end with MEETGATE_CANCELLED, and their completions
   * come before close() returns. It waits a second for that at most: a completion that is still running then goes on. What a
   * completion refers to must live until it has run.
   *
   * Errors: what is refused at once is refused here, and `complete` is not called then: MEETGATE_INVALID_ARGUMENT,
   *   MEETGATE_LIMIT (so many calls wait already), MEETGATE_IO (the system gives no thread), MEETGATE_CANCELLED (the client is
   *   being closed), MEETGATE_FORKED. All else goes to `complete`.
   * Threads: any, at once. The client may be moved while its calls are in flight.
   * Since: 0.1.0.
   */
  done call_async(const std::string &operation, const json &params, const call_options &options,
                  const completion_function &complete) const {
    return inner::only_done(reply_of(begin(operation, params, options, complete)));
  }

  /**
   * Calls an operation without waiting for it, and gives a future. get() gives the reply, or throws as a call does. Where
   * there are no exceptions, it gives a result. What is refused at once comes from the future, too. The future may be thrown
   * away: the call goes on.
   *
   *   std::future<meetgate::reply> read = avd.call_async("avd.room.read", meetgate::object().set("room_id", "1"));
   *
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  MEETGATE_NODISCARD std::future<reply> call_async(const std::string &operation, const json &params = object(),
                                                   const call_options &options = call_options()) const {
    const inner::into_future ended;
    std::future<reply> future = ended.future();
    const result begun = begin(operation, params, options, ended);
    if (!begun) ended(begun);
    return future;
  }

  /** The operation whose parameters these are: call_async(avd_room_read_params().room_id("1"), call_options(), complete). */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  done call_async(const Params &params, const call_options &options, const completion_function &complete) const {
    return call_async(std::string(Params::operation_name()), params, options, complete);
  }

  /** The operation whose parameters these are: call_async(avd_room_read_params().room_id("1")).get(). */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  MEETGATE_NODISCARD std::future<reply> call_async(const Params &params,
                                                   const call_options &options = call_options()) const {
    return call_async(std::string(Params::operation_name()), params, options);
  }

  /** Sends any request without waiting for the answer: raw_call() and call_async() say the rest. */
  done raw_call_async(const json &request, const call_options &options, const completion_function &complete) const {
    return inner::only_done(reply_of(begin_raw(request, options, complete)));
  }

  /** Sends any request without waiting for the answer, and gives a future. */
  MEETGATE_NODISCARD std::future<reply> raw_call_async(const json &request,
                                                       const call_options &options = call_options()) const {
    const inner::into_future ended;
    std::future<reply> future = ended.future();
    const result begun = begin_raw(request, options, ended);
    if (!begun) ended(begun);
    return future;
  }

 protected:
  asynchronous() noexcept {}
  ~asynchronous() {}

 private:
  result begin(const std::string &operation, const json &params, const call_options &options,
               const completion_function &complete) const {
    const result fit = inner::without_nul(operation, params.str());
    if (!fit) return fit;
    return start(options, complete, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, void *call,
                                        char **given) {
      return meetgate_call_async(on, operation.c_str(), params.str().c_str(), chosen, cancel, inner::complete, call, given);
    });
  }

  result begin_raw(const json &request, const call_options &options, const completion_function &complete) const {
    const result fit = inner::without_nul(std::string(), request.str());
    if (!fit) return fit;
    return start(options, complete, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, void *call,
                                        char **given) {
      return meetgate_raw_call_async(on, request.str().c_str(), chosen, cancel, inner::complete, call, given);
    });
  }

  template <class Send>
  result start(const call_options &options, const completion_function &complete, const Send &send) const {
    const inner::client_use use(opened());
    const result ready = inner::ready(use, options, complete);
    if (!ready) return ready;
    std::unique_ptr<detail::asynchronous_call> call(
        new detail::asynchronous_call(complete, options.stopped_by()));
    const std::shared_ptr<detail::detached_stop> stop = call->stop;
    if (stop && stop->handle() == nullptr) {
      return result(MEETGATE_LIMIT, detail::document_text(MEETGATE_LIMIT, "out of memory"));
    }
    call->hand_over();
    char *given = nullptr;
    const meetgate_status status =
        send(use.handle(), options.str().c_str(), stop ? stop->handle() : nullptr, call.get(), &given);
    // It may have ended already: from here on it is the completion's.
    if (status == MEETGATE_OK) static_cast<void>(call.release());
    return result(status, detail::taken(given));
  }
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
