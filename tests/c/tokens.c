/* The functions for a client's credentials: what is known of a token, and giving one. */
#include "check.h"

#include <stdio.h>

/* Fetches a token as a central host of tokens would: by a client of its own. */
static const char *fetched_token(meetgate_client *host) {
  const char *token;
  char *reply;

  CHECK(meetgate_hst_access_token(host, NULL, &reply) == MEETGATE_OK);
  token = member(reply, "/result/access_token");
  CHECK(strlen(token) == 32);
  meetgate_string_free(reply);
  return token;
}

static void test_info_tells_everything_but_the_token(const struct setting *setting) {
  meetgate_client *client = client_of(setting->hst);
  const char *token;
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/platform", "hst"),
      holds("/base_url", "http://127.0.0.1:"), is("/token", JSON({"source":"fetched","generation":0})),
      absent("/clock_offset_s"));
  token = fetched_token(client);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/token/generation", "1"), present("/token/age_ms"),
      between("/token/expires_in_ms", 7100000, 7200000), absent("/token/warning"), nowhere(token),
      nowhere("sandbox-dev-key!"));
  fetched_token(client);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/token/generation", "2"));
  meetgate_client_free(client);

  client = client_of(setting->avd);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/platform", "avd"), is("/token/generation", "1"),
      absent("/token/expires_in_ms"));
  meetgate_client_free(client);

  client = client_of(setting->youme);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/platform", "youme"),
      is("/clock_offset_s", "0"), absent("/token"));
  CHECK(meetgate_client_info(client, NULL) == MEETGATE_INVALID_ARGUMENT);
  meetgate_client_free(client);
  REFUSE(reply, meetgate_client_info(NULL, &reply), "client is NULL");
}

static void test_clients_of_one_account_share_a_token_and_others_do_not(const struct setting *setting) {
  meetgate_client *first = client_of(setting->hst), *second = client_of(with(setting->hst, JSON({"user_agent":"other"})));
  meetgate_client *wrong;
  char *reply;

  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(first, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(second, &reply), is("/token/generation", "1"));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(second, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(first, &reply), is("/token/generation", "1"));

  /* A wrong secret never rides on another's token. */
  wrong = client_of(format(JSON({"platform":"hst","base_url":"%s","dev_id":"%s","dev_secret":"Sandbox-dev-key!"}),
      member(setting->hst, "/base_url"), member(setting->hst, "/dev_id")));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(wrong, &reply), is("/token/generation", "0"));
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(wrong, STATES, &reply), is("/code", "606000000"));
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(wrong, STATES, &reply),
      holds("/message", "not tried again for "));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(first, STATES, &reply), is("/code", "0"));
  meetgate_client_free(wrong);
  meetgate_client_free(first);
  meetgate_client_free(second);

  first = client_of(setting->hst);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(first, &reply), is("/token/generation", "0"));
  meetgate_client_free(first);
}

static void test_a_fixed_token_is_replaced(const struct setting *setting) {
  meetgate_client *host = client_of(setting->hst), *fixed;
  char *reply;

  fixed = client_of(format(JSON({"platform":"hst","base_url":"%s","token":"%s"}),
      member(setting->hst, "/base_url"), fetched_token(host)));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(fixed, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(fixed, &reply), is("/token/source", "fixed"), is("/token/generation", "1"));
  /* The host's next fetch kills it. */
  CHECK(meetgate_client_set_token(fixed, fetched_token(host), NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(fixed, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(fixed, &reply), is("/token/generation", "2"));
  fetched_token(host);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(fixed, STATES, &reply), is("/code", "606000001"),
      is("/attempts", "1"));
  REFUSE(reply, meetgate_hst_access_token(fixed, NULL, &reply), "has no keys");

  meetgate_client_free(host);
  meetgate_client_free(fixed);
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

struct host {
  meetgate_client *client;
  /* What to answer instead of a token. */
  int refusal;
  const char *instead;
  int64_t lifetime_s;
  /* What it saw. */
  int asked;
  char dead[64], last[64];
};

static int MEETGATE_CALL provide(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  struct host *host = user_data;

  host->asked++;
  CHECK(*lifetime_s == 0 && capacity > 1000);
  snprintf(host->dead, sizeof host->dead, "%s", dead_token == NULL ? "none" : dead_token);
  if (host->refusal != 0) {
    return host->refusal;
  }
  snprintf(host->last, sizeof host->last, "%s", host->instead ? host->instead : fetched_token(host->client));
  snprintf(token, capacity, "%s", host->last);
  *lifetime_s = host->lifetime_s;
  return 0;
}

static int MEETGATE_CALL overflow(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  (void)user_data, (void)dead_token, (void)lifetime_s;
  memset(token, 'x', capacity);
  return 0;
}

static meetgate_client *provided(const struct setting *setting, meetgate_token_provider provider, void *user_data) {
  meetgate_client *client = client_of(format(JSON({"platform":"hst","base_url":"%s","token_provider":true}),
      member(setting->hst, "/base_url")));

  if (provider != NULL) {
    CHECK(meetgate_client_set_token_provider(client, provider, user_data, NULL) == MEETGATE_OK);
  }
  return client;
}

static void test_a_provider_that_cannot_be_set_is_said_why(const struct setting *setting) {
  meetgate_client *client = provided(setting, NULL, NULL), *keys = client_of(setting->hst);
  struct host host = {keys, 0, NULL, 0, 0, "", ""};
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

static void test_a_provider_gives_tokens_and_is_told_the_dead_one(const struct setting *setting) {
  struct host host = {client_of(setting->hst), 0, NULL, 7200, 0, "", ""};
  meetgate_client *client = provided(setting, NULL, NULL);
  char first[64];
  char *reply;

  REFUSE(reply, meetgate_hst_online_user_state(client, STATES, &reply), "no token provider was set");
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  CHECK(host.asked == 0);

  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  CHECK(host.asked == 1 && strcmp(host.dead, "none") == 0);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/token/source", "provided"), is("/token/generation", "1"),
      between("/token/expires_in_ms", 7100000, 7200000));

  snprintf(first, sizeof first, "%s", host.last);
  fetched_token(host.client);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  CHECK(host.asked == 2 && strcmp(host.dead, first) == 0);
  REFUSE(reply, meetgate_hst_access_token(client, NULL, &reply), "has no keys");
  meetgate_client_free(client);
  meetgate_client_free(host.client);
}

static void test_a_provider_that_fails(const struct setting *setting) {
  struct host host = {client_of(setting->hst), 7, NULL, 0, 0, "", ""};
  meetgate_client *client = provided(setting, provide, &host);
  char *reply;

  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "token provider answered 7"));
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "not tried again for "));
  CHECK(host.asked == 1);
  /* One that is set anew is asked at once. */
  host.refusal = 0;
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  CHECK(host.asked == 2);
  meetgate_client_free(client);

  host.instead = "with space";
  client = provided(setting, provide, &host);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "gave no token"), nowhere("with space"));
  meetgate_client_free(client);

  client = provided(setting, overflow, NULL);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "without a NUL"), nowhere("xxx"));
  meetgate_client_free(client);

  /* It goes on giving the token that the platform refused. */
  host.instead = "dead-from-the-start";
  client = provided(setting, provide, &host);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "the token that is dead"), nowhere("dead-from"));
  meetgate_client_free(client);
  meetgate_client_free(host.client);
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
    TEST(info_tells_everything_but_the_token),
    TEST(clients_of_one_account_share_a_token_and_others_do_not),
    TEST(a_fixed_token_is_replaced),
    TEST(a_token_that_cannot_be_set_is_said_why),
    TEST(a_provider_that_cannot_be_set_is_said_why),
    TEST(a_provider_gives_tokens_and_is_told_the_dead_one),
    TEST(a_provider_that_fails),
    TEST(a_clock_that_was_learnt_serves_every_client_of_the_host),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
