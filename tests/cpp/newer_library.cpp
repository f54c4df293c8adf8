// A library that is newer than the headers of this program: it gives statuses that they do not have.
//
// The program's own functions take the place of the library's. Optimised, each such status still arrives.
#include "check.hpp"

#include <meetgate.hpp>

#include <cstdlib>
#include <cstring>
#include <typeinfo>

// No compiler knows this number while it compiles.
static volatile int next_status;

static meetgate_status answer(char **reply) {
  static const char document[] = "{\"status\":\"TOMORROW\",\"message\":\"of tomorrow\",\"retryable\":true}";
  char *quoted = nullptr;
  // Memory of the library's: the program frees it there.
  if (meetgate_json_quote(std::string(sizeof document, ' ').c_str(), &quoted) != MEETGATE_OK) std::abort();
  std::memcpy(quoted, document, sizeof document);
  *reply = quoted;
  return static_cast<meetgate_status>(next_status);
}

extern "C" meetgate_status meetgate_call_with(meetgate_client *, const char *, const char *, const char *,
                                              meetgate_cancel *, char **reply) {
  return answer(reply);
}

// As a program of C would.
static const char *judged(meetgate_status status) {
  switch (status) {
    case MEETGATE_OK: return "ok";
    case MEETGATE_INVALID_ARGUMENT: return "invalid argument";
    case MEETGATE_INVALID_CONFIG: return "invalid config";
    case MEETGATE_AUTH: return "auth";
    case MEETGATE_API: return "api";
    case MEETGATE_NETWORK: return "network";
    case MEETGATE_TLS: return "tls";
    case MEETGATE_TIMEOUT: return "timeout";
    case MEETGATE_HTTP: return "http";
    case MEETGATE_PROTOCOL: return "protocol";
    case MEETGATE_IO: return "io";
    case MEETGATE_CANCELLED: return "cancelled";
    case MEETGATE_LIMIT: return "limit";
    case MEETGATE_STORE: return "store";
    case MEETGATE_FORKED: return "forked";
    case MEETGATE_INTERNAL: return "internal";
    case MEETGATE_ABSENT: return "absent";
    case MEETGATE_STATUS_WIDEST:
    default: return "another";
  }
}

// In memory, where a compiler that takes the enumeration at its word (-fstrict-enums) expects 0 to 31, if that is as wide as
// its members: it leaves the comparison out.
meetgate_status kept;
bool is_beyond_31();
bool is_beyond_31() { return static_cast<int>(kept) > 31; }

static void a_status_of_tomorrow_is_another_one() {
  for (const int number : {17, 31, 32, 99, 65536, 2147483646}) {
    next_status = number;
    char *reply = nullptr;
    const meetgate_status status = answer(&reply);
    meetgate_string_free(reply);
    EQUAL(judged(status), "another");
    std::memcpy(&kept, &status, sizeof kept);
    CHECK(is_beyond_31() == (number > 31));
  }
}

static void a_status_of_tomorrow_is_thrown_as_error() {
  const meetgate::avd avd(meetgate::avd_config().base_url("http://127.0.0.1:1").token("t"));
  for (const int number : {16, 17, 31, 32, 99, 2147483646}) {
    next_status = number;
    try {
      avd.room.list();
      CHECK(false);
    } catch (const meetgate::error &error) {
      CHECK(typeid(error) == typeid(meetgate::error));
      CHECK(static_cast<int>(error.status()) == number && error.retryable());
      EQUAL(error.what(), "of tomorrow");
    }
  }
}

int main() {
  RUN(a_status_of_tomorrow_is_another_one);
  RUN(a_status_of_tomorrow_is_thrown_as_error);
  return checks::closing();
}
