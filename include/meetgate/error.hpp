/*
 * How a call fails. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_ERROR_HPP
#define MEETGATE_ERROR_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "json.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace meetgate {

/** The kind of failure that a platform's number stands for: the error document's "class". */
enum class code_class {
  /** No number, or one that the platform's table does not have. */
  unknown,
  /** Keys or signature refused. */
  auth,
  /** The token expired or was replaced. */
  token_dead,
  /** A parameter is missing or wrong. */
  bad_request,
  /** The thing that was asked for does not exist. */
  not_found,
  /** The thing exists already, or is not in the state that the call needs. */
  conflict,
  /** Switched off by the site or the licence. */
  forbidden,
  /** A limit is reached. */
  limit,
  /** The platform cannot do this. */
  unsupported,
  /** Try later. */
  busy,
  /** The platform's own fault. */
  server,
};

namespace detail {

/** Takes over a string that a C function gave out; empty where it gave none. */
MEETGATE_NODISCARD inline std::string taken(char *given) {
  const std::unique_ptr<char, void (*)(char *)> owned(given, meetgate_string_free);
  return owned ? std::string(owned.get()) : std::string();
}

/** C would end the text there, unseen. */
inline bool holds_nul(const std::string &text) { return text.find('\0') != std::string::npos; }

/** The value at a JSON pointer; `text` receives its text, or the error document. */
inline meetgate_status look(const std::string &json, const char *pointer, std::string &text) {
  char *given = nullptr;
  const meetgate_status status = meetgate_json_get(json.c_str(), pointer, &given);
  text = taken(given);
  return status;
}

inline code_class class_named(const std::string &name) {
  static const struct {
    const char *name;
    meetgate::code_class is;
  } all[] = {
      {"auth", code_class::auth},           {"token_dead", code_class::token_dead},
      {"not_found", code_class::not_found}, {"bad_request", code_class::bad_request},
      {"conflict", code_class::conflict},   {"forbidden", code_class::forbidden},
      {"limit", code_class::limit},         {"unsupported", code_class::unsupported},
      {"busy", code_class::busy},           {"server", code_class::server},
  };
  for (const auto &one : all) {
    if (name == one.name) return one.is;
  }
  return code_class::unknown;
}

/** An error document, read. */
struct document {
  const meetgate_status status;
  const std::string json;
  std::string message, platform, operation, meaning, meaning_zh, platform_message;
  std::string location, request_id, reply, reply_text;
  long long code, http_status, clock_offset_s, attempts, retry_after_ms;
  bool has_code, has_clock_offset_s, has_retry_after_ms, retryable;
  meetgate::code_class code_class;

  document(meetgate_status ended, std::string text)
      : status(ended),
        json(std::move(text)),
        message(string("/message")),
        platform(string("/platform")),
        operation(string("/operation")),
        meaning(string("/meaning")),
        meaning_zh(string("/meaning_zh")),
        platform_message(string("/platform_message")),
        location(string("/location")),
        request_id(string("/request_id")),
        reply(json_text("reply")),
        reply_text(string("/reply_text")),
        code(0),
        http_status(0),
        clock_offset_s(0),
        attempts(0),
        retry_after_ms(0),
        has_code(number("/code", code)),
        has_clock_offset_s(number("/clock_offset_s", clock_offset_s)),
        has_retry_after_ms(number("/retry_after_ms", retry_after_ms)),
        retryable(string("/retryable") == "true"),
        code_class(class_named(string("/class"))) {
    number("/http_status", http_status);
    number("/attempts", attempts);
    // No document of the library is without a message. One of another kind is shown as it is.
    if (message.empty()) message = json;
  }

 private:
  std::string string(const char *pointer) const {
    std::string text;
    const meetgate_status looked = look(json, pointer, text);
    if (looked == MEETGATE_OK) return text;
    if (looked == MEETGATE_ABSENT) return std::string();
    // A NUL character, which C cannot give out: its place shows that something was there.
    return look(without_nul(json), pointer, text) == MEETGATE_OK ? text : std::string();
  }

  /** Each escaped NUL character becomes U+FFFD. */
  static std::string without_nul(std::string text) {
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 2)) {
      if (text.compare(at, 6, "\\u0000") == 0) text.replace(at, 6, "\\ufffd");
    }
    return text;
  }

  /** C gives a JSON string by its characters: here it gets its quotation marks back. */
  std::string json_text(const char *name) const {
    std::string text;
    if (look(json, (std::string("/") + name).c_str(), text) != MEETGATE_OK) return std::string();
    const bool as_it_stands = !text.empty() && json.find('"' + std::string(name) + "\":" + text) != std::string::npos;
    return as_it_stands ? text : quoted(text);
  }

  bool number(const char *pointer, long long &out) const {
    const std::string text = string(pointer);
    char *end = nullptr;
    errno = 0;
    const long long read = std::strtoll(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || errno != 0) return false;
    out = read;
    return true;
  }
};

/** An error document for mistakes that the C library cannot see. */
inline std::string document_text(meetgate_status status, const std::string &message) {
  return object()
      .set("status", meetgate_status_name(status))
      .set("message", message)
      .set("retryable", false)
      .str();
}

}  // namespace detail

/**
 * Why a call failed: everything that the error document has. A member that does not apply is empty, or 0.
 *
 * what() is the message. Copying never fails.
 */
class MEETGATE_VISIBLE error : public std::runtime_error {
 public:
  error(meetgate_status status, std::string document_json, std::exception_ptr cause = std::exception_ptr())
      : error(std::make_shared<const detail::document>(status, std::move(document_json)), std::move(cause)) {}

  /** MEETGATE_API, MEETGATE_TIMEOUT and so on. */
  meetgate_status status() const noexcept { return read_->status; }
  /** The same as a word: "API", "TIMEOUT". */
  const char *status_name() const noexcept { return meetgate_status_name(read_->status); }
  /** One sentence in English. */
  const std::string &message() const noexcept { return read_->message; }
  /** "avd", "hst" or "youme". */
  const std::string &platform() const noexcept { return read_->platform; }
  /** Without the platform: "room.read". */
  const std::string &operation() const noexcept { return read_->operation; }

  /** The platform's own number. */
  long long code() const noexcept { return read_->code; }
  bool has_code() const noexcept { return read_->has_code; }
  /** The class of the number in the platform's table; code_class::unknown where there is none. */
  meetgate::code_class code_class() const noexcept { return read_->code_class; }
  /** The meaning of the number, in English. */
  const std::string &meaning() const noexcept { return read_->meaning; }
  /** The meaning of the number, in Chinese. */
  const std::string &meaning_zh() const noexcept { return read_->meaning_zh; }
  /** The platform's own text. For people: never compare it. */
  const std::string &platform_message() const noexcept { return read_->platform_message; }

  /** The HTTP status of the last answer. */
  long long http_status() const noexcept { return read_->http_status; }
  /** Where a redirect leads to, without its query: put this address into "base_url". */
  const std::string &location() const noexcept { return read_->location; }
  /** The platform's id of the request, where it has one. */
  const std::string &request_id() const noexcept { return read_->request_id; }
  /** How many times the call's own request was sent. */
  long long attempts() const noexcept { return read_->attempts; }
  /** Whether repeating the call is safe and worth a try. */
  bool retryable() const noexcept { return read_->retryable; }
  /** Milliseconds to wait before the call is repeated, where the platform or this library names a pause. */
  long long retry_after_ms() const noexcept { return read_->retry_after_ms; }
  bool has_retry_after_ms() const noexcept { return read_->has_retry_after_ms; }
  /** By how many seconds the platform's clock is ahead of this machine's. */
  long long clock_offset_s() const noexcept { return read_->clock_offset_s; }
  bool has_clock_offset_s() const noexcept { return read_->has_clock_offset_s; }

  /** The platform's answer as JSON text, secrets masked. */
  const std::string &reply() const noexcept { return read_->reply; }
  /** An excerpt of an answer that was not JSON. */
  const std::string &reply_text() const noexcept { return read_->reply_text; }
  /** The whole error document as JSON text. */
  const std::string &document() const noexcept { return read_->json; }

  /**
   * The exception that your token provider threw, if the call failed for that and this thread ran the provider; else null.
   * std::rethrow_exception throws it again.
   */
  const std::exception_ptr &cause() const noexcept { return cause_; }

 private:
  error(std::shared_ptr<const detail::document> read, std::exception_ptr cause)
      : std::runtime_error(read->message), read_(read), cause_(std::move(cause)) {}

  std::shared_ptr<const detail::document> read_;
  std::exception_ptr cause_;
};

/** How a call ended, as a value: calls return it where there are no exceptions. */
class MEETGATE_NODISCARD result {
 public:
  /** A success with its reply, else a failure with its error document. */
  result(meetgate_status status, std::string text, std::exception_ptr cause = std::exception_ptr()) : error_(), reply_() {
    if (status == MEETGATE_OK) {
      reply_ = std::move(text);
    } else {
      error_ = std::make_shared<const meetgate::error>(status, std::move(text), std::move(cause));
    }
  }

  MEETGATE_NODISCARD bool ok() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return ok(); }
  MEETGATE_NODISCARD meetgate_status status() const noexcept { return ok() ? MEETGATE_OK : error_->status(); }

  /** The platform's answer, byte for byte; empty on failure. */
  MEETGATE_NODISCARD const std::string &reply() const noexcept { return reply_; }

  /** Why it failed. On success an error whose status is MEETGATE_OK. */
  MEETGATE_NODISCARD const meetgate::error &error() const {
    static const meetgate::error none(MEETGATE_OK, detail::document_text(MEETGATE_OK, "no error"));
    return ok() ? none : *error_;
  }

 private:
  std::shared_ptr<const meetgate::error> error_;
  std::string reply_;
};

}  // namespace meetgate

#endif
