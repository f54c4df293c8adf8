/* The functions for a client's credentials, and the signatures, at the C boundary.
 *
 *   credentials HST_CONFIG YOUME_CONFIG AVD_CONFIG FOLDER
 *
 * The configurations are a sandbox's; FOLDER is empty. Prints one line for each group of checks and a closing line
 * `N passed, N failed`. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_ROOM "{\"room_id\":\"12345123456\"}"
#define QOS "{\"QueryDate\":\"20191210\"}"
#define STATES "{\"app_id\":\"8f14e45fceea467a9f36dedd4bea2543\",\"msg_id\":1}"

static const char *hst_config, *youme_config, *avd_config, *folder;

/* The sandbox's own, up to the end of its base_url. */
static const char *base_url_of(const char *config) {
  static char members[256];
  const char *start = strstr(config, "\"base_url\":");

  snprintf(members, sizeof members, "%.*s", (int)strcspn(start + 11, ",}") + 11, start);
  return members;
}

/* The text of a member, in a buffer of its own. */
static const char *member(const char *text, const char *name) {
  static char values[4][128];
  static unsigned next;
  char *value = values[next++ % 4];
  const char *start = strstr(text, json("'%s':'", name));

  start = start == NULL ? "" : start + strlen(name) + 4;
  snprintf(value, sizeof values[0], "%.*s", (int)strcspn(start, "\""), start);
  return value;
}

/* Fetches a token as a central host of tokens would: by a client of its own. */
static const char *fetched_hst_token(meetgate_client *host) {
  const char *token;

  CHECK(meetgate_hst_access_token(host, NULL, &reply) == MEETGATE_OK);
  token = member(reply, "access_token");
  CHECK(strlen(token) == 32);
  meetgate_string_free(reply);
  reply = untouched;
  return token;
}

/* What is known of a client ------------------------------------------------------------------------------------- */

static void test_info_tells_everything_but_the_token(void) {
  meetgate_client *client = client_of(hst_config);
  const char *token;

  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'platform':'hst','base_url':'http://127.0.0.1:",
      "'token':{'source':'fetched','generation':0}}", NOT "clock_offset_s", NOT "age_ms");
  token = fetched_hst_token(client);
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'generation':1,'age_ms':", "'expires_in_ms':71",
      NOT "warning");
  CHECK(meetgate_client_info(client, &reply) == MEETGATE_OK);
  CHECK(strstr(reply, token) == NULL && strstr(reply, "sandbox-dev-key!") == NULL);
  meetgate_string_free(reply);
  reply = untouched;
  fetched_hst_token(client);
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'generation':2");
  meetgate_client_free(client);

  client = client_of(avd_config);
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(client, READ_ROOM, &reply), "'ret':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'platform':'avd'", "'generation':1", NOT "expires_in_ms");
  meetgate_client_free(client);

  client = client_of(youme_config);
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'platform':'youme'", "'clock_offset_s':0", NOT "'token'");
  CHECK(meetgate_client_info(client, NULL) == MEETGATE_INVALID_ARGUMENT);
  meetgate_client_free(client);
  REFUSE(meetgate_client_info(NULL, &reply), "client is NULL");
}

static void test_clients_of_one_account_share_a_token_and_others_do_not(void) {
  meetgate_client *first = client_of(hst_config), *second = client_of(with(hst_config, "'user_agent':'other'"));
  meetgate_client *wrong;
  static char config[512];
  char *secret;

  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(first, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(second, &reply), "'generation':1");
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(second, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(first, &reply), "'generation':1");

  /* A wrong secret never rides on another's token. */
  snprintf(config, sizeof config, "%s", hst_config);
  secret = strstr(config, "sandbox-dev-key!");
  CHECK(secret != NULL);
  *secret = 'S';
  wrong = client_of(config);
  EXPECT(MEETGATE_OK, meetgate_client_info(wrong, &reply), "'generation':0");
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(wrong, STATES, &reply), "'code':606000000");
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(wrong, STATES, &reply), "not tried again for ");
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(first, STATES, &reply), "'code':0");
  meetgate_client_free(wrong);
  meetgate_client_free(first);
  meetgate_client_free(second);

  first = client_of(hst_config);
  EXPECT(MEETGATE_OK, meetgate_client_info(first, &reply), "'generation':0");
  meetgate_client_free(first);
}

/* Tokens from elsewhere ------------------------------------------------------------------------------------------ */

static void test_a_fixed_token_is_replaced(void) {
  meetgate_client *host = client_of(hst_config), *fixed, *keys = client_of(avd_config);

  fixed = client_of(json("{'platform':'hst',%s,'token':'%s'}", base_url_of(hst_config), fetched_hst_token(host)));
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(fixed, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(fixed, &reply), "'source':'fixed','generation':1");
  /* The host's next fetch kills it. */
  CHECK(meetgate_client_set_token(fixed, fetched_hst_token(host), NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(fixed, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(fixed, &reply), "'generation':2");
  fetched_hst_token(host);
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(fixed, STATES, &reply), "'code':606000001", "'attempts':1");
  REFUSE(meetgate_hst_access_token(fixed, NULL, &reply), "has no keys");

  CHECK(meetgate_client_set_token(fixed, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(fixed, "", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(fixed, "two words", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(fixed, "line\r\nbreak", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(fixed, "\xff", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(NULL, "token", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token(keys, "token", NULL) == MEETGATE_INVALID_ARGUMENT);
  meetgate_client_free(host);
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
  snprintf(host->last, sizeof host->last, "%s", host->instead ? host->instead : fetched_hst_token(host->client));
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

static meetgate_client *provided(meetgate_token_provider provider, void *user_data) {
  meetgate_client *client = client_of(json("{'platform':'hst',%s,'token_provider':true}", base_url_of(hst_config)));

  if (provider != NULL) {
    CHECK(meetgate_client_set_token_provider(client, provider, user_data, NULL) == MEETGATE_OK);
  }
  return client;
}

static void test_a_provider_gives_tokens_and_is_told_the_dead_one(void) {
  struct host host = {client_of(hst_config), 0, NULL, 7200, 0, "", ""};
  meetgate_client *client = provided(NULL, NULL);
  char first[64];

  REFUSE(meetgate_hst_online_user_state(client, STATES, &reply), "no token provider was set");
  CHECK(meetgate_client_set_token_provider(client, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token_provider(NULL, provide, &host, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token_provider(host.client, provide, &host, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  CHECK(host.asked == 0);

  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  CHECK(host.asked == 1 && strcmp(host.dead, "none") == 0);
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'source':'provided','generation':1", "'expires_in_ms':71");

  snprintf(first, sizeof first, "%s", host.last);
  fetched_hst_token(host.client);
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  CHECK(host.asked == 2 && strcmp(host.dead, first) == 0);
  REFUSE(meetgate_hst_access_token(client, NULL, &reply), "has no keys");
  meetgate_client_free(client);
  meetgate_client_free(host.client);
}

static void test_a_provider_that_fails(void) {
  struct host host = {client_of(hst_config), 7, NULL, 0, 0, "", ""};
  meetgate_client *client = provided(provide, &host);

  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "token provider answered 7");
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "answered 7 (not tried again for ");
  CHECK(host.asked == 1);
  /* One that is set anew is asked at once. */
  host.refusal = 0;
  CHECK(meetgate_client_set_token_provider(client, provide, &host, NULL) == MEETGATE_OK);
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  CHECK(host.asked == 2);
  meetgate_client_free(client);

  host.instead = "with space";
  client = provided(provide, &host);
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "gave no token", NOT "with space");
  meetgate_client_free(client);

  client = provided(overflow, NULL);
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "without a NUL", NOT "xxx");
  meetgate_client_free(client);

  /* It goes on giving the token that the platform refused. */
  host.instead = "dead-from-the-start";
  client = provided(provide, &host);
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "the token that is dead", NOT "dead-from");
  meetgate_client_free(client);
  meetgate_client_free(host.client);
}

/* Stores --------------------------------------------------------------------------------------------------------- */

static void test_a_file_store_outlives_its_client(void) {
  const char *config = with(hst_config, json("'token_store':{'file':'%s/tokens'}", folder));
  meetgate_client *client = client_of(config), *unlike = NULL;
  static char copy[1024];
  char token[64];

  snprintf(copy, sizeof copy, "%s", config);
  CHECK(meetgate_client_new(hst_config, &unlike, &reply) == MEETGATE_INVALID_CONFIG);
  CHECK(unlike == NULL && strstr(reply, "token_store") != NULL);
  meetgate_string_free(reply);
  reply = untouched;

  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'source':'fetched','store':'file','generation':", NOT "'generation':0");
  snprintf(token, sizeof token, "%s", fetched_hst_token(client));
  meetgate_client_free(client);

  client = client_of(copy);
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  meetgate_client_free(client);

  /* It took the token that was there: another fetch would have killed this one. */
  client = client_of(json("{'platform':'hst',%s,'token':'%s'}", base_url_of(hst_config), token));
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(client, STATES, &reply), "'code':0");
  meetgate_client_free(client);
}

static void test_a_folder_that_others_can_write_to_is_refused(void) {
  static char open_folder[512];
  meetgate_client *client;

  snprintf(open_folder, sizeof open_folder, "%s/open", folder);
  CHECK(mkdir(open_folder, 0700) == 0 && chmod(open_folder, 0777) == 0);
  client = client_of(with(hst_config, json("'token_store':{'file':'%s'}", open_folder)));
  EXPECT(MEETGATE_STORE, meetgate_hst_online_user_state(client, STATES, &reply), open_folder, "writable by others",
      "0777", "'platform':'hst'", "'operation':'online.user.state'");
  EXPECT(MEETGATE_STORE, meetgate_hst_access_token(client, NULL, &reply), "writable by others");
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'warning':'the token store (file): ", "writable by others");
  meetgate_client_free(client);

  client = client_of(with(hst_config, json("'token_store':{'file':'%s/no/such'}", folder)));
  EXPECT(MEETGATE_STORE, meetgate_hst_online_user_state(client, STATES, &reply), "/no/such");
  meetgate_client_free(client);
}

static void refused_config(const char *config, const char *word, int line) {
  meetgate_client *client = NULL;

  check(meetgate_client_new(config, &client, &reply) == MEETGATE_INVALID_CONFIG, config, line);
  check(client == NULL && reply != NULL && strstr(reply, word) != NULL, word, line);
  check(reply != NULL && strstr(reply, "sandbox-dev-key!") == NULL && strstr(reply, "hush") == NULL, config, line);
  meetgate_string_free(reply);
  reply = untouched;
}

#define REFUSED_CONFIG(config, word) refused_config((config), (word), __LINE__)

static void test_credentials_that_cannot_be_right(void) {
  REFUSED_CONFIG(json("{'platform':'hst'}"), "credentials are missing");
  REFUSED_CONFIG(json("{'platform':'hst','dev_id':'a'}"), "\\\"dev_secret\\\" is missing");
  REFUSED_CONFIG(json("{'platform':'hst','token_provider':false}"), "credentials are missing");
  REFUSED_CONFIG(with(hst_config, json("'token':'hush'")), "not both");
  REFUSED_CONFIG(with(hst_config, json("'token_provider':true")), "not both");
  REFUSED_CONFIG(json("{'platform':'hst','token':'hush hush'}"), "without spaces");
  REFUSED_CONFIG(json("{'platform':'hst','token':'hush','token_store':{'file':'/x'}}"), "token_store");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{}")), "either");
  REFUSED_CONFIG(with(hst_config, json("'token_store':'/x'")), "expected an object");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'fil':'/x'}")), "did you mean \\\"token_store.file\\\"");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'file':''}")), "empty");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'file':'/x','prefix':'p'}")), "goes with");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'file':'/x','redis':'redis://h'}")), "either");
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'redis':'http://u:hush@h'}")), "redis://");
  REFUSED_CONFIG(with(hst_config, json("'token_timeout_ms':0")), "token_timeout_ms");
  REFUSED_CONFIG(with(youme_config, json("'token_store':{'file':'/x'}")), "unknown configuration key");
  /* The library of these tests is the one for terminals. */
  REFUSED_CONFIG(with(hst_config, json("'token_store':{'redis':'redis://:hush@h'}")), "built without redis");
}

/* Signatures ------------------------------------------------------------------------------------------------------ */

static void test_signatures(void) {
  EXPECT(MEETGATE_OK,
      meetgate_hst_user_token(json("{'app_id':'a92b622559266609176621caf44f5857','app_secret':'1234567890123456',"
                                   "'timestamp_ms':1575962150000,'random':42}"),
          &reply),
      "{'user_token':'001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1w"
      "ZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL'}");
  EXPECT(MEETGATE_OK,
      meetgate_hst_user_token(json("{'app_id':'a','app_secret':'1234567890123456','group_id':'会议','user_id':'u',"
                                   "'expire_time':3600}"),
          &reply),
      "{'user_token':'001");
  EXPECT(MEETGATE_OK,
      meetgate_youme_checksum(
          json("{'app_secret':'appsecret','rest_api_key':'restapikey','curtime':1575962150}"), &reply),
      "{'checksum':'ce676fea59cd36616466e14f1d1abd337ae2e100','curtime':'1575962150'}");
  REFUSE(meetgate_hst_user_token(NULL, &reply), "params_json is NULL");
  REFUSE(meetgate_hst_user_token("{}", &reply), "app_id");
  REFUSE(meetgate_hst_user_token(json("{'app_id':'a','app_secret':'short-secret'}"), &reply), "16 bytes", NOT "short-s");
  REFUSE(meetgate_youme_checksum("\xff", &reply), "UTF-8");
  REFUSE(meetgate_youme_checksum("[]", &reply), "expected a JSON object");
  REFUSE(meetgate_youme_checksum(json("{'app_secret':'a','rest_api_key':'b','time':1}"), &reply), "curtime");
  CHECK(meetgate_hst_user_token("{}", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_youme_checksum("{}", NULL) == MEETGATE_INVALID_ARGUMENT);
}

/* Clocks ---------------------------------------------------------------------------------------------------------- */

static void test_a_clock_that_was_learnt_serves_every_client_of_the_host(void) {
  meetgate_client *client = client_of(youme_config);

  EXPECT(MEETGATE_OK, meetgate_youme_count_qos_by_day(client, QOS, &reply), "'ErrorCode':0");
  EXPECT(MEETGATE_OK, meetgate_client_info(client, &reply), "'clock_offset_s':");
  meetgate_client_free(client);
  client = client_of(youme_config);
  EXPECT(MEETGATE_OK, meetgate_youme_count_qos_by_day(client, QOS, &reply), "'ErrorCode':0");
  meetgate_client_free(client);
}

static const struct group tests[] = {
    TEST(info_tells_everything_but_the_token),
    TEST(clients_of_one_account_share_a_token_and_others_do_not),
    TEST(a_fixed_token_is_replaced),
    TEST(a_provider_gives_tokens_and_is_told_the_dead_one),
    TEST(a_provider_that_fails),
    TEST(a_file_store_outlives_its_client),
    TEST(a_folder_that_others_can_write_to_is_refused),
    TEST(credentials_that_cannot_be_right),
    TEST(signatures),
    TEST(a_clock_that_was_learnt_serves_every_client_of_the_host),
};

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: credentials HST_CONFIG YOUME_CONFIG AVD_CONFIG FOLDER\n");
    return 2;
  }
  hst_config = argv[1];
  youme_config = argv[2];
  avd_config = argv[3];
  folder = argv[4];
  run_groups(tests, sizeof tests / sizeof tests[0]);
  return close_checks();
}
