/* What needs no client: the words of the statuses, versions, the catalog, signatures.
 *
 * With the one argument --catalog it prints the catalog. */
#include "check.h"
#include "operations.h"

#include <stdio.h>

static void test_status_names(const struct setting *setting) {
  (void)setting;
  static const char *const names[] = {"OK", "INVALID_ARGUMENT", "INVALID_CONFIG", "AUTH", "API", "NETWORK", "TLS",
      "TIMEOUT", "HTTP", "PROTOCOL", "IO", "CANCELLED", "LIMIT", "STORE", "FORKED", "INTERNAL", "ABSENT"};
  int i;

  CHECK(MEETGATE_OK == 0 && MEETGATE_INTERNAL == 15 && MEETGATE_ABSENT == 16);
  for (i = 0; i < (int)COUNT(names); i++) {
    CHECK(strcmp(meetgate_status_name(i), names[i]) == 0);
  }
  CHECK(strcmp(meetgate_status_name(-1), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(17), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(MEETGATE_STATUS_WIDEST), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(2147483647), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(-2147483647 - 1), "UNKNOWN") == 0);
}

static void test_versions(const struct setting *setting) {
  (void)setting;
  CHECK(strcmp(meetgate_version(), MEETGATE_VERSION) == 0);
  CHECK(strcmp(meetgate_version(),
            format("%d.%d.%d", MEETGATE_VERSION_MAJOR, MEETGATE_VERSION_MINOR, MEETGATE_VERSION_PATCH)) == 0);
  CHECK(meetgate_abi_version() == MEETGATE_ABI_VERSION);
}

static void test_the_catalog_has_every_operation(const struct setting *setting) {
  char *catalog = meetgate_catalog();
  uint64_t count;
  size_t i;

  (void)setting;
  CHECK(catalog != NULL);
  CHECK(strcmp(member(catalog, "/version"), meetgate_version()) == 0);
  CHECK(meetgate_json_length(catalog, "/operations", &count) == MEETGATE_OK && count == COUNT(operations));
  for (i = 0; i < COUNT(operations); i++) {
    const char *name = format("\"name\":\"%s\",\"platform\":", operations[i].name);
    check(strstr(catalog, name) != NULL, operations[i].name, __FILE__, __LINE__);
  }
  meetgate_string_free(catalog);
}

static void test_signatures(const struct setting *setting) {
  (void)setting;
  char *reply;

  EXPECT(MEETGATE_OK, reply,
      meetgate_hst_user_token(JSON({"app_id":"a92b622559266609176621caf44f5857",
          "app_secret":"1234567890123456","timestamp_ms":1575962150000,"random":42}), &reply),
      is("/user_token",
          "001TrHQ/WOuaoaMBewkZc94v02ue+agbrF81F/ldnhAkRvs7b2cc4LvCZVX1MgbSi52+A/WzdIhKGJl5LSOMJoTnC+DY12lz1wZmTYSon5LQnTDnd6tyHXMvuOptio6h4pL"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_hst_user_token(JSON({"app_id":"a","app_secret":"1234567890123456",
          "group_id":"会议","user_id":"u","expire_time":3600}), &reply),
      holds("/user_token", "001"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_youme_checksum(
          JSON({"app_secret":"appsecret","rest_api_key":"restapikey","curtime":1575962150}), &reply),
      is("/checksum", "ce676fea59cd36616466e14f1d1abd337ae2e100"), is("/curtime", "1575962150"));
  EXPECT(MEETGATE_OK, reply,
      meetgate_youme_user_token(JSON({"app_key":"appkey","rest_api_key":"restapikey","user_id":"u1001"}), &reply),
      is("/user_token", "20925236e642d4b5cec89a12be848104d001153d"));
  REFUSE(reply, meetgate_hst_user_token(NULL, &reply), "params_json is NULL");
  REFUSE(reply, meetgate_hst_user_token("{}", &reply), "app_id");
  EXPECT(MEETGATE_INVALID_ARGUMENT, reply,
      meetgate_hst_user_token(JSON({"app_id":"a","app_secret":"short-secret"}), &reply),
      holds("/message", "16 bytes"), nowhere("short-s"));
  REFUSE(reply, meetgate_youme_checksum("\xff", &reply), "UTF-8");
  REFUSE(reply, meetgate_youme_checksum("[]", &reply), "expected a JSON object");
  REFUSE(reply, meetgate_youme_checksum(JSON({"app_secret":"a","rest_api_key":"b","time":1}), &reply), "curtime");
  CHECK(meetgate_hst_user_token("{}", NULL) == MEETGATE_INVALID_ARGUMENT);
  REFUSE(reply, meetgate_youme_user_token(NULL, &reply), "params_json is NULL");
  REFUSE(reply, meetgate_youme_user_token(JSON({"app_key":"a","rest_api_key":"b"}), &reply), "user_id");
  EXPECT(MEETGATE_INVALID_ARGUMENT, reply,
      meetgate_youme_user_token(JSON({"app_key":"a","rest_api_key":"short-secret","userid":"u"}), &reply),
      holds("/message", "did you mean"), nowhere("short-s"));
  CHECK(meetgate_youme_user_token("{}", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_youme_checksum("{}", NULL) == MEETGATE_INVALID_ARGUMENT);
}

static const struct group tests[] = {
    TEST(status_names),
    TEST(versions),
    TEST(the_catalog_has_every_operation),
    TEST(signatures),
};

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--catalog") == 0) {
    char *catalog = meetgate_catalog();
    fputs(catalog, stdout);
    meetgate_string_free(catalog);
    return 0;
  }
  return run_checks(argc, argv, tests, COUNT(tests));
}
