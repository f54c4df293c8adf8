// From JSON parameters to what the setters take.
#include <meetgate.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using meetgate::detail::item;
using meetgate::detail::reader;

static inline bool is_text(const std::string &json) {
  std::string characters;
  return reader(json).string(characters);
}

static inline std::string text_of(const std::string &json) {
  std::string characters;
  reader(json).string(characters);
  return characters;
}

static inline bool is_integer(const std::string &json) {
  long long number = 0;
  return reader(json).integer(number);
}

static inline long long integer_of(const std::string &json) {
  long long number = 0;
  reader(json).integer(number);
  return number;
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

static inline std::vector<item> items_of(const std::string &json) {
  std::vector<item> items;
  reader(json).split(items);
  return items;
}

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
