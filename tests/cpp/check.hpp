// Checking, and a closing line `N passed, N failed`.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>
#include <string>

namespace checks {

struct counters {
  int passed, failed;
};

inline counters &count() {
  static counters all = {0, 0};
  return all;
}

inline bool check(bool holds, const std::string &what, const char *file, int line) {
  (holds ? count().passed : count().failed)++;
  if (!holds) std::printf("%s:%d: %s\n", file, line, what.c_str());
  return holds;
}

inline void equal(const std::string &got, const std::string &wanted, const char *file, int line) {
  check(got == wanted, "expected " + wanted + "\n  got " + got, file, line);
}

// Runs one group of checks and says how it went.
inline void run(const char *name, void (*test)()) {
  const int before = count().failed;
  test();
  std::printf("%s %s\n", count().failed == before ? "ok" : "FAILED", name);
  std::fflush(stdout);
}

inline int closing() {
  std::printf("%d passed, %d failed\n", count().passed, count().failed);
  return count().failed == 0 ? 0 : 1;
}

}  // namespace checks

#define CHECK(condition) checks::check((condition), #condition, __FILE__, __LINE__)
#define EQUAL(got, wanted) checks::equal((got), (wanted), __FILE__, __LINE__)
#define RUN(test) checks::run(#test, test)

#endif
