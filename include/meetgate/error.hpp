/*
 * How a call fails. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_ERROR_HPP
#define MEETGATE_ERROR_HPP

#include "../meetgate.h"
#include "error_numbers.hpp"
#include "json.hpp"
#include "reader.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/* Exceptions cross the borders of shared libraries only where their types are visible. */
#if defined(__GNUC__) && !defined(_WIN32)
#  define MEETGATE_VISIBLE __attribute__((visibility("default")))
#else
#  define MEETGATE_VISIBLE
#endif

namespace meetgate {
namespace detail {

/** An error document, read. */
struct document {
  meetgate_status status;
  std::string json, message, platform, operation, meaning, meaning_zh, platform_message, request_id, reply, reply_text;
  long long code, http_status, clock_offset_s, attempts;
  bool has_code, has_clock_offset_s, retryable;

  document(meetgate_status ended, std::string text)
      : status(ended),
        json(std::move(text)),
        code(0),
        http_status(0),
        clock_offset_s(0),
        attempts(0),
        has_code(false),
        has_clock_offset_s(false),
        retryable(false) {
    std::vector<item> items;
    reader(json).split(items);
    for (const item &one : items) take(one);
    // Not to be: but then the text itself says more than nothing.
    if (message.empty()) message = json;
  }

 private:
  void take(const item &one) {
    std::string *const strings[] = {&message, &platform, &operation, &meaning, &meaning_zh, &platform_message,
                                    &request_id, &reply_text};
    static const char *const names[] = {"message", "platform", "operation", "meaning", "meaning_zh",
                                        "platform_message", "request_id", "reply_text"};
    for (std::size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      if (one.name == names[i]) reader(one.value).string(*strings[i]);
    }
    if (one.name == "code") has_code = reader(one.value).integer(code);
    if (one.name == "http_status") reader(one.value).integer(http_status);
    if (one.name == "clock_offset_s") has_clock_offset_s = reader(one.value).integer(clock_offset_s);
    if (one.name == "attempts") reader(one.value).integer(attempts);
    if (one.name == "retryable") retryable = one.value == "true";
    if (one.name == "reply") reply = one.value;
  }
};

/** An error document for what goes wrong on this side of the C library. */
inline std::string document_text(meetgate_status status, const std::string &message) {
  return object()
      .set("status", meetgate_status_name(status))
      .set("message", message)
      .set("retryable", false)
      .str();
}

}  // namespace detail

/**
 * Why a call failed: everything that the error document has. What does not apply is empty, or 0.
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
  meetgate::code_class code_class() const noexcept {
    return has_code() ? detail::class_of_code(read_->platform, code()) : meetgate::code_class::unknown;
  }
  /** What the number means, in English. */
  const std::string &meaning() const noexcept { return read_->meaning; }
  /** What the number means, in Chinese. */
  const std::string &meaning_zh() const noexcept { return read_->meaning_zh; }
  /** The platform's own text. For people: never compare it. */
  const std::string &platform_message() const noexcept { return read_->platform_message; }

  /** The HTTP status of the last answer. */
  long long http_status() const noexcept { return read_->http_status; }
  /** The platform's id of the request, where it has one. */
  const std::string &request_id() const noexcept { return read_->request_id; }
  /** How many times the request was sent. */
  long long attempts() const noexcept { return read_->attempts; }
  /** Whether repeating the call is safe and worth a try. */
  bool retryable() const noexcept { return read_->retryable; }
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
   * What your token provider threw, where the call failed for that and this thread ran the provider; else null.
   * std::rethrow_exception throws it again.
   */
  const std::exception_ptr &cause() const noexcept { return cause_; }

 private:
  error(std::shared_ptr<const detail::document> read, std::exception_ptr cause)
      : std::runtime_error(read->message), read_(read), cause_(std::move(cause)) {}

  std::shared_ptr<const detail::document> read_;
  std::exception_ptr cause_;
};

/** How a call ended, as a value: what calls return where there are no exceptions. */
class result {
 public:
  /** A success with its reply, else a failure with its error document. */
  result(meetgate_status status, std::string text, std::exception_ptr cause = std::exception_ptr())
      : error_(status == MEETGATE_OK
                   ? nullptr
                   : std::make_shared<const meetgate::error>(status, std::move(text), std::move(cause))) {
    if (!error_) reply_ = std::move(text);
  }

  bool ok() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return ok(); }
  meetgate_status status() const noexcept { return ok() ? MEETGATE_OK : error_->status(); }

  /** The platform's answer, byte for byte; empty on failure. */
  const std::string &reply() const noexcept { return reply_; }

  /** Why it failed. On success an error whose status is MEETGATE_OK. */
  const meetgate::error &error() const {
    static const meetgate::error none(MEETGATE_OK, detail::document_text(MEETGATE_OK, "no error"));
    return ok() ? none : *error_;
  }

 private:
  std::shared_ptr<const meetgate::error> error_;
  std::string reply_;
};

}  // namespace meetgate

#endif
