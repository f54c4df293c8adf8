"""The exceptions: one for each status of the library, and below `ApiError` one for each kind of error number."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Type

from ._numbers import CLASS_OF_NUMBER


class Error(Exception):
    """A call that failed, and all that is known of it. `str()` of it is `message`.

    What does not apply is None. `reply` is the platform's answer with secrets masked, `reply_text` an excerpt of one
    that was not JSON. `document` is the library's whole error document, as a dict.
    """

    #: The library's word: INVALID_ARGUMENT, AUTH, API, NETWORK and so on.
    status: str
    #: One sentence for people.
    message: str
    #: hst, youme or avd.
    platform: Optional[str]
    #: Without the platform: `room.read`.
    operation: Optional[str]
    #: The platform's error number.
    code: Optional[int]
    #: What the number means, as documented.
    meaning: Optional[str]
    #: The same in Chinese.
    meaning_zh: Optional[str]
    #: The text that the platform sent with the number.
    platform_message: Optional[str]
    http_status: Optional[int]
    #: What to quote when you ask the vendor about the call (youme).
    request_id: Optional[str]
    #: How far this machine's clock is from the platform's, in seconds (youme).
    clock_offset_s: Optional[int]
    #: How often the call was sent.
    attempts: Optional[int]
    #: Repeating is safe and worth a try.
    retryable: bool
    reply: Any
    reply_text: Optional[str]

    def __init__(self, document: Mapping[str, Any]) -> None:
        # The document is the only argument, so that the exception can be pickled.
        super().__init__(document)
        self.document: Dict[str, Any] = dict(document)
        self.status = document.get("status", "UNKNOWN")
        self.message = document.get("message", "")
        self.platform = document.get("platform")
        self.operation = document.get("operation")
        self.code = document.get("code")
        self.meaning = document.get("meaning")
        self.meaning_zh = document.get("meaning_zh")
        self.platform_message = document.get("platform_message")
        self.http_status = document.get("http_status")
        self.request_id = document.get("request_id")
        self.clock_offset_s = document.get("clock_offset_s")
        self.attempts = document.get("attempts")
        self.retryable = document.get("retryable", False)
        self.reply = document.get("reply")
        self.reply_text = document.get("reply_text")

    def __str__(self) -> str:
        return self.message


class InvalidArgument(Error):
    """An argument cannot be right. Nothing was sent."""


class InvalidConfig(Error):
    """The client's configuration cannot be right."""


class AuthError(Error):
    """The platform refused the credentials, or the token provider failed: `__cause__` is what it raised."""


class ApiError(Error):
    """The platform answered with an error number of its own: see `code` and `meaning`."""


class BadRequest(ApiError):
    """The platform says that a parameter is missing or wrong."""


class NotFound(ApiError):
    """There is no such room, recording, gateway and so on."""


class Conflict(ApiError):
    """It exists already, or is not in the state that the call needs."""


class Forbidden(ApiError):
    """The site or its licence does not allow it."""


class LimitReached(ApiError):
    """A limit of the platform's is reached."""


class Unsupported(ApiError):
    """The platform cannot do that, such as a file type it does not take."""


class PlatformBusy(ApiError):
    """The platform is busy or timed out: try later."""


class ServerError(ApiError):
    """A failure inside the platform."""


class NetworkError(Error):
    """No connection, or it broke."""


class TlsError(Error):
    """A certificate that is not trusted, or a handshake that failed."""


class Timeout(Error):
    """The call's time is over."""


class HttpError(Error):
    """An HTTP status that says failure, without an answer of the platform's own."""


class ProtocolError(Error):
    """The answer is not the JSON that the platform documents."""


class IoError(Error):
    """A local file could not be read."""


class Cancelled(Error):
    """The call was cancelled."""


class LimitError(Error):
    """A limit of this library was exceeded, such as the size of an answer. The message names the configuration key."""


class StoreError(Error):
    """The shared token store failed: its folder or file, or redis."""


class Forked(Error):
    """The client belongs to the parent process. Make a new one after fork."""


class InternalError(Error):
    """A defect of the library, contained. Please report it."""


OF_STATUS: Dict[str, Type[Error]] = {
    "INVALID_ARGUMENT": InvalidArgument,
    "INVALID_CONFIG": InvalidConfig,
    "AUTH": AuthError,
    "API": ApiError,
    "NETWORK": NetworkError,
    "TLS": TlsError,
    "TIMEOUT": Timeout,
    "HTTP": HttpError,
    "PROTOCOL": ProtocolError,
    "IO": IoError,
    "CANCELLED": Cancelled,
    "LIMIT": LimitError,
    "STORE": StoreError,
    "FORKED": Forked,
    "INTERNAL": InternalError,
}

#: For the status API. A number that says "token dead" and comes with this status has another meaning (T60).
OF_CLASS: Dict[str, Type[ApiError]] = {
    "bad_request": BadRequest,
    "not_found": NotFound,
    "conflict": Conflict,
    "forbidden": Forbidden,
    "limit": LimitReached,
    "unsupported": Unsupported,
    "busy": PlatformBusy,
    "server": ServerError,
}


def of_document(document: Mapping[str, Any]) -> Error:
    """The exception for an error document."""
    status = document.get("status", "")
    if status == "API":
        numbers = CLASS_OF_NUMBER.get(document.get("platform", ""), {})
        return OF_CLASS.get(numbers.get(document.get("code", 0), ""), ApiError)(document)
    return OF_STATUS.get(status, Error)(document)


def of_text(status: str, text: bytes) -> Error:
    """The exception for what the library gave out."""
    try:
        document = json.loads(text)
    except ValueError:
        # Only where memory is short: the library had no room for the document.
        document = {"status": status, "message": "the library gave no error document", "retryable": False}
    return of_document(document)


def invalid_argument(message: str) -> InvalidArgument:
    return InvalidArgument({"status": "INVALID_ARGUMENT", "message": message, "retryable": False})
