/* Calls one operation by its own C function: operations NAME CONFIG PARAMS
 *
 * Prints the status's name, a line feed, and the reply exactly as it came. */
#include "operations.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  meetgate_client *client = NULL;
  char *reply = NULL;
  meetgate_status status;
  size_t i;

  if (argc != 4) {
    fprintf(stderr, "usage: operations NAME CONFIG PARAMS\n");
    return 2;
  }
  if (meetgate_client_new(argv[2], &client, &reply) != MEETGATE_OK) {
    fprintf(stderr, "%s\n", reply);
    meetgate_string_free(reply);
    return 2;
  }
  for (i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    if (strcmp(operations[i].name, argv[1]) == 0) {
      status = operations[i].call(client, argv[3], &reply);
      printf("%s\n", meetgate_status_name(status));
      fwrite(reply, 1, strlen(reply), stdout);
      meetgate_string_free(reply);
      meetgate_client_free(client);
      return 0;
    }
  }
  fprintf(stderr, "%s has no C function\n", argv[1]);
  meetgate_client_free(client);
  return 2;
}
