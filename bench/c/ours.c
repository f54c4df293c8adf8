/* The library through its C functions. */
#define _GNU_SOURCE
#include "contender.h"
#include <dlfcn.h>
#include <meetgate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static meetgate_client *client;
static const char *operation;
static char params[4096];
static const struct setup *setup;

/* A configuration; the number makes it an account of its own. */
static void configuration(char *text, size_t size, long number) {
  char tls[1100] = "";
  if (setup->ca != NULL) snprintf(tls, sizeof tls, ",\"tls\":{\"ca_file\":\"%s\"}", setup->ca);
  if (setup->work == WORK_QUERY)
    snprintf(text, size,
             "{\"platform\":\"youme\",\"base_url\":\"%s\",\"app_key\":\"%s\",\"app_secret\":\"%s\","
             "\"rest_api_key\":\"%s\"%s}",
             setup->url, setup->app_key, setup->app_secret, setup->rest_api_key, tls);
  else if (number < 0)
    snprintf(text, size,
             "{\"platform\":\"avd\",\"base_url\":\"%s\",\"token\":\"%s\",\"max_reply_bytes\":1073741824%s}",
             setup->url, setup->token, tls);
  else
    snprintf(text, size,
             "{\"platform\":\"avd\",\"base_url\":\"%s\",\"access_key\":\"key-%ld\",\"secret_key\":\"secret\"%s}",
             setup->url, number, tls);
}

static meetgate_client *new_client(long number) {
  char text[4096];
  char *error;
  meetgate_client *made;
  configuration(text, sizeof text, number);
  if (meetgate_client_new(text, &made, &error) != MEETGATE_OK) fail("meetgate_client_new", error);
  return made;
}

void contender_begin(const struct setup *given) {
  setup = given;
  client = new_client(-1);
  switch (setup->work) {
    case WORK_READ:
      operation = "avd.room.read";
      snprintf(params, sizeof params, "{\"room_id\":\"%s\"}", setup->room);
      break;
    case WORK_QUERY:
      operation = "youme.query_room_info";
      snprintf(params, sizeof params, "{\"RoomId\":\"%s\",\"BeginTime\":\"1575907200\"}", setup->room);
      break;
    case WORK_UPLOAD:
      operation = "avd.uploadfile";
      snprintf(params, sizeof params, "{\"file\":\"%s\",\"storage_only_cluster\":true}", setup->file);
      break;
  }
}

/* All threads use the one client. */
void *contender_open(void) { return NULL; }
void contender_close(void *own) { (void)own; }

void contender_call(void *own) {
  char *reply;
  (void)own;
  if (meetgate_call_with(client, operation, params, setup->options, NULL, &reply) != MEETGATE_OK)
    fail(operation, reply);
  meetgate_string_free(reply);
}

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Makes so many clients of as many accounts: what the last ones took, and what each holds. */
static void clients(long count) {
  enum { LAST = 101 };
  long last = count < LAST ? count : LAST, i;
  meetgate_client **all = calloc((size_t)count, sizeof *all);
  double times[LAST];
  long long before = live_bytes();
  for (i = 0; i < count; i++) {
    long long start = now_ns();
    all[i] = new_client(i);
    if (i >= count - last) times[i - (count - last)] = (double)(now_ns() - start) / 1e3;
  }
  qsort(times, (size_t)last, sizeof *times, ascending);
  printf("{\"new_us\":%.3f,\"bytes\":%.0f}\n", times[last / 2], (double)(live_bytes() - before) / (double)count);
  for (i = 0; i < count; i++) meetgate_client_free(all[i]);
  free(all);
}

/* A server that never answers: by how much a call exceeds its time. */
static void deadline(long timeout_ms) {
  char options[64];
  char *reply;
  long long start = now_ns();
  meetgate_status status;
  snprintf(options, sizeof options, "{\"timeout_ms\":%ld}", timeout_ms);
  status = meetgate_call_with(client, operation, params, options, NULL, &reply);
  if (status != MEETGATE_TIMEOUT) fail("expected a timeout", reply);
  meetgate_string_free(reply);
  printf("{\"over_ms\":%.3f}\n", (double)(now_ns() - start) / 1e6 - (double)timeout_ms);
}

static void *cancel_flag;
static long long returned;

static void *cancelled_call(void *unused) {
  char *reply;
  meetgate_status status =
      meetgate_call_with(client, operation, params, NULL, (meetgate_cancel *)cancel_flag, &reply);
  returned = now_ns();
  if (status != MEETGATE_CANCELLED) fail("expected a cancelled call", reply);
  meetgate_string_free(reply);
  return unused;
}

/* How long after the trigger a blocked call returns. Looked up by name: a library without these functions is measured too. */
static void cancel(void) {
  void *(*make)(void) = (void *(*)(void))dlsym(RTLD_DEFAULT, "meetgate_cancel_new");
  void (*trigger)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "meetgate_cancel_trigger");
  void (*discard)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "meetgate_cancel_free");
  struct timespec blocked = {0, 50000000};
  pthread_t thread;
  long long start;
  if (make == NULL || trigger == NULL || discard == NULL) {
    printf("{\"missing\":\"the library has no meetgate_cancel_new\"}\n");
    return;
  }
  cancel_flag = make();
  pthread_create(&thread, NULL, cancelled_call, NULL);
  nanosleep(&blocked, NULL);
  start = now_ns();
  trigger(cancel_flag);
  pthread_join(thread, NULL);
  discard(cancel_flag);
  printf("{\"after_ms\":%.3f}\n", (double)(returned - start) / 1e6);
}

const struct extras contender_extras = {meetgate_version, clients, deadline, cancel};
