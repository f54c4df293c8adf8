/* A client that gets its tokens from a callback. Where one host of yours fetches the tokens for all programs, the callback
 * asks that host; here a second client with the keys plays the host.
 *
 *   provider HST_CONFIG */
#include <meetgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the callback needs. It must live until the client is freed. */
struct host {
  meetgate_client *keys;
  int asked;
};

static int failed(const char *what, meetgate_status status, char *error) {
  fprintf(stderr, "%s: %s: %s\n", what, meetgate_status_name(status), error);
  meetgate_string_free(error);
  return 1;
}

/* Runs on a thread that calls the client, one at a time. It must not call that client; it may call another one. */
static int MEETGATE_CALL provide(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  struct host *host = user_data;
  char *reply, *found;
  meetgate_status status;
  int result = MEETGATE_TOKEN_REASON; /* the calls that need the token fail, and say what stands in token */

  host->asked++;
  (void)dead_token; /* a host that keeps tokens would compare, and fetch a new one only if this is the one it has */
  status = meetgate_hst_access_token(host->keys, NULL, &reply);
  if (status != MEETGATE_OK) {
    snprintf(token, capacity, "the host: %s", meetgate_status_name(status));
    failed("the host", status, reply);
    return result;
  }
  status = meetgate_json_get(reply, "/result/access_token", &found);
  if (status == MEETGATE_OK && strlen(found) < capacity) {
    strcpy(token, found);
    result = 0;
  } else {
    snprintf(token, capacity, "the host's answer has no token");
  }
  meetgate_string_free(found);
  if (meetgate_json_get(reply, "/result/timeout", &found) == MEETGATE_OK) *lifetime_s = strtol(found, NULL, 10);
  meetgate_string_free(found);
  meetgate_string_free(reply);
  return result;
}

/* A client of the same gateway without keys, or NULL. */
static meetgate_client *without_keys(const char *config) {
  char text[1024];
  char *base_url = NULL, *quoted = NULL, *error;
  meetgate_client *client = NULL;
  meetgate_status status;

  if (meetgate_json_get(config, "/base_url", &base_url) == MEETGATE_OK &&
      meetgate_json_quote(base_url, &quoted) == MEETGATE_OK) {
    snprintf(text, sizeof text, "{\"platform\":\"hst\",\"base_url\":%s,\"token_provider\":true}", quoted);
    status = meetgate_client_new(text, &client, &error);
    if (status != MEETGATE_OK) failed("no client", status, error);
  } else {
    fprintf(stderr, "the configuration has no base_url\n");
  }
  meetgate_string_free(quoted);
  meetgate_string_free(base_url);
  return client;
}

static int call_twice(meetgate_client *hst, struct host *host) {
  char *text;
  meetgate_status status;
  int i;

  status = meetgate_client_set_token_provider(hst, provide, host, &text);
  if (status != MEETGATE_OK) return failed("the provider", status, text);
  for (i = 0; i < 2; i++) {
    status = meetgate_hst_online_user_state(
        hst, "{\"app_id\":\"8f14e45fceea467a9f36dedd4bea2543\",\"msg_id\":1}", &text);
    if (status != MEETGATE_OK) return failed("who is online", status, text);
    printf("who is online: %s\n", text);
    meetgate_string_free(text);
  }
  printf("two calls, and the provider was asked %d time(s)\n", host->asked);
  return 0;
}

int main(int argc, char **argv) {
  struct host host = {NULL, 0};
  meetgate_client *hst;
  meetgate_status status;
  char *error;
  int result = 1;

  if (argc != 2) {
    fprintf(stderr, "usage: provider HST_CONFIG\n");
    return 2;
  }
  status = meetgate_client_new(argv[1], &host.keys, &error);
  if (status != MEETGATE_OK) return failed("no client", status, error);
  hst = without_keys(argv[1]);
  if (hst != NULL) result = call_twice(hst, &host);
  meetgate_client_free(hst);
  meetgate_client_free(host.keys);
  return result;
}
