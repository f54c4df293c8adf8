// Calls without waiting, in a loop that owns its thread: poll_loop AVD_CONFIG
//
// poll() stands for epoll, GLib, libuv or any other loop that can wait for a descriptor. Completions run on the loop's thread,
// so that they may touch what the loop touches, without a lock.
#include <meetgate.hpp>

#include <poll.h>

#include <cstddef>
#include <iostream>

static int run(const meetgate::avd &avd) {
  const meetgate::completions results;
  const meetgate::call_options options = meetgate::call_options().timeout_ms(10000);
  std::size_t open = 0, failed = 0;

  const meetgate::completion_function show = [&](const meetgate::result &read) {
    open--;
    if (read) {
      std::cout << "  " << meetgate::member(read.reply(), "/data/topic") << '\n';
    } else {
      failed++;
      std::cout << "  " << read.error().what() << '\n';
    }
  };

  // One call leads to others: the next ones are made where its result is taken.
  results.call(avd, "avd.room.list", meetgate::object(), options, [&](const meetgate::result &list) {
    open--;
    const std::string rooms = meetgate::reply_of(list);
    const std::size_t count = meetgate::length(rooms, "/rooms");
    std::cout << count << " room(s)\n";
    for (std::size_t i = 0; i < count; i++) {
      const std::string id = meetgate::member(rooms, "/rooms/" + std::to_string(i) + "/room_id");
      results.call(avd, meetgate::avd_room_read_params().room_id(id), options, show);
      open++;
    }
  });
  open++;

  pollfd waits = {static_cast<int>(results.fd()), POLLIN, 0};
  while (open > 0) {
    if (poll(&waits, 1, -1) < 0) continue;
    while (results.next()) {
    }
  }
  return failed == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: poll_loop AVD_CONFIG\n";
    return 2;
  }
  try {
    return run(meetgate::avd(meetgate::raw(argv[1])));
  } catch (const meetgate::error &error) {
    std::cerr << error.status_name() << ": " << error.what() << '\n';
    return 1;
  }
}
