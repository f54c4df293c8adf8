#include "check.h"

#include <stdarg.h>
#include <stdio.h>

#define FIXED_TOKEN "fixed-token=="

static int passed, failed;

int check(int holds, const char *what, const char *file, int line) {
  if (holds) {
    __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
  } else {
    __atomic_fetch_add(&failed, 1, __ATOMIC_RELAXED);
    printf("%s:%d: %s\n", file, line, what);
  }
  return holds;
}

int failures(void) { return failed; }

double patience(void) {
  const char *times = getenv("MEETGATE_PATIENCE");
  return times != NULL ? strtod(times, NULL) : 1;
}

/* Replies --------------------------------------------------------------------------------------------------------- */

char untouched[] = "untouched";

/* The value at a pointer, to be freed; NULL where there is none. */
static char *value_at(const char *json, const char *pointer) {
  char *value;
  meetgate_status status = meetgate_json_get(json, pointer, &value);

  if (status != MEETGATE_OK && status != MEETGATE_ABSENT) {
    printf("%s of %s: %s\n", pointer, json, value);
    exit(2);
  }
  return value;
}

static int has_this_text(const char *reply, const struct want *want) {
  char *value = value_at(reply, want->pointer);
  int is_met = value != NULL && strcmp(value, want->text) == 0;

  meetgate_string_free(value);
  return is_met;
}

static int has_this_part(const char *reply, const struct want *want) {
  char *value = value_at(reply, want->pointer);
  int is_met = value != NULL && strstr(value, want->text) != NULL;

  meetgate_string_free(value);
  return is_met;
}

static int is_within(const char *reply, const struct want *want) {
  char *value = value_at(reply, want->pointer), *end = value;
  double number = value == NULL ? 0 : strtod(value, &end);
  int is_met = value != NULL && end != value && *end == '\0' && want->least <= number && number <= want->most;

  meetgate_string_free(value);
  return is_met;
}

static int is_there(const char *reply, const struct want *want) {
  char *value = value_at(reply, want->pointer);

  meetgate_string_free(value);
  return value != NULL;
}

static int is_not_there(const char *reply, const struct want *want) { return !is_there(reply, want); }

static int has_no_part(const char *reply, const struct want *want) { return strstr(reply, want->text) == NULL; }

static int has_this_beginning(const char *reply, const struct want *want) {
  return strncmp(reply, want->text, strlen(want->text)) == 0;
}

struct want is(const char *pointer, const char *text) {
  return (struct want){has_this_text, "is not", pointer, text, 0, 0};
}

struct want holds(const char *pointer, const char *part) {
  return (struct want){has_this_part, "does not hold", pointer, part, 0, 0};
}

struct want between(const char *pointer, double least, double most) {
  return (struct want){is_within, "is not within the bounds", pointer, "", least, most};
}

struct want present(const char *pointer) { return (struct want){is_there, "is absent", pointer, "", 0, 0}; }

struct want absent(const char *pointer) { return (struct want){is_not_there, "is there", pointer, "", 0, 0}; }

struct want nowhere(const char *text) { return (struct want){has_no_part, "the reply holds", "", text, 0, 0}; }

struct want begins(const char *text) {
  return (struct want){has_this_beginning, "the reply does not begin with", "", text, 0, 0};
}

static int has_no_attempt(const char *reply, const struct want *want) {
  char *attempts = value_at(reply, want->pointer);
  int is_met = attempts == NULL || strcmp(attempts, "0") == 0;

  meetgate_string_free(attempts);
  return is_met;
}

struct want not_sent(void) { return (struct want){has_no_attempt, "something was sent", "/attempts", "", 0, 0}; }

/* Of the form that header and guides promise. */
static int is_error_document(const char *reply, meetgate_status status) {
  char beginning[64];

  snprintf(beginning, sizeof beginning, "{\"status\":\"%s\",\"message\":\"", meetgate_status_name(status));
  return strncmp(reply, beginning, strlen(beginning)) == 0;
}

/* What no error document may show: the secrets of the configurations, and the token of avd_at. */
static char *secrets[6];

static void hide(const struct setting *setting) {
  const char *const configs[] = {setting->hst, setting->youme, setting->youme, setting->avd};
  const char *const keys[] = {"/dev_secret", "/app_secret", "/rest_api_key", "/secret_key"};
  size_t i, count = 0;

  for (i = 0; i < COUNT(keys); i++) {
    secrets[count] = value_at(configs[i], keys[i]);
    if (secrets[count] != NULL) count++;
  }
  CHECK(count == COUNT(keys));
  secrets[count] = NULL;
}

static void show_all(void) {
  char **secret;

  for (secret = secrets; *secret != NULL; secret++) meetgate_string_free(*secret);
}

static int tells_a_secret(const char *error) {
  char **secret;

  for (secret = secrets; *secret != NULL; secret++) {
    if (strstr(error, *secret) != NULL) return 1;
  }
  return strstr(error, FIXED_TOKEN) != NULL;
}

void expect(meetgate_status wanted, meetgate_status got, char **reply, const struct want *wants, const char *call,
    const char *file, int line) {
  int before = failed;
  uint64_t members;

  if (!check(*reply != NULL && *reply != untouched, "the call gave no string out", file, line)) {
    return;
  }
  check(got == wanted, meetgate_status_name((int32_t)got), file, line);
  check(meetgate_json_length(*reply, "", &members) == MEETGATE_OK && **reply == '{', "not one JSON object", file, line);
  if (wanted != MEETGATE_OK) {
    check(is_error_document(*reply, wanted), "not that error document", file, line);
    check(!tells_a_secret(*reply), "a secret in an error document", file, line);
  }
  if (failed == before) {
    for (; wants->is_met != NULL; wants++) {
      if (!check(wants->is_met(*reply, wants), wants->what, file, line)) {
        printf("  \"%s\": %s\n", wants->pointer, wants->text);
        if (wants->is_met == is_within) {
          printf("  %.0f to %.0f\n", wants->least, wants->most);
        }
      }
    }
  }
  if (failed > before) {
    printf("  expected %s of %s\n  %s\n", meetgate_status_name((int32_t)wanted), call, *reply);
  }
  meetgate_string_free(*reply);
  *reply = untouched;
}

/* Texts ----------------------------------------------------------------------------------------------------------- */

const char *format(const char *format, ...) {
  static char buffers[32][2048];
  static unsigned next;
  char *text = buffers[next++ % COUNT(buffers)];
  va_list arguments;

  va_start(arguments, format);
  if (vsnprintf(text, sizeof buffers[0], format, arguments) >= (int)sizeof buffers[0]) {
    abort();
  }
  va_end(arguments);
  return text;
}

const char *with(const char *object, const char *more) {
  return format("%.*s,%s", (int)strlen(object) - 1, object, more + 1);
}

const char *member(const char *json, const char *pointer) {
  char *value = value_at(json, pointer);
  const char *kept = format("%s", value == NULL ? "" : value);

  check(value != NULL, pointer, json, 0);
  meetgate_string_free(value);
  return kept;
}

/* What the programs are started with ------------------------------------------------------------------------------ */

meetgate_client *client_of(const char *config) {
  meetgate_client *client;
  char *error = untouched;

  if (meetgate_client_new(config, &client, &error) != MEETGATE_OK) {
    printf("no client of %s: %s\n", config, error);
    exit(2);
  }
  CHECK(error == NULL);
  return client;
}

meetgate_client *avd_at(const struct setting *setting, const char *way) {
  return client_of(
      format(JSON({"platform":"avd","base_url":"%s/%s","token":"%s"}), setting->server, way, FIXED_TOKEN));
}

struct clients clients_of(const struct setting *setting) {
  return (struct clients){client_of(setting->hst), client_of(setting->youme), client_of(setting->avd)};
}

void free_clients(struct clients *clients) {
  meetgate_client_free(clients->hst);
  meetgate_client_free(clients->youme);
  meetgate_client_free(clients->avd);
}

meetgate_client *client_for(const struct clients *clients, const char *operation) {
  return operation[0] == 'h' ? clients->hst : operation[0] == 'y' ? clients->youme : clients->avd;
}

/* Groups of checks ------------------------------------------------------------------------------------------------ */

int run_checks(int argc, char **argv, const struct group *groups, size_t count) {
  struct setting setting;
  size_t i;

  if (argc != 6) {
    fprintf(stderr, "usage: %s HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS\n", argv[0]);
    return 2;
  }
  setting = (struct setting){argv[1], argv[2], argv[3], argv[4], argv[5]};
  hide(&setting);
  for (i = 0; i < count; i++) {
    int before = failed;
    groups[i].run(&setting);
    printf("%s %s\n", failed == before ? "ok" : "FAILED", groups[i].name);
    fflush(stdout);
  }
  show_all();
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
