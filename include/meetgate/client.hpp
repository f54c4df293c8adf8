/*
 * Clients and calls, as far as all platforms have the same. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_CLIENT_HPP
#define MEETGATE_CLIENT_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "error.hpp"
#include "exceptions.hpp"
#include "json.hpp"
#include "group.hpp"
#include "log.hpp"
#include "open_client.hpp"
#include "options.hpp"
#include "reading.hpp"
#include "reply.hpp"
#include "token.hpp"
#include "waits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace meetgate {

/** The version of the library in use, such as "0.1.0". */
MEETGATE_NODISCARD inline const char *version() { return meetgate_version(); }

/** The catalog of all operations, as JSON. */
MEETGATE_NODISCARD inline std::string catalog() { return detail::taken(meetgate_catalog()); }

/** A request to any path of the platform, for client.raw_call(). */
class raw_request : public builder<raw_request> {
 public:
  /** GET, POST, PUT, PATCH or DELETE. [string, required] */
  raw_request &method(const text &value) { return put("method", value); }
  /** Whole, from the host root, such as "/sdkapi/v2/room/read". [string, required] */
  raw_request &path(const text &value) { return put("path", value); }
  /** The members of the query; the credential is added. [object] */
  raw_request &query(const object_of<object> &value) { return put("query", value); }
  /** A JSON body: whatever set() takes. [any JSON] */
  template <class T>
  raw_request &body(const T &value) {
    return set("body", value);
  }
  /** A JSON body that is an array: body({1}) is an array of one. */
  raw_request &body(std::initializer_list<detail::element> items) { return set("body", items); }
  /** A form body, in place of a JSON one. [object] */
  raw_request &form(const object_of<object> &value) { return put("form", value); }
};

namespace detail {

/** `"platform":"avd"` goes into a configuration that is an object without a platform; any other text stays as it is. */
inline std::string with_platform(std::string config, const char *platform) {
  std::string named;
  std::uint64_t keys = 0;
  const std::size_t open = config.find('{');
  const bool is_without = look(config, "/platform", named) == MEETGATE_ABSENT;
  const bool is_array = config.find('[') < open;
  if (!is_without || is_array || open == std::string::npos) return config;
  if (meetgate_json_length(config.c_str(), "", &keys) != MEETGATE_OK) return config;
  const std::string key = "\"platform\":\"" + std::string(platform) + '"';
  return config.insert(open + 1, keys == 0 ? key : key + ',');
}

}  // namespace detail

inline namespace MEETGATE_STYLE {

/** A client of one platform: owns the handle, and closes it at the end. Movable, not copyable. */
class client : public waits {
 public:
  /** Calls an operation by its whole name: call("avd.room.read", object().set("room_id", "1")). */
  reply call(const std::string &operation, const json &params = object(),
             const call_options &options = call_options()) const {
    if (detail::holds_nul(operation)) return inner::refused(MEETGATE_INVALID_ARGUMENT, "operation holds a NUL byte");
    return run(operation.c_str(), params.str(), options);
  }

  /** Sends any request to the platform, signed and judged like an operation: for paths that the catalog does not have. */
  reply raw_call(const json &request, const call_options &options = call_options()) const {
    if (detail::holds_nul(request.str())) return inner::refused(MEETGATE_INVALID_ARGUMENT, "request holds a NUL byte");
    return make(options, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
      return meetgate_raw_call_with(on, request.str().c_str(), chosen, cancel, given);
    });
  }

  /**
   * Describes the client; nothing is sent.
   *
   * Returns: one JSON object: "platform" and "base_url" (unless it is to be discovered); for youme "clock_offset_s", the
   *   seconds that the platform's clock is ahead; for hst and avd "token" with "source" (fetched, fixed or provided),
   *   "store" (file or redis), "generation" (0: no token yet; grows with each), "age_ms", "expires_in_ms" and "warning".
   *   The token itself is not there. A member that does not apply is absent; members may be added.
   * Errors: MEETGATE_FORKED; MEETGATE_INVALID_ARGUMENT if the client is closed.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  MEETGATE_NODISCARD reply info() const {
    const inner::client_use use(client_);
    if (!use) return inner::closed();
    char *given = nullptr;
    const meetgate_status status = meetgate_client_info(use.handle(), &given);
    return inner::taken(status, given);
  }

  /**
   * What the calls of this client came to so far; nothing is sent.
   *
   * Returns: one JSON object: requests, repeats, connections, tokens, and for each operation calls, failures by status and
   *   quantiles of the time. The comment on meetgate_client_stats lists its members.
   * Errors: MEETGATE_FORKED; MEETGATE_INVALID_ARGUMENT if the client is closed.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  MEETGATE_NODISCARD reply stats() const {
    const inner::client_use use(client_);
    if (!use) return inner::closed();
    char *given = nullptr;
    const meetgate_status status = meetgate_client_stats(use.handle(), &given);
    return inner::taken(status, given);
  }

  /**
   * Has a function told of the client's attempts, calls and tokens as they happen: events of this level, and those that
   * matter more. It takes the place of the one before, which is not called any more when this returns: calls of it on other
   * threads are waited for. An empty function takes the log away. The client keeps each function until it is closed.
   *
   * Errors: MEETGATE_INVALID_ARGUMENT (no such level, it was called in a log, or the client is closed); MEETGATE_FORKED.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  done set_log(meetgate_log_level level, const log_function &log) const {
    const inner::client_use use(client_);
    if (!use) return inner::only_done(inner::closed());
    char *given = nullptr;
    const meetgate_status status = use.logs().set(use.handle(), level, log, &given);
    return inner::only_done(inner::taken(status, given));
  }

  /**
   * Closes the connections that the client keeps for its next calls: before the machine is suspended, or after its network
   * has changed. The next call connects anew. A connection that a call uses now is closed when that call ends.
   *
   * Errors: MEETGATE_FORKED; MEETGATE_INVALID_ARGUMENT if the client is closed.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  done close_idle() const {
    const inner::client_use use(client_);
    if (!use) return inner::only_done(inner::closed());
    char *given = nullptr;
    const meetgate_status status = meetgate_client_close_idle(use.handle(), &given);
    return inner::only_done(inner::taken(status, given));
  }

  /** Whether it can be called: not closed, and not moved from. */
  explicit operator bool() const noexcept { return handle() != nullptr; }

  /** The C library's handle, for calling C functions. The client goes on owning it. */
  MEETGATE_NODISCARD meetgate_client *handle() const noexcept { return client_ ? client_->handle() : nullptr; }

#if defined(MEETGATE_NO_EXCEPTIONS)
  /** How making the client ended: look at it before the first call. */
  MEETGATE_NODISCARD const result &made() const noexcept { return made_; }
#endif

 protected:
  /** The object is complete before the handle is opened: if something is thrown after that, the destructor closes it. */
  client(const char *platform, const std::string &config_json, const token_provider &provide = token_provider())
      : client() {
#if defined(MEETGATE_NO_EXCEPTIONS)
    made_ = open(platform, config_json, provide);
#else
    open(platform, config_json, provide);
#endif
  }

  client(client &&other) noexcept
#if defined(MEETGATE_NO_EXCEPTIONS)
      : made_(std::move(other.made_))
#endif
  {
    std::swap(client_, other.client_);
  }

  ~client() { close(); }

  void take(client &other) noexcept {
    const std::shared_ptr<inner::open_client> taken = std::move(other.client_);
    other.client_.reset();
    // Moved onto itself, it has nothing to close any more.
    close();
    client_ = taken;
#if defined(MEETGATE_NO_EXCEPTIONS)
    made_ = std::move(other.made_);
#endif
  }

  void close() noexcept {
    if (client_) client_->close();
  }

  /**
   * Replaces the fixed token of a client whose configuration has a "token": printable ASCII without spaces. Calls in
   * flight end with the token that they have; one that is refused is repeated with the new one.
   *
   * Errors: MEETGATE_INVALID_ARGUMENT (no token of this kind, no client with a fixed token, or it is closed);
   *   MEETGATE_FORKED.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  done set_token(const std::string &token) const {
    const inner::client_use use(client_);
    if (!use) return inner::only_done(inner::closed());
    if (detail::holds_nul(token)) {
      return inner::only_done(inner::refused(MEETGATE_INVALID_ARGUMENT, "token holds a NUL byte"));
    }
    char *given = nullptr;
    const meetgate_status status = meetgate_client_set_token(use.handle(), token.c_str(), &given);
    return inner::only_done(inner::taken(status, given));
  }

  /**
   * Sets the function that provides tokens, for a client whose configuration is JSON text with "token_provider": true, or
   * in place of the function that it has. The client keeps each function until it is closed, and moves with them.
   *
   * Errors: MEETGATE_INVALID_ARGUMENT (an empty function, no client with "token_provider": true, or it is closed);
   *   MEETGATE_FORKED.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  done set_token_provider(const token_provider &provide) const {
    return inner::only_done(use_provider(provide));
  }

  /** Gives the handle to one of the groups. */
  void lend(group &borrower) noexcept { borrower.client_ = client_; }

 private:
#if defined(MEETGATE_NO_EXCEPTIONS)
  result made_;
#endif

  client() noexcept
#if defined(MEETGATE_NO_EXCEPTIONS)
      : made_(MEETGATE_OK, std::string())
#endif
  {
  }

  reply use_provider(const token_provider &provide) const {
    const inner::client_use use(client_);
    if (!use) return inner::closed();
    char *given = nullptr;
    const meetgate_status status = use.providers().set(use.handle(), provide, &given);
    return inner::taken(status, given);
  }

  reply open(const std::string &platform, const std::string &config, const token_provider &provide) {
    if (meetgate_abi_version() != MEETGATE_ABI_VERSION) {
      return inner::refused(MEETGATE_INTERNAL, "libmeetgate " + std::string(meetgate_version()) + " has ABI " +
                                                   std::to_string(meetgate_abi_version()) +
                                                   ", the headers of this program have ABI " +
                                                   std::to_string(MEETGATE_ABI_VERSION));
    }
    if (detail::holds_nul(config)) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "the configuration holds a NUL byte");
    }
    std::string named;
    static_cast<void>(detail::look(config, "/platform", named));
    const bool is_known = named == "hst" || named == "youme" || named == "avd";
    if (is_known && named != platform) {
      return inner::refused(MEETGATE_INVALID_CONFIG,
                            "a client of " + platform + " got a configuration whose \"platform\" is " + named);
    }
    client_ = std::make_shared<inner::open_client>();
    char *given = nullptr;
    const meetgate_status status = client_->open(detail::with_platform(config, platform.c_str()).c_str(), &given);
    if (status != MEETGATE_OK || !provide) return inner::taken(status, given);
#if defined(MEETGATE_NO_EXCEPTIONS)
    const reply set = use_provider(provide);
    if (!set) close();
    return set;
#else
    return use_provider(provide);
#endif
  }
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
