/* Does what a test says, line by line: see tests/drivers/mod.rs for the lines and the answers. */
#define _POSIX_C_SOURCE 200809L

#include "operations.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A client, and what its token provider answers and was told. */
struct client {
  meetgate_client *client;
  /* JSON arrays. */
  char *answers, *told;
  unsigned asked;
};

/* Memory ---------------------------------------------------------------------------------------------------------- */

static void *checked(void *memory) {
  if (memory == NULL) {
    exit(3);
  }
  return memory;
}

static char *copy_of(const char *text) { return strcpy(checked(malloc(strlen(text) + 1)), text); }

/* The array with one more element, which is JSON. */
static char *with_element(char *array, const char *element) {
  size_t length = strlen(array);

  array = checked(realloc(array, length + strlen(element) + 2));
  sprintf(array + length - 1, "%s%s]", length == 2 ? "" : ",", element);
  return array;
}

/* Answers --------------------------------------------------------------------------------------------------------- */

static void show(meetgate_status status, const char *text) {
  printf("%s %lu\n", meetgate_status_name((int32_t)status), (unsigned long)strlen(text));
  fwrite(text, 1, strlen(text), stdout);
  printf("\n");
  fflush(stdout);
}

/* Frees the text, which may be NULL. */
static void show_and_free(meetgate_status status, char *text) {
  show(status, text == NULL ? "" : text);
  meetgate_string_free(text);
}

/* The value of a member of one of the provider's answers, to be freed; NULL where there is none. */
static char *answer_member(const struct client *to, unsigned number, const char *name) {
  char pointer[64], *value;

  sprintf(pointer, "/%u/%s", number, name);
  return meetgate_json_get(to->answers, pointer, &value) == MEETGATE_OK ? value : NULL;
}

static int MEETGATE_CALL provide(
    void *user_data, const char *dead_token, char *token, size_t capacity, int64_t *lifetime_s) {
  struct client *to = user_data;
  char *quoted = NULL, *given, *lifetime, *reason;
  uint64_t count;
  unsigned number;
  int result = 1;

  if (dead_token != NULL && meetgate_json_quote(dead_token, &quoted) != MEETGATE_OK) {
    return 4;
  }
  to->told = with_element(to->told, dead_token == NULL ? "null" : quoted);
  meetgate_string_free(quoted);
  if (meetgate_json_length(to->answers, "", &count) != MEETGATE_OK) {
    return 5;
  }
  number = to->asked < count ? to->asked : (unsigned)count - 1;
  to->asked++;
  given = answer_member(to, number, "token");
  lifetime = answer_member(to, number, "lifetime_s");
  reason = answer_member(to, number, "fails");
  if (given != NULL && strlen(given) < capacity) {
    strcpy(token, given);
    *lifetime_s = lifetime == NULL ? 0 : atol(lifetime);
    result = 0;
  } else if (reason != NULL && strlen(reason) < capacity) {
    strcpy(token, reason);
    result = MEETGATE_TOKEN_REASON;
  }
  meetgate_string_free(reason);
  meetgate_string_free(given);
  meetgate_string_free(lifetime);
  return result;
}

/* Events of every client, each in one line, if the environment names a file for them. */
static FILE *events;

static void MEETGATE_CALL note(void *user_data, int32_t level, const char *event_json) {
  (void)user_data;
  fprintf(events, "%d %s\n", (int)level, event_json);
  fflush(events);
}

/* Lines ----------------------------------------------------------------------------------------------------------- */

/* The text up to the next blank, which becomes a NUL. */
static char *word(char **rest) {
  char *start = *rest, *blank = strchr(start, ' ');

  if (blank == NULL) {
    *rest = start + strlen(start);
  } else {
    *blank = '\0';
    *rest = blank + 1;
  }
  return start;
}

static void call(const struct client *on, const char *operation, const char *params) {
  char *reply;
  size_t i;

  for (i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    if (strcmp(operations[i].name, operation) == 0) {
      meetgate_status status = operations[i].call(on->client, params, &reply);
      show_and_free(status, reply);
      return;
    }
  }
  fprintf(stderr, "%s has no C function\n", operation);
  exit(2);
}

static void forget(struct client *client) {
  meetgate_client_free(client->client);
  free(client->answers);
  free(client->told);
  memset(client, 0, sizeof *client);
}

static void obey(struct client *clients, char *line) {
  const char *verb = word(&line);
  struct client *client = &clients[*word(&line) - 'a'];
  char *text = NULL;
  meetgate_status status = MEETGATE_OK;

  if (strcmp(verb, "new") == 0) {
    forget(client);
    status = meetgate_client_new(line, &client->client, &text);
    if (status == MEETGATE_OK && events != NULL) {
      status = meetgate_client_set_log(client->client, MEETGATE_LOG_DEBUG, note, NULL, &text);
    }
  } else if (strcmp(verb, "call") == 0) {
    const char *operation = word(&line);
    call(client, operation, line);
    return;
  } else if (strcmp(verb, "call_with") == 0) {
    const char *options = word(&line), *operation = word(&line);
    status = meetgate_call_with(client->client, operation, line, options, NULL, &text);
  } else if (strcmp(verb, "set_token") == 0) {
    status = meetgate_client_set_token(client->client, line, &text);
  } else if (strcmp(verb, "provide") == 0) {
    free(client->answers);
    free(client->told);
    client->answers = copy_of(line);
    client->told = copy_of("[]");
    client->asked = 0;
    status = meetgate_client_set_token_provider(client->client, provide, client, &text);
  } else if (strcmp(verb, "asked") == 0) {
    show(MEETGATE_OK, client->told);
    return;
  } else if (strcmp(verb, "info") == 0) {
    status = meetgate_client_info(client->client, &text);
  } else if (strcmp(verb, "free") == 0) {
    forget(client);
  } else if (strcmp(verb, "memory") == 0) {
    char bytes[32];
    struct mallinfo2 memory = mallinfo2();
    sprintf(bytes, "%lu", (unsigned long)(memory.uordblks + memory.hblkhd));
    show(MEETGATE_OK, bytes);
    return;
  } else {
    fprintf(stderr, "%s is no verb\n", verb);
    exit(2);
  }
  show_and_free(status, text);
}

int main(void) {
  struct client clients[26];
  char *line = NULL;
  size_t capacity = 0, i;
  ssize_t length;

  memset(clients, 0, sizeof clients);
  if (getenv("MEETGATE_TEST_EVENTS") != NULL) {
    events = checked(fopen(getenv("MEETGATE_TEST_EVENTS"), "w"));
  }
  while ((length = getline(&line, &capacity, stdin)) > 0) {
    line[length - 1] = '\0';
    obey(clients, line);
  }
  free(line);
  for (i = 0; i < sizeof clients / sizeof clients[0]; i++) {
    forget(&clients[i]);
  }
  if (events != NULL) {
    fclose(events);
  }
  return 0;
}
