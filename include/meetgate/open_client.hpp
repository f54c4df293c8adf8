/*
 * How long a client of the C library lives. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_OPEN_CLIENT_HPP
#define MEETGATE_OPEN_CLIENT_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "cancel.hpp"
#include "log.hpp"
#include "token.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>

namespace meetgate {
inline namespace MEETGATE_STYLE {
namespace inner {

/**
 * A client of the C library with what it needs. Any thread may close it at any time. It is freed when the last call has left
 * it, because a call may be on its way into the C library when another thread closes.
 */
class open_client {
 public:
  open_client() : handle_(nullptr), all_(nullptr), calls_(), providers_(), logs_(), users_(0), mutex_(), ended_() {}
  ~open_client() {
    close();
    meetgate_cancel_free(all_);
  }
  open_client(const open_client &) = delete;
  open_client &operator=(const open_client &) = delete;

  /** Makes the client: once, before any other thread knows of it. */
  meetgate_status open(const char *config, char **error_json) {
    all_ = meetgate_cancel_new();
    calls_.enter(all_);
    const meetgate_status status = meetgate_client_new(config, &handle_, error_json);
    if (status == MEETGATE_OK) users_ = is_open_bit;
    return status;
  }

  bool is_open() const noexcept { return (users_ & is_open_bit) != 0; }

  /** Null when it is closed. */
  meetgate_client *handle() const noexcept { return is_open() ? handle_ : nullptr; }

  /** Ends all calls and waits for that, then frees the client. The calls' own threads must not close. */
  void close() noexcept {
    if ((users_.fetch_and(~is_open_bit) & is_open_bit) == 0) return;
    // The threads of a parent's calls do not exist in a forked child.
    if (!is_of_parent()) {
      calls_.trigger();
      std::unique_lock<std::mutex> lock(mutex_);
      while (users_ != 0) ended_.wait(lock);
    }
    // It waits for a provider and a log that are at work, also on the client's own threads.
    meetgate_client_free(handle_);
    providers_.clear();
    logs_.clear();
  }

 private:
  static constexpr std::size_t is_open_bit = 1, one_user = 2;

  bool is_of_parent() const noexcept {
    char *given = nullptr;
    const meetgate_status status = meetgate_client_info(handle_, &given);
    meetgate_string_free(given);
    return status == MEETGATE_FORKED;
  }

  bool enter() noexcept {
    if ((users_.fetch_add(one_user) & is_open_bit) != 0) return true;
    leave();
    return false;
  }

  void leave() noexcept {
    if (users_.fetch_sub(one_user) != one_user) return;
    // Closed, and nobody else is in it.
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_.notify_all();
  }

  meetgate_client *handle_;
  /** Ends the calls that have no cancel of their own. */
  meetgate_cancel *all_;
  detail::stop_list calls_;
  provider_list providers_;
  log_list logs_;
  /** Twice the number of calls; and 1 while it is open. */
  std::atomic<std::size_t> users_;
  std::mutex mutex_;
  std::condition_variable ended_;

  friend class client_use;
};

/** Keeps a client from being freed while a call is in it. */
class client_use {
 public:
  explicit client_use(const std::shared_ptr<open_client> &client) : client_(client), is_in_(client && client_->enter()) {}
  ~client_use() {
    if (is_in_) client_->leave();
  }
  client_use(const client_use &) = delete;
  client_use &operator=(const client_use &) = delete;

  /** Whether the client may be called. */
  explicit operator bool() const noexcept { return is_in_; }

  meetgate_client *handle() const noexcept { return client_->handle_; }
  meetgate_cancel *all() const noexcept { return client_->all_; }
  detail::stop_list &calls() const noexcept { return client_->calls_; }
  provider_list &providers() const noexcept { return client_->providers_; }
  log_list &logs() const noexcept { return client_->logs_; }

 private:
  const std::shared_ptr<open_client> client_;
  const bool is_in_;
};

}  // namespace inner
}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
