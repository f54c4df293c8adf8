/*
 * The exceptions: a class for each status, and for each class of the platforms' numbers. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_EXCEPTIONS_HPP
#define MEETGATE_EXCEPTIONS_HPP

#include "error.hpp"

/* Each source file says whether its calls throw or return a result. The names that differ live in a namespace of their own,
 * so that files of both kinds go into one program. */
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#  define MEETGATE_CATCHES
#elif !defined(MEETGATE_NO_EXCEPTIONS)
#  define MEETGATE_NO_EXCEPTIONS
#endif
#if defined(MEETGATE_NO_EXCEPTIONS)
#  define MEETGATE_STYLE returning
#else
#  define MEETGATE_STYLE throwing
#endif

namespace meetgate {

/** An argument cannot be right: nothing was sent. */
class MEETGATE_VISIBLE invalid_argument : public error {
 public:
  explicit invalid_argument(const error &copied) : error(copied) {}
};

/** The configuration cannot be right. */
class MEETGATE_VISIBLE invalid_config : public error {
 public:
  explicit invalid_config(const error &copied) : error(copied) {}
};

/** The platform refused the credentials. */
class MEETGATE_VISIBLE auth_error : public error {
 public:
  explicit auth_error(const error &copied) : error(copied) {}
};

/** The platform answered with a number of its own. */
class MEETGATE_VISIBLE api_error : public error {
 public:
  explicit api_error(const error &copied) : error(copied) {}
};

/** No connection, or it broke. */
class MEETGATE_VISIBLE network_error : public error {
 public:
  explicit network_error(const error &copied) : error(copied) {}
};

/** TLS: a certificate that is not trusted, or a handshake that failed. */
class MEETGATE_VISIBLE tls_error : public error {
 public:
  explicit tls_error(const error &copied) : error(copied) {}
};

/** The call's time is over. */
class MEETGATE_VISIBLE timeout_error : public error {
 public:
  explicit timeout_error(const error &copied) : error(copied) {}
};

/** An HTTP status that says failure, without an answer of the platform's own. */
class MEETGATE_VISIBLE http_error : public error {
 public:
  explicit http_error(const error &copied) : error(copied) {}
};

/** The answer is not the JSON that the platform documents. */
class MEETGATE_VISIBLE protocol_error : public error {
 public:
  explicit protocol_error(const error &copied) : error(copied) {}
};

/** A local file could not be read. */
class MEETGATE_VISIBLE io_error : public error {
 public:
  explicit io_error(const error &copied) : error(copied) {}
};

/** The call was cancelled. */
class MEETGATE_VISIBLE cancelled : public error {
 public:
  explicit cancelled(const error &copied) : error(copied) {}
};

/** A limit of this library was exceeded: the message names the configuration key. */
class MEETGATE_VISIBLE limit_error : public error {
 public:
  explicit limit_error(const error &copied) : error(copied) {}
};

/** A shared token store failed. */
class MEETGATE_VISIBLE store_error : public error {
 public:
  explicit store_error(const error &copied) : error(copied) {}
};

/** The client belongs to the parent process. */
class MEETGATE_VISIBLE forked : public error {
 public:
  explicit forked(const error &copied) : error(copied) {}
};

/** A defect of the library, contained. */
class MEETGATE_VISIBLE internal_error : public error {
 public:
  explicit internal_error(const error &copied) : error(copied) {}
};

/* By the number's class in the platform's table. A number without a known class is the plain api_error. */

/** The token expired or was replaced, and renewing it did not help. */
class MEETGATE_VISIBLE token_dead : public auth_error {
 public:
  explicit token_dead(const error &copied) : auth_error(copied) {}
};

/** A parameter is missing or wrong, says the platform. */
class MEETGATE_VISIBLE bad_request : public api_error {
 public:
  explicit bad_request(const error &copied) : api_error(copied) {}
};

/** The thing that was asked for does not exist. */
class MEETGATE_VISIBLE not_found : public api_error {
 public:
  explicit not_found(const error &copied) : api_error(copied) {}
};

/** The thing exists already, or is not in the state that the call needs. */
class MEETGATE_VISIBLE conflict : public api_error {
 public:
  explicit conflict(const error &copied) : api_error(copied) {}
};

/** Switched off by the site or the licence. */
class MEETGATE_VISIBLE forbidden : public api_error {
 public:
  explicit forbidden(const error &copied) : api_error(copied) {}
};

/** A limit of the account or of the licence is reached. */
class MEETGATE_VISIBLE limit_reached : public api_error {
 public:
  explicit limit_reached(const error &copied) : api_error(copied) {}
};

/** The platform cannot do this. */
class MEETGATE_VISIBLE unsupported : public api_error {
 public:
  explicit unsupported(const error &copied) : api_error(copied) {}
};

/** The platform is busy: try later, if retryable() says so. */
class MEETGATE_VISIBLE platform_busy : public api_error {
 public:
  explicit platform_busy(const error &copied) : api_error(copied) {}
};

/** The platform's own fault. */
class MEETGATE_VISIBLE server_error : public api_error {
 public:
  explicit server_error(const error &copied) : api_error(copied) {}
};

#if !defined(MEETGATE_NO_EXCEPTIONS)

namespace detail {

/** Throws the error as the class of its status; one of a newer library's status is thrown as the error that it is. */
[[noreturn]] inline void raise(const error &error) {
  switch (error.status()) {
    case MEETGATE_INVALID_ARGUMENT: throw invalid_argument(error);
    case MEETGATE_INVALID_CONFIG: throw invalid_config(error);
    case MEETGATE_AUTH:
      if (error.code_class() == code_class::token_dead) throw token_dead(error);
      throw auth_error(error);
    case MEETGATE_API: break;
    case MEETGATE_NETWORK: throw network_error(error);
    case MEETGATE_TLS: throw tls_error(error);
    case MEETGATE_TIMEOUT: throw timeout_error(error);
    case MEETGATE_HTTP: throw http_error(error);
    case MEETGATE_PROTOCOL: throw protocol_error(error);
    case MEETGATE_IO: throw io_error(error);
    case MEETGATE_CANCELLED: throw cancelled(error);
    case MEETGATE_LIMIT: throw limit_error(error);
    case MEETGATE_STORE: throw store_error(error);
    case MEETGATE_FORKED: throw forked(error);
    case MEETGATE_INTERNAL: throw internal_error(error);
    case MEETGATE_OK:
    default: throw error;
  }
  switch (error.code_class()) {
    case code_class::bad_request: throw bad_request(error);
    case code_class::not_found: throw not_found(error);
    case code_class::conflict: throw conflict(error);
    case code_class::forbidden: throw forbidden(error);
    case code_class::limit: throw limit_reached(error);
    case code_class::unsupported: throw unsupported(error);
    case code_class::busy: throw platform_busy(error);
    case code_class::server: throw server_error(error);
    case code_class::auth:
    case code_class::token_dead:
    case code_class::unknown:
    default: throw api_error(error);
  }
}

}  // namespace detail

#endif

}  // namespace meetgate

#endif
