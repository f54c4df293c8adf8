// A test of a program that uses meetgate, against the sandbox. In a checkout of meetgate:
//
//   cargo rustc --release --lib --crate-type cdylib
//   cargo build --release --package meetgate-sandbox
//   ln -sf libmeetgate.so target/release/libmeetgate.so.0
//   c++ -std=c++11 -Iinclude examples/cpp/test_room.cpp -Ltarget/release -lmeetgate -Wl,-rpath,$PWD/target/release -o test_room
//   MEETGATE_SANDBOX=target/release/meetgate-sandbox ./test_room
#include "sandbox.hpp"
#include <meetgate.hpp>

#include <iostream>

static int failures = 0;

static void check(const char *what, bool is_so) {
  std::cout << (is_so ? "ok     " : "FAILED ") << what << '\n';
  if (!is_so) failures++;
}

int main() {
  try {
    const sandbox local("avd");
    const meetgate::avd avd(meetgate::raw(local.config()));
    const std::string room = avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
    check("a room of the sandbox is read", room.find("周会") != std::string::npos);
    bool is_missing = false;
    try {
      avd.room.read(meetgate::avd_room_read_params().room_id("40400000000"));
    } catch (const meetgate::not_found &) {
      is_missing = true;
    }
    check("a room that does not exist is an error", is_missing);
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
