// The part of results.cpp's program that is built with exceptions.
#include <meetgate.hpp>

bool throws_not_found(const char *config);

bool throws_not_found(const char *config) {
  meetgate::avd avd{meetgate::raw(config)};
  meetgate::avd moved(std::move(avd));
  try {
    moved.room.read(meetgate::avd_room_read_params().room_id("40400000000"));
  } catch (const meetgate::not_found &) {
    const std::string reply = moved.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
    moved.close();
    return !reply.empty();
  }
  return false;
}
