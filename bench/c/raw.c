/* The limit: bytes that are ready are written, and as many are read as the first answer had. */
#define _GNU_SOURCE
#include "contender.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct own {
  int socket;
  size_t answer; /* 0: not known yet */
  char room[65536];
};

static struct sockaddr_in server;
static char request[4096];
static size_t length;

/* A token may have = and /, which a query may not. */
static void encode(const char *text, char *out) {
  for (; *text != '\0'; text++)
    if (strchr("=+/", *text) != NULL)
      out += sprintf(out, "%%%02X", (unsigned char)*text);
    else
      *out++ = *text;
  *out = '\0';
}

void contender_begin(const struct setup *setup) {
  char host[64], token[2048];
  int port;
  if (setup->work == WORK_UPLOAD || sscanf(setup->url, "http://%63[^:]:%d", host, &port) != 2)
    fail("raw", "it reads and queries, and speaks plain HTTP only");
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)port);
  inet_pton(AF_INET, host, &server.sin_addr);
  encode(setup->token, token);
  if (setup->work == WORK_READ) {
    length = (size_t)snprintf(request, sizeof request,
                              "GET /sdkapi/v2/room/read?token=%s&room_id=%s HTTP/1.1\r\nHost: %s:%d\r\n"
                              "Accept: application/json\r\nUser-Agent: bench/1.0\r\n\r\n",
                              token, setup->room, host, port);
  } else {
    char body[1024];
    int size = snprintf(body, sizeof body, "{\"RoomId\":\"%s\",\"BeginTime\":\"1575907200\"}", setup->room);
    length = (size_t)snprintf(request, sizeof request,
                              "POST /v2/video/query_room_info?appkey=%s&identifier=admin&curtime=%lld"
                              "&checksum=0123456789012345678901234567890123456789&seq=1 HTTP/1.1\r\nHost: %s:%d\r\n"
                              "Accept: application/json\r\nUser-Agent: bench/1.0\r\n"
                              "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                              setup->app_key, (long long)time(NULL), host, port, size, body);
  }
}

void *contender_open(void) {
  struct own *own = calloc(1, sizeof *own);
  int on = 1;
  own->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(own->socket, (struct sockaddr *)&server, sizeof server) != 0) fail("raw", "no connection");
  setsockopt(own->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return own;
}

void contender_close(void *given) {
  struct own *own = given;
  close(own->socket);
  free(own);
}

/* How long the whole answer is, by its head. */
static size_t whole(const char *answer) {
  const char *end = strstr(answer, "\r\n\r\n");
  const char *field = strcasestr(answer, "content-length:");
  if (strncmp(answer, "HTTP/1.1 200", 12) != 0) fail("raw", answer);
  if (end == NULL || field == NULL || field > end) return 0;
  return (size_t)(end - answer) + 4 + strtoul(field + 15, NULL, 10);
}

void contender_call(void *given) {
  struct own *own = given;
  size_t have = 0;
  if (write(own->socket, request, length) != (ssize_t)length) fail("raw", "write");
  do {
    ssize_t count = read(own->socket, own->room + have, sizeof own->room - 1 - have);
    if (count <= 0) fail("raw", "read");
    have += (size_t)count;
    if (own->answer == 0) {
      own->room[have] = '\0';
      own->answer = whole(own->room);
    }
  } while (own->answer == 0 || have < own->answer);
}

const struct extras contender_extras = {NULL, NULL, NULL, NULL};
