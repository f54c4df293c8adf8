// Calls one operation by the method and the setters that a C++ program uses: operations NAME CONFIG PARAMS
//
// Prints the status's name, a line feed, and the reply exactly as it came.
#include "operations.hpp"

#include <cstdio>

static int show(const char *status, const std::string &reply) {
  std::printf("%s\n", status);
  std::fwrite(reply.data(), 1, reply.size(), stdout);
  return 0;
}

template <class Client>
static int call_on(const char *operation, const char *config, const char *params) {
  const Client client{meetgate::raw(config)};
  try {
    return show("OK", call(client, operation, params));
  } catch (const meetgate::error &error) {
    return show(error.status_name(), error.document());
  }
}

int main(int argc, char **argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: operations NAME CONFIG PARAMS\n");
    return 2;
  }
  const std::string platform = std::string(argv[1]).substr(0, std::string(argv[1]).find('.'));
  try {
    if (platform == "hst") return call_on<meetgate::hst>(argv[1], argv[2], argv[3]);
    if (platform == "youme") return call_on<meetgate::youme>(argv[1], argv[2], argv[3]);
    if (platform == "avd") return call_on<meetgate::avd>(argv[1], argv[2], argv[3]);
  } catch (const meetgate::error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  std::fprintf(stderr, "%s is no operation\n", argv[1]);
  return 2;
}
