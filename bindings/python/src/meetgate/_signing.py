"""Signatures that are made on this machine, without a client."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Tuple, TypedDict

from . import _errors, _json
from ._errors import Subject
from ._library import library


class HstUserToken(TypedDict):
    """The result of `hst_user_token`."""

    user_token: str
    """A credential: begins with `001`."""


class YoumeUserToken(TypedDict):
    """The result of `youme_user_token`."""

    user_token: str
    """A credential: 40 hexadecimal digits."""


class YoumeChecksum(TypedDict):
    """The result of `youme_checksum`."""

    checksum: str
    """40 hexadecimal digits."""
    curtime: str
    """The time as the query carries it."""


def hst_user_token(
    *,
    app_id: str,
    app_secret: str,
    group_id: Optional[str] = None,
    user_id: Optional[str] = None,
    expire_time: Optional[int] = None,
    timestamp_ms: Optional[int] = None,
    random: Optional[int] = None,
) -> HstUserToken:
    """Makes the token with which an end user logs in to the media SDK of hst.

    By the algorithm of the vendor's TokenGenerator; nothing is sent. Any thread may call it.

    Args:
        app_id: The application, from the answer of `hst.app.create`.
        app_secret: Its secret, from the same answer: exactly 16 bytes.
        group_id: The user's group. (default empty)
        user_id: The user. (default empty)
        expire_time: Passed through: the platform's documents do not say its unit. (default 0)
        timestamp_ms: Milliseconds since 1970. (default now)
        random: From 0 to 2147483647. (default drawn)

    Returns:
        A dict with `user_token`, which is a credential.

    Raises:
        InvalidArgument: an argument cannot be right; the message names it.
    """
    token: HstUserToken = _signed(
        Subject("hst user token"),
        library().hst_user_token,
        {
            "app_id": app_id,
            "app_secret": app_secret,
            "group_id": group_id,
            "user_id": user_id,
            "expire_time": expire_time,
            "timestamp_ms": timestamp_ms,
            "random": random,
        },
    )
    return token


def youme_user_token(*, app_key: str, rest_api_key: str, user_id: str) -> YoumeUserToken:
    """Makes the token with which an end user logs in to the media SDK of youme.

    It is the SHA-1 of the three arguments, as two of the vendor's SDKs make it. The same arguments always give the same token.
    Nothing is sent. Any thread may call it.

    Args:
        app_key: The appkey of the application.
        rest_api_key: The restapikey.
        user_id: The user, exactly as the media SDK is given it.

    Returns:
        A dict with `user_token`, which is a credential.

    Raises:
        InvalidArgument: an argument cannot be right; the message names it.
    """
    params = {"app_key": app_key, "rest_api_key": rest_api_key, "user_id": user_id}
    token: YoumeUserToken = _signed(Subject("youme user token"), library().youme_user_token, params)
    return token


def youme_checksum(*, app_secret: str, rest_api_key: str, curtime: Optional[int] = None) -> YoumeChecksum:
    """Makes the checksum of a youme request, for tools that sign requests of their own.

    Nothing is sent. Any thread may call it.

    Args:
        app_secret: The appsecret of the application.
        rest_api_key: The restapikey.
        curtime: Seconds since 1970. (default now)

    Returns:
        A dict with `checksum` and `curtime`, as the query carries them.

    Raises:
        InvalidArgument: an argument cannot be right; the message names it.
    """
    params = {"app_secret": app_secret, "rest_api_key": rest_api_key, "curtime": curtime}
    checksum: YoumeChecksum = _signed(Subject("youme checksum"), library().youme_checksum, params)
    return checksum


def _signed(subject: Subject, sign: Callable[[bytes], Tuple[int, bytes]], params: Mapping[str, Any]) -> Any:
    status, reply = sign(_json.encode(params, "parameter", subject))
    if status != 0:
        raise _errors.of_text(library().status_name(status), reply)
    return _json.parse(reply.decode("utf-8"), _json.PLAIN, subject)
