// A panic inside the library is thrown as internal_error, and the library goes on working: panic AVD_CONFIG
//
// Needs a library that was built with the feature `test-hooks`, which no release has.
#include <meetgate.hpp>

#include <cstdio>

extern "C" meetgate_status meetgate_test_panic(char **reply_json);

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  const meetgate::avd avd{meetgate::raw(argv[1])};
  for (int i = 0; i < 3; i++) {
    try {
      char *reply = nullptr;
      const meetgate_status status = meetgate_test_panic(&reply);
      meetgate::inner::taken(status, reply);
      return 1;
    } catch (const meetgate::internal_error &error) {
      std::printf("%s\n", error.what());
    }
    avd.room.read(meetgate::avd_room_read_params().room_id("12345123456"));
  }
  std::printf("contained\n");
  return 0;
}
