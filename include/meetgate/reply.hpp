/*
 * How a call ends: with a reply or an exception, or with a result. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_REPLY_HPP
#define MEETGATE_REPLY_HPP

#include "../meetgate.h"
#include "error.hpp"
#include "exceptions.hpp"

#include <exception>
#include <string>
#include <utility>

namespace meetgate {

inline namespace MEETGATE_STYLE {

#if defined(MEETGATE_NO_EXCEPTIONS)

/** A call returns this. */
typedef result reply;

/** A call without an answer returns this. */
typedef result done;

namespace inner {

inline reply ended(meetgate_status status, std::string text, const std::exception_ptr &cause) {
  return result(status, std::move(text), cause);
}

inline done only_done(const reply &ended) { return ended; }

}  // namespace inner

#else

/** A call returns this: the platform's answer, byte for byte. */
typedef std::string reply;

/** A call without an answer returns this. */
typedef void done;

namespace inner {

inline reply ended(meetgate_status status, std::string text, const std::exception_ptr &cause) {
  if (status != MEETGATE_OK) detail::raise(error(status, std::move(text), cause));
  return text;
}

inline done only_done(const reply &) {}

}  // namespace inner

#endif

namespace inner {

inline reply refused(meetgate_status status, const std::string &message) {
  return ended(status, detail::document_text(status, message), std::exception_ptr());
}

/** Takes over the string that a C function gave out. */
inline reply taken(meetgate_status status, char *given, const std::exception_ptr &cause = std::exception_ptr()) {
  return ended(status, detail::taken(given), status == MEETGATE_AUTH ? cause : std::exception_ptr());
}

}  // namespace inner
}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
