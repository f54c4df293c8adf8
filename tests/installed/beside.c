/* meetgate beside another library in Rust. */
#include <meetgate.h>
#include <stdint.h>
#include <stdio.h>

uint32_t second_answer(uint32_t number);

int main(void) {
  meetgate_client *client = NULL;
  char *error = NULL;

  if (meetgate_client_new("{\"platform\":\"avd\",\"base_url\":\"http://127.0.0.1:9\",\"token\":\"t\"}", &client, &error)) return 1;
  meetgate_client_free(client);
  printf("%s %u %u\n", meetgate_version(), (unsigned)second_answer(42), (unsigned)second_answer(1000));
  return 0;
}
