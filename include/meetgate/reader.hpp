/*
 * Reading JSON, as much of it as an error document needs. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_READER_HPP
#define MEETGATE_READER_HPP

#include <climits>
#include <string>
#include <utility>
#include <vector>

namespace meetgate {
namespace detail {

/** A member of an object, or an element of an array, which has no name. */
struct item {
  std::string name;
  /** JSON text, just as it stands. */
  std::string value;
};

/** Walks over JSON text as RFC 8259 has it, nothing more lenient, and without recursion: depth costs no stack. */
class reader {
 public:
  explicit reader(const std::string &text) : at_(text.data()), end_(text.data() + text.size()) {}

  /** Takes an object or array apart; false where the text is not just one of them. */
  bool split(std::vector<item> &items) {
    space();
    const char close = next('{') ? '}' : next('[') ? ']' : '\0';
    if (close == '\0') return false;
    space();
    bool is_done = next(close);
    while (!is_done) {
      item one;
      if (close == '}' && !name(&one.name)) return false;
      space();
      const char *start = at_;
      if (!value()) return false;
      one.value.assign(start, at_);
      items.push_back(std::move(one));
      space();
      is_done = next(close);
      if (!is_done && !next(',')) return false;
    }
    space();
    return at_ == end_;
  }

  /** The whole text is one string; its characters, escapes resolved. */
  bool string(std::string &out) { return characters(&out) && at_ == end_; }

  /** The whole text is one integer of 64 bits. */
  bool integer(long long &out) {
    const bool is_negative = next('-');
    if (at_ == end_ || (*at_ == '0' && end_ - at_ > 1)) return false;
    long long number = 0;
    for (; at_ != end_; at_++) {
      if (!is_digit(*at_)) return false;
      const int digit = *at_ - '0';
      // Downwards, because that side has one more.
      if (number < (LLONG_MIN + digit) / 10) return false;
      number = number * 10 - digit;
    }
    if (!is_negative && number == LLONG_MIN) return false;
    out = is_negative ? number : -number;
    return true;
  }

 private:
  const char *at_;
  const char *end_;

  static char closing(char open) { return open == '{' ? '}' : ']'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) at_++;
  }

  bool next(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    at_++;
    return true;
  }

  bool word(const char *wanted) {
    for (; *wanted != '\0'; wanted++) {
      if (!next(*wanted)) return false;
    }
    return true;
  }

  /** `"name" :` */
  bool name(std::string *out) {
    space();
    if (!characters(out)) return false;
    space();
    return next(':');
  }

  bool value() {
    std::string open;
    for (;;) {
      space();
      if (at_ == end_) return false;
      if (*at_ == '{' || *at_ == '[') {
        open += *at_++;
        space();
        if (!next(closing(open.back()))) {
          if (open.back() == '{' && !name(nullptr)) return false;
          continue;
        }
        open.pop_back();
      } else if (!scalar()) {
        return false;
      }
      for (;;) {
        if (open.empty()) return true;
        space();
        if (!next(closing(open.back()))) break;
        open.pop_back();
      }
      if (!next(',') || (open.back() == '{' && !name(nullptr))) return false;
    }
  }

  bool scalar() {
    switch (*at_) {
      case '"': return characters(nullptr);
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool digits() {
    const char *start = at_;
    while (at_ != end_ && is_digit(*at_)) at_++;
    return at_ != start;
  }

  bool number() {
    next('-');
    if (!next('0') && !digits()) return false;
    if (next('.') && !digits()) return false;
    if (next('e') || next('E')) {
      if (!next('+')) next('-');
      if (!digits()) return false;
    }
    return true;
  }

  /** A string. With `out` its characters go there, and escapes that are no character make it fail. */
  bool characters(std::string *out) {
    if (!next('"')) return false;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\') {
        if (!escape(out)) return false;
      } else if (out != nullptr) {
        *out += c;
      }
    }
    return false;
  }

  bool escape(std::string *out) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (at_ == end_) return false;
    const char c = *at_++;
    for (int i = 0; letters[i] != '\0'; i++) {
      if (letters[i] != c) continue;
      if (out != nullptr) *out += meanings[i];
      return true;
    }
    unsigned long point = 0;
    if (c != 'u' || !hex(point)) return false;
    if (out == nullptr) return true;
    if (point >= 0xDC00 && point < 0xE000) return false;
    if (point >= 0xD800 && point < 0xDC00) {
      unsigned long low = 0;
      if (!next('\\') || !next('u') || !hex(low) || low < 0xDC00 || low > 0xDFFF) return false;
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    utf8(point, *out);
    return true;
  }

  bool hex(unsigned long &out) {
    for (int i = 0; i < 4; i++) {
      if (at_ == end_) return false;
      const char c = *at_++;
      int digit = 0;
      if (is_digit(c)) {
        digit = c - '0';
      } else if (c >= 'a' && c <= 'f') {
        digit = c - 'a' + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = c - 'A' + 10;
      } else {
        return false;
      }
      out = out * 16 + static_cast<unsigned long>(digit);
    }
    return true;
  }

  static void utf8(unsigned long point, std::string &out) {
    const auto byte = [&out](unsigned long bits) { out += static_cast<char>(static_cast<unsigned char>(bits)); };
    if (point < 0x80) {
      byte(point);
    } else if (point < 0x800) {
      byte(0xC0 | (point >> 6));
      byte(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      byte(0xE0 | (point >> 12));
      byte(0x80 | ((point >> 6) & 0x3F));
      byte(0x80 | (point & 0x3F));
    } else {
      byte(0xF0 | (point >> 18));
      byte(0x80 | ((point >> 12) & 0x3F));
      byte(0x80 | ((point >> 6) & 0x3F));
      byte(0x80 | (point & 0x3F));
    }
  }
};

}  // namespace detail

/**
 * One member of a JSON object: a string's characters, anything else as JSON text; empty where there is none.
 *
 * Enough to pick an id out of an answer. For more, parse the answer with the JSON library of your choice.
 */
inline std::string member(const std::string &object_json, const std::string &name) {
  std::vector<detail::item> items;
  if (!detail::reader(object_json).split(items)) return std::string();
  for (detail::item &item : items) {
    if (item.name != name) continue;
    std::string characters;
    return detail::reader(item.value).string(characters) ? characters : item.value;
  }
  return std::string();
}

}  // namespace meetgate

#endif
