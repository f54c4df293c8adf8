/*
 * The one way of all calls. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_GROUP_HPP
#define MEETGATE_GROUP_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "cancel.hpp"
#include "error.hpp"
#include "open_client.hpp"
#include "options.hpp"
#include "reply.hpp"
#include "token.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace meetgate {

inline namespace MEETGATE_STYLE {
namespace inner {

inline reply closed() {
  return refused(MEETGATE_INVALID_ARGUMENT, "the client is closed, or was moved from");
}

/** Takes over what a call gave out. What the program's own function threw on this thread comes first. */
inline reply taken_after(meetgate_status status, char *given, const std::exception_ptr &of_provider,
                         const std::exception_ptr *thrown) {
  if (thrown == nullptr || !*thrown) return taken(status, given, of_provider);
  std::string text = detail::taken(given);
#if defined(MEETGATE_NO_EXCEPTIONS)
  return ended(status, std::move(text), *thrown);
#else
  std::rethrow_exception(*thrown);
#endif
}

}  // namespace inner

/** Operations whose names have the first part in common. The group shares the client's handle. */
class group {
 public:
  group(const group &) = delete;
  group &operator=(const group &) = delete;

 protected:
  group() noexcept : client_() {}
  ~group() {}

  reply run(const char *operation, const std::string &params, const call_options &options) const {
    if (detail::holds_nul(params)) {
      return inner::refused(MEETGATE_INVALID_ARGUMENT, "params holds a NUL byte: write it \\u0000");
    }
    return make(options, [&](meetgate_client *on, const char *chosen, meetgate_cancel *cancel, char **given) {
      return meetgate_call_with(on, operation, params.c_str(), chosen, cancel, given);
    });
  }

  /** Makes a call: `send` calls the C function, and what else the program's own functions threw meanwhile is in `thrown`. */
  template <class Options, class Send>
  reply make(const Options &options, const Send &send, const std::exception_ptr *thrown = nullptr) const {
    const inner::client_use use(client_);
    if (!use) return inner::closed();
    if (options.lacks_its_cancel()) return inner::refused(MEETGATE_INVALID_ARGUMENT, "the cancel was moved from");
    const std::string chosen = options.str();
    char *given = nullptr;
    const detail::provider_watch provider;
    if (!options.stopped_by()) {
      const meetgate_status status = send(use.handle(), chosen.c_str(), use.all(), &given);
      return inner::taken_after(status, given, provider.thrown(), thrown);
    }
    const detail::stoppable call(use.calls(), *options.stopped_by());
    if (call.handle() == nullptr) return inner::refused(MEETGATE_LIMIT, "out of memory");
    const meetgate_status status = send(use.handle(), chosen.c_str(), call.handle(), &given);
    return inner::taken_after(status, given, provider.thrown(), thrown);
  }

  const std::shared_ptr<inner::open_client> &opened() const noexcept { return client_; }

 private:
  std::shared_ptr<inner::open_client> client_;
  friend class client;
  friend class completions;
  friend class events;
  friend class guard;
};

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
