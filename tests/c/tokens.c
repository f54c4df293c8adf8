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
  REFUSE(reply, meetgate_client_close_idle(NULL, &reply), "client is NULL");
  CHECK(meetgate_client_close_idle(NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_close_idle(on.avd, NULL) == MEETGATE_OK);
  CHECK(meetgate_client_close_idle(on.avd, &reply) == MEETGATE_OK && reply == NULL);
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
  /* The platform refuses its token. */
  int dies;
};

static int MEETGATE_CALL provide(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  struct host *host = user_data;

  host->asked++;
  CHECK((dead_token == NULL || host->dies) && *lifetime_s == 0 && capacity == 8192);
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

/* Fails with the reason that is its user data. */
static int MEETGATE_CALL say_why(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  (void)dead_token, (void)lifetime_s;
  snprintf(token, capacity, "%s", (const char *)user_data);
  return MEETGATE_TOKEN_REASON;
}

/* The reason never ends. */
static int MEETGATE_CALL say_without_end(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  overflow(user_data, dead_token, token, capacity, lifetime_s);
  return MEETGATE_TOKEN_REASON;
}

static meetgate_client *provided(const struct setting *setting) {
  return client_of(format(JSON({"platform":"hst","base_url":"%s","token_provider":true}),
      member(setting->hst, "/base_url")));
}

static void test_a_provider_in_c(const struct setting *setting) {
  meetgate_client *keys = client_of(setting->hst), *client = provided(setting);
  struct host host = {0, NULL, 0, 0};
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

static void test_a_provider_says_why_it_has_no_token(const struct setting *setting) {
  static const struct {
    const char *reason, *message;
  } said[] = {
      {"the vault is closed", "the token provider failed: the vault is closed"},
      {"令牌中心 is away", "the token provider failed: 令牌中心 is away"},
      {" two\r\n\tlines\x1b[2J", "the token provider failed: two lines [2J"},
      {"", "the token provider failed, and gave no reason"},
      {" \n\x07", "the token provider failed, and gave no reason"},
      {"\xb7\xbf in GBK", "the token provider failed: <B7><BF> in GBK"},
      {"cut \xe4\xbc", "the token provider failed: cut"},
  };
  meetgate_client *client = provided(setting);
  char *reply, long_one[9000];
  size_t i;

  for (i = 0; i < COUNT(said); i++) {
    CHECK(meetgate_client_set_token_provider(client, say_why, (void *)(size_t)said[i].reason, NULL) == MEETGATE_OK);
    EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
        is("/message", said[i].message), not_sent());
    /* Not asked again: the reason stands. */
    EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
        holds("/message", said[i].message), holds("/message", "(failed a moment ago; not tried again for "));
  }
  memset(long_one, 'x', sizeof long_one - 1);
  long_one[8000] = ' ';
  long_one[sizeof long_one - 1] = '\0';
  CHECK(meetgate_client_set_token_provider(client, say_why, long_one, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "xxx…"), not_sent());
  CHECK(meetgate_client_set_token_provider(client, say_without_end, NULL, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      is("/message", "the token provider failed, and gave a reason without a NUL"), nowhere("xxx"));
  meetgate_client_free(client);
}

/* Dead or alive, its tokens are in no error. */
static void test_no_token_is_shown_in_a_reason(const struct setting *setting) {
  static const char dead[] = "a-token+nobody/takes==";
  meetgate_client *client = provided(setting);
  struct host host = {0, dead, 0, 1};
  const char *reasons[] = {dead, "a-token+nobody/takes== is dead", "?token=a-token%2Bnobody%2Ftakes%3D%3D is dead"};
  const char *shown[] = {": ***", ": *** is dead", ": ?token=*** is dead"};
  char *reply;
  size_t i;

  /* It goes on giving the token that the platform refused. */
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply), holds("/message", "is dead"));
  for (i = 0; i < COUNT(reasons); i++) {
    CHECK(meetgate_client_set_token_provider(client, say_why, (void *)(size_t)reasons[i], NULL) == MEETGATE_OK);
    EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
        holds("/message", shown[i]), nowhere(dead), nowhere("nobody"));
    EXPECT(MEETGATE_AUTH, reply, meetgate_hst_online_user_state(client, STATES, &reply),
        holds("/message", shown[i]), nowhere(dead), nowhere("nobody"));
  }
  meetgate_client_free(client);
}

/* What a provider calls before it gives a token. */
struct calls {
  meetgate_client *own, *other;
  const char *operation, *params, *raw, *token;
  int asked;
};

static int MEETGATE_CALL call_clients(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  const char *why = "a token provider must not call the client";
  struct calls *calls = user_data;
  char *reply;

  (void)dead_token, (void)lifetime_s;
  calls->asked++;
  REFUSE(reply, meetgate_call(calls->own, calls->operation, calls->params, &reply), why);
  REFUSE(reply, meetgate_call_with(calls->own, calls->operation, calls->params, "{}", NULL, &reply), why);
  REFUSE(reply, meetgate_raw_call(calls->own, calls->raw, &reply), why);
  if (calls->other != NULL) {
    EXPECT(MEETGATE_OK, reply, meetgate_call(calls->other, calls->operation, calls->params, &reply), present(""));
  }
  snprintf(token, capacity, "%s", calls->token);
  return 0;
}

/* A call in its provider would wait for itself. */
static void providers_call_their_clients(const char *keys, const char *fetch, const char *token, struct calls outer) {
  const char *config = format(JSON({"platform":"%s","base_url":"%s","token_provider":true}),
      member(keys, "/platform"), member(keys, "/base_url"));
  meetgate_client *client = client_of(keys), *outer_client = client_of(config), *inner_client = client_of(config);
  struct calls inner;
  char *reply;

  CHECK(meetgate_call(client, fetch, NULL, &reply) == MEETGATE_OK);
  outer.token = member(reply, token);
  meetgate_string_free(reply);
  inner = outer;
  /* The provider of one client calls the other one, whose provider calls back. */
  outer.own = inner.own = outer_client;
  outer.other = inner_client;
  CHECK(meetgate_client_set_token_provider(outer_client, call_clients, &outer, NULL) == MEETGATE_OK);
  CHECK(meetgate_client_set_token_provider(inner_client, call_clients, &inner, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, reply, meetgate_call(outer_client, outer.operation, outer.params, &reply), present(""));
  EXPECT(MEETGATE_OK, reply, meetgate_call(outer_client, outer.operation, outer.params, &reply), present(""));
  CHECK(outer.asked == 1 && inner.asked == 1);
  meetgate_client_free(outer_client);
  meetgate_client_free(inner_client);
  meetgate_client_free(client);
}

static void test_a_provider_that_calls_its_client_fails_at_once(const struct setting *setting) {
  const struct calls hst = {NULL, NULL, "hst.online.user.state", STATES, JSON({"method":"GET","path":"/x"}), NULL, 0};
  const struct calls avd = {NULL, NULL, "avd.room.read", ROOM, JSON({"method":"GET","path":"/x"}), NULL, 0};

  providers_call_their_clients(setting->hst, "hst.access.token", "/result/access_token", hst);
  providers_call_their_clients(setting->avd, "avd.app.get_token", "/token", avd);
}

static void test_a_provider_that_cannot_be_set_is_said_why(const struct setting *setting) {
  meetgate_client *client = provided(setting), *keys = client_of(setting->hst);
  struct host host = {0, "token", 0, 0};
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
    TEST(a_provider_says_why_it_has_no_token),
    TEST(no_token_is_shown_in_a_reason),
    TEST(a_provider_that_calls_its_client_fails_at_once),
    TEST(a_provider_that_cannot_be_set_is_said_why),
    TEST(a_clock_that_was_learnt_serves_every_client_of_the_host),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
