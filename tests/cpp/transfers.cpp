// Files that are sent and fetched, with progress.
//
//   transfers HST_CONFIG YOUME_CONFIG AVD_CONFIG SERVER NO_TLS FOLDER
//
// AVD_CONFIG is a sandbox's. FOLDER is empty. Prints one line for each group of checks and a closing line
// `N passed, N failed`.
#include "check.hpp"

#include <meetgate.hpp>

#include <clocale>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

using meetgate::call_options;
using meetgate::download_options;

static const char *avd_config;
static std::string folder;

static meetgate::avd sandbox() { return meetgate::avd(meetgate::raw(avd_config)); }

static std::string path(const char *name) { return folder + "/" + name; }

static std::string bytes_of(const std::string &file) {
  std::ifstream stream(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

// A picture of some size, whose bytes say where they stand.
static std::string picture(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; bytes.size() < size; i++) bytes += std::to_string(i) + ' ';
  bytes.resize(size);
  return bytes;
}

static meetgate::avd_uploadfile_params named(const std::string &name) {
  return meetgate::avd_uploadfile_params().file(name);
}

// Fetches what the platform says that it has.
static std::string fetched(const meetgate::avd &avd, const std::string &reply, const char *name) {
  const std::string url = meetgate::member(reply, "download_url");
  CHECK(!url.empty());
  const meetgate::downloaded file(avd.download(url, path(name)));
  const std::string bytes = bytes_of(path(name));
  CHECK(file.bytes() == bytes.size() && file.resumed_from() == 0 && file.attempts() == 1);
  CHECK(file.seconds() >= 0 && file.seconds() < 60);
  return bytes;
}

static void a_file_goes_up_and_comes_down() {
  const meetgate::avd avd = sandbox();
  const std::string sent = picture(300000);
  std::ofstream(path("up.png"), std::ios::binary) << sent;
  std::uint64_t last = 0, total = 0;
  int told = 0;
  const std::string reply = avd.upload(named(path("up.png")), [&](std::uint64_t bytes, std::uint64_t of) {
    CHECK(bytes >= last && bytes <= of);
    last = bytes;
    total = of;
    told++;
  });
  CHECK(told >= 1 && last == 300000 && total == 300000);
  CHECK(fetched(avd, reply, "down.png") == sent);

  // By its name, and a progress that says whether to go on.
  const std::string again =
      avd.upload("avd.uploadfile", named(path("up.png")), [](std::uint64_t, std::uint64_t) { return true; });
  CHECK(fetched(avd, again, "again.png") == sent);
}

static void content_comes_from_functions_and_streams() {
  const meetgate::avd avd = sandbox();
  const std::string sent = picture(100001);
  const meetgate::read_function read = [&](std::uint64_t offset, char *buffer, std::size_t size) {
    return static_cast<std::int64_t>(sent.copy(buffer, size, static_cast<std::size_t>(offset)));
  };
  CHECK(fetched(avd, avd.upload(named("read.png"), meetgate::content(read, sent.size())), "read.png") == sent);

  // A stream goes from where it stands.
  std::istringstream stream("ahead" + sent);
  stream.ignore(5);
  std::uint64_t last = 0;
  const std::string reply = avd.upload("avd.uploadfile", named("stream.png"), meetgate::content(stream),
                                       [&](std::uint64_t bytes, std::uint64_t) { last = bytes; });
  CHECK(last == sent.size());
  CHECK(fetched(avd, reply, "stream.png") == sent);
}

// How something ended: the word of its status, or what was thrown.
template <class Act>
static std::string ended(const Act &act) {
  try {
    act();
    return "OK";
  } catch (const meetgate::error &error) {
    return error.status_name();
  } catch (const std::domain_error &thrown) {
    return thrown.what();
  }
}

static void what_cannot_be_read_is_refused() {
  const meetgate::avd avd = sandbox();
  EQUAL(ended([&] { avd.upload(named("a.png"), meetgate::content(meetgate::read_function(), 5)); }), "INVALID_ARGUMENT");
  std::ifstream missing(path("missing"));
  EQUAL(ended([&] { avd.upload(named("a.png"), meetgate::content(missing)); }), "INVALID_ARGUMENT");
  EQUAL(ended([&] { avd.upload(named(path("missing.png")), meetgate::progress()); }), "IO");
  const meetgate::content fails([](std::uint64_t, char *, std::size_t) { return std::int64_t(-1); }, 5);
  EQUAL(ended([&] { avd.upload(named("a.png"), fails); }), "IO");
  const meetgate::content throws(
      [](std::uint64_t, char *, std::size_t) -> std::int64_t { throw std::domain_error("of the reader"); }, 5);
  EQUAL(ended([&] { avd.upload(named("a.png"), throws); }), "of the reader");
  EQUAL(ended([&] { avd.upload("avd.room.list", meetgate::object(), meetgate::progress()); }), "INVALID_ARGUMENT");
  EQUAL(ended([&] { avd.download(std::string("/a\0b", 4), path("nul")); }), "INVALID_ARGUMENT");
}

static void a_progress_ends_a_transfer() {
  const meetgate::avd avd = sandbox();
  const std::string sent = picture(400000);
  std::istringstream stream(sent);
  const std::string reply = avd.upload(named("long.png"), meetgate::content(stream));
  const std::string url = meetgate::member(reply, "download_url");
  const auto stops = [](std::uint64_t, std::uint64_t) { return false; };
  const auto throws = [](std::uint64_t, std::uint64_t) { throw std::domain_error("of the progress"); };

  EQUAL(ended([&] { avd.upload(named("stopped.png"), meetgate::content(stream), stops); }), "CANCELLED");
  EQUAL(ended([&] { avd.upload(named("thrown.png"), meetgate::content(stream), throws); }), "of the progress");
  EQUAL(ended([&] { avd.download(url, path("stopped.png"), download_options(), stops); }), "CANCELLED");
  EQUAL(ended([&] { avd.download(url, path("stopped.png"), download_options(), throws); }), "of the progress");
  CHECK(bytes_of(path("stopped.png")).empty());
  // The next one takes what is there, and the client is as it was.
  CHECK(meetgate::downloaded(avd.download(url, path("stopped.png"))).bytes() == sent.size());
  CHECK(bytes_of(path("stopped.png")) == sent);
}

static void options_of_a_download_count() {
  const meetgate::avd avd = sandbox();
  const std::string sent = picture(5000);
  std::istringstream stream(sent);
  const std::string url = meetgate::member(avd.upload(named("o.png"), meetgate::content(stream)), "download_url");
  EQUAL(ended([&] { avd.download(url, path("o.png"), download_options().max_bytes(100)); }), "LIMIT");
  EQUAL(ended([&] { avd.download(url, path("o.png"), download_options().md5("00000000000000000000000000000000")); }),
        "PROTOCOL");
  const meetgate::cancel stop;
  stop.trigger();
  EQUAL(ended([&] { avd.download(url, path("o.png"), download_options().cancel(stop)); }), "CANCELLED");
  CHECK(bytes_of(path("o.png")).empty());
  avd.download(url, path("o.png"), download_options().timeout_ms(20000).overwrite(false));
  CHECK(bytes_of(path("o.png")) == sent);
  EQUAL(ended([&] { avd.download(url, path("o.png"), download_options().overwrite(false)); }), "IO");
}

static void a_reply_is_read_in_any_locale() {
  const char *const before = std::setlocale(LC_ALL, "de_DE.UTF-8");
  const meetgate::downloaded file(
      R"({"bytes":18446744073709551615,"resumed_from":7,"etag":"\"v1\"","md5":"ab","seconds":12.375,"attempts":3})");
  CHECK(file.bytes() == 18446744073709551615U && file.resumed_from() == 7 && file.attempts() == 3);
  CHECK(file.seconds() > 12.3749 && file.seconds() < 12.3751);
  EQUAL(file.etag(), "\"v1\"");
  EQUAL(file.md5(), "ab");
  if (before != nullptr) std::setlocale(LC_ALL, "C");
}

static void connections_that_are_idle_are_closed() {
  meetgate::avd avd = sandbox();
  avd.room.list();
  avd.room.list();
  const std::string opened = meetgate::member(avd.stats(), "connections_opened");
  avd.room.list();
  EQUAL(meetgate::member(avd.stats(), "connections_opened"), opened);
  avd.close_idle();
  avd.room.list();
  EQUAL(meetgate::member(avd.stats(), "connections_opened"), std::to_string(std::stoi(opened) + 1));
  avd.close();
  EQUAL(ended([&] { avd.close_idle(); }), "INVALID_ARGUMENT");
}

static void keys_of_networks_are_pleasant() {
  const std::string config =
      meetgate::avd_config()
          .resolve(meetgate::object().set("conf.example", "10.0.0.5").set("b.example", {"10.0.0.6", "10.0.0.7"}))
          .headers(meetgate::object().set("X-Gateway-Key", "k"))
          .bind("eth1")
          .tls(meetgate::avd_tls().roots("none").pin_sha256({"pin"}))
          .str();
  EQUAL(config, R"({"platform":"avd","resolve":{"conf.example":"10.0.0.5","b.example":["10.0.0.6","10.0.0.7"]},)"
                R"("headers":{"X-Gateway-Key":"k"},"bind":"eth1","tls":{"roots":"none","pin_sha256":["pin"]}})");
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  avd_config = argv[3];
  folder = argv[6];
  RUN(a_file_goes_up_and_comes_down);
  RUN(content_comes_from_functions_and_streams);
  RUN(what_cannot_be_read_is_refused);
  RUN(a_progress_ends_a_transfer);
  RUN(options_of_a_download_count);
  RUN(a_reply_is_read_in_any_locale);
  RUN(connections_that_are_idle_are_closed);
  RUN(keys_of_networks_are_pleasant);
  return checks::closing();
}
