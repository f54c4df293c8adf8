// JSON in both directions, arrays in braces, and the error document. No platform is called. json CLASS...
//
// The arguments are all classes of numbers that the catalog has.
#include "check.hpp"

#include <meetgate.hpp>

#include <climits>
#include <clocale>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <typeinfo>

using meetgate::array;
using meetgate::array_of;
using meetgate::decimal;
using meetgate::flag;
using meetgate::integer;
using meetgate::json;
using meetgate::object;
using meetgate::object_of;
using meetgate::raw;
using meetgate::text;

// Writing -------------------------------------------------------------------------------------------------------------

// What a program must not be able to say by mistake does not compile.
static_assert(!std::is_convertible<const char *, flag>::value, "the text \"false\" is no flag");
static_assert(!std::is_convertible<int, flag>::value, "a number is no flag");
static_assert(!std::is_convertible<bool, integer>::value, "a bool is no integer");
static_assert(!std::is_convertible<double, integer>::value, "a double is no integer");
static_assert(!std::is_convertible<char, integer>::value, "a character is no integer");
static_assert(!std::is_convertible<int, text>::value, "a number is no text, 0 neither");
static_assert(!std::is_convertible<std::nullptr_t, text>::value, "nullptr is no text");
static_assert(!std::is_convertible<const char *, json>::value, "JSON text is marked with raw()");
static_assert(!std::is_convertible<const char *, array_of<text>>::value, "one text is no array");
static_assert(!std::is_convertible<text, array_of<text>>::value, "one text is no array");
static_assert(!std::is_convertible<object, array_of<meetgate::hst_user>>::value, "one object is no array");
static_assert(!std::is_convertible<text, object_of<object>>::value, "a text is no object");
static_assert(!std::is_convertible<meetgate::avd_video, object_of<meetgate::avd_osds>>::value, "another object");
static_assert(!std::is_copy_constructible<meetgate::avd>::value, "a client has one owner");
static_assert(!std::is_copy_assignable<meetgate::avd>::value, "a client has one owner");
static_assert(std::is_nothrow_move_constructible<meetgate::avd>::value, "a client moves without failing");
static_assert(std::is_nothrow_move_assignable<meetgate::avd>::value, "a client moves without failing");
static_assert(std::is_nothrow_copy_constructible<meetgate::not_found>::value, "an exception is copied without failing");

static void strings_are_escaped_as_json_wants() {
  EQUAL(text("").str(), "\"\"");
  EQUAL(text("周会 🙂").str(), "\"周会 🙂\"");
  EQUAL(text("a\"b\\c/d").str(), "\"a\\\"b\\\\c/d\"");
  EQUAL(text("\b\f\n\r\t\x01\x1f\x7f").str(), "\"\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f\x7f\"");
  EQUAL(text(std::string("a\0b", 3)).str(), "\"a\\u0000b\"");
  const char *nothing = nullptr;
  EQUAL(text(nothing).str(), "null");
  char changeable[] = "16";
  EQUAL(text(changeable).str(), "\"16\"");
#if defined(__cpp_lib_string_view)
  EQUAL(text(std::string_view("周会!").substr(0, 6)).str(), "\"周会\"");
#endif
#if defined(__cpp_char8_t)
  EQUAL(text(u8"周会").str(), "\"周会\"");
#endif
}

static void every_character_survives_writing_and_reading() {
  std::string all;
  for (int byte = 1; byte < 128; byte++) all += static_cast<char>(byte);
  all += "é周🙂";
  EQUAL(meetgate::member(text(all).str(), ""), all);
  EQUAL(meetgate::member(object().set(all, all).str(), all), all);
  EQUAL(meetgate::member(meetgate::quote(all), ""), all);
}

static void integers_are_exact() {
  EQUAL(integer(0).str(), "0");
  EQUAL(integer(LLONG_MIN).str(), "-9223372036854775808");
  EQUAL(integer(LLONG_MAX).str(), "9223372036854775807");
  EQUAL(integer(ULLONG_MAX).str(), "18446744073709551615");
  EQUAL(integer(9007199254740993).str(), "9007199254740993");
  EQUAL(integer(static_cast<short>(-7)).str(), "-7");
  EQUAL(integer(static_cast<unsigned char>(200)).str(), "200");
}

static void decimals_are_short_and_exact() {
  EQUAL(decimal(0).str(), "0");
  EQUAL(decimal(0.0).str(), "0");
  EQUAL(decimal(1.0).str(), "1");
  EQUAL(decimal(0.05).str(), "0.05");
  EQUAL(decimal(0.3).str(), "0.3");
  EQUAL(decimal(0.1 + 0.2).str(), "0.30000000000000004");
  EQUAL(decimal(-1.5).str(), "-1.5");
  EQUAL(decimal(0.5f).str(), "0.5");
  EQUAL(decimal(0.25L).str(), "0.25");
  EQUAL(decimal(1e21).str(), "1e+21");
  EQUAL(decimal(5e-324).str(), "5e-324");
  EQUAL(decimal(100.0).str(), "100");
  EQUAL(decimal(-1500.0).str(), "-1500");
  EQUAL(decimal(120000.5).str(), "120000.5");
  EQUAL(decimal(1638324000.0).str(), "1638324000");
  EQUAL(decimal(999999999999999.0).str(), "999999999999999");
  EQUAL(decimal(9007199254740993LL).str(), "9007199254740993");
  EQUAL(decimal::exactly("0.50").str(), "0.50");
  EQUAL(decimal(std::numeric_limits<double>::infinity()).str(), "null");
  EQUAL(decimal(-std::numeric_limits<double>::infinity()).str(), "null");
  EQUAL(decimal(std::numeric_limits<double>::quiet_NaN()).str(), "null");
}

static void any_double_reads_back_equal() {
  std::mt19937_64 random(20211201);
  for (int i = 0; i < 50000; i++) {
    const unsigned long long bits = random();
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;
    const double back = std::strtod(decimal(number).str().c_str(), nullptr);
    if (std::memcmp(&number, &back, sizeof number) != 0) EQUAL(decimal(number).str(), "the same number");
  }
  CHECK(true);
}

static void decimals_do_not_know_the_locale() {
  EQUAL(meetgate::detail::without_locale("0,5"), "0.5");
  EQUAL(meetgate::detail::without_locale("-1\xd9\xab"
                                         "25e-07"),
        "-1.25e-07");
  bool found = false;
  for (const char *name : {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "ru_RU.UTF-8"}) {
    found = found || std::setlocale(LC_ALL, name) != nullptr;
  }
  if (found) {
    char printed[16];
    std::snprintf(printed, sizeof printed, "%.1f", 0.5);
    EQUAL(printed, "0,5");
    EQUAL(decimal(0.5).str(), "0.5");
    EQUAL(decimal(-1234567.25).str(), "-1234567.25");
    EQUAL(integer(1234567).str(), "1234567");
    std::setlocale(LC_ALL, "C");
  } else {
    std::printf("SKIPPED: no locale with a decimal comma is installed\n");
  }
}

static void builders_write_what_was_set_in_its_order() {
  EQUAL(object().str(), "{}");
  CHECK(object().empty());
  EQUAL(object().set("b", 1).set("a", "x").set("b", true).str(), "{\"b\":true,\"a\":\"x\"}");
  EQUAL(object().set("周\"会", nullptr).str(), "{\"周\\\"会\":null}");
  EQUAL(object().set("n", 1.5).set("o", object().set("l", array({1, "a", false, nullptr}))).str(),
        "{\"n\":1.5,\"o\":{\"l\":[1,\"a\",false,null]}}");
  EQUAL(object().set("v", std::vector<std::string>{"16", "49"}).set("i", std::vector<int>{1, 2}).str(),
        "{\"v\":[\"16\",\"49\"],\"i\":[1,2]}");
  EQUAL(object().set("r", raw("[1.0]")).str(), "{\"r\":[1.0]}");

  meetgate::avd_room_mix_record_start_params start;
  start.room_id("1").name("周会");
  start.videos({meetgate::avd_video().video_name("16_video1").x(0).w(0.5)});
  start.audio_user_ids({"16"});
  EQUAL(start.str(),
        "{\"room_id\":\"1\",\"name\":\"周会\",\"videos\":[{\"video_name\":\"16_video1\",\"x\":0,\"w\":0.5}],"
        "\"audio_user_ids\":[\"16\"]}");
  const std::vector<meetgate::avd_video> two(2, meetgate::avd_video().zorder(1));
  const std::vector<std::string> ids(2, "a");
  start = meetgate::avd_room_mix_record_start_params();
  start.videos(two).audio_user_ids(ids).video_bitrate(1000).video_bitrate("1000-1500");
  start.osds(meetgate::avd_osds().osdts(meetgate::avd_osdts().font_color(meetgate::avd_font_color().r(255))));
  EQUAL(start.str(),
        "{\"videos\":[{\"zorder\":1},{\"zorder\":1}],\"audio_user_ids\":[\"a\",\"a\"],\"video_bitrate\":\"1000-1500\","
        "\"osds\":{\"osdts\":{\"font_color\":{\"r\":255}}}}");
  start = meetgate::avd_room_mix_record_start_params();
  start.videos(raw("[ ]")).osds(raw("{\"a\":1}")).set("new_one", 1);
  EQUAL(start.str(), "{\"videos\":[ ],\"osds\":{\"a\":1},\"new_one\":1}");
  EQUAL(meetgate::avd_room_create_params().enable_transcode_video("true").str(),
        "{\"enable_transcode_video\":\"true\"}");
  EQUAL(meetgate::avd_room_create_params().enable_transcode_video(true).str(), "{\"enable_transcode_video\":true}");
}

// Arrays --------------------------------------------------------------------------------------------------------------

static void braces_are_an_array_also_around_one() {
  EQUAL(array({}).str(), "[]");
  EQUAL(array({1}).str(), "[1]");
  EQUAL(array({1, 2}).str(), "[1,2]");
  EQUAL(array({"a"}).str(), "[\"a\"]");
  EQUAL(array({"a", "b"}).str(), "[\"a\",\"b\"]");
  EQUAL(array({std::string("a")}).str(), "[\"a\"]");
  EQUAL(array({std::string("a"), std::string("b")}).str(), "[\"a\",\"b\"]");
  EQUAL(array({0.5}).str() + array({0.5, 1}).str(), "[0.5][0.5,1]");
  EQUAL(array({true}).str() + array({true, false}).str(), "[true][true,false]");
  EQUAL(array({nullptr}).str() + array({nullptr, nullptr}).str(), "[null][null,null]");
  EQUAL(array({raw("1")}).str() + array({raw("1"), raw("2")}).str(), "[1][1,2]");
  EQUAL(array({text("a")}).str() + array({text("a"), text("b")}).str(), "[\"a\"][\"a\",\"b\"]");
  EQUAL(array({object()}).str() + array({object(), object()}).str(), "[{}][{},{}]");
  EQUAL(array({meetgate::avd_video()}).str() + array({meetgate::avd_video(), meetgate::avd_video()}).str(),
        "[{}][{},{}]");
  EQUAL(array({array({1, 2})}).str(), "[[1,2]]");
  EQUAL(array({array({1, 2}), array({3})}).str(), "[[1,2],[3]]");
  EQUAL(array({array({array({})})}).str(), "[[[]]]");
  EQUAL(array({{}}).str() + array({{1}}).str() + array({{1, 2}}).str() + array({{{1}}}).str(), "[[]][[1]][[1,2]][[[1]]]");
  EQUAL(array({{"a", "b"}}).str() + array({{"a", "b"}, {"c", "d"}}).str(),
        "[[\"a\",\"b\"]][[\"a\",\"b\"],[\"c\",\"d\"]]");
  const std::vector<int> numbers{1, 2};
  EQUAL(array(numbers).str() + array({numbers}).str() + array({numbers, numbers}).str(), "[1,2][[1,2]][[1,2],[1,2]]");
#if defined(__cpp_lib_string_view)
  EQUAL(array({std::string_view("a")}).str(), "[\"a\"]");
#endif
  const json held = array({1});
  EQUAL(array({held}).str() + array({held, held}).str(), "[[1]][[1],[1]]");
}

static void a_member_in_braces_is_an_array() {
  EQUAL(object().set("a", {}).str(), "{\"a\":[]}");
  EQUAL(object().set("a", {1}).set("b", {1, 2}).str(), "{\"a\":[1],\"b\":[1,2]}");
  EQUAL(object().set("a", {"x"}).set("b", {"x", "y"}).str(), "{\"a\":[\"x\"],\"b\":[\"x\",\"y\"]}");
  EQUAL(object().set("a", {raw("1")}).set("b", {raw("1"), raw("2")}).str(), "{\"a\":[1],\"b\":[1,2]}");
  EQUAL(object().set("a", {object()}).set("b", {object(), object()}).str(), "{\"a\":[{}],\"b\":[{},{}]}");
  EQUAL(object().set("a", {array({1})}).set("b", {{1}}).str(), "{\"a\":[[1]],\"b\":[[1]]}");
  const std::vector<bool> flags{true};
  EQUAL(object().set("a", flags).set("b", {flags}).str(), "{\"a\":[true],\"b\":[[true]]}");
  EQUAL(meetgate::raw_request().body({1}).str() + meetgate::raw_request().body(1).str(), "{\"body\":[1]}{\"body\":1}");
  EQUAL(meetgate::raw_request().body("a").form(object()).query(raw("{}")).str(),
        "{\"body\":\"a\",\"form\":{},\"query\":{}}");
}

static void setters_of_arrays_take_elements_in_braces() {
  typedef meetgate::hst_online_trans_cmd_params trans_cmd;
  typedef meetgate::avd_room_mix_record_start_params start;
  const meetgate::hst_user user = meetgate::hst_user().user_id("u");
  const object own = object().set("user_id", "o");
  EQUAL(trans_cmd().user_list({}).str(), "{\"user_list\":[]}");
  EQUAL(trans_cmd().user_list({user}).str(), "{\"user_list\":[{\"user_id\":\"u\"}]}");
  EQUAL(trans_cmd().user_list({user, own}).str(), "{\"user_list\":[{\"user_id\":\"u\"},{\"user_id\":\"o\"}]}");
  EQUAL(trans_cmd().user_list({own}).str(), "{\"user_list\":[{\"user_id\":\"o\"}]}");
  EQUAL(trans_cmd().user_list({own, own}).str(), "{\"user_list\":[{\"user_id\":\"o\"},{\"user_id\":\"o\"}]}");
  EQUAL(trans_cmd().user_list({raw("{}")}).str(), "{\"user_list\":[{}]}");
  EQUAL(trans_cmd().user_list({raw("{}"), raw("{}")}).str(), "{\"user_list\":[{},{}]}");
  EQUAL(trans_cmd().user_list(raw("[{}]")).str(), "{\"user_list\":[{}]}");
  EQUAL(trans_cmd().user_list(array({own})).str(), "{\"user_list\":[{\"user_id\":\"o\"}]}");
  EQUAL(trans_cmd().user_list(std::vector<object>(2)).str(), "{\"user_list\":[{},{}]}");
  EQUAL(start().audio_user_ids({"a"}).str(), "{\"audio_user_ids\":[\"a\"]}");
  EQUAL(start().audio_user_ids({"a", "b"}).str(), "{\"audio_user_ids\":[\"a\",\"b\"]}");
  EQUAL(start().audio_user_ids({std::string("a")}).str(), "{\"audio_user_ids\":[\"a\"]}");
  EQUAL(start().audio_user_ids({std::string("a"), "b"}).str(), "{\"audio_user_ids\":[\"a\",\"b\"]}");
  EQUAL(start().audio_user_ids({text("a")}).str(), "{\"audio_user_ids\":[\"a\"]}");
  EQUAL(start().audio_user_ids({raw("1")}).str(), "{\"audio_user_ids\":[1]}");
  EQUAL(start().osds(object()).str() + start().osds(meetgate::avd_osds()).str() + start().osds(raw("1")).str(),
        "{\"osds\":{}}{\"osds\":{}}{\"osds\":1}");
}

template <class To>
void take(const To &);

// Whether a setter that takes a To takes values of these types in braces.
template <class To, class... From>
struct braces {
  template <class T>
  static auto test(int) -> decltype(take<T>({std::declval<const From &>()...}), std::true_type());
  template <class T>
  static std::false_type test(...);
  typedef decltype(test<To>(0)) one;

  template <class T>
  static auto test_twice(int) -> decltype(take<T>({{std::declval<const From &>()...}}), std::true_type());
  template <class T>
  static std::false_type test_twice(...);
  typedef decltype(test_twice<To>(0)) two;
};

typedef array_of<meetgate::avd_video> videos;
static_assert(braces<videos, meetgate::avd_video>::one::value, "");
static_assert(!braces<videos, meetgate::avd_osds>::one::value, "an element of another type");
static_assert(!braces<videos, text>::one::value, "an element of another type");
static_assert(!braces<videos, std::vector<meetgate::avd_video>>::one::value, "an array of arrays");
static_assert(!braces<array_of<text>, std::vector<std::string>>::one::value, "an array of arrays");
static_assert(!braces<array_of<text>, int>::one::value, "an element of another type");
static_assert(!braces<videos, meetgate::avd_video>::two::value, "an array of arrays");
static_assert(!braces<videos, json>::two::value, "an array of arrays");
static_assert(!braces<array_of<text>, const char *>::two::value, "an array of arrays");
static_assert(!braces<array_of<text>, const char *, const char *>::two::value, "an array of arrays");
static_assert(!braces<object_of<meetgate::avd_osds>, meetgate::avd_osds>::one::value, "an array is no object");
static_assert(!braces<object_of<meetgate::avd_osds>, json>::one::value, "an array is no object");
static_assert(!braces<object_of<object>, object>::one::value, "an array is no object");
static_assert(!braces<object_of<object>>::one::value, "an array is no object");

// Reading -------------------------------------------------------------------------------------------------------------

static const char reply[] =
    "{\"ret\":0,\"room_id\":\"12345\",\"topic\":\"\\u5468\\u4f1a\",\"empty\":\"\",\"null\":null,\"a/b~c\":1,"
    "\"data\":[ {\"id\":\"a\"},{\"id\":\"b\"} ],\"none\":[],\"nul\":\"a\\u0000b\"}";

static void values_are_picked_out_by_name_and_by_pointer() {
  EQUAL(meetgate::member(reply, "room_id"), "12345");
  EQUAL(meetgate::member(reply, std::string("topic")), "周会");
  EQUAL(meetgate::member(reply, "ret"), "0");
  EQUAL(meetgate::member(reply, "/data/1/id"), "b");
  EQUAL(meetgate::member(reply, "/data/0"), "{\"id\":\"a\"}");
  EQUAL(meetgate::member(reply, "data"), "[ {\"id\":\"a\"},{\"id\":\"b\"} ]");
  EQUAL(meetgate::member(reply, "a/b~c") + meetgate::member(reply, "/a~1b~0c"), "11");
  EQUAL(meetgate::member(reply, ""), reply);
  EQUAL(meetgate::member("\"a\"", ""), "a");
  EQUAL(meetgate::member(reply, "absent") + meetgate::member(reply, "/data/2/id"), "");
  EQUAL(meetgate::member("[1]", nullptr), "[1]");
}

static void a_value_that_is_not_there_differs_from_one_that_is_empty() {
  const meetgate::found empty = meetgate::find(reply, "empty");
  CHECK(empty && empty.status() == MEETGATE_OK && empty.text().empty());
  const meetgate::found null = meetgate::find(reply, "/null");
  CHECK(null && null.text() == "null");
  const meetgate::found absent = meetgate::find(reply, "/data/0/topic");
  CHECK(!absent && absent.status() == MEETGATE_ABSENT && absent.text().empty());
}

static void lengths() {
  CHECK(meetgate::length(reply, "/data") == 2 && meetgate::length(reply, "data") == 2);
  CHECK(meetgate::length(reply, "/data/0") == 1 && meetgate::length(reply) == 9);
  CHECK(meetgate::length(reply, "none") == 0 && meetgate::length(reply, "absent") == 0);
}

template <class Call>
static void refuses(int line, const Call &call, const std::string &words) {
  try {
    call();
    checks::check(false, "nothing was thrown, wanted: " + words, __FILE__, line);
  } catch (const meetgate::invalid_argument &error) {
    checks::check(error.message().find(words) != std::string::npos, error.document(), __FILE__, line);
    checks::check(error.status() == MEETGATE_INVALID_ARGUMENT && !error.retryable(), error.document(), __FILE__, line);
  }
}

#define REFUSES(call, words) refuses(__LINE__, [&] { static_cast<void>(call); }, words)

static void what_cannot_be_read_is_thrown() {
  for (const char *broken : {"", "no JSON", "{", "{\"a\":1,}", "[1] x"}) {
    REFUSES(meetgate::member(broken, "a"), "json:");
    REFUSES(meetgate::find(broken, "/a"), "json:");
    REFUSES(meetgate::length(broken), "json:");
  }
  REFUSES(meetgate::member(reply, "/a~2"), "pointer:");
  REFUSES(meetgate::length(reply, "/a~2"), "pointer:");
  REFUSES(meetgate::member(reply, "nul"), "NUL character");
  REFUSES(meetgate::member(std::string("[]\0", 3), ""), "json holds a NUL byte");
  REFUSES(meetgate::find("[]", std::string("/\0", 2)), "pointer holds a NUL byte");
  REFUSES(meetgate::length(std::string("[]\0", 3)), "json holds a NUL byte");
  REFUSES(meetgate::length(reply, "room_id"), "expected an array or an object at \"/room_id\"");
  REFUSES(meetgate::length(reply, "null"), "expected an array or an object");
  REFUSES(meetgate::quote("\xff"), "text is not UTF-8");
  REFUSES(meetgate::quote(std::string("a\0b", 3)), "NUL byte");
}

static void a_quoted_text_is_json() {
  EQUAL(meetgate::quote(""), "\"\"");
  EQUAL(meetgate::quote("周\"会\\\n"), "\"周\\\"会\\\\\\n\"");
}

// The error document --------------------------------------------------------------------------------------------------

static void an_error_has_everything_of_its_document() {
  const std::string document =
      "{\"status\":\"API\",\"message\":\"avd answered 40004: no such "
      "room\",\"platform\":\"avd\",\"operation\":\"room.read\","
      "\"code\":40004,\"class\":\"not_found\",\"meaning\":\"no such "
      "room\",\"meaning_zh\":\"房间号不存在\",\"platform_message\":\"\\u623f\\u95f4 "
      "\\ud83d\\ude42 \\\"x\\\"\\n\",\"http_status\":200,\"location\":\"https://a/b\","
      "\"request_id\":\"r-1\",\"clock_offset_s\":-3,\"attempts\":2,"
      "\"retryable\":true,\"retry_after_ms\":1500,\"reply\":{\"msg\":\"\\u623f "
      "}]\",\"data\":[{\"a\":[1.0,{}]}],\"code\":1,\"message\":\"inner\"},"
      "\"member_of_tomorrow\":[1]}";
  const meetgate::error error(MEETGATE_API, document);
  CHECK(error.status() == MEETGATE_API);
  EQUAL(error.status_name(), "API");
  EQUAL(error.what(), "avd answered 40004: no such room");
  EQUAL(error.message(), error.what());
  EQUAL(error.platform() + ' ' + error.operation(), "avd room.read");
  CHECK(error.has_code() && error.code() == 40004 && error.code_class() == meetgate::code_class::not_found);
  EQUAL(error.meaning() + ' ' + error.meaning_zh(), "no such room 房间号不存在");
  EQUAL(error.platform_message(), "房间 🙂 \"x\"\n");
  CHECK(error.http_status() == 200 && error.attempts() == 2 && error.retryable());
  EQUAL(error.request_id(), "r-1");
  CHECK(error.has_clock_offset_s() && error.clock_offset_s() == -3);
  CHECK(error.has_retry_after_ms() && error.retry_after_ms() == 1500);
  EQUAL(error.location(), "https://a/b");
  EQUAL(error.reply(), "{\"msg\":\"\\u623f }]\",\"data\":[{\"a\":[1.0,{}]}],\"code\":1,\"message\":\"inner\"}");
  EQUAL(error.reply_text(), "");
  EQUAL(error.document(), document);
}

static void what_does_not_apply_is_absent() {
  const meetgate::error error(MEETGATE_TIMEOUT, "{\"status\":\"TIMEOUT\",\"message\":\"m\",\"retryable\":false}");
  CHECK(!error.has_code() && error.code() == 0 && error.code_class() == meetgate::code_class::unknown);
  CHECK(error.http_status() == 0 && error.attempts() == 0 && !error.retryable() && !error.has_clock_offset_s());
  EQUAL(error.platform() + error.operation() + error.meaning() + error.meaning_zh() + error.platform_message(), "");
  EQUAL(error.request_id() + error.reply() + error.reply_text() + error.location(), "");
  CHECK(!error.has_retry_after_ms() && error.retry_after_ms() == 0);
}

static void a_reply_is_json_text_also_where_it_is_a_string() {
  for (const char *answer : {"\"ok\"", "\"17\"", "17", "\"\"", "\"{}\"", "{}", "[\"a\"]", "null"}) {
    EQUAL(meetgate::error(MEETGATE_PROTOCOL, std::string("{\"message\":\"m\",\"reply\":") + answer + '}').reply(),
          answer);
  }
}

static void numbers_of_the_document_are_whole() {
  const auto code = [](const char *number) {
    return meetgate::error(MEETGATE_API, std::string("{\"message\":\"m\",\"code\":") + number + '}');
  };
  CHECK(code("9223372036854775807").code() == LLONG_MAX && code("-9223372036854775808").code() == LLONG_MIN);
  CHECK(code("0").has_code() && code("606000003").code() == 606000003);
  for (const char *number : {"9223372036854775808", "1.5", "1e3", "null", "true", "\"\""}) CHECK(!code(number).has_code());
}

static void a_document_that_is_none_is_still_an_error() {
  const meetgate::error error(MEETGATE_INTERNAL, "not JSON");
  EQUAL(error.what(), "not JSON");
  CHECK(error.status() == MEETGATE_INTERNAL);
  EQUAL(meetgate::error(MEETGATE_IO, "").what(), "");
}

template <class Wanted>
static bool raises(meetgate_status status, const std::string &code_class) {
  const meetgate::error error(status, object().set("message", "m").set("class", code_class).str());
  try {
    meetgate::detail::raise(error);
  } catch (const meetgate::error &caught) {
    // The very class, and none derived from it.
    return typeid(caught) == typeid(Wanted) && caught.status() == status;
  }
}

static void each_status_has_its_class() {
  CHECK(raises<meetgate::invalid_argument>(MEETGATE_INVALID_ARGUMENT, ""));
  CHECK(raises<meetgate::invalid_config>(MEETGATE_INVALID_CONFIG, ""));
  CHECK(raises<meetgate::auth_error>(MEETGATE_AUTH, "auth"));
  CHECK(raises<meetgate::token_dead>(MEETGATE_AUTH, "token_dead"));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, ""));
  CHECK(raises<meetgate::network_error>(MEETGATE_NETWORK, ""));
  CHECK(raises<meetgate::tls_error>(MEETGATE_TLS, ""));
  CHECK(raises<meetgate::timeout_error>(MEETGATE_TIMEOUT, ""));
  CHECK(raises<meetgate::http_error>(MEETGATE_HTTP, ""));
  CHECK(raises<meetgate::protocol_error>(MEETGATE_PROTOCOL, ""));
  CHECK(raises<meetgate::io_error>(MEETGATE_IO, ""));
  CHECK(raises<meetgate::cancelled>(MEETGATE_CANCELLED, ""));
  CHECK(raises<meetgate::limit_error>(MEETGATE_LIMIT, ""));
  CHECK(raises<meetgate::store_error>(MEETGATE_STORE, ""));
  CHECK(raises<meetgate::forked>(MEETGATE_FORKED, ""));
  CHECK(raises<meetgate::internal_error>(MEETGATE_INTERNAL, ""));
  CHECK(raises<meetgate::error>(MEETGATE_OK, ""));
}

static void each_class_of_numbers_has_its_class() {
  CHECK(raises<meetgate::bad_request>(MEETGATE_API, "bad_request"));
  CHECK(raises<meetgate::not_found>(MEETGATE_API, "not_found"));
  CHECK(raises<meetgate::conflict>(MEETGATE_API, "conflict"));
  CHECK(raises<meetgate::forbidden>(MEETGATE_API, "forbidden"));
  CHECK(raises<meetgate::limit_reached>(MEETGATE_API, "limit"));
  CHECK(raises<meetgate::unsupported>(MEETGATE_API, "unsupported"));
  CHECK(raises<meetgate::platform_busy>(MEETGATE_API, "busy"));
  CHECK(raises<meetgate::server_error>(MEETGATE_API, "server"));
  // Credentials have a status of their own; a class of a newer library is none of ours.
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "token_dead"));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "a_class_of_tomorrow"));
}

static std::vector<std::string> classes;

static void every_class_of_the_catalog_is_known() {
  CHECK(!classes.empty());
  for (const std::string &name : classes) {
    const meetgate::error error(MEETGATE_API, object().set("message", "m").set("class", name).str());
    if (!CHECK(error.code_class() != meetgate::code_class::unknown)) std::printf("  %s\n", name.c_str());
  }
}

static void an_error_is_copied_whole() {
  meetgate::error copy(MEETGATE_IO, "{\"message\":\"other\"}");
  {
    const meetgate::not_found original(meetgate::error(MEETGATE_API, "{\"message\":\"m\",\"code\":40004}"));
    copy = original;
  }
  EQUAL(copy.what(), "m");
  CHECK(copy.code() == 40004 && copy.status() == MEETGATE_API);
}

int main(int argc, char **argv) {
  classes.assign(argv + 1, argv + argc);
  RUN(strings_are_escaped_as_json_wants);
  RUN(every_character_survives_writing_and_reading);
  RUN(integers_are_exact);
  RUN(decimals_are_short_and_exact);
  RUN(any_double_reads_back_equal);
  RUN(decimals_do_not_know_the_locale);
  RUN(builders_write_what_was_set_in_its_order);
  RUN(braces_are_an_array_also_around_one);
  RUN(a_member_in_braces_is_an_array);
  RUN(setters_of_arrays_take_elements_in_braces);
  RUN(values_are_picked_out_by_name_and_by_pointer);
  RUN(a_value_that_is_not_there_differs_from_one_that_is_empty);
  RUN(lengths);
  RUN(what_cannot_be_read_is_thrown);
  RUN(a_quoted_text_is_json);
  RUN(an_error_has_everything_of_its_document);
  RUN(what_does_not_apply_is_absent);
  RUN(a_reply_is_json_text_also_where_it_is_a_string);
  RUN(numbers_of_the_document_are_whole);
  RUN(a_document_that_is_none_is_still_an_error);
  RUN(each_status_has_its_class);
  RUN(each_class_of_numbers_has_its_class);
  RUN(every_class_of_the_catalog_is_known);
  RUN(an_error_is_copied_whole);
  return checks::closing();
}
