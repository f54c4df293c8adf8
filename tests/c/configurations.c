/* Configurations that cannot be right: each is refused with a message that names the key, and shows no secret. */
#include "check.h"

static void refuse_config(const char *config, const char *why) {
  meetgate_client *client = (meetgate_client *)untouched;
  char *error;

  EXPECT(MEETGATE_INVALID_CONFIG, error, meetgate_client_new(config, &client, &error), holds("/message", why),
      not_sent(), absent("/platform_message"), nowhere("sandbox-dev-key!"), nowhere("hush"));
  CHECK(client == NULL);
}

static void test_configurations_that_cannot_be_right(const struct setting *setting) {
  refuse_config("{}", "\"platform\" is missing: expected one of hst, youme, avd");
  refuse_config(JSON({"platform":"avdd"}), "did you mean \"avd\"?");
  refuse_config(JSON({"platform":1}), "expected one of hst, youme, avd, got an integer");
  refuse_config(with(setting->avd, JSON({"timeout":1})),
      "unknown configuration key \"timeout\"; did you mean \"timeout_ms\"?");
  refuse_config(with(setting->avd, JSON({"acess_key":""})), "did you mean \"access_key\"?");
  refuse_config(with(setting->avd, JSON({"dev_id":"1"})), "unknown configuration key \"dev_id\"");
  refuse_config(with(setting->avd, JSON({"timeout_ms":0})),
      "\"timeout_ms\": expected a 64-bit integer from 1 to 86400000 (ms), got an integer (0)");
  refuse_config(with(setting->avd, JSON({"timeout_ms":"1"})), "\"timeout_ms\": expected a 64-bit integer");
  refuse_config(with(setting->avd, JSON({"http_method":"put"})), "one of auto, get, post");
  refuse_config(with(setting->avd, JSON({"token":"t"})), "not both");
  refuse_config(with(setting->avd, JSON({"user_agent":"a\r\nb"})), "\"user_agent\" holds a control character");
  refuse_config(JSON({"platform":"avd","base_url":"http://10.0.0.5"}), "credentials are missing");
  refuse_config(JSON({"platform":"avd","base_url":"ftp://10.0.0.5","token":"t"}),
      "\"base_url\": expected a URL whose scheme is http or https");
  refuse_config(JSON({"platform":"hst","dev_id":"d","dev_secret":"too short"}),
      "\"dev_secret\": expected exactly 16 bytes, got 9");
  refuse_config(JSON({"platform":"youme","app_key":"k","app_secret":"s"}), "\"rest_api_key\" is missing");
}

/* More of them, for all languages, stand in tests/fixtures/tokens.toml. */
static void test_credentials_that_cannot_be_right(const struct setting *setting) {
  refuse_config(JSON({"platform":"hst","dev_id":"a"}), "\"dev_secret\" is missing");
  refuse_config(with(setting->hst, JSON({"token_provider":true})), "not both");
  refuse_config(with(setting->youme, JSON({"token_store":{"file":"/x"}})), "unknown configuration key");
  refuse_config(with(setting->hst, JSON({"token_store":{"redis":"http://:hush@h"}})), "begins with redis://");
}

static const struct group tests[] = {
    TEST(configurations_that_cannot_be_right),
    TEST(credentials_that_cannot_be_right),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
