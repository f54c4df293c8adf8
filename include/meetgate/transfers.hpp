/*
 * Files that are sent and fetched. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_TRANSFERS_HPP
#define MEETGATE_TRANSFERS_HPP

#include "../meetgate.h"
#include "asynchronous.hpp"
#include "attributes.hpp"
#include "exceptions.hpp"
#include "json.hpp"
#include "options.hpp"
#include "reading.hpp"
#include "reply.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <istream>
#include <string>
#include <type_traits>
#include <utility>

namespace meetgate {

/**
 * A function that is told how far a transfer is: how many bytes, and of how many; 0 of them where that is not known. It
 * returns nothing, or a bool: false ends the transfer with MEETGATE_CANCELLED. It is told at most ten times a second, and
 * once when the file is through.
 *
 * Errors: an exception that it throws ends the transfer, and the transfer throws it. Where calls return results, it is the
 *   cause() of the error.
 * Threads: it runs on the calling thread, with no lock held. It must not close or move the client.
 */
class progress {
 public:
  progress() noexcept : function_() {}

  template <class Function, detail::only_if<std::is_void<decltype(std::declval<Function &>()(
                                std::uint64_t(), std::uint64_t()))>::value> = 0>
  progress(Function function)
      : function_([function](std::uint64_t bytes, std::uint64_t total) mutable {
          function(bytes, total);
          return true;
        }) {}

  template <class Function, detail::only_if<std::is_convertible<decltype(std::declval<Function &>()(
                                                                    std::uint64_t(), std::uint64_t())),
                                                                bool>::value> = 0>
  progress(Function function) : function_(std::move(function)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(function_); }

  /** Whether to go on. */
  bool operator()(std::uint64_t bytes, std::uint64_t total) const { return function_(bytes, total); }

 private:
  std::function<bool(std::uint64_t, std::uint64_t)> function_;
};

/**
 * Reads a part of a file that is sent: at this offset, at most `size` bytes into `buffer`.
 *
 * Returns: how many bytes were read; 0 and negative numbers fail the upload with MEETGATE_IO. Offsets follow each other; a
 *   request that has to go again begins at 0 again.
 * Errors: an exception that it throws fails the upload, which throws it.
 * Threads: as progress.
 */
typedef std::function<std::int64_t(std::uint64_t offset, char *buffer, std::size_t size)> read_function;

/** The content of a file that is sent, where that is no file of this machine. */
class content {
 public:
  /** So many bytes, which the function reads. */
  content(read_function read, std::uint64_t length) : read_(std::move(read)), length_(length), is_known_(true) {}

  /** What a stream has from here to its end. It must be able to seek, and live until the upload has ended. */
  explicit content(std::istream &stream) : read_(), length_(0), is_known_(false) {
    const std::istream::pos_type start = stream.tellg();
    stream.seekg(0, std::ios_base::end);
    const std::istream::pos_type end = stream.tellg();
    stream.seekg(start);
    if (!stream || start == std::istream::pos_type(-1) || end < start) return;
    is_known_ = true;
    length_ = static_cast<std::uint64_t>(end - start);
    read_ = [&stream, start](std::uint64_t offset, char *buffer, std::size_t size) {
      stream.clear();
      stream.seekg(start + static_cast<std::istream::off_type>(offset));
      stream.read(buffer, static_cast<std::streamsize>(size));
      return static_cast<std::int64_t>(stream.gcount());
    };
  }

  const read_function &read() const noexcept { return read_; }
  std::uint64_t length() const noexcept { return length_; }
  /** Whether there is a function, and a length: a stream that cannot seek has none. */
  bool is_known() const noexcept { return is_known_ && read_; }

 private:
  read_function read_;
  std::uint64_t length_;
  bool is_known_;
};

namespace detail {

inline std::uint64_t number_of(const std::string &text) { return std::strtoull(text.c_str(), nullptr, 10); }

/** A decimal of the library, such as 12.345, in any locale. */
inline double decimal_of(const std::string &text) {
  double value = 0, place = 1;
  bool is_behind_point = false;
  for (std::size_t i = 0; i < text.size(); i++) {
    if (text[i] == '.') is_behind_point = true;
    if (text[i] < '0' || text[i] > '9') continue;
    value = value * 10 + (text[i] - '0');
    if (is_behind_point) place *= 10;
  }
  return value / place;
}

}  // namespace detail

inline namespace MEETGATE_STYLE {

/** The reply of a download, read: downloaded(avd.download(url, "meeting.mp4")).bytes(). */
class downloaded {
 public:
  explicit downloaded(const std::string &json)
      : bytes_(detail::number_of(member(json, "bytes"))),
        resumed_from_(detail::number_of(member(json, "resumed_from"))),
        attempts_(detail::number_of(member(json, "attempts"))),
        seconds_(detail::decimal_of(member(json, "seconds"))),
        etag_(member(json, "etag")),
        md5_(member(json, "md5")) {}

  /** How long the file is. */
  MEETGATE_NODISCARD std::uint64_t bytes() const noexcept { return bytes_; }
  /** How many of them an earlier call had fetched. */
  MEETGATE_NODISCARD std::uint64_t resumed_from() const noexcept { return resumed_from_; }
  /** How many requests it took. */
  MEETGATE_NODISCARD std::uint64_t attempts() const noexcept { return attempts_; }
  MEETGATE_NODISCARD double seconds() const noexcept { return seconds_; }
  /** As the server says it; empty where it says none. */
  MEETGATE_NODISCARD const std::string &etag() const noexcept { return etag_; }
  /** In hexadecimal; empty where it was not compared. */
  MEETGATE_NODISCARD const std::string &md5() const noexcept { return md5_; }

 private:
  std::uint64_t bytes_, resumed_from_, attempts_;
  double seconds_;
  std::string etag_, md5_;
};

namespace inner {

/** The program's functions of one transfer, and what one of them threw. */
class transfer {
 public:
  transfer(const read_function *read, const progress &tell) noexcept : read_(read), tell_(tell), thrown_() {}
  transfer(const transfer &) = delete;
  transfer &operator=(const transfer &) = delete;

  meetgate_progress told() const noexcept { return tell_ ? tell : nullptr; }
  const std::exception_ptr &thrown() const noexcept { return thrown_; }

  /** C calls these functions: nothing may be thrown out of them. */
  static std::int32_t MEETGATE_CALL tell(void *user_data, std::uint64_t bytes, std::uint64_t total) noexcept {
    transfer &self = *static_cast<transfer *>(user_data);
#if defined(MEETGATE_CATCHES)
    try {
      return self.tell_(bytes, total) ? 0 : 1;
    } catch (...) {
      self.thrown_ = std::current_exception();
      return 1;
    }
#else
    return self.tell_(bytes, total) ? 0 : 1;
#endif
  }

  static std::int64_t MEETGATE_CALL read(void *user_data, std::uint64_t offset, char *buffer,
                                         std::uint64_t size) noexcept {
    transfer &self = *static_cast<transfer *>(user_data);
#if defined(MEETGATE_CATCHES)
    try {
      return (*self.read_)(offset, buffer, static_cast<std::size_t>(size));
    } catch (...) {
      self.thrown_ = std::current_exception();
      return -1;
    }
#else
    return (*self.read_)(offset, buffer, static_cast<std::size_t>(size));
#endif
  }

 private:
  const read_function *read_;
  const progress &tell_;
  std::exception_ptr thrown_;
};

}  // namespace inner

/** Uploads and downloads of a client. */
class transfers : public asynchronous {
 public:
  /**
   * Calls an operation that takes a file, such as "avd.uploadfile", and tells how far it is. The file is read from the path in
   * the parameters while it is sent.
   *
   * Returns: the platform's answer.
   * Errors: MEETGATE_IO (the file cannot be read), and those of any call; what `tell` throws.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  reply upload(const std::string &operation, const json &params, const progress &tell,
               const call_options &options = call_options()) const {
    return send(operation, params, nullptr, tell, options);
  }

  /**
   * The same with content of the program's own, also of a file whose name is not UTF-8. The "file" in the parameters is only
   * the name that the platform sees:
   *
   *   std::ifstream stream(name, std::ios::binary);
   *   avd.upload(meetgate::avd_uploadfile_params().file("welcome.png"), meetgate::content(stream));
   *
   * Errors: MEETGATE_INVALID_ARGUMENT too (a stream that cannot seek, an empty function); what `from` throws.
   */
  reply upload(const std::string &operation, const json &params, const content &from, const progress &tell = progress(),
               const call_options &options = call_options()) const {
    return send(operation, params, &from, tell, options);
  }

  /** The operation whose parameters these are: upload(avd_uploadfile_params().file("welcome.png"), show). */
  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  reply upload(const Params &params, const progress &tell, const call_options &options = call_options()) const {
    return send(Params::operation_name(), params, nullptr, tell, options);
  }

  template <class Params, detail::only_if<detail::names_operation<Params>::value> = 0>
  reply upload(const Params &params, const content &from, const progress &tell = progress(),
               const call_options &options = call_options()) const {
    return send(Params::operation_name(), params, &from, tell, options);
  }

  /**
   * Fetches a file, such as a recording, and writes it to the disk. It is resumed where a line is cut, also by a later call,
   * and takes the name of `file` when it is whole. The comment on meetgate_download says the rest.
   *
   *   meetgate::downloaded file(avd.download(url, "meeting.mp4", meetgate::download_options().max_bytes(2000000000)));
   *
   * Parameters: a whole URL of any host, or a path below base_url; a path of this machine.
   * Returns: JSON, which meetgate::downloaded reads.
   * Errors: MEETGATE_IO (the file cannot be written, the disk is full), MEETGATE_LIMIT (larger than "max_bytes"),
   *   MEETGATE_PROTOCOL (another MD5), and those of any call; what `tell` throws.
   * Threads: any, at once.
   * Since: 0.1.0.
   */
  reply download(const std::string &url_or_path, const std::string &file,
                 const download_options &options = download_options(), const progress &tell = progress()) const {
    if (detail::holds_nul(url_or_path) || detail::holds_nul(file)) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "the address or the path of the file holds a NUL byte");
    }
    inner::transfer transfer(nullptr, tell);
    return make(
        options,
        [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
          return meetgate_download(on, url_or_path.c_str(), file.c_str(), chosen, cancel, transfer.told(), &transfer, given);
        },
        &transfer.thrown());
  }

 protected:
  transfers() noexcept {}
  ~transfers() {}

 private:
  reply send(const std::string &operation, const json &params, const content *from, const progress &tell,
             const call_options &options) const {
    const result fit = inner::without_nul(operation, params.str());
    if (!fit) return reply_of(fit);
    if (from != nullptr && !from->is_known()) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "the content has no length, or no function that reads it");
    }
    inner::transfer transfer(from != nullptr ? &from->read() : nullptr, tell);
    return make(
        options,
        [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
          return meetgate_upload(on, operation.c_str(), params.str().c_str(), chosen, cancel,
                                 from != nullptr ? inner::transfer::read : nullptr, from != nullptr ? from->length() : 0,
                                 transfer.told(), &transfer, given);
        },
        &transfer.thrown());
  }
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
