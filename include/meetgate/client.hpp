/*
 * Clients and calls: what the platforms have in common. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_CLIENT_HPP
#define MEETGATE_CLIENT_HPP

#include "../meetgate.h"
#include "error.hpp"
#include "exceptions.hpp"
#include "json.hpp"
#include "options.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace meetgate {

/** The version of the library in use, such as "0.1.0". */
inline const char *version() { return meetgate_version(); }

/** The catalog of all operations, as JSON. */
inline std::string catalog() {
  const std::unique_ptr<char, void (*)(char *)> text(meetgate_catalog(), meetgate_string_free);
  return text ? std::string(text.get()) : std::string();
}

/** A request to any path of the platform, for client.raw_call(). */
class raw_request : public builder<raw_request> {
 public:
  /** GET, POST, PUT, PATCH or DELETE. [string, required] */
  raw_request &method(const text &value) { return put("method", value); }
  /** Whole, from the host root, such as "/sdkapi/v2/room/read". [string, required] */
  raw_request &path(const text &value) { return put("path", value); }
  /** What goes into the query; the credential is added. [object] */
  raw_request &query(const json &value) { return put("query", value); }
  /** A JSON body. [any JSON] */
  raw_request &body(const json &value) { return put("body", value); }
  /** A form body, in place of a JSON one. [object] */
  raw_request &form(const json &value) { return put("form", value); }
};

inline namespace MEETGATE_STYLE {

#if defined(MEETGATE_NO_EXCEPTIONS)

/** What a call returns. */
typedef result reply;

namespace inner {

inline reply ended(meetgate_status status, std::string text) { return result(status, std::move(text)); }

}  // namespace inner

#else

/** What a call returns: the platform's answer, byte for byte. */
typedef std::string reply;

namespace inner {

inline reply ended(meetgate_status status, std::string text) {
  if (status != MEETGATE_OK) detail::raise(error(status, std::move(text)));
  return text;
}

}  // namespace inner

#endif

namespace inner {

inline reply refused(meetgate_status status, const std::string &message) {
  return ended(status, detail::document_text(status, message));
}

/** Takes over the string that a C function gave out. */
inline reply taken(meetgate_status status, char *given) {
  const std::unique_ptr<char, void (*)(char *)> text(given, meetgate_string_free);
  return ended(status, text ? std::string(text.get()) : std::string());
}

/** C would end the text there, unseen. */
inline bool holds_nul(const std::string &text) { return text.find('\0') != std::string::npos; }

/** The configuration with its platform, where it does not say so itself. What is not an object stays as it is. */
inline std::string with_platform(const std::string &config, const std::string &platform) {
  std::vector<detail::item> keys;
  const std::size_t start = config.find_first_not_of(" \t\r\n");
  if (start == std::string::npos || config[start] != '{' || !detail::reader(config).split(keys)) return config;
  for (const detail::item &key : keys) {
    if (key.name == "platform") return config;
  }
  return "{\"platform\":\"" + platform + (keys.empty() ? "\"" : "\",") + config.substr(start + 1);
}

}  // namespace inner

/** Operations with a common first part of their names; it borrows the client's handle. */
class group {
 public:
  group(const group &) = delete;
  group &operator=(const group &) = delete;

 protected:
  group() noexcept : handle_(nullptr) {}
  ~group() {}

  reply run(const char *operation, const std::string &params, const call_options &options) const {
    if (handle_ == nullptr) return inner::refused(MEETGATE_INVALID_ARGUMENT, "the client is closed, or was moved from");
    if (inner::holds_nul(params)) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "params holds a NUL byte: write it \\u0000");
    }
    const std::string chosen = options.empty() ? std::string() : options.str();
    char *given = nullptr;
    const meetgate_status status = meetgate_call_with(
        handle_, operation, params.c_str(), options.empty() ? nullptr : chosen.c_str(), nullptr, &given);
    return inner::taken(status, given);
  }

 private:
  meetgate_client *handle_;
  friend class client;
};

/** A client of one platform: owns the handle, and closes it at the end. Movable, not copyable. */
class client : public group {
 public:
  /** Calls an operation by its whole name: call("avd.room.read", object().set("room_id", "1")). */
  reply call(const std::string &operation, const json &params = object(),
             const call_options &options = call_options()) const {
    if (inner::holds_nul(operation)) return inner::refused(MEETGATE_INVALID_ARGUMENT, "operation holds a NUL byte");
    return run(operation.c_str(), params.str(), options);
  }

  /** Sends any request to the platform, signed and judged like an operation: for what the catalog does not have. */
  reply raw_call(const json &request) const {
    if (handle_ == nullptr) return inner::refused(MEETGATE_INVALID_ARGUMENT, "the client is closed, or was moved from");
    if (inner::holds_nul(request.str())) return inner::refused(MEETGATE_INVALID_ARGUMENT, "request holds a NUL byte");
    char *given = nullptr;
    const meetgate_status status = meetgate_raw_call(handle_, request.str().c_str(), &given);
    return inner::taken(status, given);
  }

  /** Whether it can be called: not closed, and not moved from. */
  explicit operator bool() const noexcept { return handle_ != nullptr; }

  /** The C library's own, for calling C functions. It stays the client's. */
  meetgate_client *handle() const noexcept { return handle_; }

#if defined(MEETGATE_NO_EXCEPTIONS)
  /** How making the client ended: look at it before the first call. */
  const result &made() const noexcept { return made_; }
#endif

 protected:
  client(const char *platform, const std::string &config_json)
#if defined(MEETGATE_NO_EXCEPTIONS)
      : made_(open(platform, config_json)) {
  }
#else
  {
    open(platform, config_json);
  }
#endif

  client(client &&other) noexcept
#if defined(MEETGATE_NO_EXCEPTIONS)
      : made_(std::move(other.made_))
#endif
  {
    std::swap(handle_, other.handle_);
  }

  ~client() { meetgate_client_free(handle_); }

  void take(client &other) noexcept {
    meetgate_client *const taken = other.handle_;
    other.handle_ = nullptr;
    meetgate_client_free(handle_);
    handle_ = taken;
#if defined(MEETGATE_NO_EXCEPTIONS)
    made_ = std::move(other.made_);
#endif
  }

  void close() noexcept {
    meetgate_client_free(handle_);
    handle_ = nullptr;
  }

  /** Lends the handle to one of the groups. */
  void lend(group &borrower) noexcept { borrower.handle_ = handle_; }

 private:
#if defined(MEETGATE_NO_EXCEPTIONS)
  result made_;
#endif

  reply open(const std::string &platform, const std::string &config) {
    if (meetgate_abi_version() != MEETGATE_ABI_VERSION) {
      return inner::refused(MEETGATE_INTERNAL, "libmeetgate " + std::string(meetgate_version()) + " has ABI " +
                                                   std::to_string(meetgate_abi_version()) +
                                                   ", the headers of this program have ABI " +
                                                   std::to_string(MEETGATE_ABI_VERSION));
    }
    if (inner::holds_nul(config)) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "the configuration holds a NUL byte");
    }
    const std::string named = member(config, "platform");
    const bool is_known = named == "hst" || named == "youme" || named == "avd";
    if (is_known && named != platform) {
      return inner::refused(MEETGATE_INVALID_CONFIG,
                            "a client of " + platform + " got a configuration whose \"platform\" is " + named);
    }
    char *given = nullptr;
    const meetgate_status status =
        meetgate_client_new(inner::with_platform(config, platform).c_str(), &handle_, &given);
    return inner::taken(status, given);
  }
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
