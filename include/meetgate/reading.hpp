/*
 * Reading JSON: single values out of a reply. Part of <meetgate.hpp>.
 *
 * This is enough for an id or a list of them. For more, parse the reply with the JSON library of your program.
 */
#ifndef MEETGATE_READING_HPP
#define MEETGATE_READING_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "error.hpp"
#include "exceptions.hpp"
#include "reply.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace meetgate {

/**
 * Where a value is in a JSON text: a JSON pointer (RFC 6901) such as "/rooms/0/room_id", "" for the whole text, or the plain
 * name of a member, such as "room_id". In a pointer, "~1" stands for "/" and "~0" for "~".
 */
class pointer {
 public:
  pointer(const std::string &text) : text_(of(text)) {}
  pointer(const char *text) : text_(of(text == nullptr ? std::string() : std::string(text))) {}

  MEETGATE_NODISCARD const std::string &str() const noexcept { return text_; }

 private:
  std::string text_;

  static std::string of(const std::string &text) {
    if (text.empty() || text[0] == '/') return text;
    std::string out = "/";
    for (const char c : text) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
    return out;
  }
};

/** The value that find() looked for, if it is there: an empty text is a value, and so is null. */
class MEETGATE_NODISCARD found {
 public:
  found(meetgate_status status, std::string text) : status_(status), text_(std::move(text)) {}

  /** Whether the value is there. */
  explicit operator bool() const noexcept { return status_ == MEETGATE_OK; }

  /**
   * MEETGATE_OK or MEETGATE_ABSENT. Where there are no exceptions also MEETGATE_INVALID_ARGUMENT: the text is not JSON, the
   * pointer is none, or the value is a string with a NUL character.
   */
  MEETGATE_NODISCARD meetgate_status status() const noexcept { return status_; }

  /** The characters of a string, or the JSON text of any other value. Empty if the value is not there. */
  MEETGATE_NODISCARD const std::string &text() const noexcept { return text_; }

 private:
  meetgate_status status_;
  std::string text_;
};

namespace detail {

inline meetgate_status look(const std::string &json, const pointer &where, std::string &text) {
  const char *const cut = holds_nul(json) ? "json" : holds_nul(where.str()) ? "pointer" : nullptr;
  if (cut == nullptr) return look(json, where.str().c_str(), text);
  text = document_text(MEETGATE_INVALID_ARGUMENT, std::string(cut) + " holds a NUL byte");
  return MEETGATE_INVALID_ARGUMENT;
}

/** The number of elements or members; `text` receives the error document. */
inline meetgate_status count(const std::string &json, const pointer &where, std::uint64_t &length, std::string &text) {
  if (!holds_nul(json) && !holds_nul(where.str())) {
    const meetgate_status status = meetgate_json_length(json.c_str(), where.str().c_str(), &length);
    if (status == MEETGATE_OK || status == MEETGATE_ABSENT) return status;
  }
  // C counts without an error document: looking gives the same one, or there is a value that has no length.
  const meetgate_status looked = look(json, where, text);
  if (looked != MEETGATE_OK) return looked;
  text = document_text(MEETGATE_INVALID_ARGUMENT,
                       "expected an array or an object at \"" + where.str() + "\", got another value");
  return MEETGATE_INVALID_ARGUMENT;
}

}  // namespace detail

inline namespace MEETGATE_STYLE {
namespace inner {

/** Absence is no failure. */
inline bool is_read(meetgate_status status, const std::string &document) {
  if (status == MEETGATE_OK || status == MEETGATE_ABSENT) return true;
#if defined(MEETGATE_NO_EXCEPTIONS)
  static_cast<void>(document);
  return false;
#else
  detail::raise(error(status, document));
#endif
}

}  // namespace inner

/**
 * Looks for one value of a JSON text, and tells a value that is not there from one that is empty:
 *
 *   if (const meetgate::found topic = meetgate::find(reply, "/data/topic")) use(topic.text());
 *
 * Errors: invalid_argument (the text is not JSON, the pointer is none, or the value is a string with a NUL character).
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline found find(const std::string &json, const pointer &where) {
  std::string text;
  const meetgate_status status = detail::look(json, where, text);
  return found(status, inner::is_read(status, text) ? std::move(text) : std::string());
}

/**
 * One value of a JSON text: the characters of a string, or the JSON text of any other value; empty where it is not there.
 *
 *   meetgate::member(reply, "room_id"), meetgate::member(reply, "/rooms/0/room_id")
 *
 * Errors: as find(). Where there are no exceptions, the value is empty then.
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline std::string member(const std::string &json, const pointer &where) {
  return find(json, where).text();
}

/**
 * The number of elements of an array, or of members of an object; 0 where there is no value.
 *
 *   const std::size_t rooms = meetgate::length(reply, "/rooms");
 *   for (std::size_t i = 0; i < rooms; i++) use(meetgate::member(reply, "/rooms/" + std::to_string(i) + "/room_id"));
 *
 * Errors: as find(), and invalid_argument if the value is neither an array nor an object. Where there are no exceptions, the
 *   number is 0 then.
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline std::size_t length(const std::string &json, const pointer &where = "") {
  std::uint64_t length = 0;
  std::string text;
  const meetgate_status status = detail::count(json, where, length, text);
  return inner::is_read(status, text) ? static_cast<std::size_t>(length) : 0;
}

/**
 * A text as a JSON string, with quotation marks around it and escapes where they are needed: for JSON that your program
 * writes itself and hands to raw().
 *
 * Errors: invalid_argument (not UTF-8, or a NUL byte).
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline reply quote(const std::string &text) {
  if (detail::holds_nul(text)) {
    return inner::refused(MEETGATE_INVALID_ARGUMENT, "the text holds a NUL byte: meetgate::text writes it as \\u0000");
  }
  char *given = nullptr;
  const meetgate_status status = meetgate_json_quote(text.c_str(), &given);
  return inner::taken(status, given);
}

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
