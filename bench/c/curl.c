/* libcurl and cJSON, written with care: one handle for all calls of a thread, and nothing set twice that stays. */
#include "contender.h"
#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct own {
  CURL *curl;
  struct curl_slist *headers;
  curl_mime *form;
  EVP_MD_CTX *hash;
  char *answer;
  size_t length, capacity;
};

static const struct setup *setup;
static char body[4096];
static atomic_long next_seq;
/* Looked up once: OpenSSL 3 takes several microseconds for that. */
static EVP_MD *sha1;

enum { SHA1_BYTES = 20 };

void contender_begin(const struct setup *given) {
  setup = given;
  curl_global_init(CURL_GLOBAL_ALL);
  sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
  snprintf(body, sizeof body, "{\"RoomId\":\"%s\",\"BeginTime\":\"1575907200\"}", setup->room);
}

static size_t keep(char *data, size_t size, size_t count, void *user) {
  struct own *own = user;
  size_t more = size * count;
  if (own->length + more + 1 > own->capacity) {
    size_t capacity = own->capacity ? own->capacity : 1024;
    char *grown;
    while (capacity < own->length + more + 1) capacity *= 2;
    grown = realloc(own->answer, capacity);
    if (grown == NULL) return 0;
    own->answer = grown;
    own->capacity = capacity;
  }
  memcpy(own->answer + own->length, data, more);
  own->length += more;
  own->answer[own->length] = '\0';
  return more;
}

void *contender_open(void) {
  struct own *own = calloc(1, sizeof *own);
  CURL *curl = curl_easy_init();
  own->curl = curl;
  own->hash = EVP_MD_CTX_new();
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 30000L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "bench/1.0");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, own);
  /* As large as libcurl lets it be: fewer reads of a long answer, and of a file. */
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 524288L);
  curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 524288L);
  if (setup->ca != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, setup->ca);
  own->headers = curl_slist_append(NULL, "Accept: application/json");
  own->headers = curl_slist_append(own->headers, "Expect:");
  if (setup->work == WORK_QUERY) {
    own->headers = curl_slist_append(own->headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
  }
  if (setup->work == WORK_UPLOAD) {
    curl_mimepart *part;
    own->form = curl_mime_init(curl);
    part = curl_mime_addpart(own->form);
    curl_mime_name(part, "file");
    curl_mime_filedata(part, setup->file);
    curl_easy_setopt(curl, CURLOPT_MIMEPOST, own->form);
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, own->headers);
  return own;
}

void contender_close(void *given) {
  struct own *own = given;
  curl_easy_cleanup(own->curl);
  curl_mime_free(own->form);
  curl_slist_free_all(own->headers);
  EVP_MD_CTX_free(own->hash);
  free(own->answer);
  free(own);
}

/* Lower-case hex SHA-1 of the app secret, the REST API key and the time. */
static void checksum(EVP_MD_CTX *hash, const char *curtime, char *hex) {
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[SHA1_BYTES];
  int i;
  EVP_DigestInit_ex2(hash, sha1, NULL);
  EVP_DigestUpdate(hash, setup->app_secret, strlen(setup->app_secret));
  EVP_DigestUpdate(hash, setup->rest_api_key, strlen(setup->rest_api_key));
  EVP_DigestUpdate(hash, curtime, strlen(curtime));
  if (EVP_DigestFinal_ex(hash, digest, NULL) != 1) fail("SHA-1", "OpenSSL refuses it");
  for (i = 0; i < SHA1_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  hex[2 * SHA1_BYTES] = '\0';
}

static void address(struct own *own, char *url, size_t size) {
  CURL *curl = own->curl;
  if (setup->work == WORK_QUERY) {
    char curtime[32], hex[2 * SHA1_BYTES + 1];
    char *key = curl_easy_escape(curl, setup->app_key, 0);
    snprintf(curtime, sizeof curtime, "%lld", (long long)time(NULL));
    checksum(own->hash, curtime, hex);
    snprintf(url, size, "%s/v2/video/query_room_info?appkey=%s&identifier=admin&curtime=%s&checksum=%s&seq=%ld",
             setup->url, key, curtime, hex, atomic_fetch_add(&next_seq, 1));
    curl_free(key);
  } else {
    char *token = curl_easy_escape(curl, setup->token, 0);
    char *room = curl_easy_escape(curl, setup->room, 0);
    if (setup->work == WORK_READ)
      snprintf(url, size, "%s/sdkapi/v2/room/read?token=%s&room_id=%s", setup->url, token, room);
    else
      snprintf(url, size, "%s/uploadfile?token=%s&storage_only_cluster=true", setup->url, token);
    curl_free(token);
    curl_free(room);
  }
}

/* The platform's own number says whether it did what was asked. */
static void judge(const char *answer) {
  cJSON *json = cJSON_Parse(answer);
  cJSON *number = cJSON_GetObjectItemCaseSensitive(json, setup->work == WORK_QUERY ? "ErrorCode" : "ret");
  if (!cJSON_IsNumber(number) || number->valuedouble != 0) fail("the answer is no success", answer);
  cJSON_Delete(json);
}

void contender_call(void *given) {
  struct own *own = given;
  char url[2048];
  long http = 0;
  CURLcode code;
  address(own, url, sizeof url);
  curl_easy_setopt(own->curl, CURLOPT_URL, url);
  own->length = 0;
  code = curl_easy_perform(own->curl);
  if (code != CURLE_OK) fail("libcurl", curl_easy_strerror(code));
  curl_easy_getinfo(own->curl, CURLINFO_RESPONSE_CODE, &http);
  if (http != 200) fail("HTTP status", own->answer);
  if (setup->parse) judge(own->answer);
  /* The caller takes the answer, as he does from us. */
  free(own->answer);
  own->answer = NULL;
  own->capacity = 0;
}

static const char *version(void) {
  static char text[512];
  snprintf(text, sizeof text, "libcurl %s (%s) with cJSON %s", curl_version_info(CURLVERSION_NOW)->version,
           curl_version_info(CURLVERSION_NOW)->ssl_version, cJSON_Version());
  return text;
}

const struct extras contender_extras = {version, NULL, NULL, NULL};
