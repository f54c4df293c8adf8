/*
 * Ending calls from another thread. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_CANCEL_HPP
#define MEETGATE_CANCEL_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "json.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace meetgate {

namespace detail {

/** What one trigger ends: the calls that are listed, and those that are listed later. */
class stop_list {
 public:
  stop_list() : mutex_(), calls_(), is_triggered_(false) {}
  stop_list(const stop_list &) = delete;
  stop_list &operator=(const stop_list &) = delete;

  void enter(meetgate_cancel *call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_back(call);
    if (is_triggered_) meetgate_cancel_trigger(call);
  }

  /** After this no trigger reaches it. */
  void leave(meetgate_cancel *call) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (std::size_t i = 0; i < calls_.size(); i++) {
      if (calls_[i] == call) {
        calls_[i] = calls_.back();
        calls_.pop_back();
        return;
      }
    }
  }

  void trigger() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_triggered_ = true;
    for (std::size_t i = 0; i < calls_.size(); i++) meetgate_cancel_trigger(calls_[i]);
  }

  bool is_triggered() const noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    return is_triggered_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<meetgate_cancel *> calls_;
  bool is_triggered_;
};

/** One call, in the lists of all who may end it: the C function takes one cancel only. */
class stoppable {
 public:
  stoppable(stop_list &client, stop_list &caller) : call_(meetgate_cancel_new(), meetgate_cancel_free), lists_() {
    if (!call_) return;
    enter(client);
    enter(caller);
  }
  explicit stoppable(stop_list &caller) : call_(meetgate_cancel_new(), meetgate_cancel_free), lists_() {
    if (call_) enter(caller);
  }
  ~stoppable() {
    for (std::size_t i = 0; i < lists_.size(); i++) lists_[i]->leave(call_.get());
  }
  stoppable(const stoppable &) = delete;
  stoppable &operator=(const stoppable &) = delete;

  /** Null only where there is no memory. */
  meetgate_cancel *handle() const noexcept { return call_.get(); }

 private:
  void enter(stop_list &list) {
    lists_.reserve(2);
    list.enter(call_.get());
    lists_.push_back(&list);
  }

  std::unique_ptr<meetgate_cancel, void(MEETGATE_CALL *)(meetgate_cancel *)> call_;
  std::vector<stop_list *> lists_;
};

/** One asynchronous call, which may outlive both its client and the cancel that it was given. */
class detached_stop {
 public:
  explicit detached_stop(const std::shared_ptr<stop_list> &caller) : caller_(caller), call_(*caller_) {}
  detached_stop(const detached_stop &) = delete;
  detached_stop &operator=(const detached_stop &) = delete;

  /** Null only where there is no memory. */
  meetgate_cancel *handle() const noexcept { return call_.handle(); }

 private:
  const std::shared_ptr<stop_list> caller_;
  const stoppable call_;
};

}  // namespace detail

/**
 * Ends calls: give it to them in their options, and trigger it from another thread. Movable, not copyable. It may be given
 * to any number of calls, one after the other or at once, of any clients:
 *
 *   meetgate::cancel stop;
 *   std::thread other([&] { stop.trigger(); });
 *   avd.room.list(meetgate::call_options().cancel(stop));   // throws meetgate::cancelled
 *
 * Threads: any, at once; not from a signal handler, since it takes locks. Moving and assigning are for one thread. A call
 *   that was given a cancel may outlive it.
 * Since: 0.1.0.
 */
class cancel {
 public:
  cancel() : list_(std::make_shared<detail::stop_list>()) {}
  cancel(cancel &&other) noexcept : list_(std::move(other.list_)) {}
  cancel &operator=(cancel &&other) noexcept {
    list_ = std::move(other.list_);
    return *this;
  }
  cancel(const cancel &) = delete;
  cancel &operator=(const cancel &) = delete;
  ~cancel() {}

  /**
   * Ends the calls that were given this: each fails with MEETGATE_CANCELLED, at once if it waits for the network, a token or
   * the end of a pause. A call that runs the program's own token provider ends when that returns. Once triggered it stays
   * so: a call that begins later with it sends nothing. A call that has ended is not touched. Whether the platform has done
   * what a cancelled call asked for is not known, unless its error has attempts() == 0. One that was moved from ends nothing.
   */
  void trigger() const noexcept {
    if (list_) list_->trigger();
  }

  /** Whether it was triggered. */
  MEETGATE_NODISCARD bool triggered() const noexcept { return list_ && list_->is_triggered(); }

 private:
  std::shared_ptr<detail::stop_list> list_;
  template <class Derived>
  friend class stoppable_options;
};

/** What options of a call have beside the keys of the catalog. */
template <class Derived>
class stoppable_options : public builder<Derived> {
 public:
  /**
   * What ends the call from another thread. Given again, the last one counts. The options keep what they need of it. One
   * that was moved from is refused when the call begins. [a meetgate::cancel]
   */
  Derived &cancel(const meetgate::cancel &by) {
    by_ = by.list_;
    is_given_ = true;
    return static_cast<Derived &>(*this);
  }

  /** For the client: the list of the cancel that was given, or null. */
  MEETGATE_NODISCARD const std::shared_ptr<detail::stop_list> &stopped_by() const noexcept { return by_; }

  /** For the client: whether the cancel that was given had been moved from. */
  MEETGATE_NODISCARD bool lacks_its_cancel() const noexcept { return is_given_ && !by_; }

 private:
  std::shared_ptr<detail::stop_list> by_{};
  bool is_given_{false};
};

}  // namespace meetgate

#endif
