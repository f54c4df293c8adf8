/* A test of a program that uses meetgate, against the sandbox. In a checkout of meetgate:
 *
 *   cargo rustc --release --lib --crate-type cdylib
 *   cargo build --release --package meetgate-sandbox
 *   ln -sf libmeetgate.so target/release/libmeetgate.so.0
 *   cc -std=c99 -Iinclude examples/c/test_room.c -Ltarget/release -lmeetgate -Wl,-rpath,$PWD/target/release -o test_room
 *   MEETGATE_SANDBOX=target/release/meetgate-sandbox ./test_room */
#define _POSIX_C_SOURCE 200112L
#include "sandbox.h"
#include <meetgate.h>

static int failures;

static void check(const char *what, int is_so, const char *reply) {
  printf("%s %s\n", is_so ? "ok    " : "FAILED", what);
  if (!is_so) printf("       %s\n", reply);
  failures += !is_so;
}

int main(void) {
  sandbox local;
  meetgate_client *avd;
  meetgate_status status;
  char *reply;

  if (!sandbox_start(&local, "avd")) return 1;
  status = meetgate_client_new(local.config, &avd, &reply);
  if (status != MEETGATE_OK) {
    check("a client", 0, reply);
    meetgate_string_free(reply);
    sandbox_stop(&local);
    return 1;
  }
  status = meetgate_avd_room_read(avd, "{\"room_id\":\"12345123456\"}", &reply);
  check("a room of the sandbox is read", status == MEETGATE_OK && strstr(reply, "周会") != NULL, reply);
  meetgate_string_free(reply);
  status = meetgate_avd_room_read(avd, "{\"room_id\":\"40400000000\"}", &reply);
  check("a room that does not exist is an error", status == MEETGATE_API && strstr(reply, "40004") != NULL, reply);
  meetgate_string_free(reply);

  meetgate_client_free(avd);
  sandbox_stop(&local);
  return failures == 0 ? 0 : 1;
}
