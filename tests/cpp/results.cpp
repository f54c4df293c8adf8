// Built with -fno-exceptions: calls return a meetgate::result. results AVD_CONFIG
//
// throwing.cpp is in the same program and built with exceptions: both kinds of source files go together.
#include "check.hpp"

#include <meetgate.hpp>

static const char *avd_config;

// In throwing.cpp.
bool throws_not_found(const char *config);

static void a_call_returns_its_reply() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  CHECK(avd.made().ok());
  const meetgate::result read = avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
  CHECK(read && read.ok() && read.status() == MEETGATE_OK);
  EQUAL(meetgate::member(meetgate::member(read.reply(), "data"), "topic"), "周会");
  CHECK(read.error().status() == MEETGATE_OK && !read.error().has_code());
}

static void a_call_returns_its_error() {
  const meetgate::avd avd{meetgate::raw(avd_config)};
  const meetgate::result read = avd.room.read(meetgate::avd_room_read_params().room_id("40400000000"));
  CHECK(!read && read.status() == MEETGATE_API && read.reply().empty());
  CHECK(read.error().code() == 40004 && read.error().code_class() == meetgate::code_class::not_found);
  EQUAL(read.error().meaning_zh(), "房间号不存在");
  EQUAL(read.error().what(), "avd answered 40004: no such room");

  CHECK(avd.room.read(meetgate::avd_room_read_params()).status() == MEETGATE_INVALID_ARGUMENT);
  CHECK(avd.call("avd.room.read", meetgate::raw("{")).status() == MEETGATE_INVALID_ARGUMENT);
  CHECK(avd.raw_call(meetgate::raw(std::string("{}\0", 3))).status() == MEETGATE_INVALID_ARGUMENT);
  const meetgate::result copy = read;
  CHECK(copy.error().code() == 40004);
}

static void a_client_says_why_it_was_not_made() {
  const meetgate::avd none{meetgate::avd_config()};
  CHECK(!none && !none.made() && none.made().status() == MEETGATE_INVALID_CONFIG);
  CHECK(none.room.list().status() == MEETGATE_INVALID_ARGUMENT);
}

static void a_client_moves() {
  meetgate::avd first{meetgate::raw(avd_config)};
  meetgate::avd second(std::move(first));
  CHECK(!first && second && second.made().ok() && second.room.list().ok());
  first = std::move(second);
  CHECK(first.room.list().ok() && !second.room.list().ok());
  first.close();
  first.close();
  CHECK(!first && !first.room.list().ok());
}

static void files_with_exceptions_are_in_the_same_program() { CHECK(throws_not_found(avd_config)); }

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  avd_config = argv[1];
  RUN(a_call_returns_its_reply);
  RUN(a_call_returns_its_error);
  RUN(a_client_says_why_it_was_not_made);
  RUN(a_client_moves);
  RUN(files_with_exceptions_are_in_the_same_program);
  return checks::closing();
}
