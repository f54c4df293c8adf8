// Does what a test says, line by line, by the methods and the setters that a C++ program uses: see tests/drivers/mod.rs for
// the lines and the answers.
#include "operations.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>

// The value at a pointer; whether there is one.
static bool find(const std::string &json, const std::string &pointer, std::string &value) {
  char *text = nullptr;
  const meetgate_status status = meetgate_json_get(json.c_str(), pointer.c_str(), &text);
  if (status == MEETGATE_OK) value = text;
  meetgate_string_free(text);
  return status == MEETGATE_OK;
}

// What a token provider answers, and the dead tokens that it was told: JSON arrays.
struct script {
  std::string answers, told;
  unsigned asked, last;

  explicit script(const std::string &given) : answers(given), told("[]"), asked(0), last(0) {
    std::string answer;
    while (find(answers, '/' + std::to_string(last + 1), answer)) last++;
  }

  meetgate::provided_token next(const std::string &dead_token) {
    told.insert(told.size() - 1, (asked == 0 ? "" : ",") + (dead_token.empty() ? "null" : '"' + dead_token + '"'));
    const std::string answer = '/' + std::to_string(asked < last ? asked : last);
    asked++;
    std::string token, lifetime("0"), reason;
    find(answers, answer + "/fails", reason);
    if (!find(answers, answer + "/token", token)) throw std::runtime_error(reason);
    find(answers, answer + "/lifetime_s", lifetime);
    return meetgate::provided_token(token, std::atol(lifetime.c_str()));
  }
};

// A client of any platform.
struct any_client {
  virtual ~any_client() {}
  virtual std::string calls(const std::string &operation, const std::string &params) const = 0;
  virtual std::string info() const = 0;
  virtual void set_token(const std::string &token) const = 0;
  virtual void set_token_provider(const meetgate::token_provider &provide) const = 0;
};

template <class Client>
static void give_token(const Client &client, const std::string &token) {
  client.set_token(token);
}
template <class Client>
static void give_provider(const Client &client, const meetgate::token_provider &provide) {
  client.set_token_provider(provide);
}
// It has no tokens.
static void give_token(const meetgate::youme &, const std::string &) { std::abort(); }
static void give_provider(const meetgate::youme &, const meetgate::token_provider &) { std::abort(); }

template <class Client>
struct client_of : any_client {
  Client client;

  explicit client_of(const std::string &config) : client(meetgate::raw(config)) {}
  std::string calls(const std::string &operation, const std::string &params) const override {
    return call(client, operation.c_str(), params.c_str());
  }
  std::string info() const override { return client.info(); }
  void set_token(const std::string &token) const override { give_token(client, token); }
  void set_token_provider(const meetgate::token_provider &provide) const override { give_provider(client, provide); }
};

static std::unique_ptr<any_client> made(const std::string &config) {
  std::string platform;
  find(config, "/platform", platform);
  if (platform == "hst") return std::unique_ptr<any_client>(new client_of<meetgate::hst>(config));
  if (platform == "youme") return std::unique_ptr<any_client>(new client_of<meetgate::youme>(config));
  return std::unique_ptr<any_client>(new client_of<meetgate::avd>(config));
}

// The text up to the next blank, which is taken off.
static std::string word(std::string &rest) {
  const std::size_t blank = rest.find(' ');
  const std::string first = rest.substr(0, blank);
  rest = blank == std::string::npos ? "" : rest.substr(blank + 1);
  return first;
}

static std::map<std::string, std::unique_ptr<any_client>> clients;
static std::map<std::string, std::shared_ptr<script>> scripts;

static std::string obey(std::string line) {
  const std::string verb = word(line), name = word(line);
  if (verb == "new") {
    clients.erase(name);
    clients[name] = made(line);
  } else if (verb == "call") {
    const std::string operation = word(line);
    return clients.at(name)->calls(operation, line);
  } else if (verb == "set_token") {
    clients.at(name)->set_token(line);
  } else if (verb == "provide") {
    const std::shared_ptr<script> answers = std::make_shared<script>(line);
    scripts[name] = answers;
    clients.at(name)->set_token_provider([answers](const std::string &dead) { return answers->next(dead); });
  } else if (verb == "asked") {
    return scripts.at(name)->told;
  } else if (verb == "info") {
    return clients.at(name)->info();
  } else if (verb == "free") {
    clients.erase(name);
  } else {
    std::fprintf(stderr, "%s is no verb\n", verb.c_str());
    std::exit(2);
  }
  return "";
}

static void show(const char *status, const std::string &reply) {
  std::cout << status << ' ' << reply.size() << '\n' << reply << '\n' << std::flush;
}

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      show("OK", obey(line));
    } catch (const meetgate::error &error) {
      show(error.status_name(), error.document());
    }
  }
  clients.clear();
  return 0;
}
