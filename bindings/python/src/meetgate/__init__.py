"""The control APIs of three conferencing platforms: hst (好视通), youme (游密) and avd (叁体).

    import meetgate

    with meetgate.Avd(base_url="http://10.0.0.5:9609", access_key="...", secret_key="...") as avd:
        try:
            print(avd.room.read(room_id="12345123456")["data"]["topic"])
        except meetgate.NotFound as error:
            print(error.code, error.meaning)

`Hst`, `Youme` and `Avd` block; `AsyncHst`, `AsyncYoume` and `AsyncAvd` are awaited. Every operation of a platform is a
method with keyword arguments. An argument that is None is left out of the request.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Union

from ._errors import (
    ApiError,
    AuthError,
    BadRequest,
    Cancelled,
    Conflict,
    Error,
    Forbidden,
    Forked,
    HttpError,
    InternalError,
    InvalidArgument,
    InvalidConfig,
    IoError,
    LimitError,
    LimitReached,
    NetworkError,
    NotFound,
    PlatformBusy,
    ProtocolError,
    ServerError,
    StoreError,
    Timeout,
    TlsError,
    Unsupported,
)
from ._library import LibraryError, library
from ._version import __version__

# Optional, Tuple and Union are for `typing.get_type_hints`, which looks for the names in a public class's annotations here.
if TYPE_CHECKING:
    from ._avd import Avd
    from ._avd_async import AsyncAvd
    from ._cancel import Cancel
    from ._client_info import ClientInfo, ClientStats, OperationStats, ProxyInfo, TlsInfo, TokenClientInfo, TokenInfo
    from ._event_types import (
        ChangeEvent,
        ClosedEvent,
        ConnectedEvent,
        DisconnectedEvent,
        Event,
        OtherEvent,
        RecordingEvent,
        StateEvent,
    )
    from ._events import AsyncEvents, Events
    from ._facts import Facts
    from ._guard import AsyncGuard, Guard
    from ._hst import Hst
    from ._hst_async import AsyncHst
    from ._json import Reply, text_of
    from ._download import Download
    from ._options import CallOptions, DownloadOptions, EventsOptions, Tls, TokenStore, WaitOptions
    from ._signing import (
        HstUserToken,
        YoumeChecksum,
        YoumeUserToken,
        hst_user_token,
        youme_checksum,
        youme_user_token,
    )
    from ._token_provider import TokenProvider
    from ._transfer import Progress
    from ._youme import Youme
    from ._youme_async import AsyncYoume
    from .types.avd import AvdConfig
    from .types.hst import HstConfig
    from .types.youme import YoumeConfig

__all__ = [
    "ApiError",
    "AsyncAvd",
    "AsyncEvents",
    "AsyncGuard",
    "AsyncHst",
    "AsyncYoume",
    "AuthError",
    "Avd",
    "AvdConfig",
    "BadRequest",
    "CallOptions",
    "Download",
    "DownloadOptions",
    "Cancel",
    "Cancelled",
    "ChangeEvent",
    "ClientInfo",
    "ClientStats",
    "ClosedEvent",
    "Conflict",
    "ConnectedEvent",
    "DisconnectedEvent",
    "Error",
    "Event",
    "Events",
    "EventsOptions",
    "Facts",
    "Forbidden",
    "Forked",
    "Guard",
    "Hst",
    "HstConfig",
    "HstUserToken",
    "HttpError",
    "InternalError",
    "InvalidArgument",
    "InvalidConfig",
    "IoError",
    "LibraryError",
    "LimitError",
    "LimitReached",
    "NetworkError",
    "NotFound",
    "OperationStats",
    "OtherEvent",
    "PlatformBusy",
    "Progress",
    "ProtocolError",
    "ProxyInfo",
    "RecordingEvent",
    "Reply",
    "ServerError",
    "StateEvent",
    "StoreError",
    "Timeout",
    "Tls",
    "TlsError",
    "TlsInfo",
    "TokenClientInfo",
    "TokenInfo",
    "TokenProvider",
    "TokenStore",
    "Unsupported",
    "WaitOptions",
    "Youme",
    "YoumeChecksum",
    "YoumeConfig",
    "YoumeUserToken",
    "__version__",
    "catalog",
    "hst_user_token",
    "library_version",
    "text_of",
    "youme_checksum",
    "youme_user_token",
]


#: Imported when a program first uses it, because all of it takes longer than most programs need.
_LATER: Dict[str, str] = {
    "AsyncAvd": "_avd_async",
    "AsyncEvents": "_events",
    "AsyncGuard": "_guard",
    "AsyncHst": "_hst_async",
    "AsyncYoume": "_youme_async",
    "Avd": "_avd",
    "AvdConfig": "types.avd",
    "CallOptions": "_options",
    "Cancel": "_cancel",
    "ChangeEvent": "_event_types",
    "ClientInfo": "_client_info",
    "ClientStats": "_client_info",
    "ClosedEvent": "_event_types",
    "ConnectedEvent": "_event_types",
    "DisconnectedEvent": "_event_types",
    "Event": "_event_types",
    "Events": "_events",
    "EventsOptions": "_options",
    "Facts": "_facts",
    "Guard": "_guard",
    "Hst": "_hst",
    "HstConfig": "types.hst",
    "HstUserToken": "_signing",
    "OperationStats": "_client_info",
    "OtherEvent": "_event_types",
    "RecordingEvent": "_event_types",
    "StateEvent": "_event_types",
    "Reply": "_json",
    "Download": "_download",
    "DownloadOptions": "_options",
    "Progress": "_transfer",
    "Tls": "_options",
    "TokenClientInfo": "_client_info",
    "ProxyInfo": "_client_info",
    "TlsInfo": "_client_info",
    "TokenInfo": "_client_info",
    "TokenProvider": "_token_provider",
    "TokenStore": "_options",
    "WaitOptions": "_options",
    "Youme": "_youme",
    "YoumeConfig": "types.youme",
    "YoumeChecksum": "_signing",
    "YoumeUserToken": "_signing",
    "hst_user_token": "_signing",
    "text_of": "_json",
    "youme_checksum": "_signing",
    "youme_user_token": "_signing",
}


def catalog() -> Dict[str, Any]:
    """All operations with their parameters, answers and error numbers."""
    from ._catalog import document

    return document()


def library_version() -> str:
    """The version of the shared library in use."""
    return library().version()


def __dir__() -> List[str]:
    """What is public."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


# Type checkers would take it as the promise that every name exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError("module %r has no attribute %r" % (__name__, name))
        module = "%s.%s" % (__name__, _LATER[name])
        # importlib would be one import more.
        __import__(module)
        found = _as_public(getattr(sys.modules[module], name))
        globals()[name] = found
        return found


def _as_public(found: Any) -> Any:
    """With the name that programs use: a traceback shows `meetgate.NotFound`."""
    if isinstance(found, type) and found.__module__.startswith(__name__ + "."):
        found.__module__ = __name__
    return found


for _name in __all__:
    if _name in globals():
        _as_public(globals()[_name])

# A missing or unfit library is an error right here. Only the command line, whose package Python imports before it runs the
# command, goes on: its `doctor` explains what is wrong.
try:
    library()
except LibraryError:
    # A program that embeds Python may have no arguments.
    if "".join(sys.argv[:1]).replace("\\", "/").rsplit("/", 1)[-1] not in ("-m", "meetgate", "meetgate.exe"):
        raise
