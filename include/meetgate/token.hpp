/*
 * Tokens that your program provides. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_TOKEN_HPP
#define MEETGATE_TOKEN_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "exceptions.hpp"
#include "json.hpp"
#include "kept.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace meetgate {

/** The answer of a token provider: a token, and how long it will live. A string alone becomes one. */
struct provided_token {
  /** Printable ASCII without spaces, at most 8191 bytes. Empty: the provider has no token. */
  std::string token;
  /** In seconds; 0 where that is not known. */
  long long lifetime_s;

  provided_token(std::string text, long long seconds = 0) : token(std::move(text)), lifetime_s(seconds) {}
  provided_token(const char *text, long long seconds = 0) : token(text == nullptr ? "" : text), lifetime_s(seconds) {}
};

/**
 * A function that provides tokens, for programs that host tokens centrally. It is told the token that the platform refused,
 * or "" where a token is needed for another reason. On hst the refused token is dead: a provider that still hosts it should
 * fetch a new one. On avd it is a suspect: the number that says so is printed for a missing room, too. A provider that knows
 * that the token lives gives it again, and the call that was refused then fails with that number. A provider that does not
 * know fetches a new one.
 *
 * Returns: a provided_token, or any string.
 * Errors: an exception that it throws goes to the calls that needed the token, and no further. They fail with
 *   MEETGATE_AUTH, and the exception's what() is in their message: put no secret into it. On the thread that ran the
 *   provider, the error's cause() is this exception. A call whose token avd refused fails with that refusal in place of
 *   MEETGATE_AUTH, with what() in its message and no cause().
 * Threads: it runs on any thread that calls the client, in one thread at a time, with no lock held. It must not call, close
 *   or move the same client.
 */
typedef std::function<provided_token(const std::string &dead_token)> token_provider;

/** The keys that the configurations of all platforms with tokens have. */
template <class Derived>
class token_config : public builder<Derived> {
 public:
  /**
   * In place of keys: a function that provides tokens. The client keeps the function until it is closed, and moves with
   * it. An empty function is none. [a function from const std::string & to provided_token]
   */
  Derived &token_provider(meetgate::token_provider provide) {
    provide_ = std::move(provide);
    return this->put("token_provider", flag(static_cast<bool>(provide_)));
  }

  /** The function that was set; empty where none was. */
  MEETGATE_NODISCARD const meetgate::token_provider &provider() const noexcept { return provide_; }

 private:
  meetgate::token_provider provide_{};
};

namespace detail {

/**
 * Keeps the exception of a token provider on this thread while a call runs. Calls nest: a provider may call another
 * client.
 */
class provider_watch {
 public:
  provider_watch() noexcept : outer_(innermost()), thrown_() { innermost() = this; }
  ~provider_watch() { innermost() = outer_; }
  provider_watch(const provider_watch &) = delete;
  provider_watch &operator=(const provider_watch &) = delete;

  const std::exception_ptr &thrown() const noexcept { return thrown_; }

  static void note(std::exception_ptr thrown) noexcept {
    // Where the program calls a C function itself, nobody watches.
    if (innermost() != nullptr) innermost()->thrown_ = thrown;
  }

 private:
  static provider_watch *&innermost() noexcept {
    static thread_local provider_watch *watch = nullptr;
    return watch;
  }

  provider_watch *outer_;
  std::exception_ptr thrown_;
};

}  // namespace detail

inline namespace MEETGATE_STYLE {
namespace inner {

/** Writes why there is no token, cut to what there is room for, and says so. */
inline int no_token(const char *reason, char *token, std::size_t capacity) noexcept {
  const std::size_t length = std::strlen(reason), most = capacity - 1, written = length < most ? length : most;
  std::memcpy(token, reason, written);
  token[written] = '\0';
  return MEETGATE_TOKEN_REASON;
}

/** The token providers of one client. */
class provider_list {
 public:
  provider_list() noexcept : functions_() {}

  /** Any thread, at once. An empty function is for the C library to refuse. */
  meetgate_status set(meetgate_client *client, const token_provider &provide, char **error_json) {
    std::unique_ptr<kept> one(new kept(provide));
    const meetgate_status status =
        meetgate_client_set_token_provider(client, provide ? answer : nullptr, one.get(), error_json);
    if (status == MEETGATE_OK) functions_.add(std::move(one));
    return status;
  }

  /** Only when the client is gone. */
  void clear() noexcept { functions_.clear(); }

 private:
  typedef detail::kept_functions<token_provider>::kept kept;

  /** C calls this function: nothing may be thrown out of it. */
  static int MEETGATE_CALL answer(void *user_data, const char *dead_token, char *token, std::size_t capacity,
                                  std::int64_t *lifetime_s) noexcept {
#if defined(MEETGATE_CATCHES)
    try {
      return ask(*static_cast<kept *>(user_data), dead_token, token, capacity, lifetime_s);
    } catch (const std::exception &thrown) {
      detail::provider_watch::note(std::current_exception());
      return no_token(thrown.what(), token, capacity);
    } catch (...) {
      detail::provider_watch::note(std::current_exception());
      return no_token("it threw what is no std::exception", token, capacity);
    }
#else
    return ask(*static_cast<kept *>(user_data), dead_token, token, capacity, lifetime_s);
#endif
  }

  static int ask(const kept &one, const char *dead_token, char *token, std::size_t capacity, std::int64_t *lifetime_s) {
    const provided_token given = one.function(dead_token == nullptr ? std::string() : std::string(dead_token));
    // Cut, it would be another token.
    if (given.token.size() >= capacity || given.token.find('\0') != std::string::npos) {
      const std::string problem = "its token has " + std::to_string(given.token.size()) + " bytes; expected at most " +
                                  std::to_string(capacity - 1) + ", without a NUL byte";
      detail::provider_watch::note(std::make_exception_ptr(std::invalid_argument(problem)));
      return no_token(problem.c_str(), token, capacity);
    }
    std::memcpy(token, given.token.c_str(), given.token.size() + 1);
    *lifetime_s = given.lifetime_s;
    return 0;
  }

  detail::kept_functions<token_provider> functions_;
};

}  // namespace inner
}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
