/* A panic inside the library comes back as INTERNAL, and the library goes on working: panic AVD_CONFIG
 *
 * Needs a library that was built with the feature `test-hooks`, which no release has. */
#include <meetgate.h>

#include <stdio.h>
#include <string.h>

meetgate_status meetgate_test_panic(char **reply_json);

#define READ_ROOM "{\"room_id\":\"12345123456\"}"

static int works(meetgate_client *client) {
  char *reply;
  meetgate_status status = meetgate_avd_room_read(client, READ_ROOM, &reply);

  if (status != MEETGATE_OK) {
    printf("after a panic: %s\n", reply);
  }
  meetgate_string_free(reply);
  return status == MEETGATE_OK;
}

static int panics(void) {
  static const char document[] = "{\"status\":\"INTERNAL\",\"message\":\"a defect of this library was contained";
  char *reply = NULL;
  meetgate_status status = meetgate_test_panic(&reply);
  int is_contained = status == MEETGATE_INTERNAL && reply != NULL && strncmp(reply, document, sizeof document - 1) == 0;

  if (!is_contained) {
    printf("a panic came back as %s: %s\n", meetgate_status_name(status), reply == NULL ? "no document" : reply);
  }
  meetgate_string_free(reply);
  return is_contained;
}

int main(int argc, char **argv) {
  meetgate_client *before, *after;
  char *error;
  int i, is_well = 1;

  if (argc != 2 || meetgate_client_new(argv[1], &before, &error) != MEETGATE_OK) {
    fprintf(stderr, "usage: panic AVD_CONFIG\n");
    return 2;
  }
  is_well = works(before) && is_well;
  for (i = 0; i < 3; i++) {
    is_well = panics() && is_well;
    is_well = works(before) && is_well;
  }
  is_well = meetgate_test_panic(NULL) == MEETGATE_INVALID_ARGUMENT && is_well;
  if (meetgate_client_new(argv[1], &after, &error) == MEETGATE_OK) {
    is_well = works(after) && is_well;
    meetgate_client_free(after);
  } else {
    printf("no client after a panic: %s\n", error);
    meetgate_string_free(error);
    is_well = 0;
  }
  meetgate_client_free(before);
  printf("%s\n", is_well ? "contained" : "FAILED");
  return is_well ? 0 : 1;
}
