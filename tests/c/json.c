/* The functions that read and write JSON. */
#include "check.h"

#include <stdio.h>

#define MEBIBYTE ((size_t)1 << 20)

/* Checks ---------------------------------------------------------------------------------------------------------- */

/* What meetgate_json_get gives; expected NULL: there is no such value. */
static void expect_value(const char *json, const char *pointer, const char *expected, int line) {
  char *value = untouched;
  meetgate_status status = meetgate_json_get(json, pointer, &value);

  check(status == (expected == NULL ? MEETGATE_ABSENT : MEETGATE_OK), meetgate_status_name((int32_t)status), __FILE__, line);
  if (expected == NULL) {
    check(value == NULL, "absent, and yet a text", __FILE__, line);
  } else if (!check(value != NULL && value != untouched && strcmp(value, expected) == 0, expected, __FILE__, line)) {
    printf("  got %s\n", value == NULL ? "NULL" : value);
  }
  if (value != untouched) {
    meetgate_string_free(value);
  }
}

#define VALUE(json, pointer, expected) expect_value((json), (pointer), (expected), __LINE__)
#define NO_VALUE(json, pointer) expect_value((json), (pointer), NULL, __LINE__)

/* What meetgate_json_length gives. */
static void expect_length(const char *json, const char *pointer, meetgate_status wanted, uint64_t expected, int line) {
  uint64_t length = 4711;
  meetgate_status status = meetgate_json_length(json, pointer, &length);

  check(status == wanted, meetgate_status_name((int32_t)status), __FILE__, line);
  if (!check(length == expected, "another length", __FILE__, line)) {
    printf("  got %llu of %.80s\n", (unsigned long long)length, json);
  }
}

#define LENGTH(json, pointer, expected) expect_length((json), (pointer), MEETGATE_OK, (expected), __LINE__)
#define NO_LENGTH(json, pointer, status) expect_length((json), (pointer), (status), 0, __LINE__)

/* What meetgate_json_quote gives, and that meetgate_json_get gives the text back. */
static void expect_quoted(const char *text, const char *expected, int line) {
  char *json = untouched;

  if (!check(meetgate_json_quote(text, &json) == MEETGATE_OK && strcmp(json, expected) == 0, expected, __FILE__, line)) {
    printf("  got %s\n", json);
  }
  expect_value(json, "", text, line);
  meetgate_string_free(json);
}

#define QUOTED(text, expected) expect_quoted((text), (expected), __LINE__)

/* Arguments ------------------------------------------------------------------------------------------------------- */

static void test_null_in_every_position(const struct setting *setting) {
  uint64_t length = 4711;
  char *text;

  (void)setting;
  REFUSE(text, meetgate_json_get(NULL, "", &text), "json is NULL");
  REFUSE(text, meetgate_json_get("{}", NULL, &text), "pointer is NULL");
  CHECK(meetgate_json_get("{}", "", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_json_get(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  CHECK(meetgate_json_length(NULL, "", &length) == MEETGATE_INVALID_ARGUMENT && length == 0);
  length = 4711;
  CHECK(meetgate_json_length("{}", NULL, &length) == MEETGATE_INVALID_ARGUMENT && length == 0);
  CHECK(meetgate_json_length("{}", "", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_json_length(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(text, meetgate_json_quote(NULL, &text), "text is NULL");
  CHECK(meetgate_json_quote("text", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_json_quote(NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
}

static void test_text_that_is_not_utf8(const struct setting *setting) {
  static const char *const broken[] = {"\"\xff\"", "\x80", "\"\xed\xa0\x80\"", "\"\xe5\x91\""};
  char *text;
  size_t i;

  (void)setting;
  for (i = 0; i < COUNT(broken); i++) {
    REFUSE(text, meetgate_json_get(broken[i], "", &text), "json is not UTF-8");
    REFUSE(text, meetgate_json_get("{}", broken[i], &text), "pointer is not UTF-8");
    REFUSE(text, meetgate_json_quote(broken[i], &text), "text is not UTF-8");
    NO_LENGTH(broken[i], "", MEETGATE_INVALID_ARGUMENT);
    NO_LENGTH("{}", broken[i], MEETGATE_INVALID_ARGUMENT);
  }
}

static void test_text_that_is_not_json(const struct setting *setting) {
  static const char *const broken[] = {"", " ", "{", "{]", "{'a':1}", "{\"a\":1,}", "{\"a\":1} x", "[1,]", "01", "nul",
      "\"open", "\"line\nbreak\"", "\xef\xbb\xbf", "\xef\xbb\xbf\xef\xbb\xbf{}"};
  char *text;
  size_t i;

  (void)setting;
  for (i = 0; i < COUNT(broken); i++) {
    REFUSE(text, meetgate_json_get(broken[i], "", &text), "json: not valid JSON");
    REFUSE(text, meetgate_json_get(broken[i], "/a", &text), "json: not valid JSON");
    NO_LENGTH(broken[i], "", MEETGATE_INVALID_ARGUMENT);
  }
}

static void test_what_is_no_pointer(const struct setting *setting) {
  static const char *const broken[] = {"a", " /a", "#/a", "/a~", "/~2", "/a~/b", "~0"};
  char *text;
  size_t i;

  (void)setting;
  for (i = 0; i < COUNT(broken); i++) {
    REFUSE(text, meetgate_json_get(JSON({"a":1}), broken[i], &text), "pointer: ");
    NO_LENGTH(JSON({"a":[]}), broken[i], MEETGATE_INVALID_ARGUMENT);
  }
  REFUSE(text, meetgate_json_get("{}", "topic", &text), "begins with \"/\", got \"topic\"");
  REFUSE(text, meetgate_json_get("{}", "/~2", &text), "neither \"~0\" (for \"~\") nor \"~1\" (for \"/\")");
}

/* Reading --------------------------------------------------------------------------------------------------------- */

static void test_each_kind_of_value(const struct setting *setting) {
  const char *json = JSON({"text":"周会","number":17,"big":18446744073709551616,"exact":1.10,"yes":true,"no":false,
      "object":{"a":1},"array":[1,[2]]});

  (void)setting;
  VALUE(json, "/text", "周会");
  VALUE(json, "/number", "17");
  VALUE(json, "/big", "18446744073709551616");
  VALUE(json, "/exact", "1.10");
  VALUE(json, "/yes", "true");
  VALUE(json, "/no", "false");
  VALUE(json, "/object", "{\"a\":1}");
  VALUE(json, "/array", "[1,[2]]");
  VALUE(json, "/object/a", "1");
  VALUE(json, "/array/1/0", "2");
  VALUE("\"text\"", "", "text");
  VALUE(" 17 ", "", "17");
}

static void test_absent_is_neither_null_nor_empty(const struct setting *setting) {
  const char *json = JSON({"null":null,"empty":"","object":{},"array":[],"text":"x","number":1});

  (void)setting;
  VALUE(json, "/null", "null");
  VALUE(json, "/empty", "");
  VALUE(json, "/object", "{}");
  VALUE(json, "/array", "[]");
  NO_VALUE(json, "/nothing");
  NO_VALUE(json, "/Null");
  NO_VALUE(json, "/");
  NO_VALUE(json, "/null/a");
  NO_VALUE(json, "/text/0");
  NO_VALUE(json, "/number/0");
  NO_VALUE(json, "/object/a");
  NO_VALUE(json, "/array/0");
  NO_VALUE("null", "/a");
}

static void test_pointers(const struct setting *setting) {
  const char *json = JSON({"a/b":1,"m~n":2,"~1":3,"":4," ":5,"k\"l":6,"00":7,"会议":{"室":8},"\u4f1a":9,"-":10});

  (void)setting;
  VALUE(json, "/a~1b", "1");
  VALUE(json, "/m~0n", "2");
  VALUE(json, "/~01", "3");
  VALUE(json, "/", "4");
  VALUE(json, "/ ", "5");
  VALUE(json, "/k\"l", "6");
  VALUE(json, "/00", "7");
  VALUE(json, "/会议/室", "8");
  VALUE(json, "/会", "9");
  VALUE(json, "/-", "10");
  VALUE(JSON({"":{"":"deep"}}), "//", "deep");
}

static void test_indexes(const struct setting *setting) {
  static const char *const none[] = {"/3", "/-1", "/-", "/+1", "/01", "/1.0", "/1e0", "/ 1", "/", "/a", "/0x1",
      "/18446744073709551616", "/99999999999999999999999999", "/\xef\xbc\x91"};
  size_t i;

  (void)setting;
  VALUE("[10,20,30]", "/0", "10");
  VALUE("[10,20,30]", "/2", "30");
  VALUE("[ [1] , {\"room_id\" : \"7\"} ]", "/1/room_id", "7");
  VALUE("[0,1,2,3,4,5,6,7,8,9,\"ten\"]", "/10", "ten");
  for (i = 0; i < COUNT(none); i++) {
    NO_VALUE("[10,20,30]", none[i]);
  }
}

static void test_strings(const struct setting *setting) {
  char *text;

  (void)setting;
  VALUE("\"a\\\"b\\\\c\\/d\\b\\f\\n\\r\\te\"", "", "a\"b\\c/d\b\f\n\r\te");
  VALUE("\"\\u5468\\u4f1a \\ud83d\\ude42\"", "", "周会 🙂");
  VALUE("\"周会 🙂\"", "", "周会 🙂");
  VALUE("\"\\u0001\"", "", "\001");
  VALUE("\"null\"", "", "null");
  REFUSE(text, meetgate_json_get(JSON({"a":"x\u0000y"}), "/a", &text), "NUL character");
  REFUSE(text, meetgate_json_get(JSON({"a":"\ud800"}), "/a", &text), "an escape that is no character");
  REFUSE(text, meetgate_json_get(JSON({"a":"\udc00\ud800"}), "/a", &text), "an escape that is no character");
  /* What lies beside them can be read, and they can as JSON text of what holds them. */
  VALUE(JSON({"a":"x\u0000y","b":1}), "/b", "1");
  VALUE(JSON({"a":["\ud800"]}), "/a", "[\"\\ud800\"]");
}

static void test_byte_order_marks_white_space_and_names_that_come_twice(const struct setting *setting) {
  (void)setting;
  VALUE("\xef\xbb\xbf{\"a\":1}", "/a", "1");
  VALUE("\xef\xbb\xbf \r\n\t{ \"a\" : [ 1 ] }\n", "/a", "[ 1 ]");
  LENGTH("\xef\xbb\xbf[1]", "", 1);
  VALUE("\n[ 1 ]\n", "", "[ 1 ]");
  VALUE(JSON({"a":1,"a":2}), "/a", "2");
  VALUE(JSON({"a":{"b":1},"a":{}}), "", "{\"a\":{\"b\":1},\"a\":{}}");
  NO_VALUE(JSON({"a":{"b":1},"a":{}}), "/a/b");
}

static void test_lengths(const struct setting *setting) {
  const char *json = JSON({"array":[1,[2,3],{}],"object":{"a":1,"b":{"c":2}},"none":[],"nothing":{},"text":"abc",
      "null":null,"number":3});

  (void)setting;
  LENGTH(json, "", 7);
  LENGTH(json, "/array", 3);
  LENGTH(json, "/array/1", 2);
  LENGTH(json, "/object", 2);
  LENGTH(json, "/none", 0);
  LENGTH(json, "/nothing", 0);
  NO_LENGTH(json, "/text", MEETGATE_INVALID_ARGUMENT);
  NO_LENGTH(json, "/null", MEETGATE_INVALID_ARGUMENT);
  NO_LENGTH(json, "/number", MEETGATE_INVALID_ARGUMENT);
  NO_LENGTH(json, "/absent", MEETGATE_ABSENT);
  NO_LENGTH(json, "/array/3", MEETGATE_ABSENT);
}

/* Writing --------------------------------------------------------------------------------------------------------- */

static void test_quoting(const struct setting *setting) {
  char every[256];
  char *json;
  int i;

  (void)setting;
  QUOTED("", "\"\"");
  QUOTED("topic", "\"topic\"");
  QUOTED("say \"hi\"", "\"say \\\"hi\\\"\"");
  QUOTED("C:\\rooms", "\"C:\\\\rooms\"");
  QUOTED("a/b", "\"a/b\"");
  QUOTED("line\r\nbreak\t", "\"line\\r\\nbreak\\t\"");
  QUOTED("\001\037\177", "\"\\u0001\\u001f\177\"");
  QUOTED("周会 🙂", "\"周会 🙂\"");
  QUOTED("\xef\xbb\xbfmark", "\"\xef\xbb\xbfmark\"");
  QUOTED("\"},\"room_id\":\"1\"", "\"\\\"},\\\"room_id\\\":\\\"1\\\"\"");

  for (i = 1; i < 128; i++) {
    every[i - 1] = (char)i;
  }
  every[127] = '\0';
  CHECK(meetgate_json_quote(every, &json) == MEETGATE_OK);
  VALUE(json, "", every);
  meetgate_string_free(json);
}

static void test_a_quoted_topic_comes_back_from_the_platform(const struct setting *setting) {
  const char *topic = "周会 \"Q3\" \\ \t🙂";
  meetgate_client *avd = client_of(setting->avd);
  char *quoted, *reply;

  CHECK(meetgate_json_quote(topic, &quoted) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, reply,
      meetgate_avd_room_create(avd, format(JSON({"user_id":"16","room_id":"12345123459","topic":%s}), quoted), &reply),
      is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(avd, JSON({"room_id":"12345123459"}), &reply), is("/data/topic", topic));
  meetgate_string_free(quoted);
  meetgate_client_free(avd);
}

/* Sizes ----------------------------------------------------------------------------------------------------------- */

/* `opening` and then `closing`, so many times each; to be freed. */
static char *nested(const char *opening, const char *closing, size_t depth) {
  size_t open = strlen(opening), close = strlen(closing), i;
  char *text = malloc(depth * (open + close) + 1);

  if (text == NULL) {
    exit(2);
  }
  for (i = 0; i < depth; i++) {
    memcpy(text + i * open, opening, open);
    memcpy(text + depth * open + i * close, closing, close);
  }
  text[depth * (open + close)] = '\0';
  return text;
}

static void test_a_million_nested_arrays(const struct setting *setting) {
  size_t depth = 1000000;
  char *text = nested("[", "]", depth), *whole, *open;

  (void)setting;
  LENGTH(text, "/0", 1);
  CHECK(meetgate_json_get(text, "/0", &whole) == MEETGATE_OK && strlen(whole) == 2 * (depth - 1));
  meetgate_string_free(whole);
  text[2 * depth - 1] = '\0';
  REFUSE(open, meetgate_json_get(text, "", &open), "json: not valid JSON");
  free(text);

  text = nested("{\"a\":", "}", 3);
  /* {"a":{"a":{"a":}}} */
  REFUSE(open, meetgate_json_get(text, "/a", &open), "json: not valid JSON");
  free(text);
}

static void test_a_text_of_16_mebibytes(const struct setting *setting) {
  size_t size = 16 * MEBIBYTE, i;
  char *text = malloc(size + 64), *value;

  (void)setting;
  if (text == NULL) {
    exit(2);
  }
  sprintf(text, "{\"a\":\"");
  memset(text + 6, 'x', size);
  sprintf(text + 6 + size, "\",\"b\":[1,2]}");
  CHECK(meetgate_json_get(text, "/a", &value) == MEETGATE_OK && strlen(value) == size && strspn(value, "x") == size);
  meetgate_string_free(value);
  LENGTH(text, "/b", 2);

  /* As many small values as there is room for. */
  text[0] = '[';
  for (i = 1; i < MEBIBYTE; i += 2) {
    text[i] = '7';
    text[i + 1] = ',';
  }
  sprintf(text + MEBIBYTE - 1, "8]");
  LENGTH(text, "", MEBIBYTE / 2);
  VALUE(text, format("/%lu", (unsigned long)(MEBIBYTE / 2 - 1)), "8");
  free(text);
}

static const struct group tests[] = {
    TEST(null_in_every_position),
    TEST(text_that_is_not_utf8),
    TEST(text_that_is_not_json),
    TEST(what_is_no_pointer),
    TEST(each_kind_of_value),
    TEST(absent_is_neither_null_nor_empty),
    TEST(pointers),
    TEST(indexes),
    TEST(strings),
    TEST(byte_order_marks_white_space_and_names_that_come_twice),
    TEST(lengths),
    TEST(quoting),
    TEST(a_quoted_topic_comes_back_from_the_platform),
    TEST(a_million_nested_arrays),
    TEST(a_text_of_16_mebibytes),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
