/* The functions for a client's credentials, as only C calls them. What a client does with its token stands in
 * tests/fixtures/tokens.toml, for all languages. */
#include "check.h"

#include <stdio.h>

static void test_info(const struct setting *setting) {
  struct clients on = clients_of(setting);
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_client_info(on.hst, &reply), is("/platform", "hst"),
      is("/token", JSON({"source":"fetched","generation":0})), absent("/clock_offset_s"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(on.youme, &reply), is("/platform", "youme"),
      is("/clock_offset_s", "0"), absent("/token"));
  REFUSE(reply, meetgate_client_info(NULL, &reply), "client is NULL");
  CHECK(meetgate_client_info(on.avd, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_info(NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  free_clients(&on);
}

static void test_a_token_that_cannot_be_set_is_said_why(const struct setting *setting) {
  static const char *const broken[] = {"", "two words", "line\r\nbreak", "令牌", "a\x7f"};
  meetgate_client *fixed = client_of(JSON({"platform":"hst","token":"first"})), *keys = client_of(setting->avd);
  char *error = untouched;
  size_t i;

  for (i = 0; i < COUNT(broken); i++) {
    REFUSE(error, meetgate_client_set_token(fixed, broken[i], &error), "printable ASCII");
    CHECK(meetgate_client_set_token(fixed, broken[i], NULL) == MEETGATE_INVALID_ARGUMENT);
  }
  REFUSE(error, meetgate_client_set_token(fixed, "\xff", &error), "token is not UTF-8");
  REFUSE(error, meetgate_client_set_token(fixed, NULL, &error), "token is NULL");
  REFUSE(error, meetgate_client_set_token(NULL, "token", &error), "client is NULL");
  REFUSE(error, meetgate_client_set_token(keys, "token", &error), "a fixed \"token\"");
  CHECK(meetgate_client_set_token(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  EXPECT(MEETGATE_OK, error, meetgate_client_info(fixed, &error), is("/token/generation", "1"));

  CHECK(meetgate_client_set_token(fixed, "second", &error) == MEETGATE_OK && error == NULL);
  CHECK(meetgate_client_set_token(fixed, "third", NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, error, meetgate_client_info(fixed, &error), is("/token/generation", "3"), nowhere("third"));
  meetgate_client_free(fixed);
  meetgate_client_free(keys);
}

/* What a provider is to answer, and what it saw. */
struct host {
  int result;
  const char *token;
  int asked;
};

static int MEETGATE_CALL provide(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  struct host *host = user_data;

  host->asked++;
  CHECK(dead_token == NULL && *lifetime_s == 0 && capacity == 8192);
  snprintf(token, capacity, "%s", host->token);
  *lifetime_s = 7200;
  return host->result;
}

static int MEETGATE_CALL overflow(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  (void)user_data, (void)dead_token, (void)lifetime_s;
  memset(token, 'x', capacity);
  return 0;
}

static int MEETGATE_CALL not_ascii(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  (void)user_data, (void)dead_token, (void)capacity, (void)lifetime_s;
  strcpy(token, "\xff");
  return 0;
}

static meetgate_client *provided(const struct setting *setting) {
  return client_of(format(JSON({"platform":"hst","base_url":"%s","token_provider":true}),
      member(setting->hst, "/base_url")));
}

static void test_a_provider_in_c(const struct setting *setting) {
  meetgate_client *keys = client_of(setting->hst), *client = provided(setting);
  struct host host = {0, NULL, 0};
  char *reply;

  CHECK(meetgate_hst_access_token(keys, NULL, &reply) == MEETGATE_OK);
  host.token = member(reply, "/result/access_token");
  meetgate_string_free(reply);
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/token/source", "provided"),
      between("/token/expires_in_ms", 7100000, 7200000), nowhere(host.token));
  CHECK(host.asked == 1);

  /* It says no: what it wrote does not count, and its number is shown. */
  meetgate_client_free(client);
  client = provided(setting);
  host.result = -7;
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "the token provider answered -7"), not_sent(), nowhere(host.token));
  CHECK(host.asked == 2);

  CHECK(meetgate_client_set_token_provider(client, overflow, NULL, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "without a NUL"), nowhere("xxx"));
  CHECK(meetgate_client_set_token_provider(client, not_ascii, NULL, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "gave a token that is not ASCII"));
  meetgate_client_free(client);
  meetgate_client_free(keys);
}

static void test_a_provider_that_cannot_be_set_is_said_why(const struct setting *setting) {
  meetgate_client *client = provided(setting), *keys = client_of(setting->hst);
  struct host host = {0, "token", 0};
  char *error = untouched;

  REFUSE(error, meetgate_client_set_token_provider(client, NULL, NULL, &error), "provide is NULL");
  REFUSE(error, meetgate_client_set_token_provider(NULL, provide, &host, &error), "client is NULL");
  REFUSE(error, meetgate_client_set_token_provider(keys, provide, &host, &error), "\"token_provider\": true");
  CHECK(meetgate_client_set_token_provider(NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token_provider(client, provide, &host, &error) == MEETGATE_OK && error == NULL);
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  CHECK(host.asked == 0);
  meetgate_client_free(client);
  meetgate_client_free(keys);
}

static void test_a_clock_that_was_learnt_serves_every_client_of_the_host(const struct setting *setting) {
  meetgate_client *client = client_of(setting->youme);
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_youme_count_qos_by_day(client, QOS, &reply), is("/ErrorCode", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), present("/clock_offset_s"));
  meetgate_client_free(client);
  client = client_of(setting->youme);
  EXPECT(MEETGATE_OK, reply, meetgate_youme_count_qos_by_day(client, QOS, &reply), is("/ErrorCode", "0"));
  meetgate_client_free(client);
}

static const struct group tests[] = {
    TEST(info),
    TEST(a_token_that_cannot_be_set_is_said_why),
    TEST(a_provider_in_c),
    TEST(a_provider_that_cannot_be_set_is_said_why),
    TEST(a_clock_that_was_learnt_serves_every_client_of_the_host),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
