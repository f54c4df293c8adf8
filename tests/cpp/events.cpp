// Events of hst in C++, as tests/events.rs asks for them: EVENTS CONFIG. Prints a line for each event, and "closed".
#include <meetgate.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

static void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

// What a session that cannot be is refused with.
template <class Act>
static void refused(const Act &act, const char *part) {
  try {
    act();
    std::cout << "not refused: " << part << '\n';
  } catch (const meetgate::error &error) {
    if (std::string(error.what()).find(part) == std::string::npos) std::cout << error.what() << '\n';
  }
}

int main(int, char **argv) {
  meetgate::hst hst((meetgate::raw(argv[1])));
  const meetgate::events_options options = meetgate::events_options().app_ids({"a"}).pause_ms(10).max_pause_ms(50);
  std::atomic<int> count(0), others(0);

  refused([&] { meetgate::events(hst, meetgate::events_options(), [](const std::string &) {}); }, "app_ids");
  refused([&] { meetgate::events(hst, options, meetgate::event_function()); }, "empty function");
  {
    // An exception goes no further.
    meetgate::events first(hst, options, [&](const std::string &event) {
      std::cout << event << std::endl;
      count++;
      throw std::runtime_error("thrown by the program");
    });
    while (count < 3) rest();
    meetgate::events moved(std::move(first));
    moved.close();
    moved.close();
  }
  {
    // One that its own function closes: that is its last event.
    std::unique_ptr<meetgate::events> session;
    std::atomic<bool> is_there(false);
    session.reset(new meetgate::events(hst, options, [&](const std::string &) {
      while (!is_there) rest();
      others++;
      session->close();
    }));
    is_there = true;
    while (others < 1) rest();
    for (int i = 0; i < 20; i++) rest();
    if (others != 1) std::cout << "told after the end" << std::endl;
    // One that takes the place of another, and ends with its client.
    *session = meetgate::events(hst, options, [&](const std::string &) { others++; });
    while (others < 2) rest();
    hst.close();
  }
  refused([&] { meetgate::events(hst, options, [](const std::string &) {}); }, "the client is closed");
  std::cout << "closed" << std::endl;
  return 0;
}
