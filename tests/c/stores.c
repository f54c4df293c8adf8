/* Tokens in a folder. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <stdio.h>
#include <sys/stat.h>

static void test_a_file_store_outlives_its_client(const struct setting *setting) {
  const char *config = with(setting->hst, format(JSON({"token_store":{"file":"%s/tokens"}}), setting->folder));
  meetgate_client *client = client_of(config), *unlike = NULL;
  static char copy[1024];
  char token[64];
  char *reply;

  snprintf(copy, sizeof copy, "%s", config);
  EXPECT(MEETGATE_INVALID_CONFIG, reply, meetgate_client_new(setting->hst, &unlike, &reply),
      holds("/message", "token_store"));
  CHECK(unlike == NULL);

  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), is("/token/source", "fetched"), is("/token/store", "file"),
      between("/token/generation", 1, 1e15));
  CHECK(meetgate_hst_access_token(client, NULL, &reply) == MEETGATE_OK);
  snprintf(token, sizeof token, "%s", member(reply, "/result/access_token"));
  meetgate_string_free(reply);
  meetgate_client_free(client);

  client = client_of(copy);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  meetgate_client_free(client);

  /* It took the token that was there: another fetch would have killed this one. */
  client = client_of(format(JSON({"platform":"hst","base_url":"%s","token":"%s"}),
      member(setting->hst, "/base_url"), token));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(client, STATES, &reply), is("/code", "0"));
  meetgate_client_free(client);
}

static void test_a_folder_that_others_can_write_to_is_refused(const struct setting *setting) {
  static char open_folder[512];
  meetgate_client *client;
  char *reply;

  snprintf(open_folder, sizeof open_folder, "%s/open", setting->folder);
  CHECK(mkdir(open_folder, 0700) == 0 && chmod(open_folder, 0777) == 0);
  client = client_of(with(setting->hst, format(JSON({"token_store":{"file":"%s"}}), open_folder)));
  EXPECT(MEETGATE_STORE, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", open_folder), holds("/message", "writable by others"), holds("/message", "0777"),
      is("/platform", "hst"), is("/operation", "online.user.state"));
  EXPECT(MEETGATE_STORE, reply, meetgate_hst_access_token(client, NULL, &reply),
      holds("/message", "writable by others"));
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(client, &reply), holds("/token/warning", "the token store (file): "),
      holds("/token/warning", "writable by others"));
  meetgate_client_free(client);

  client = client_of(with(setting->hst, format(JSON({"token_store":{"file":"%s/no/such"}}), setting->folder)));
  EXPECT(MEETGATE_STORE, reply, meetgate_hst_online_user_state(client, STATES, &reply),
      holds("/message", "/no/such"));
  meetgate_client_free(client);
}

static const struct group tests[] = {
    TEST(a_file_store_outlives_its_client),
    TEST(a_folder_that_others_can_write_to_is_refused),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
