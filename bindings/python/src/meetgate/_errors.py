"""The exceptions: one for each status of the library, and below `ApiError` one for each kind of failure of a platform."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Type


class Error(Exception):
    """A call that failed. `str()` of the exception is its `message`; an attribute that does not apply is None."""

    #: The library's word for the outcome: INVALID_ARGUMENT, AUTH, API, NETWORK and so on.
    status: str
    #: One sentence for people.
    message: str
    #: hst, youme or avd.
    platform: Optional[str]
    #: The operation without its platform: `room.read`.
    operation: Optional[str]
    #: The platform's error number.
    code: Optional[int]
    #: The kind of failure that `code` stands for: not_found, conflict, forbidden and so on. The error document calls it
    #: `class`, which is a keyword of Python. None where the number has another meaning here, or no known meaning.
    kind: Optional[str]
    #: The documented meaning of `code`.
    meaning: Optional[str]
    #: The same in Chinese.
    meaning_zh: Optional[str]
    #: The text that the platform sent with the number.
    platform_message: Optional[str]
    http_status: Optional[int]
    #: The address that a redirect leads to, without its query.
    location: Optional[str]
    #: Quote it when you ask the vendor about the call (youme).
    request_id: Optional[str]
    #: How many seconds the platform's clock is ahead of this machine's (youme).
    clock_offset_s: Optional[int]
    #: How often the request of the call was sent; 0 if it was never sent.
    attempts: Optional[int]
    #: Whether repeating the call is safe and may succeed.
    retryable: bool
    #: How many milliseconds to wait before the call is repeated.
    retry_after_ms: Optional[int]
    #: The platform's answer, with its secrets masked.
    reply: Any
    #: The beginning of an answer that is not JSON.
    reply_text: Optional[str]
    #: The whole error document.
    document: Dict[str, Any]

    def __init__(self, document: Optional[Mapping[str, Any]] = None, **members: Any) -> None:
        """Of an error document of the library; or, for tests, of its members, such as `NotFound(code=40004)`.

        `status`, and for an `ApiError` of a kind `kind`, are known by the class.
        """
        if document is None or members:
            document = {**_document_of(type(self), members), **(document or {})}
        # The document is the only argument, so that the exception can be pickled.
        super().__init__(document)
        self.document = dict(document)
        self.status = document.get("status", "UNKNOWN")
        self.message = document.get("message", "")
        self.platform = document.get("platform")
        self.operation = document.get("operation")
        self.code = document.get("code")
        self.kind = document.get("class")
        self.meaning = document.get("meaning")
        self.meaning_zh = document.get("meaning_zh")
        self.platform_message = document.get("platform_message")
        self.http_status = document.get("http_status")
        self.location = document.get("location")
        self.request_id = document.get("request_id")
        self.clock_offset_s = document.get("clock_offset_s")
        self.attempts = document.get("attempts")
        self.retryable = document.get("retryable", False)
        self.retry_after_ms = document.get("retry_after_ms")
        self.reply = document.get("reply")
        self.reply_text = document.get("reply_text")

    def __str__(self) -> str:
        return self.message


class InvalidArgument(Error):
    """An argument cannot be right. Nothing was sent."""


class InvalidConfig(Error):
    """The client's configuration cannot be right."""


class AuthError(Error):
    """The platform refused the credentials, or the token provider failed: the message names its exception.

    Of the call that asked the provider, that exception is the `__cause__`."""


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
    """The platform does not support it, for example the type of a file."""


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
    """A limit of this library was exceeded, for example the size of an answer. The message names the configuration key."""


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

#: For the status API: the exception of each `class` of an error document.
OF_KIND: Dict[str, Type[ApiError]] = {
    "bad_request": BadRequest,
    "not_found": NotFound,
    "conflict": Conflict,
    "forbidden": Forbidden,
    "limit": LimitReached,
    "unsupported": Unsupported,
    "busy": PlatformBusy,
    "server": ServerError,
}


#: What may stand in an error document. `kind` is its `class`.
_MEMBERS = {name for name in Error.__annotations__ if name != "document"}


def _document_of(kind: Type[Error], members: Mapping[str, Any]) -> Dict[str, Any]:
    unknown = sorted(set(members) - _MEMBERS)
    if unknown:
        raise TypeError("%s() got an unexpected keyword argument %r" % (kind.__name__, unknown[0]))
    status = next((status for status, of_status in OF_STATUS.items() if issubclass(kind, of_status)), "UNKNOWN")
    known = {"class": name for name, of_kind in OF_KIND.items() if issubclass(kind, of_kind)}
    given = {"class" if name == "kind" else name: value for name, value in members.items()}
    return {**_document(status, kind.__name__), **known, **given}


def _document(status: str, message: str, **more: Any) -> Dict[str, Any]:
    """With what every one has."""
    return {"status": status, "message": message, "retryable": False, **more}


def of_document(document: Mapping[str, Any]) -> Error:
    """The exception for an error document."""
    status = document.get("status", "")
    if status == "API":
        return OF_KIND.get(document.get("class", ""), ApiError)(document)
    return OF_STATUS.get(status, Error)(document)


def of_text(status: str, text: bytes) -> Error:
    """The exception for an error document of the library."""
    # Here, because a program that only imports the package reads no JSON.
    import json

    try:
        return of_document(json.loads(text))
    except ValueError:
        # The library gives no document only where it finds no memory for one.
        return Subject(status=status).refuse("the library gave no error document")


class Subject:
    """The subject of an error that only this package can see: a closed client, a Python value that is no JSON.

    The document has the members that the library would give it.
    """

    __slots__ = ("name", "operation", "platform", "status")

    # No named tuple: to make its class takes longer than to import this module.
    def __init__(
        self,
        name: str = "",
        status: str = "INVALID_ARGUMENT",
        platform: Optional[str] = None,
        operation: Optional[str] = None,
    ) -> None:
        #: The message begins with it: `avd.room.read`.
        self.name = name
        self.status = status
        self.platform = platform
        self.operation = operation

    def with_status(self, status: str) -> Subject:
        return Subject(self.name, status, self.platform, self.operation)

    def refuse(self, message: str, **more: Any) -> Error:
        document = _document(self.status, "%s: %s" % (self.name, message) if self.name else message)
        if self.platform is not None:
            document["platform"] = self.platform
        if self.operation is not None:
            document["operation"] = self.operation
        if self.platform is not None and self.status == "INVALID_ARGUMENT":
            # A call that is refused was never sent.
            document["attempts"] = 0
        document.update(more)
        return of_document(document)


CONFIGURATION = Subject(status="INVALID_CONFIG")
OPTIONS = Subject("options")
CLIENT = Subject()
