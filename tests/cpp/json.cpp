// What the header writes and reads by itself: JSON in both directions, and the error document. No platform is called.
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
using meetgate::decimal;
using meetgate::flag;
using meetgate::integer;
using meetgate::object;
using meetgate::raw;
using meetgate::text;
using meetgate::detail::item;
using meetgate::detail::reader;

// Writing -------------------------------------------------------------------------------------------------------------

// What a program must not be able to say by mistake does not compile.
static_assert(!std::is_convertible<const char *, flag>::value, "the text \"false\" is no flag");
static_assert(!std::is_convertible<int, flag>::value, "a number is no flag");
static_assert(!std::is_convertible<bool, integer>::value, "a bool is no integer");
static_assert(!std::is_convertible<double, integer>::value, "a double is no integer");
static_assert(!std::is_convertible<char, integer>::value, "a character is no integer");
static_assert(!std::is_convertible<int, text>::value, "a number is no text, 0 neither");
static_assert(!std::is_convertible<std::nullptr_t, text>::value, "nullptr is no text");
static_assert(!std::is_convertible<const char *, meetgate::json>::value, "JSON text is marked with raw()");
static_assert(!std::is_convertible<const char *, meetgate::array_of<text>>::value, "one text is no array");
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

static void every_byte_survives_writing_and_reading() {
  std::string all;
  for (int byte = 0; byte < 256; byte++) all += static_cast<char>(byte);
  std::string back;
  CHECK(reader(text(all).str()).string(back));
  CHECK(back == all);
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

// Reading -------------------------------------------------------------------------------------------------------------

static bool splits(const std::string &json) {
  std::vector<item> items;
  return reader(json).split(items);
}

static void the_reader_takes_json() {
  std::vector<item> items;
  CHECK(reader(" {\"a\" : [1, {\"b\":\"]}\"}] ,\"\\u5468\\ud83d\\ude42\":-1.5e+3,\"c\":{}}\n").split(items));
  CHECK(items.size() == 3);
  EQUAL(items[0].name + items[0].value, "a[1, {\"b\":\"]}\"}]");
  EQUAL(items[1].name + items[1].value, "周🙂-1.5e+3");
  EQUAL(items[2].name + items[2].value, "c{}");
  for (const char *json : {"{}", "[]", " [ ] ", "[null,true,false,0,-0,1e9,\"\"]", "[[[]],{\"a\":{\"a\":[]}}]",
                           "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"]", "[\"\\ud800\"]"}) {
    if (!CHECK(splits(json))) std::printf("  %s\n", json);
  }
  const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
  CHECK(splits(deep));
  CHECK(!splits(deep + "]"));
}

static void the_reader_takes_nothing_else() {
  for (const char *json : {"",
                           " ",
                           "1",
                           "\"a\"",
                           "null",
                           "{",
                           "[",
                           "}",
                           "{]",
                           "[}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{,}",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":1}x",
                           "[] []",
                           "[01]",
                           "[1.]",
                           "[.5]",
                           "[+1]",
                           "[1e]",
                           "[1e+]",
                           "[-]",
                           "[nul]",
                           "[True]",
                           "[NaN]",
                           "[\"a]",
                           "[\"\n\"]",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "[\"\\u12g4\"]",
                           "[\"\\",
                           "[[]",
                           "[{\"a\":[}]]",
                           "{\"a\":1 \"b\":2}",
                           "\xef\xbb\xbf{}",
                           "[1]/**/"}) {
    if (!CHECK(!splits(json))) std::printf("  %s\n", json);
  }
  CHECK(!splits(std::string("[]\0", 3)));
}

static void the_reader_reads_scalars_strictly() {
  std::string characters;
  CHECK(reader("\"\\u0000\\uD83D\\uDE42\\u00e9\\/\"").string(characters));
  CHECK(characters == std::string("\0🙂é/", 8));
  for (const char *json :
       {"", "\"", "a", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\"b", "\"\\ud83d\\n\"", " \"a\""}) {
    characters.clear();
    CHECK(!reader(json).string(characters));
  }
  long long number = 0;
  CHECK(reader("9223372036854775807").integer(number) && number == LLONG_MAX);
  CHECK(reader("-9223372036854775808").integer(number) && number == LLONG_MIN);
  CHECK(reader("0").integer(number) && number == 0);
  CHECK(reader("606000003").integer(number) && number == 606000003);
  for (const char *json : {"", "-", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "99999999999999999999",
                           "007", "+1", "1 ", "\"1\"", "true"}) {
    CHECK(!reader(json).integer(number));
  }
}

static void one_member_is_picked_out() {
  const std::string reply = "{\"ret\":0,\"room_id\":\"12345\",\"topic\":\"\\u5468\\u4f1a\",\"data\":[ 1,2 ]}";
  EQUAL(meetgate::member(reply, "room_id"), "12345");
  EQUAL(meetgate::member(reply, "topic"), "周会");
  EQUAL(meetgate::member(reply, "ret"), "0");
  EQUAL(meetgate::member(reply, "data"), "[ 1,2 ]");
  EQUAL(meetgate::member(reply, "none"), "");
  EQUAL(meetgate::member("[1]", ""), "1");
  EQUAL(meetgate::member("no JSON", "a"), "");
}

// The error document --------------------------------------------------------------------------------------------------

static void an_error_has_everything_of_its_document() {
  const std::string document =
      "{\"status\":\"API\",\"message\":\"avd answered 40004: no such "
      "room\",\"platform\":\"avd\",\"operation\":\"room.read\","
      "\"code\":40004,\"meaning\":\"no such "
      "room\",\"meaning_zh\":\"房间号不存在\",\"platform_message\":\"\\u623f\\u95f4 "
      "\\ud83d\\ude42 \\\"x\\\"\\n\",\"http_status\":200,\"request_id\":\"r-1\",\"clock_offset_s\":-3,\"attempts\":2,"
      "\"retryable\":true,\"reply\":{\"msg\":\"\\u623f "
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
  EQUAL(error.reply(), "{\"msg\":\"\\u623f }]\",\"data\":[{\"a\":[1.0,{}]}],\"code\":1,\"message\":\"inner\"}");
  EQUAL(error.reply_text(), "");
  EQUAL(error.document(), document);
}

static void what_does_not_apply_is_absent() {
  const meetgate::error error(MEETGATE_TIMEOUT, "{\"status\":\"TIMEOUT\",\"message\":\"m\",\"retryable\":false}");
  CHECK(!error.has_code() && error.code() == 0 && error.code_class() == meetgate::code_class::unknown);
  CHECK(error.http_status() == 0 && error.attempts() == 0 && !error.retryable() && !error.has_clock_offset_s());
  EQUAL(error.platform() + error.operation() + error.meaning() + error.meaning_zh() + error.platform_message(), "");
  EQUAL(error.request_id() + error.reply() + error.reply_text(), "");
}

static void a_document_that_is_none_is_still_an_error() {
  const meetgate::error error(MEETGATE_INTERNAL, "not JSON");
  EQUAL(error.what(), "not JSON");
  CHECK(error.status() == MEETGATE_INTERNAL);
  EQUAL(meetgate::error(MEETGATE_IO, "").what(), "");
}

template <class Wanted>
static bool raises(meetgate_status status, const std::string &platform, long long code) {
  const meetgate::error error(status, object().set("message", "m").set("platform", platform).set("code", code).str());
  try {
    meetgate::detail::raise(error);
  } catch (const meetgate::error &caught) {
    // The very class, and none derived from it.
    return typeid(caught) == typeid(Wanted) && caught.status() == status;
  }
}

static void each_status_has_its_class() {
  CHECK(raises<meetgate::invalid_argument>(MEETGATE_INVALID_ARGUMENT, "avd", 0));
  CHECK(raises<meetgate::invalid_config>(MEETGATE_INVALID_CONFIG, "avd", 0));
  CHECK(raises<meetgate::auth_error>(MEETGATE_AUTH, "avd", 40001));
  CHECK(raises<meetgate::token_dead>(MEETGATE_AUTH, "avd", 40003));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "avd", 123));
  CHECK(raises<meetgate::network_error>(MEETGATE_NETWORK, "avd", 0));
  CHECK(raises<meetgate::tls_error>(MEETGATE_TLS, "avd", 0));
  CHECK(raises<meetgate::timeout_error>(MEETGATE_TIMEOUT, "avd", 0));
  CHECK(raises<meetgate::http_error>(MEETGATE_HTTP, "avd", 0));
  CHECK(raises<meetgate::protocol_error>(MEETGATE_PROTOCOL, "avd", 0));
  CHECK(raises<meetgate::io_error>(MEETGATE_IO, "avd", 0));
  CHECK(raises<meetgate::cancelled>(MEETGATE_CANCELLED, "avd", 0));
  CHECK(raises<meetgate::limit_error>(MEETGATE_LIMIT, "avd", 0));
  CHECK(raises<meetgate::store_error>(MEETGATE_STORE, "avd", 0));
  CHECK(raises<meetgate::forked>(MEETGATE_FORKED, "avd", 0));
  CHECK(raises<meetgate::internal_error>(MEETGATE_INTERNAL, "avd", 0));
  CHECK(raises<meetgate::error>(MEETGATE_OK, "avd", 0));
}

static void each_class_of_numbers_has_its_class() {
  CHECK(raises<meetgate::bad_request>(MEETGATE_API, "avd", 40002));
  CHECK(raises<meetgate::not_found>(MEETGATE_API, "avd", 40004));
  CHECK(raises<meetgate::conflict>(MEETGATE_API, "avd", 40005));
  CHECK(raises<meetgate::unsupported>(MEETGATE_API, "avd", 10914));
  CHECK(raises<meetgate::platform_busy>(MEETGATE_API, "avd", 41001));
  CHECK(raises<meetgate::server_error>(MEETGATE_API, "avd", 41005));
  CHECK(raises<meetgate::platform_busy>(MEETGATE_API, "hst", 606000006));
  // A number has its class on its own platform, and a dead token none among the platform's numbers.
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "hst", 40004));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "youme", 40004));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "avd", 40003));
  CHECK(raises<meetgate::api_error>(MEETGATE_API, "hst", 6050030000));
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

int main() {
  RUN(strings_are_escaped_as_json_wants);
  RUN(every_byte_survives_writing_and_reading);
  RUN(integers_are_exact);
  RUN(decimals_are_short_and_exact);
  RUN(any_double_reads_back_equal);
  RUN(decimals_do_not_know_the_locale);
  RUN(builders_write_what_was_set_in_its_order);
  RUN(the_reader_takes_json);
  RUN(the_reader_takes_nothing_else);
  RUN(the_reader_reads_scalars_strictly);
  RUN(one_member_is_picked_out);
  RUN(an_error_has_everything_of_its_document);
  RUN(what_does_not_apply_is_absent);
  RUN(a_document_that_is_none_is_still_an_error);
  RUN(each_status_has_its_class);
  RUN(each_class_of_numbers_has_its_class);
  RUN(an_error_is_copied_whole);
  return checks::closing();
}
