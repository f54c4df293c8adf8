// A C++11 program makes one call: smoke AVD_CONFIG
#include <meetgate.h>

#include <iostream>
#include <memory>
#include <string>

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: smoke AVD_CONFIG\n";
    return 2;
  }
  meetgate_client *made = nullptr;
  char *text = nullptr;
  if (meetgate_client_new(argv[1], &made, &text) != MEETGATE_OK) {
    std::cerr << text << '\n';
    meetgate_string_free(text);
    return 1;
  }
  const std::unique_ptr<meetgate_client, void (*)(meetgate_client *)> client(made, meetgate_client_free);
  const std::string params = R"({"room_id":"12345123456"})";
  const meetgate_status status = meetgate_avd_room_read(client.get(), params.c_str(), &text);
  const std::unique_ptr<char, void (*)(char *)> reply(text, meetgate_string_free);
  std::cout << meetgate_status_name(status) << ' ' << reply.get() << '\n';
  return status == MEETGATE_OK ? 0 : 1;
}
