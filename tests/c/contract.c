/* The contract of the C boundary: what goes in wrong comes out as the promised status and error document, and what goes in
 * right comes out as it is.
 *
 *   contract HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS
 *   contract --catalog
 *
 * The configurations are a sandbox's. SERVER is the URL of a server that answers as the first segment of the path says, see
 * c_contract.rs; NO_TLS an https URL where nobody speaks TLS. Prints one line for each group of checks and a closing line
 * `N passed, N failed`. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "operations.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPERATIONS (sizeof operations / sizeof operations[0])
#define THREADS 64
#define CALLS_OF_A_THREAD 3

static const char *hst_config, *youme_config, *avd_config, *server, *no_tls;
static meetgate_client *hst, *youme, *avd;

/* Clients --------------------------------------------------------------------------------------------------------- */

/* An avd client, with a token of its own, of the server that answers in one certain way. */
static meetgate_client *avd_at(const char *way) {
  return client_of(json("{'platform':'avd','base_url':'%s/%s','token':'fixed-token=='}", server, way));
}

/* The sandbox's own. */
static const char *base_url(void) {
  static char url[128];
  const char *start = strstr(avd_config, "\"http://");

  snprintf(url, sizeof url, "%.*s", start == NULL ? 0 : (int)strcspn(start + 1, "\""), start == NULL ? "" : start + 1);
  return url;
}

static meetgate_client *client_for(const char *operation) {
  return operation[0] == 'h' ? hst : operation[0] == 'y' ? youme : avd;
}

#define READ_ROOM "{\"room_id\":\"12345123456\"}"
#define QOS "{\"QueryDate\":\"20191210\"}"
#define STATES "{\"app_id\":\"8f14e45fceea467a9f36dedd4bea2543\",\"msg_id\":9007199254740993}"

/* Arguments ------------------------------------------------------------------------------------------------------- */

static void test_null_in_every_position(void) {
  meetgate_client *client = avd;
  size_t i;

  REFUSE(meetgate_client_new(NULL, &client, &reply), "config_json is NULL");
  CHECK(client == NULL);
  client = avd;
  CHECK(meetgate_client_new(NULL, &client, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(client == NULL);
  REFUSE(meetgate_client_new(avd_config, NULL, &reply), "client is NULL");
  CHECK(meetgate_client_new(avd_config, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_new(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_client_new(avd_config, &client, NULL) == MEETGATE_OK);
  CHECK(client != NULL);
  meetgate_client_free(client);

  REFUSE(meetgate_call(NULL, "avd.room.read", READ_ROOM, &reply), "client is NULL");
  REFUSE(meetgate_call(avd, NULL, READ_ROOM, &reply), "operation is NULL");
  REFUSE(meetgate_call(avd, "avd.room.read", NULL, &reply), "\\'room_id\\' is missing");
  EXPECT(MEETGATE_OK, meetgate_call(avd, "avd.app.get_token", NULL, &reply), "'ret':0");
  CHECK(meetgate_call(avd, "avd.room.read", READ_ROOM, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_call(NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(meetgate_call_with(NULL, "avd.room.read", READ_ROOM, "{}", NULL, &reply), "client is NULL");
  REFUSE(meetgate_call_with(avd, NULL, READ_ROOM, "{}", NULL, &reply), "operation is NULL");
  REFUSE(meetgate_call_with(avd, "avd.room.read", NULL, "{}", NULL, &reply), "\\'room_id\\' is missing");
  EXPECT(MEETGATE_OK, meetgate_call_with(avd, "avd.room.read", READ_ROOM, NULL, NULL, &reply), "'ret':0");
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, NULL, (meetgate_cancel *)untouched, &reply),
      "cancel: expected NULL");
  CHECK(meetgate_call_with(avd, "avd.room.read", READ_ROOM, "{}", NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_call_with(NULL, NULL, NULL, NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  REFUSE(meetgate_raw_call(NULL, "{}", &reply), "client is NULL");
  REFUSE(meetgate_raw_call(avd, NULL, &reply), "request_json is NULL");
  CHECK(meetgate_raw_call(avd, "{}", NULL) == MEETGATE_INVALID_ARGUMENT);
  CHECK(meetgate_raw_call(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);

  for (i = 0; i < OPERATIONS; i++) {
    REFUSE(operations[i].call(NULL, "{}", &reply), "client is NULL");
    CHECK(operations[i].call(client_for(operations[i].name), "{}", NULL) == MEETGATE_INVALID_ARGUMENT);
    CHECK(operations[i].call(NULL, NULL, NULL) == MEETGATE_INVALID_ARGUMENT);
  }
  EXPECT(MEETGATE_OK, meetgate_hst_access_token(hst, NULL, &reply), "'access_token'");
  REFUSE(meetgate_youme_count_qos_by_day(youme, NULL, &reply), "\\'QueryDate\\' is missing");
  REFUSE(meetgate_avd_room_read(avd, NULL, &reply), "\\'room_id\\' is missing");
}

static void test_free_of_null_does_nothing(void) {
  meetgate_string_free(NULL);
  meetgate_client_free(NULL);
  CHECK(1);
}

static void test_text_that_is_not_utf8(void) {
  static const char *const broken[] = {
      "{\"room_id\":\"\xff\"}", "\x80", "{\"room_id\":\"\xed\xa0\x80\"}", "{\"room_id\":\"\xe5\x91\"}"};
  meetgate_client *client;
  size_t i;

  for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    client = avd;
    REFUSE(meetgate_client_new(broken[i], &client, &reply), "config_json is not UTF-8");
    CHECK(client == NULL);
    REFUSE(meetgate_call(avd, broken[i], READ_ROOM, &reply), "operation is not UTF-8");
    REFUSE(meetgate_call(avd, "avd.room.read", broken[i], &reply), "params_json is not UTF-8");
    REFUSE(meetgate_call_with(avd, broken[i], READ_ROOM, "{}", NULL, &reply), "operation is not UTF-8");
    REFUSE(meetgate_call_with(avd, "avd.room.read", broken[i], "{}", NULL, &reply), "params_json is not UTF-8");
    REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, broken[i], NULL, &reply), "options_json is not UTF-8");
    REFUSE(meetgate_raw_call(avd, broken[i], &reply), "request_json is not UTF-8");
    REFUSE(meetgate_hst_kickout(hst, broken[i], &reply), "params_json is not UTF-8");
    REFUSE(meetgate_youme_count_qos_by_day(youme, broken[i], &reply), "params_json is not UTF-8");
    REFUSE(meetgate_avd_room_read(avd, broken[i], &reply), "params_json is not UTF-8");
  }
}

/* One text in the place of each JSON argument. */
static void refuse_everywhere(const char *text, const char *why) {
  meetgate_client *client = avd;

  REFUSE(meetgate_client_new(text, &client, &reply), "configuration: ", why);
  CHECK(client == NULL);
  REFUSE(meetgate_call(avd, "avd.room.read", text, &reply), "params: ", why);
  REFUSE(meetgate_call_with(avd, "avd.room.read", text, NULL, NULL, &reply), "params: ", why);
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, text, NULL, &reply), "options: ", why);
  REFUSE(meetgate_raw_call(avd, text, &reply), "request: ", why);
  REFUSE(meetgate_hst_kickout(hst, text, &reply), "params: ", why);
  REFUSE(meetgate_youme_count_qos_by_day(youme, text, &reply), "params: ", why);
  REFUSE(meetgate_avd_room_read(avd, text, &reply), "params: ", why);
}

static void test_text_that_is_not_json(void) {
  static const char *const broken[] = {
      "", " ", "{", "{]", "room_id=1", "{'room_id':'1'}", "{\"a\":1,}", "{\"a\":1} x"};
  size_t i;

  for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    refuse_everywhere(broken[i], "not valid JSON");
  }
  REFUSE(meetgate_avd_room_read(avd, "{\"room_id\":\"1\",\"room_id\":\"2\"}", &reply), "appears twice");
}

static void test_json_that_is_not_an_object(void) {
  refuse_everywhere("[]", "expected a JSON object, got an array");
  refuse_everywhere("\"{}\"", "expected a JSON object, got a string");
  refuse_everywhere("7", "expected a JSON object, got an integer");
  refuse_everywhere("1.5", "expected a JSON object, got a number");
  refuse_everywhere("true", "expected a JSON object, got a boolean");
  refuse_everywhere("null", "expected a JSON object, got null");
}

static void refuse_config(const char *config, const char *why) {
  meetgate_client *client = avd;

  EXPECT(MEETGATE_INVALID_CONFIG, meetgate_client_new(config, &client, &reply), why, NOT "'attempts'");
  CHECK(client == NULL);
}

static void test_configurations_that_cannot_be_right(void) {
  refuse_config("{}", "\\'platform\\' is missing: expected one of hst, youme, avd");
  refuse_config(json("{'platform':'avdd'}"), "did you mean \\'avd\\'?");
  refuse_config(json("{'platform':1}"), "expected one of hst, youme, avd, got an integer");
  refuse_config(
      with(avd_config, "'timeout':1"), "unknown configuration key \\'timeout\\'; did you mean \\'timeout_ms\\'?");
  refuse_config(with(avd_config, "'acess_key':''"), "did you mean \\'access_key\\'?");
  refuse_config(with(avd_config, "'dev_id':'1'"), "unknown configuration key \\'dev_id\\'");
  refuse_config(with(avd_config, "'timeout_ms':0"),
      "\\'timeout_ms\\': expected a 64-bit integer from 1 to 86400000 (ms), got an integer (0)");
  refuse_config(with(avd_config, "'timeout_ms':'1'"), "\\'timeout_ms\\': expected a 64-bit integer");
  refuse_config(with(avd_config, "'http_method':'put'"), "one of auto, get, post");
  refuse_config(with(avd_config, "'token':'t'"), "not both");
  refuse_config(with(avd_config, "'user_agent':'a\\r\\nb'"), "\\'user_agent\\' holds a control character");
  refuse_config(json("{'platform':'avd','base_url':'http://10.0.0.5'}"), "credentials are missing");
  refuse_config(json("{'platform':'avd','base_url':'ftp://10.0.0.5','token':'t'}"),
      "\\'base_url\\': expected a URL whose scheme is http or https");
  refuse_config(json("{'platform':'hst','dev_id':'d','dev_secret':'too short'}"),
      "\\'dev_secret\\': expected exactly 16 bytes, got 9");
  refuse_config(json("{'platform':'youme','app_key':'k','app_secret':'s'}"), "\\'rest_api_key\\' is missing");
}

static void test_unknown_operations_name_the_nearest(void) {
  REFUSE(meetgate_call(avd, "avd.room.creat", "{}", &reply),
      "unknown operation \\'avd.room.creat\\'; did you mean \\'avd.room.create\\'?", NOT "'code'");
  REFUSE(meetgate_call(avd, "room.create", "{}", &reply), "did you mean \\'avd.room.create\\'?");
  REFUSE(meetgate_call(hst, "kickout", "{}", &reply), "did you mean \\'hst.kickout\\'?");
  REFUSE(meetgate_call(youme, "youme.count_qos", "{}", &reply), "did you mean \\'youme.count_qos_by_day\\'?");
  REFUSE(meetgate_call(avd, "", "{}", &reply), "unknown operation");
  REFUSE(meetgate_call(avd, "周会\n", "{}", &reply), "unknown operation", "周会\\\\n");
  REFUSE(meetgate_call_with(avd, "avd.room.creat", "{}", "{}", NULL, &reply), "\\'avd.room.create\\'?");
}

static void test_parameters_that_cannot_be_right(void) {
  size_t i;

  REFUSE(meetgate_avd_room_read(avd, json("{'room_idd':'1'}"), &reply),
      "room.read: unknown parameter \\'room_idd\\'; did you mean \\'room_id\\'?",
      "'platform':'avd','operation':'room.read'", NOT "'attempts'");
  REFUSE(meetgate_avd_room_read(avd, "{}", &reply), "required parameter \\'room_id\\' is missing: expected a string");
  REFUSE(meetgate_avd_room_read(avd, json("{'room_id':null}"), &reply),
      "parameter \\'room_id\\': expected a string, got null");
  REFUSE(meetgate_avd_room_read(avd, json("{'room_id':'\\ud800'}"), &reply),
      "parameter \\'room_id\\': holds an escape that is no character");
  REFUSE(meetgate_avd_room_mix_record_get(avd, json("{'room_id':'1','record_type':3}"), &reply),
      "parameter \\'record_type\\': expected a 64-bit integer, one of 0, 1, 2, got an integer (3)");
  REFUSE(meetgate_avd_room_mix_record_start(avd, json("{'room_id':'1','videos':[{'x':true}]}"), &reply),
      "parameter \\'videos[0].x\\': expected a number");
  REFUSE(meetgate_hst_consuming_records(hst, json("{'start_time':1,'end_time':2,'page':1,'page_size':101}"), &reply),
      "parameter \\'page_size\\': expected a 64-bit integer of at most 100, got an integer (101)");
  /* hst and youme take no number for a string, nor the reverse; avd takes both. */
  REFUSE(meetgate_hst_kickout(hst, json("{'app_id':'a','user_id':7}"), &reply),
      "hst.kickout: parameter \\'user_id\\': expected a string, got an integer (7)");
  REFUSE(meetgate_youme_count_qos_by_day(youme, json("{'QueryDate':20191210}"), &reply),
      "parameter \\'QueryDate\\': expected a string, got an integer (20191210)");
  REFUSE(meetgate_hst_app_create(hst, json("{'app_name':'a','service':[{'service_id':'3'}]}"), &reply),
      "parameter \\'service[0].service_id\\': expected a 64-bit integer");
  REFUSE(meetgate_hst_app_create(hst, json("{'app_name':'a','service':[],'status':'on'}"), &reply),
      "parameter \\'status\\': expected a string, one of online, offline, got a string (\\'on\\')");
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(avd, "{\"room_id\":12345123456}", &reply), "'ret':0");

  for (i = 0; i < OPERATIONS; i++) {
    REFUSE(operations[i].call(client_for(operations[i].name), json("{'no_such_thing':1}"), &reply),
        json("%s: unknown parameter \\'no_such_thing\\'", operations[i].name));
  }
}

static void test_parameters_that_contradict_each_other(void) {
  meetgate_client *unchecked = client_of(with(avd_config, "'validate':false"));
  const char *wav = "{\"room_id\":\"12345123456\",\"audio_file_type\":\"wav\",\"audio_codec\":\"aac\"}";
  const char *watermark = "{\"room_id\":\"12345123456\",\"osds\":{\"osdtxts\":[]}}";

  REFUSE(meetgate_avd_room_mix_record_start(avd, wav, &reply),
      "avd.room.mix_record.start: audio_file_type \\'wav\\' needs audio_codec \\'pcm\\', but audio_codec is \\'aac\\' "
      "(004 L659)",
      NOT "'attempts'");
  REFUSE(meetgate_avd_room_mix_record_start(avd, watermark, &reply), "osds needs videos, but videos is missing");
  REFUSE(meetgate_avd_room_mix_record_update_layout(avd, READ_ROOM, &reply),
      "at least one of videos and audio_user_ids is needed, but none is given");
  REFUSE(meetgate_hst_consuming_records(hst, json("{'start_time':2,'end_time':1,'page':1,'page_size':10}"), &reply),
      "end_time must not be before start_time, but start_time is 2 and end_time is 1");
  REFUSE(meetgate_avd_room_mix_record_start(avd, json("{'room_id':'1','video_level':'medium'}"), &reply),
      "one of low, middle, high, got a string (\\'medium\\'); did you mean \\'middle\\' (medium)?");

  EXPECT(MEETGATE_API, meetgate_avd_room_mix_record_start(unchecked, wav, &reply), "'code':40043");
  EXPECT(MEETGATE_OK, meetgate_avd_room_mix_record_start(unchecked, watermark, &reply), "'record_id'");
  EXPECT(MEETGATE_OK, meetgate_avd_room_mix_record_stop(unchecked, READ_ROOM, &reply), "'ret':0");
  meetgate_client_free(unchecked);
}

static void test_options(void) {
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, json("{'timeout':1}"), NULL, &reply),
      "options: unknown option \\'timeout\\'; did you mean \\'timeout_ms\\'?");
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, json("{'timeout_ms':0}"), NULL, &reply),
      "option \\'timeout_ms\\': expected a 64-bit integer from 1 to 86400000 (ms), got an integer (0)");
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, json("{'max_reply_bytes':1023}"), NULL, &reply),
      "option \\'max_reply_bytes\\': expected a 64-bit integer from 1024 to 1073741824");
  REFUSE(meetgate_call_with(avd, "avd.room.read", READ_ROOM, json("{'connect_timeout_ms':'1'}"), NULL, &reply),
      "option \\'connect_timeout_ms\\': expected a 64-bit integer");
  EXPECT(MEETGATE_OK,
      meetgate_call_with(avd, "avd.room.read", READ_ROOM,
          json("{'timeout_ms':20000,'connect_timeout_ms':10000,'max_reply_bytes':4096}"), NULL, &reply),
      "'ret':0");
}

static void test_a_client_of_another_platform(void) {
  size_t i;

  REFUSE(meetgate_call(avd, "hst.kickout", "{}", &reply),
      "hst.kickout is an operation of hst; this client talks to avd", "'platform':'hst','operation':'kickout'");
  REFUSE(meetgate_call_with(hst, "youme.count_qos_by_day", QOS, "{}", NULL, &reply), "this client talks to hst");
  REFUSE(meetgate_avd_room_read(youme, READ_ROOM, &reply),
      "avd.room.read is an operation of avd; this client talks to youme");
  for (i = 0; i < OPERATIONS; i++) {
    meetgate_client *other = client_for(operations[i].name) == avd ? hst : avd;
    REFUSE(operations[i].call(other, NULL, &reply), json("%s is an operation of", operations[i].name));
    REFUSE(meetgate_call(other, operations[i].name, NULL, &reply), "this client talks to");
  }
}

/* The library ----------------------------------------------------------------------------------------------------- */

static void test_status_names(void) {
  static const char *const names[] = {"OK", "INVALID_ARGUMENT", "INVALID_CONFIG", "AUTH", "API", "NETWORK", "TLS",
      "TIMEOUT", "HTTP", "PROTOCOL", "IO", "CANCELLED", "LIMIT", "STORE", "FORKED", "INTERNAL", "ABSENT"};
  int i;

  CHECK(MEETGATE_OK == 0 && MEETGATE_INTERNAL == 15 && MEETGATE_ABSENT == 16);
  for (i = 0; i < 17; i++) {
    CHECK(strcmp(meetgate_status_name(i), names[i]) == 0);
  }
  CHECK(strcmp(meetgate_status_name(-1), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(17), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(2147483647), "UNKNOWN") == 0);
  CHECK(strcmp(meetgate_status_name(-2147483647 - 1), "UNKNOWN") == 0);
}

static void test_versions(void) {
  CHECK(strcmp(meetgate_version(), MEETGATE_VERSION) == 0);
  CHECK(strcmp(meetgate_version(),
            json("%d.%d.%d", MEETGATE_VERSION_MAJOR, MEETGATE_VERSION_MINOR, MEETGATE_VERSION_PATCH)) == 0);
  CHECK(meetgate_abi_version() == MEETGATE_ABI_VERSION);
}

static void test_the_catalog_has_every_operation(void) {
  char *catalog = meetgate_catalog();
  size_t i;

  CHECK(OPERATIONS == 84);
  CHECK(catalog != NULL);
  CHECK(strstr(catalog, json("{'version':'%s','operations':[{", meetgate_version())) == catalog);
  CHECK(catalog[strlen(catalog) - 1] == '}');
  for (i = 0; i < OPERATIONS; i++) {
    check(strstr(catalog, json("{'name':'%s','platform':", operations[i].name)) != NULL, operations[i].name, __LINE__);
  }
  meetgate_string_free(catalog);
}

/* Raw calls ------------------------------------------------------------------------------------------------------- */

static void test_raw_calls_on_each_platform(void) {
  const char *app = "8f14e45fceea467a9f36dedd4bea2543", *spare_app = "c9f0f895fb98ab9159f51fd0297e236d";

  EXPECT(MEETGATE_OK,
      meetgate_raw_call(
          avd, json("{'method':'GET','path':'/sdkapi/v2/room/read','query':{'room_id':'12345123456'}}"), &reply),
      "'ret':0", "'topic':'周会'");
  EXPECT(MEETGATE_OK,
      meetgate_raw_call(
          avd, json("{'method':'POST','path':'/sdkapi/v2/room/read','form':{'room_id':12345123456}}"), &reply),
      "'ret':0", "'topic':'周会'");
  EXPECT(MEETGATE_OK,
      meetgate_raw_call(hst, json("{'method':'GET','path':'/v1/online/user/state','query':%s}", STATES), &reply),
      "'code':0", "'msg_id':9007199254740993");
  EXPECT(MEETGATE_OK,
      meetgate_raw_call(
          hst, json("{'method':'PATCH','path':'/v1/app','body':{'app_id':'%s','status':'online'}}", app), &reply),
      "'code':0", "'status':'online'");
  EXPECT(MEETGATE_OK,
      meetgate_raw_call(hst, json("{'method':'DELETE','path':'/v1/app','query':{'app_id':'%s'}}", spare_app), &reply),
      "'code':0");
  EXPECT(MEETGATE_OK,
      meetgate_raw_call(youme, json("{'method':'POST','path':'/v2/video/count_qos_by_day','body':%s}", QOS), &reply),
      "'ErrorCode':0", "'QosData':[{");
}

static void test_raw_calls_that_fail(void) {
  /* Judged like an operation, but of no operation: its name is absent. */
  EXPECT(MEETGATE_API,
      meetgate_raw_call(
          avd, json("{'method':'GET','path':'/sdkapi/v2/room/read','query':{'room_id':'40400000000'}}"), &reply),
      "'platform':'avd','code':40004,'class':'not_found','meaning':'no such room','meaning_zh':'房间号不存在'",
      "'attempts':1,'retryable':false", NOT "'operation'");
  EXPECT(MEETGATE_API, meetgate_raw_call(hst, json("{'method':'POST','path':'/v1/kickout','body':{}}"), &reply),
      "'code':606000002");
  EXPECT(MEETGATE_API, meetgate_raw_call(youme, json("{'method':'POST','path':'/v2/video/count_qos_by_day'}"), &reply),
      "'platform':'youme'");
  EXPECT(MEETGATE_API, meetgate_raw_call(avd, json("{'method':'GET','path':'/sdkapi/v2/no/such/path'}"), &reply),
      "'http_status':404", "'reply':{");
}

static void refuse_raw(const char *request, const char *why) {
  REFUSE(meetgate_raw_call(avd, request, &reply), "raw call: ", why, "'platform':'avd'", NOT "'attempts'");
}

static void test_raw_calls_that_are_refused(void) {
  const char *host = server + strlen("http://"),
             *one_slash = "\\'path\\': expected a path that begins with exactly one";

  /* A token never leaves for another host; c_contract.rs looks whether that server saw any of these. */
  refuse_raw(json("{'method':'GET','path':'@%s/evil'}", host), one_slash);
  refuse_raw(json("{'method':'GET','path':'@evil/'}"), one_slash);
  refuse_raw(json("{'method':'GET','path':'//%s/evil'}", host), one_slash);
  refuse_raw(json("{'method':'GET','path':'//evil'}"), one_slash);
  refuse_raw(json("{'method':'GET','path':'%s/evil'}", server), one_slash);
  refuse_raw(json("{'method':'GET','path':'https://evil/'}"), one_slash);
  refuse_raw(json("{'method':'GET','path':'.%s/evil'}", host), one_slash);
  refuse_raw(json("{'method':'GET','path':':1/evil'}"), one_slash);
  refuse_raw(json("{'method':'GET','path':''}"), one_slash);
  refuse_raw(json("{'method':'GET','path':'/evil\\r'}"), "\\'path\\': holds a control character");
  refuse_raw(json("{'method':'GET','path':'/evil\\nHost: evil'}"), "\\'path\\': holds a control character");
  refuse_raw(
      json("{'method':'GET','path':'/evil\\r\\n\\r\\nGET / HTTP/1.1'}"), "\\'path\\': holds a control character");
  refuse_raw(json("{'method':'GET','path':'/evil\\u0000'}"), "\\'path\\': holds a control character");
  refuse_raw(json("{'method':'GET','path':'/evil?a=b'}"), "parameters go into \\'query\\'");
  refuse_raw(json("{'method':'GET','path':'/evil#a'}"), "parameters go into \\'query\\'");
  refuse_raw(json("{'method':'GET','path':'/evil HTTP/1.1'}"), "must be percent-encoded");
  refuse_raw(json("{'method':'GET','path':'/\\\\\\\\evil'}"), "must be percent-encoded");

  refuse_raw(json("{'method':'POST','path':'/evil','body':{},'form':{}}"), "either \\'body\\' or \\'form\\', not both");
  refuse_raw(json("{'method':'GET','path':'/evil','body':{}}"), "a GET carries no body");
  refuse_raw(json("{'method':'DELETE','path':'/evil','form':{'a':1}}"), "a DELETE carries no body");
  refuse_raw(json("{'method':'GET','path':'/evil','headers':{}}"), "unknown member of the request \\'headers\\'");
  refuse_raw(json("{'method':'GET','paht':'/evil'}"), "did you mean \\'path\\'?");
  refuse_raw(json("{'method':'get','path':'/evil'}"), "one of GET, POST, PUT, PATCH, DELETE");
  refuse_raw(json("{'path':'/evil'}"), "\\'method\\' is missing");
  refuse_raw(json("{'method':'GET'}"), "\\'path\\' is missing");
  refuse_raw(json("{'method':'GET','path':'/evil','query':[]}"), "\\'query\\': expected an object");
  refuse_raw(json("{'method':'GET','path':'/evil','query':{'a':null}}"), "\\'a\\': expected a value, got null");
}

/* The error document ---------------------------------------------------------------------------------------------- */

static void test_the_error_document_of_avd(void) {
  EXPECT(MEETGATE_API, meetgate_avd_room_read(avd, "{\"room_id\":\"40400000000\"}", &reply),
      "{'status':'API','message':'avd answered 40004: no such room','platform':'avd','operation':'room.read',"
      "'code':40004,'class':'not_found','meaning':'no such room','meaning_zh':'房间号不存在','platform_message':'no such room',"
      "'http_status':200,'attempts':1,'retryable':false,'reply':{",
      "'ret':40004", NOT "'request_id'", NOT "'clock_offset_s'", NOT "'reply_text'");
  /* The envelope without `ret`. */
  EXPECT(MEETGATE_API, meetgate_avd_room_close(avd, "{\"room_id\":\"40400000000\"}", &reply),
      "'operation':'room.close','code':41005,", "'reply':{", NOT "'ret'");
  /* The number of a dead token that means a missing room here: one renewal is tried. */
  EXPECT(MEETGATE_API,
      meetgate_avd_room_get_statistic(
          avd, json("{'room_id':'40400000000','start_time':1638320000,'end_time':1638330000}"), &reply),
      "'code':40003,", "'attempts':2,");
}

static void test_the_error_document_of_hst(void) {
  EXPECT(MEETGATE_API, meetgate_hst_kickout(hst, json("{'app_id':'no-such-application','user_id':'u1001'}"), &reply),
      "'platform':'hst','operation':'kickout','code':606000003,'class':'bad_request','meaning':'a parameter is wrong','meaning_zh':'",
      "'platform_message':'", "'http_status':200,'attempts':1,'retryable':false,'reply':{", NOT "'request_id'",
      NOT "'clock_offset_s'");
}

static void test_the_error_document_of_youme(void) {
  meetgate_client *client = client_of(with(youme_config, "'validate':false"));
  const char *offset;

  EXPECT(MEETGATE_API, meetgate_youme_count_qos_by_day(client, "{}", &reply),
      "'platform':'youme','operation':'count_qos_by_day','code':", "'http_status':200,'request_id':'",
      "'clock_offset_s':", "'attempts':1,'retryable':false,'reply':{", "'ErrorCode':");
  meetgate_client_free(client);

  client = client_of(json(
      "{'platform':'youme','base_url':'%s/hour-ahead','app_key':'k','app_secret':'the-app-secret','rest_api_key':'r'}",
      server));
  CHECK(meetgate_youme_count_qos_by_day(client, QOS, &reply) == MEETGATE_API);
  offset = strstr(reply, "\"clock_offset_s\":");
  /* `Date` has whole seconds, and a slow machine lets some pass. */
  CHECK(offset != NULL && abs(atoi(strchr(offset, ':') + 1) - 3600) < 30);
  /* Once more with the right time: this server is never content. */
  CHECK(strstr(reply, json("'code':4711,'platform_message':'checksum','http_status':200,'request_id':'")) != NULL);
  CHECK(strstr(reply, json(",'attempts':2,'retryable':false,'reply':{'Status':'FAIL',")) != NULL);
  meetgate_string_free(reply);
  reply = untouched;
  meetgate_client_free(client);
}

static void test_answers_that_are_not_the_platforms(void) {
  meetgate_client *client = avd_at("html");

  EXPECT(MEETGATE_PROTOCOL, meetgate_avd_room_read(client, READ_ROOM, &reply),
      "'message':'the answer is not a JSON object','platform':'avd','operation':'room.read',"
      "'http_status':200,'attempts':1,'retryable':false,'reply_text':'<html>维护中</html>'}",
      NOT "'code'", NOT "'reply':");
  meetgate_client_free(client);

  client = avd_at("gateway");
  EXPECT(MEETGATE_HTTP, meetgate_avd_room_read(client, READ_ROOM, &reply), "'message':'the server answered HTTP 502'",
      "'http_status':502,'attempts':1,'retryable':true,'reply_text':'<html>502</html>'}");
  EXPECT(MEETGATE_HTTP, meetgate_avd_room_close(client, READ_ROOM, &reply),
      "'http_status':502,'attempts':1,'retryable':false,");
  meetgate_client_free(client);

  client = avd_at("nul");
  EXPECT(MEETGATE_PROTOCOL, meetgate_avd_room_read(client, READ_ROOM, &reply), "'http_status':200");
  meetgate_client_free(client);
}

static void test_no_answer_at_all(void) {
  meetgate_client *client = avd_at("silence");

  EXPECT(MEETGATE_TIMEOUT,
      meetgate_call_with(client, "avd.room.read", READ_ROOM, json("{'timeout_ms':300}"), NULL, &reply),
      "no complete answer within 300 ms (timeout_ms)", "'attempts':1,'retryable':true", NOT "'http_status'",
      NOT "'reply");
  meetgate_client_free(client);

  client = avd_at("close");
  EXPECT(MEETGATE_NETWORK, meetgate_avd_room_read(client, READ_ROOM, &reply), "'attempts':1,'retryable':true",
      NOT "'http_status'");
  EXPECT(MEETGATE_NETWORK, meetgate_avd_room_close(client, READ_ROOM, &reply), "'attempts':1,'retryable':false");
  meetgate_client_free(client);

  /* Nobody listens on port 1: nothing was sent, so that even a change may be repeated. */
  client = client_of(json("{'platform':'avd','base_url':'http://127.0.0.1:1','token':'t'}"));
  EXPECT(MEETGATE_NETWORK, meetgate_avd_room_close(client, READ_ROOM, &reply),
      "no connection: ", "'attempts':1,'retryable':true");
  meetgate_client_free(client);

  client = client_of(json("{'platform':'avd','base_url':'%s','token':'t'}", no_tls));
  EXPECT(MEETGATE_TLS, meetgate_avd_room_read(client, READ_ROOM, &reply), "TLS: ", "'retryable':false");
  meetgate_client_free(client);
}

static void test_bounds_and_files(void) {
  meetgate_client *client = avd_at("large");

  EXPECT(MEETGATE_LIMIT,
      meetgate_call_with(client, "avd.room.read", READ_ROOM, json("{'max_reply_bytes':1024}"), NULL, &reply),
      "the answer is larger than 1024 bytes; raise max_reply_bytes");
  EXPECT(MEETGATE_OK,
      meetgate_call_with(client, "avd.room.read", READ_ROOM, json("{'max_reply_bytes':8192}"), NULL, &reply),
      "'ret':0");
  meetgate_client_free(client);

  EXPECT(MEETGATE_IO, meetgate_avd_uploadfile(avd, json("{'file':'/no/such/file.png'}"), &reply),
      "/no/such/file.png: ", NOT "'attempts'");
  REFUSE(meetgate_avd_uploadfile(avd, json("{'file':'/no/such/file.crx'}"), &reply),
      "expected a file whose name ends in png, jpg, mp3, mp4 or avi");
}

static void test_secrets_are_masked(void) {
  meetgate_client *client = client_of(
      json("{'platform':'avd','base_url':'%s','access_key':'meetgate-sandbox','secret_key':'a-wrong/secret=='}",
          base_url()));

  EXPECT(MEETGATE_AUTH, meetgate_avd_room_read(client, READ_ROOM, &reply),
      "no token could be fetched: avd answered 401", "'code':401,", "'operation':'room.read'", NOT "a-wrong");
  meetgate_client_free(client);

  client =
      client_of(json("{'platform':'hst','base_url':'%s','dev_id':'5a6d','dev_secret':'a-wrong-secret!!'}", base_url()));
  EXPECT(MEETGATE_AUTH, meetgate_hst_online_user_state(client, STATES, &reply), "no token could be fetched",
      "'code':606000000,", NOT "a-wrong");
  meetgate_client_free(client);

  client = client_of(json("{'platform':'youme','base_url':'%s','app_key':'SANDBOXYOUMEAPPKEY01',"
                          "'app_secret':'a-wrong-secret','rest_api_key':'a-wrong-key'}",
      base_url()));
  EXPECT(MEETGATE_API, meetgate_youme_count_qos_by_day(client, QOS, &reply), "'platform':'youme'", NOT "a-wrong",
      NOT "checksum=");
  meetgate_client_free(client);

  /* A server that shows all it was sent, and secrets of its own: as JSON and as text. */
  client = avd_at("echo");
  EXPECT(MEETGATE_API, meetgate_avd_room_read(client, READ_ROOM, &reply), "'code':40082,",
      "'platform_message':'GET /echo/sdkapi/v2/room/read?token=***&room_id=12345123456 '", "'secret_key':'***'",
      "[{'password':'***'}]", NOT "fixed-token", NOT "of the server");
  EXPECT(MEETGATE_API,
      meetgate_avd_sip_account_create(
          client, json("{'name':'a','number':'1','sip_gate_id':3,'password':'pass/word'}"), &reply),
      "password=***", NOT "pass/word", NOT "pass%2Fword", NOT "fixed-token");
  meetgate_client_free(client);
  client = avd_at("echo-text");
  EXPECT(MEETGATE_HTTP, meetgate_avd_room_read(client, READ_ROOM, &reply),
      "'reply_text':'GET /echo-text/sdkapi/v2/room/read?token=***&room_id=12345123456 '", NOT "fixed-token");
  meetgate_client_free(client);
}

/* What goes right ------------------------------------------------------------------------------------------------- */

static void test_chinese_and_emoji_travel_both_ways(void) {
  const char *room = "{\"room_id\":\"12345123457\"}";

  EXPECT(MEETGATE_OK,
      meetgate_avd_room_create(avd, json("{'user_id':'16','room_id':'12345123457','topic':'周会 🙂'}"), &reply),
      "'ret':0");
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(avd, room, &reply), "'topic':'周会 🙂'");
  EXPECT(MEETGATE_OK,
      meetgate_avd_room_update(
          avd, json("{'room_id':'12345123457','topic':'\\u5468\\u4f1a \\ud83d\\ude42 2'}"), &reply),
      "'ret':0");
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(avd, room, &reply), "'topic':'周会 🙂 2'");
  EXPECT(MEETGATE_OK, meetgate_avd_room_del(avd, room, &reply), "'ret':0");
  EXPECT(MEETGATE_API, meetgate_avd_room_read(avd, room, &reply), "'code':40004");
  EXPECT(MEETGATE_OK,
      meetgate_youme_query_room_info(youme, json("{'RoomId':'客户服务','BeginTime':'1575907200'}"), &reply),
      "'RoomId':'客户服务'");
}

static void test_integers_of_64_bits_survive(void) {
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(hst, STATES, &reply), "'msg_id':9007199254740993");
}

static void test_checking_can_be_switched_off(void) {
  meetgate_client *client = client_of(with(avd_config, "'validate':false"));

  EXPECT(
      MEETGATE_OK, meetgate_avd_room_read(client, json("{'room_id':'12345123456','novel':[1.0]}"), &reply), "'ret':0");
  EXPECT(MEETGATE_API, meetgate_avd_room_read(client, "{}", &reply), "'code':40002");
  meetgate_client_free(client);
}

/* Processes and threads ------------------------------------------------------------------------------------------- */

static void in_the_child(void) {
  meetgate_client *own;
  size_t i;

  EXPECT(MEETGATE_FORKED, meetgate_call(avd, "avd.room.read", READ_ROOM, &reply), "made by the parent process");
  EXPECT(MEETGATE_FORKED, meetgate_call_with(hst, "hst.online.user.state", STATES, "{}", NULL, &reply),
      "made by the parent process");
  EXPECT(MEETGATE_FORKED,
      meetgate_raw_call(youme, json("{'method':'POST','path':'/v2/video/count_qos_by_day'}"), &reply), "parent");
  for (i = 0; i < OPERATIONS; i++) {
    EXPECT(MEETGATE_FORKED, operations[i].call(client_for(operations[i].name), NULL, &reply),
        "made by the parent process");
  }
  meetgate_client_free(avd);
  /* It did nothing, so that this is no use after free. */
  EXPECT(MEETGATE_FORKED, meetgate_avd_room_read(avd, READ_ROOM, &reply), "made by the parent process");
  own = client_of(avd_config);
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(own, READ_ROOM, &reply), "'ret':0");
  meetgate_client_free(own);
  /* One token lives per hst account: this fetch kills the parent's, whose next call renews it unseen. */
  own = client_of(hst_config);
  EXPECT(MEETGATE_OK, meetgate_hst_access_token(own, NULL, &reply), "'access_token'");
  meetgate_client_free(own);
}

static void test_a_forked_child_gets_forked(void) {
  int before = failed, status = -1;
  pid_t child;

  /* With a connection open and a token held. */
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(avd, READ_ROOM, &reply), "'ret':0");
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(hst, STATES, &reply), "'code':0");
  fflush(stdout);
  child = fork();
  if (child == 0) {
    in_the_child();
    fflush(stdout);
    _exit(failed == before ? 0 : 1);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  EXPECT(MEETGATE_OK, meetgate_avd_room_read(avd, READ_ROOM, &reply), "'ret':0");
  EXPECT(MEETGATE_OK, meetgate_hst_online_user_state(hst, STATES, &reply), "'code':0");
}

static pthread_barrier_t all_there;

struct work {
  meetgate_client *client;
  meetgate_status(MEETGATE_CALL *call)(meetgate_client *, const char *, char **);
  const char *params;
  int failed;
};

static void *call_some(void *argument) {
  struct work *work = argument;
  int i;

  pthread_barrier_wait(&all_there);
  for (i = 0; i < CALLS_OF_A_THREAD; i++) {
    char *answer = untouched;
    if (work->call(work->client, work->params, &answer) != MEETGATE_OK) {
      work->failed++;
      printf("  %s\n", answer);
    }
    meetgate_string_free(answer);
  }
  return NULL;
}

/* The client is new: all threads want its token at once. Its name is what c_contract.rs knows its requests by. */
static void many_threads_on(const char *config,
    meetgate_status(MEETGATE_CALL *call)(meetgate_client *, const char *, char **), const char *params) {
  meetgate_client *client = client_of(with(config, "'user_agent':'many-threads'"));
  pthread_t threads[THREADS];
  struct work work[THREADS];
  int i;

  CHECK(pthread_barrier_init(&all_there, NULL, THREADS) == 0);
  for (i = 0; i < THREADS; i++) {
    work[i].client = client;
    work[i].call = call;
    work[i].params = params;
    work[i].failed = 0;
    if (pthread_create(&threads[i], NULL, call_some, &work[i]) != 0) {
      /* The others wait at the barrier. */
      printf("no thread %d\n", i);
      exit(2);
    }
  }
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(work[i].failed == 0);
  }
  pthread_barrier_destroy(&all_there);
  meetgate_client_free(client);
}

static void test_many_threads_on_one_client(void) {
  /* With the account's last client goes its token, so that the next begins without one. */
  meetgate_client_free(hst);
  meetgate_client_free(avd);
  hst = avd = NULL;
  many_threads_on(avd_config, meetgate_avd_room_read, READ_ROOM);
  many_threads_on(hst_config, meetgate_hst_online_user_state, STATES);
  many_threads_on(youme_config, meetgate_youme_count_qos_by_day, QOS);
}

/* ----------------------------------------------------------------------------------------------------------------- */

static const struct group tests[] = {
    /* First, while the clients have no hash map: the child cannot free them, and valgrind, which looks at the child too,
     * would take a map for possibly lost, because only pointers into its middle lead to it. */
    TEST(a_forked_child_gets_forked),
    TEST(null_in_every_position),
    TEST(free_of_null_does_nothing),
    TEST(text_that_is_not_utf8),
    TEST(text_that_is_not_json),
    TEST(json_that_is_not_an_object),
    TEST(configurations_that_cannot_be_right),
    TEST(unknown_operations_name_the_nearest),
    TEST(parameters_that_cannot_be_right),
    TEST(parameters_that_contradict_each_other),
    TEST(options),
    TEST(a_client_of_another_platform),
    TEST(status_names),
    TEST(versions),
    TEST(the_catalog_has_every_operation),
    TEST(raw_calls_on_each_platform),
    TEST(raw_calls_that_fail),
    TEST(raw_calls_that_are_refused),
    TEST(the_error_document_of_avd),
    TEST(the_error_document_of_hst),
    TEST(the_error_document_of_youme),
    TEST(answers_that_are_not_the_platforms),
    TEST(no_answer_at_all),
    TEST(bounds_and_files),
    TEST(secrets_are_masked),
    TEST(chinese_and_emoji_travel_both_ways),
    TEST(integers_of_64_bits_survive),
    TEST(checking_can_be_switched_off),
    TEST(many_threads_on_one_client),
};

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--catalog") == 0) {
    char *catalog = meetgate_catalog();
    fputs(catalog, stdout);
    meetgate_string_free(catalog);
    return 0;
  }
  if (argc != 6) {
    fprintf(stderr, "usage: contract HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS, or contract --catalog\n");
    return 2;
  }
  hst_config = argv[1];
  youme_config = argv[2];
  avd_config = argv[3];
  server = argv[4];
  no_tls = argv[5];
  hst = client_of(hst_config);
  youme = client_of(youme_config);
  avd = client_of(avd_config);

  run_groups(tests, sizeof tests / sizeof tests[0]);
  meetgate_client_free(hst);
  meetgate_client_free(youme);
  meetgate_client_free(avd);
  return close_checks();
}
