/* Processes and threads: a client belongs to the process that made it, and serves all of its threads. */
/* For unshare. */
#define _GNU_SOURCE

#include "check.h"
#include "operations.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* tests/c_contract.rs counts their calls. */
#define THREADS 64
#define CALLS_OF_A_THREAD 3

/* How the function of an operation is called. */
typedef meetgate_status(MEETGATE_CALL *operation_function)(meetgate_client *, const char *, char **);

static void in_the_child(const struct setting *setting, const struct clients *on) {
  const char *why = "made by the parent process";
  meetgate_client *own;
  char *reply;
  size_t i;

  EXPECT(MEETGATE_FORKED, reply, meetgate_call(on->avd, "avd.room.read", ROOM, &reply),
      holds("/message", why));
  EXPECT(MEETGATE_FORKED, reply, meetgate_call_with(on->hst, "hst.online.user.state", STATES, "{}", NULL, &reply),
      holds("/message", why));
  EXPECT(MEETGATE_FORKED, reply,
      meetgate_raw_call(on->youme, JSON({"method":"POST","path":"/v2/video/count_qos_by_day"}), &reply),
      holds("/message", why));
  for (i = 0; i < COUNT(operations); i++) {
    EXPECT(MEETGATE_FORKED, reply, operations[i].call(client_for(on, operations[i].name), NULL, &reply),
        holds("/message", why));
  }
  meetgate_client_free(on->avd);
  /* It did nothing, so that this is no use after free. */
  EXPECT(MEETGATE_FORKED, reply, meetgate_avd_room_read(on->avd, ROOM, &reply),
      holds("/message", why));
  own = client_of(setting->avd);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(own, ROOM, &reply), is("/ret", "0"));
  meetgate_client_free(own);
  /* One token lives per hst account: this fetch kills the parent's, whose next call renews it unseen. */
  own = client_of(setting->hst);
  EXPECT(MEETGATE_OK, reply, meetgate_hst_access_token(own, NULL, &reply), present("/result/access_token"));
  meetgate_client_free(own);
}

static void test_a_forked_child_gets_forked(const struct setting *setting) {
  struct clients on = clients_of(setting);
  int before = failures(), status = -1;
  pid_t child;
  char *reply;

  /* With a connection open and a token held. */
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(on.avd, ROOM, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(on.hst, STATES, &reply), is("/code", "0"));
  fflush(stdout);
  child = fork();
  if (child == 0) {
    in_the_child(setting, &on);
    fflush(stdout);
    _exit(failures() == before ? 0 : 1);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(on.avd, ROOM, &reply), is("/ret", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_hst_online_user_state(on.hst, STATES, &reply), is("/code", "0"));
  free_clients(&on);
}

/* What a child returns where the system allows no namespaces. */
#define NO_NAMESPACES 77

/* Runs this in a child that is process 1 of a namespace of its own. Gives back what it returns. */
static int as_process_1(int (*run)(const struct setting *setting, meetgate_client *client), const struct setting *setting,
    meetgate_client *client) {
  int status = -1;
  pid_t child;

  /* Who is not root needs a namespace of users, too. */
  if (unshare(CLONE_NEWPID) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
    printf("skipped: a child that is process 1, like its parent (unshare: %s)\n", strerror(errno));
    return NO_NAMESPACES;
  }
  fflush(stdout);
  child = fork();
  if (child == 0) {
    status = run(setting, client);
    fflush(stdout);
    _exit(status);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 1;
  return WEXITSTATUS(status);
}

static int with_the_clients_of_process_1(const struct setting *setting, meetgate_client *of_parent) {
  int before = failures();
  meetgate_client *own;
  char *reply;

  CHECK(getpid() == 1);
  EXPECT(MEETGATE_FORKED, reply, meetgate_avd_room_read(of_parent, ROOM, &reply),
      holds("/message", "made by the parent process"));
  EXPECT(MEETGATE_FORKED, reply, meetgate_client_info(of_parent, &reply),
      holds("/message", "made by the parent process"));
  EXPECT(MEETGATE_FORKED, reply, meetgate_client_close_idle(of_parent, &reply),
      holds("/message", "made by the parent process"));
  meetgate_client_free(of_parent);
  /* It has no token of its parent's, either. */
  own = client_of(setting->avd);
  EXPECT(MEETGATE_OK, reply, meetgate_client_info(own, &reply), is("/token/generation", "0"));
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(own, ROOM, &reply), is("/ret", "0"));
  meetgate_client_free(own);
  return failures() > before;
}

static int be_process_1(const struct setting *setting, meetgate_client *unused) {
  int before = failures(), result;
  meetgate_client *client = client_of(setting->avd);
  char *reply;

  (void)unused;
  CHECK(getpid() == 1);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/ret", "0"));
  result = as_process_1(with_the_clients_of_process_1, setting, client);
  EXPECT(MEETGATE_OK, reply, meetgate_avd_room_read(client, ROOM, &reply), is("/ret", "0"));
  meetgate_client_free(client);
  return result == 0 ? failures() > before : result;
}

/* In a container, parent and child can both be process 1, each of its own namespace. */
static void test_a_child_with_its_parents_number_gets_forked(const struct setting *setting) {
  int status = -1;
  pid_t child;

  fflush(stdout);
  child = fork();
  if (child == 0) {
    status = as_process_1(be_process_1, setting, NULL);
    fflush(stdout);
    _exit(status);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == NO_NAMESPACES);
}

/* Runs the process out of descriptors, and gives it the old limit back. */
static void limit_descriptors(struct rlimit *limit) {
  struct rlimit next = *limit;
  int unused = dup(STDOUT_FILENO);

  CHECK(unused > 0 && close(unused) == 0);
  next.rlim_cur = (rlim_t)unused;
  CHECK(setrlimit(RLIMIT_NOFILE, &next) == 0);
}

/* What a fetch failed for that had no descriptor is over when there is one: nobody waits for the end of a pause. */
static void out_of_descriptors(const char *config, operation_function call, const char *params) {
  meetgate_client *client = client_of(config);
  struct rlimit limit;
  char *reply;

  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit_descriptors(&limit);
  EXPECT(MEETGATE_NETWORK, reply, call(client, params, &reply), holds("/message", "run out of something"), not_sent());
  EXPECT(MEETGATE_NETWORK, reply, call(client, params, &reply), holds("/message", "run out of something"),
      nowhere("not tried again"), not_sent());
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  EXPECT(MEETGATE_OK, reply, call(client, params, &reply), present(""));
  meetgate_client_free(client);
}

static void test_a_lack_of_descriptors_pauses_nobody(const struct setting *setting) {
  const char *port = strrchr(member(setting->hst, "/base_url"), ':');
  const char *by_name = format(JSON({"platform":"hst","base_url":"http://localhost%s","dev_id":"%s","dev_secret":"%s"}), port,
      member(setting->hst, "/dev_id"), member(setting->hst, "/dev_secret"));

  out_of_descriptors(setting->hst, meetgate_hst_online_user_state, STATES);
  out_of_descriptors(setting->avd, meetgate_avd_room_read, ROOM);
  /* A name is looked up with a descriptor, too. */
  out_of_descriptors(by_name, meetgate_hst_online_user_state, STATES);
}

struct work {
  meetgate_client *client;
  operation_function call;
  const char *params;
  pthread_barrier_t *all_there;
  int failed;
};

static void *call_some(void *argument) {
  struct work *work = argument;
  int i;

  pthread_barrier_wait(work->all_there);
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
static void many_threads_on(const char *config, operation_function call, const char *params) {
  meetgate_client *client = client_of(with(config, JSON({"user_agent":"many-threads"})));
  pthread_t threads[THREADS];
  pthread_barrier_t all_there;
  struct work work[THREADS];
  int i;

  CHECK(pthread_barrier_init(&all_there, NULL, THREADS) == 0);
  for (i = 0; i < THREADS; i++) {
    work[i] = (struct work){client, call, params, &all_there, 0};
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

static void test_many_threads_on_one_client(const struct setting *setting) {
  /* With the account's last client its token went, so that each of these begins without one. */
  many_threads_on(setting->avd, meetgate_avd_room_read, ROOM);
  many_threads_on(setting->hst, meetgate_hst_online_user_state, STATES);
  many_threads_on(setting->youme, meetgate_youme_count_qos_by_day, QOS);
}

static const struct group tests[] = {
    /* First, while the clients have no hash map: the child cannot free them, and valgrind, which looks at the child too,
     * would take a map for possibly lost, because only pointers into its middle lead to it. */
    TEST(a_forked_child_gets_forked),
    TEST(a_child_with_its_parents_number_gets_forked),
    TEST(a_lack_of_descriptors_pauses_nobody),
    TEST(many_threads_on_one_client),
};

int main(int argc, char **argv) { return run_checks(argc, argv, tests, COUNT(tests)); }
