// A meetgate-sandbox for tests in C++: started as a child process on a free port, and stopped when it goes out of scope.
// For POSIX systems, C++11.
//
//   sandbox local("avd");
//   meetgate::avd avd(meetgate::raw(local.config()));
//
// The program is the one that the environment variable MEETGATE_SANDBOX names, else meetgate-sandbox of the search path.
// On Linux the sandbox also ends with the thread that started it, for example when an assertion fails.
#ifndef SANDBOX_HPP
#define SANDBOX_HPP

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

class sandbox {
public:
  // platform is "hst", "youme" or "avd". Throws where the sandbox did not start; it has said why on standard error.
  explicit sandbox(const std::string &platform) : pid_(-1), config_() {
    const char *named = std::getenv("MEETGATE_SANDBOX");
    const std::string program = named != nullptr ? named : "meetgate-sandbox";
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe to a sandbox");
    pid_ = fork();
    if (pid_ == 0) {
#ifdef __linux__
      prctl(PR_SET_PDEATHSIG, SIGTERM); // a test that crashes leaves no sandbox behind
#endif
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execlp(program.c_str(), program.c_str(), "--listen", "0", "--print", platform.c_str(), static_cast<char *>(nullptr));
      std::perror(program.c_str());
      _exit(127);
    }
    close(ends[1]);
    // The first line is there when the sandbox takes calls.
    char c = 0;
    while (pid_ > 0 && read(ends[0], &c, 1) == 1 && c != '\n') config_ += c;
    close(ends[0]);
    if (c != '\n') {
      stop();
      throw std::runtime_error("no sandbox: " + program + " did not start");
    }
  }

  sandbox(const sandbox &) = delete;
  sandbox &operator=(const sandbox &) = delete;
  ~sandbox() { stop(); }

  // Of one platform: what a client of meetgate takes.
  const std::string &config() const { return config_; }

private:
  void stop() {
    if (pid_ > 0 && kill(pid_, SIGTERM) == 0) waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  pid_t pid_;
  std::string config_;
};

#endif
