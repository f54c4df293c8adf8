// Calls one operation just as its documentation does: examples NAME CONFIG
//
// Prints the reply exactly as it came.
#include "examples.hpp"

#include <cstdio>

template <class Client, std::size_t Count>
static bool run(const example<Client> (&examples)[Count], const std::string &name, const char *config) {
  for (const example<Client> &one : examples) {
    if (name != one.name) continue;
    const Client client{meetgate::raw(config)};
    const std::string reply = one.call(client);
    std::fwrite(reply.data(), 1, reply.size(), stdout);
    return true;
  }
  return false;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: examples NAME CONFIG\n");
    return 2;
  }
  try {
    const bool found = run(hst_examples, argv[1], argv[2]) || run(youme_examples, argv[1], argv[2]) ||
                       run(avd_examples, argv[1], argv[2]);
    return found ? 0 : 2;
  } catch (const meetgate::error &error) {
    std::fprintf(stderr, "%s\n", error.document().c_str());
    return 1;
  }
}
