/*
 * Writing JSON: the values that parameters take. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_JSON_HPP
#define MEETGATE_JSON_HPP

#include "attributes.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#if __cplusplus >= 201703L || (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L)
#include <string_view>
#endif

namespace meetgate {
namespace detail {

/** A JSON string. Bytes from 0x80 pass as they are: the library checks that they are UTF-8. */
inline std::string quoted(const char *text, std::size_t length) {
  static const char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(length + 2);
  out += '"';
  for (std::size_t i = 0; i < length; i++) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte >= 0x20) {
      out += text[i];
    } else {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  out += '"';
  return out;
}

inline std::string quoted(const std::string &text) { return quoted(text.data(), text.size()); }

/** The decimal point of the program's locale, whatever it is, made a '.'. */
inline std::string without_locale(const char *printed) {
  std::string out;
  bool in_point = false;
  for (; *printed != '\0'; printed++) {
    const char c = *printed;
    const bool is_plain = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';
    if (is_plain || !in_point) out += is_plain ? c : '.';
    in_point = !is_plain;
  }
  return out;
}

/** The shortest decimal that reads back as this very number; null where JSON has none (infinite, or not a number). */
inline std::string shortest(double number) {
  if (!(number - number >= 0)) return "null";
  char printed[64];
  if (number > -1e15 && number < 1e15 && !(std::floor(number) < number)) {
    std::snprintf(printed, sizeof printed, "%.0f", number);
    return printed;
  }
  for (int digits = 1; digits <= 17; digits++) {
    std::snprintf(printed, sizeof printed, "%.*g", digits, number);
    const double read = std::strtod(printed, nullptr);
    if (!(read < number) && !(read > number)) break;
  }
  return without_locale(printed);
}

template <class T>
struct is_integer
    : std::integral_constant<bool, std::is_integral<T>::value && !std::is_same<T, bool>::value &&
                                       !std::is_same<T, char>::value && !std::is_same<T, wchar_t>::value &&
                                       !std::is_same<T, char16_t>::value && !std::is_same<T, char32_t>::value> {};

template <class T>
struct is_number : std::integral_constant<bool, is_integer<T>::value || std::is_floating_point<T>::value> {};

template <class T>
struct is_c_string : std::integral_constant<bool, std::is_same<T, const char *>::value || std::is_same<T, char *>::value
#if defined(__cpp_char8_t)
                                                      || std::is_same<T, const char8_t *>::value
#endif
                                            > {
};

/** Limits a constructor's template to some types: its second parameter. */
template <bool Condition>
using only_if = typename std::enable_if<Condition, int>::type;

template <class T, only_if<is_integer<T>::value> = 0>
std::string number_text(T number) {
  return std::to_string(number);
}

template <class T, only_if<std::is_floating_point<T>::value> = 0>
std::string number_text(T number) {
  return shortest(static_cast<double>(number));
}

/** NULL becomes null, which the library refuses with the name of the parameter. */
inline std::string c_string_text(const char *text) {
  return text == nullptr ? "null" : quoted(text, std::char_traits<char>::length(text));
}

}  // namespace detail

/** One JSON value, as text. raw() and array() make one; so do the values and builders below. */
class json {
 public:
  MEETGATE_NODISCARD const std::string &str() const { return text_; }

 protected:
  explicit json(std::string text) : text_(std::move(text)) {}

 private:
  std::string text_;
  friend json raw(std::string text);
};

/** JSON text that travels as it is, for example raw(R"({"topic":"周会"})"). The library checks it. */
MEETGATE_NODISCARD inline json raw(std::string text) { return json(std::move(text)); }

MEETGATE_NODISCARD inline json raw(const char *text) { return raw(std::string(text == nullptr ? "null" : text)); }

/** A JSON string: UTF-8, from a C string, a std::string or a std::string_view. */
class text : public json {
 public:
  text(const std::string &value) : json(detail::quoted(value)) {}

  template <class T, detail::only_if<detail::is_c_string<T>::value> = 0>
  text(T value) : json(detail::c_string_text(reinterpret_cast<const char *>(value))) {}

#if defined(__cpp_lib_string_view)
  text(const std::string_view &value) : json(detail::quoted(value.data(), value.size())) {}
#endif
};

/** A JSON integer, exact in all its 64 bits. Neither a bool nor a double becomes one. */
class integer : public json {
 public:
  template <class T, detail::only_if<detail::is_integer<T>::value> = 0>
  integer(T value) : json(detail::number_text(value)) {}
};

/** A JSON number: an integer, or a double written so that it reads back equal, in any locale. */
class decimal : public json {
 public:
  template <class T, detail::only_if<detail::is_number<T>::value> = 0>
  decimal(T value) : json(detail::number_text(value)) {}

  /** The number with these very digits, for example exactly("0.50"). */
  MEETGATE_NODISCARD static decimal exactly(std::string digits) { return decimal(as_written(), std::move(digits)); }

 private:
  struct as_written {};
  decimal(as_written, std::string digits) : json(std::move(digits)) {}
};

/** true or false. Only a bool becomes one: neither a number nor the text "false". */
class flag : public json {
 public:
  template <class T, detail::only_if<std::is_same<T, bool>::value> = 0>
  flag(T value) : json(value ? "true" : "false") {}
};

namespace detail {

/** The members of an object under construction, in the order in which they were first set. */
class members {
 public:
  /** The object as JSON text. */
  MEETGATE_NODISCARD std::string str() const {
    std::string out = "{";
    for (const std::pair<std::string, std::string> &member : members_) {
      if (out.size() > 1) out += ',';
      out += quoted(member.first);
      out += ':';
      out += member.second;
    }
    return out += '}';
  }

  MEETGATE_NODISCARD bool empty() const { return members_.empty(); }

  operator json() const { return raw(str()); }

 protected:
  members() : members_() {}

  void assign(const std::string &name, const json &value) {
    for (std::pair<std::string, std::string> &member : members_) {
      if (member.first == name) {
        member.second = value.str();
        return;
      }
    }
    members_.emplace_back(name, value.str());
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

template <class Items>
std::string array_text(const Items &items) {
  std::string out = "[";
  for (const auto &item : items) {
    if (out.size() > 1) out += ',';
    out += item.str();
  }
  return out += ']';
}

/** One element of an array of anything. A list in braces is an array, at any depth. */
class element : public json {
 public:
  element(const json &value) : json(value) {}
  element(const members &value) : json(value.str()) {}
  element(const std::string &value) : json(text(value)) {}
  element(std::nullptr_t) : json(raw("null")) {}
  element(std::initializer_list<element> items) : json(array_text(items)) {}

  template <class T, only_if<is_c_string<T>::value> = 0>
  element(T value) : json(text(value)) {}

  template <class T, only_if<is_number<T>::value> = 0>
  element(T value) : json(decimal(value)) {}

  template <class T, only_if<std::is_same<T, bool>::value> = 0>
  element(T value) : json(flag(value)) {}

  template <class T, only_if<std::is_convertible<const T &, element>::value> = 0>
  element(const std::vector<T> &items) : json(array_text(std::vector<element>(items.begin(), items.end()))) {}

#if defined(__cpp_lib_string_view)
  element(const std::string_view &value) : json(text(value)) {}
#endif
};

}  // namespace detail

/** An object that is built member by member: the base of all builders of parameters. */
template <class Derived>
class builder : public detail::members {
 public:
  /**
   * Sets any member, also one that the catalog does not have: to text, a number, a bool, nullptr, an object, a
   * std::vector, array(), or raw() text. Set again, a member takes the new value.
   */
  template <class T, detail::only_if<std::is_convertible<const T &, detail::element>::value> = 0>
  Derived &set(const std::string &name, const T &value) {
    return put(name, detail::element(value));
  }

  /** Sets a member to an array: set("seats", {1}) is an array of one. */
  Derived &set(const std::string &name, std::initializer_list<detail::element> items) {
    return put(name, detail::element(items));
  }

 protected:
  builder() {}

  Derived &put(const std::string &name, const json &value) {
    assign(name, value);
    return static_cast<Derived &>(*this);
  }
};

/** A JSON object of your own: object().set("topic", "周会").set("seats", 12). */
class object : public builder<object> {};

namespace detail {

/** Whether a value of type U can stand where the catalog has a T: a T itself, raw() text, or an object for an object. */
template <class U, class T>
struct fits
    : std::integral_constant<bool, std::is_convertible<const U &, T>::value || std::is_same<U, json>::value ||
                                       (std::is_base_of<members, T>::value && std::is_same<U, object>::value) ||
                                       (std::is_same<object, T>::value && std::is_base_of<members, U>::value)> {};

template <class T, class U, only_if<std::is_convertible<const U &, T>::value> = 0>
std::string written_as(const U &value) {
  const T &made = value;
  return made.str();
}

template <class T, class U, only_if<!std::is_convertible<const U &, T>::value> = 0>
std::string written_as(const U &value) {
  return value.str();
}

/**
 * One element of an array of T.
 *
 * A value of another type meets a deleted constructor, and the program does not compile. Without this constructor, a compiler
 * would go on to the next meaning of the braces: a lone value in them would be taken for the whole array.
 */
template <class T>
class element_of : public json {
 public:
  template <class U, only_if<fits<U, T>::value> = 0>
  element_of(const U &value) : json(written_as<T>(value)) {}

  template <class U, only_if<!fits<U, T>::value> = 0>
  element_of(const U &) = delete;

  element_of(std::initializer_list<element_of>) = delete;
};

/** Anything at all: the elements of a list in braces that is to be refused. */
struct anything {
  template <class T>
  anything(const T &) {}
};

}  // namespace detail

/*
 * The types of the setters' arguments. Braces are an array where an array is expected, also around one element. Where an
 * object is expected, they do not compile. A program does not make values of these types itself: they cannot be copied.
 */

/** A JSON array of one kind of value: elements in braces, a std::vector, array(), or raw() text. */
template <class T>
class array_of : public json {
 public:
  array_of(std::initializer_list<detail::element_of<T>> items) : json(detail::array_text(items)) {}

  template <class U, detail::only_if<detail::fits<U, T>::value> = 0>
  array_of(const std::vector<U> &items)
      : json(detail::array_text(std::vector<detail::element_of<T>>(items.begin(), items.end()))) {}

  template <class U, detail::only_if<std::is_same<U, json>::value> = 0>
  array_of(const U &whole) : json(whole) {}

  array_of(const array_of &) = delete;
  array_of &operator=(const array_of &) = delete;
};

/** A JSON object: the builder T, an object(), or raw() text. Where T is object, any builder. */
template <class T>
class object_of : public json {
 public:
  template <class U, detail::only_if<detail::fits<U, T>::value> = 0>
  object_of(const U &value) : json(detail::written_as<T>(value)) {}

  object_of(std::initializer_list<detail::anything>) = delete;
  object_of(const object_of &) = delete;
  object_of &operator=(const object_of &) = delete;
};

/** A JSON array of anything: array({"a", 1, true}). One element is an array of one: array({array({1})}) is [[1]]. */
MEETGATE_NODISCARD inline json array(std::initializer_list<detail::element> items) {
  return raw(detail::array_text(items));
}

template <class T, detail::only_if<std::is_convertible<const T &, detail::element>::value> = 0>
MEETGATE_NODISCARD json array(const std::vector<T> &items) {
  return raw(detail::element(items).str());
}

}  // namespace meetgate

#endif
