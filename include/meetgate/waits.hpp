/*
 * What was started is stopped again, and what goes on is waited for. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_WAITS_HPP
#define MEETGATE_WAITS_HPP

#include "../meetgate.h"
#include "asynchronous.hpp"
#include "attributes.hpp"
#include "error.hpp"
#include "group.hpp"
#include "json.hpp"
#include "options.hpp"
#include "reply.hpp"
#include "transfers.hpp"

#include <memory>
#include <string>
#include <utility>

namespace meetgate {
inline namespace MEETGATE_STYLE {

/**
 * Undoes what was started when it goes out of scope, also where an exception takes it out: client::guarded() makes it. Movable,
 * not copyable. Its client may be moved meanwhile. Once the client is closed it undoes nothing any more, so it is declared after
 * the client.
 *
 * Threads: one at a time.
 * Since: 0.1.0.
 */
class guard : private group {
 public:
  /** It takes over what the other one would undo. */
  guard(guard &&other) noexcept
      : group(),
        operation_(std::move(other.operation_)),
        params_(std::move(other.params_)),
        reply_(std::move(other.reply_)),
        is_armed_(other.is_armed_)
#if defined(MEETGATE_NO_EXCEPTIONS)
        ,
        made_(std::move(other.made_))
#endif
  {
    client_ = other.client_;
    other.is_armed_ = false;
  }
  guard(const guard &) = delete;
  guard &operator=(const guard &) = delete;

  /** Undoes, unless that was done or released. What fails goes nowhere: undo() tells. */
  ~guard() {
#if defined(MEETGATE_CATCHES)
    try {
      if (is_armed_) static_cast<void>(undo());
    } catch (...) {
      // Nobody is there for it.
    }
#else
    if (is_armed_) static_cast<void>(undo());
#endif
  }

  /**
   * Undoes now. Whether it succeeds or not, the guard does nothing any more after that.
   *
   * Returns: the platform's answer.
   * Errors: those of any call; MEETGATE_INVALID_ARGUMENT if it was undone or released before.
   */
  reply undo(const call_options &options = call_options()) {
    if (!is_armed_) return inner::refused(MEETGATE_INVALID_ARGUMENT, "the guard has nothing to undo any more");
    is_armed_ = false;
    return make(options, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
      return meetgate_undo(on, operation_.c_str(), params_.c_str(), reply_.c_str(), chosen, cancel, given);
    });
  }

  /** What was started stays. */
  void release() noexcept { is_armed_ = false; }

  /** Whether it would undo something. */
  explicit operator bool() const noexcept { return is_armed_; }

  /** The platform's answer to the start. */
  MEETGATE_NODISCARD const std::string &started() const noexcept { return reply_; }

#if defined(MEETGATE_NO_EXCEPTIONS)
  /** How the start ended: a guard of a start that failed undoes nothing. */
  MEETGATE_NODISCARD const result &made() const noexcept { return made_; }
#endif

 private:
  friend class waits;

  guard(const group &on, std::string operation, const json &params, const reply &started)
      : group(),
        operation_(std::move(operation)),
        params_(params.str()),
#if defined(MEETGATE_NO_EXCEPTIONS)
        reply_(started.reply()),
        is_armed_(started.ok()),
        made_(started)
#else
        reply_(started),
        is_armed_(true)
#endif
  {
    client_ = on.client_;
  }

  std::string operation_, params_, reply_;
  bool is_armed_;
#if defined(MEETGATE_NO_EXCEPTIONS)
  result made_;
#endif
};

namespace inner {

/** Looked at before it is started. */
inline result can_be_undone(const std::string &operation, const std::string &params) {
  const result fit = without_nul(operation, params);
  if (!fit) return fit;
  char *const undoing = meetgate_undone_by(operation.c_str());
  meetgate_string_free(undoing);
  if (undoing != nullptr) return result(MEETGATE_OK, std::string());
  const std::string problem = "nothing undoes " + operation + ", and it was not started";
  return result(MEETGATE_INVALID_ARGUMENT, detail::document_text(MEETGATE_INVALID_ARGUMENT, problem));
}

}  // namespace inner

/** Guards and waits of a client. */
class waits : public transfers {
 public:
  /**
   * Calls an operation that starts something, such as "avd.room.mix_record.start", and gives a guard that stops it again:
   *
   *   const meetgate::guard recording = avd.guarded(meetgate::avd_room_mix_record_start_params().room_id("1"));
   *
   * A cancel in the options ends the start only. A start that fails is not undone; if no answer came to it, it may have begun all
   * the same.
   * Errors: those of any call. An operation that nothing undoes is MEETGATE_INVALID_ARGUMENT, and is not started.
   */
  MEETGATE_NODISCARD guard guarded(const std::string &operation, const json &params,
                                   const call_options &options = call_options()) const {
    const result fit = inner::can_be_undone(operation, params.str());
    if (!fit) return guard(*this, operation, params, reply_of(fit));
    return guard(*this, operation, params, run(operation.c_str(), params.str(), options));
  }

  /** The operation whose parameters these are. */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  MEETGATE_NODISCARD guard guarded(const Params &params, const call_options &options = call_options()) const {
    return guarded(std::string(Params::operation_name()), params, options);
  }

  /**
   * Undoes what an operation started, by its parameters and its answer: client::guarded() does it by itself. The comment on
   * meetgate_undo says the rest.
   *
   * Returns: the platform's answer.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  reply undo(const std::string &operation, const json &params, const json &started,
             const call_options &options = call_options()) const {
    const result fit = inner::without_nul(operation, params.str() + started.str());
    if (!fit) return reply_of(fit);
    return make(options, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
      return meetgate_undo(on, operation.c_str(), params.str().c_str(), started.str().c_str(), chosen, cancel, given);
    });
  }

  /**
   * Calls an operation that reads, such as "avd.room.record.status", until what it tells of has come to an end, with pauses that
   * grow. The comment on meetgate_wait says the rest.
   *
   *   avd.wait(meetgate::avd_room_record_status_params().record_id(id), meetgate::wait_options().timeout_ms(60000));
   *
   * Returns: the answer that ended it.
   * Errors: MEETGATE_TIMEOUT; MEETGATE_API without a code, if it ended in another way; those of any call.
   * Threads: any, at once. It blocks.
   * Since: 0.1.0.
   */
  reply wait(const std::string &operation, const json &params, const wait_options &options = wait_options()) const {
    const result fit = inner::without_nul(operation, params.str());
    if (!fit) return reply_of(fit);
    return make(options, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
      return meetgate_wait(on, operation.c_str(), params.str().c_str(), chosen, cancel, given);
    });
  }

  /** The operation whose parameters these are. */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  reply wait(const Params &params, const wait_options &options = wait_options()) const {
    return wait(std::string(Params::operation_name()), params, options);
  }

 protected:
  waits() noexcept {}
  ~waits() {}
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
