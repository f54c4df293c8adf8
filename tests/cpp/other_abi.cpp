// A program whose headers are of another ABI than the library: no client is made.
#include <meetgate.h>
#undef MEETGATE_ABI_VERSION
#define MEETGATE_ABI_VERSION 4711
#include <meetgate.hpp>

#include <cstdio>

int main() {
  try {
    const meetgate::avd avd(meetgate::avd_config().base_url("http://127.0.0.1:1").token("t"));
  } catch (const meetgate::internal_error &error) {
    std::printf("%s\n", error.what());
    return 0;
  }
  return 1;
}
