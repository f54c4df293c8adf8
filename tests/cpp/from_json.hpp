// From JSON parameters to what the setters take.
#include <meetgate.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

// A member of an object, or an element of an array, which has no name. The value is JSON text, just as it stands.
struct item {
  std::string name, value;
};

// One value and what may stand before it; `at` goes to the character behind it. The text is JSON: nothing is checked.
static inline std::string next_value(const std::string &json, std::size_t &at) {
  at = json.find_first_not_of(" \t\r\n,:", at);
  const std::size_t start = at;
  int depth = 0;
  bool in_text = false;
  for (; at < json.size(); at++) {
    const char c = json[at];
    if (in_text) {
      if (c == '\\') at++;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      depth++;
    } else if (depth > 0 ? c == '}' || c == ']' : std::string(",:}] \t\r\n").find(c) != std::string::npos) {
      if (depth == 0) break;
      depth--;
    }
  }
  return json.substr(start, at - start);
}

static inline std::string text_of(const std::string &json) { return meetgate::member(json, ""); }

static inline std::vector<item> items_of(const std::string &json) {
  std::vector<item> items(meetgate::length(json));
  std::size_t at = json.find_first_of("{[") + 1;
  for (item &one : items) {
    if (json[0] == '{') one.name = text_of(next_value(json, at));
    one.value = next_value(json, at);
  }
  return items;
}

static inline bool is_text(const std::string &json) { return json[0] == '"'; }

static inline long long integer_of(const std::string &json) { return std::strtoll(json.c_str(), nullptr, 10); }

static inline bool is_integer(const std::string &json) {
  return !is_text(json) && std::to_string(integer_of(json)) == json;
}

static inline bool is_number(const std::string &json) { return json[0] == '-' || (json[0] >= '0' && json[0] <= '9'); }

// A double does not know of digits that change nothing, such as those of 0.50.
static inline meetgate::decimal decimal_of(const std::string &json) {
  const meetgate::decimal number =
      is_integer(json) ? integer_of(json) : meetgate::decimal(std::strtod(json.c_str(), nullptr));
  return number.str() == json ? number : meetgate::decimal::exactly(json);
}

static inline bool is_flag(const std::string &json) { return json == "true" || json == "false"; }
static inline bool is_object(const std::string &json) { return json[0] == '{'; }
static inline bool is_array(const std::string &json) { return json[0] == '['; }

static inline bool is_texts(const std::string &json) {
  if (!is_array(json)) return false;
  for (const item &one : items_of(json)) {
    if (!is_text(one.value)) return false;
  }
  return true;
}

static inline std::vector<std::string> texts_of(const std::string &json) {
  std::vector<std::string> texts;
  for (const item &one : items_of(json)) texts.push_back(text_of(one.value));
  return texts;
}

// How one member goes to its setter; operations.hpp has one for each builder.
template <class Builder>
using fill_one = void (*)(Builder &, const std::string &, const std::string &);

template <class Builder>
Builder made_of(const std::string &json, fill_one<Builder> fill) {
  Builder made;
  for (const item &member : items_of(json)) fill(made, member.name, member.value);
  return made;
}

template <class Builder>
std::vector<Builder> list_of(const std::string &json, fill_one<Builder> fill) {
  std::vector<Builder> list;
  for (const item &one : items_of(json)) list.push_back(made_of<Builder>(one.value, fill));
  return list;
}
