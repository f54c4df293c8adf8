/* One way to do the work. ours.c, curl.c and raw.c implement it, and driver.c measures it. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

/* What is called. */
enum work {
  WORK_READ,   /* avd.room.read: GET, a fixed token */
  WORK_QUERY,  /* youme.query_room_info: POST, a checksum for each call */
  WORK_UPLOAD  /* avd.uploadfile: a file as multipart */
};

struct setup {
  enum work work;
  const char *url;    /* scheme, host, port, and a prefix that asks for another answer */
  const char *ca;     /* a file with certificates, or NULL */
  const char *token;
  const char *room;
  const char *app_key, *app_secret, *rest_api_key;
  const char *file;   /* what is uploaded */
  const char *options; /* of each call, or NULL: ours only */
  int parse;          /* 0: the answer is kept but not read as JSON. libcurl only */
};

/* Before the first call, once. */
void contender_begin(const struct setup *setup);

/* What one thread needs for itself. */
void *contender_open(void);
void contender_close(void *own);

/* One call from the credential to the judged answer, which is kept until then. It ends the program if the call fails. */
void contender_call(void *own);

/* What not all have; elsewhere NULL. Each but the first prints one JSON object. */
struct extras {
  const char *(*version)(void);
  void (*clients)(long count);
  void (*deadline)(long timeout_ms);
  void (*cancel)(void);
};
extern const struct extras contender_extras;

/* Prints why, and ends the program. */
void fail(const char *what, const char *why);

/* Monotonic, in nanoseconds. */
long long now_ns(void);

/* Bytes that are allocated now; -1 without malloc_counter.so. */
long long live_bytes(void);

#endif
