/*
 * Signatures that are made on this machine, without a client. Part of <meetgate.hpp>.
 */
#ifndef MEETGATE_SIGNING_HPP
#define MEETGATE_SIGNING_HPP

#include "../meetgate.h"
#include "attributes.hpp"
#include "error.hpp"
#include "json.hpp"
#include "reply.hpp"

#include <string>

namespace meetgate {

/** Parameters of hst_user_token. Required: app_id, app_secret. */
class hst_user_token_params : public builder<hst_user_token_params> {
 public:
  /** Id of the application, as hst.app.create answers it. [string, required] */
  hst_user_token_params &app_id(const text &value) { return put("app_id", value); }

  /** Its secret, exactly 16 bytes. It is not sent. [string, required] */
  hst_user_token_params &app_secret(const text &value) { return put("app_secret", value); }

  /** Id of the group. [string, empty when left out] */
  hst_user_token_params &group_id(const text &value) { return put("group_id", value); }

  /** Id of the end user. [string, empty when left out] */
  hst_user_token_params &user_id(const text &value) { return put("user_id", value); }

  /** Passed through: the platform's documents do not say its unit. [integer, 0 when left out] */
  hst_user_token_params &expire_time(const integer &value) { return put("expire_time", value); }

  /** Milliseconds since 1970. [integer from 0, ms, the system's clock when left out] */
  hst_user_token_params &timestamp_ms(const integer &value) { return put("timestamp_ms", value); }

  /** [integer from 0 to 2147483647, drawn when left out] */
  hst_user_token_params &random(const integer &value) { return put("random", value); }
};

/** Parameters of youme_user_token. Required: all three. */
class youme_user_token_params : public builder<youme_user_token_params> {
 public:
  /** The appkey of the application. [string, required] */
  youme_user_token_params &app_key(const text &value) { return put("app_key", value); }

  /** The restapikey. It is not sent. [string, required] */
  youme_user_token_params &rest_api_key(const text &value) { return put("rest_api_key", value); }

  /** Id of the end user, exactly as the media SDK is given it. [string, required] */
  youme_user_token_params &user_id(const text &value) { return put("user_id", value); }
};

/** Parameters of youme_checksum. Required: app_secret, rest_api_key. */
class youme_checksum_params : public builder<youme_checksum_params> {
 public:
  /** The appsecret of the application. It is not sent. [string, required] */
  youme_checksum_params &app_secret(const text &value) { return put("app_secret", value); }

  /** The restapikey. It is not sent. [string, required] */
  youme_checksum_params &rest_api_key(const text &value) { return put("rest_api_key", value); }

  /** Seconds since 1970. [integer from 0, s, the system's clock when left out] */
  youme_checksum_params &curtime(const integer &value) { return put("curtime", value); }
};

inline namespace MEETGATE_STYLE {
namespace inner {

inline reply signed_by(meetgate_status(MEETGATE_CALL *sign)(const char *, char **), const std::string &params) {
  if (detail::holds_nul(params)) return refused(MEETGATE_INVALID_ARGUMENT, "params holds a NUL byte: write it \\u0000");
  char *given = nullptr;
  const meetgate_status status = sign(params.c_str(), &given);
  return taken(status, given);
}

}  // namespace inner

/**
 * Makes the token with which an end user logs in to the media SDK of hst, by the algorithm of the vendor's
 * TokenGenerator. Nothing is sent.
 *
 * Example:
 *   meetgate::hst_user_token(meetgate::hst_user_token_params().app_id(id).app_secret(secret).user_id("u1001"));
 *
 * Returns: {"user_token":"001…"}, a credential.
 * Errors: MEETGATE_INVALID_ARGUMENT.
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline reply hst_user_token(const hst_user_token_params &params) {
  return inner::signed_by(meetgate_hst_user_token, params.str());
}

/**
 * Makes the token with which an end user logs in to the media SDK of youme, as two of the vendor's SDKs make it: the SHA-1
 * of app key, REST API key and user id. Nothing is sent. The same parameters always give the same token.
 *
 * Example:
 *   meetgate::youme_user_token(meetgate::youme_user_token_params().app_key(key).rest_api_key(rest).user_id("u1001"));
 *
 * Returns: {"user_token":"…"}: 40 hexadecimal digits in lower case, a credential.
 * Errors: MEETGATE_INVALID_ARGUMENT.
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline reply youme_user_token(const youme_user_token_params &params) {
  return inner::signed_by(meetgate_youme_user_token, params.str());
}

/**
 * Makes the checksum of a youme request, for tools that sign requests of their own. Nothing is sent.
 *
 * Returns: {"checksum":"…","curtime":"…"}: 40 hexadecimal digits, and the time as the query carries it.
 * Errors: MEETGATE_INVALID_ARGUMENT.
 * Threads: any, at once.
 * Since: 0.1.0.
 */
MEETGATE_NODISCARD inline reply youme_checksum(const youme_checksum_params &params) {
  return inner::signed_by(meetgate_youme_checksum, params.str());
}

}  // namespace MEETGATE_STYLE
}  // namespace meetgate

#endif
