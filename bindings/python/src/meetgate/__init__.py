"""The control APIs of three conferencing platforms: hst (好视通), youme (游密) and avd (叁体).

    import meetgate

    with meetgate.Avd(base_url="http://10.0.0.5:9609", access_key="...", secret_key="...") as avd:
        try:
            print(avd.room.read(room_id="12345123456")["data"]["topic"])
        except meetgate.NotFound as error:
            print(error.code, error.meaning)

`Hst`, `Youme` and `Avd` block; `AsyncHst`, `AsyncYoume` and `AsyncAvd` are awaited. Every operation of a platform is a
method with keyword arguments, which are the platform's own names. An argument that is None is left out of the request.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Dict

from ._avd import Avd
from ._avd_async import AsyncAvd
from ._client_info import ClientInfo, TokenClientInfo, TokenInfo
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
from ._hst import Hst
from ._hst_async import AsyncHst
from ._json import Reply, text_of
from ._library import LibraryError, library
from ._options import CallOptions, TokenStore
from ._signing import HstUserToken, YoumeChecksum, hst_user_token, youme_checksum
from ._token_provider import TokenProvider
from ._version import __version__
from ._youme import Youme
from ._youme_async import AsyncYoume

__all__ = [
    "ApiError",
    "AsyncAvd",
    "AsyncHst",
    "AsyncYoume",
    "AuthError",
    "Avd",
    "BadRequest",
    "CallOptions",
    "Cancelled",
    "ClientInfo",
    "Conflict",
    "Error",
    "Forbidden",
    "Forked",
    "Hst",
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
    "PlatformBusy",
    "ProtocolError",
    "Reply",
    "ServerError",
    "StoreError",
    "Timeout",
    "TlsError",
    "TokenClientInfo",
    "TokenInfo",
    "TokenProvider",
    "TokenStore",
    "Unsupported",
    "Youme",
    "YoumeChecksum",
    "__version__",
    "catalog",
    "hst_user_token",
    "library_version",
    "text_of",
    "youme_checksum",
]


def catalog() -> Dict[str, Any]:
    """All operations with their parameters, answers and error numbers."""
    document: Dict[str, Any] = json.loads(library().catalog())
    return document


def library_version() -> str:
    """The version of the shared library in use."""
    return library().version()


def _name_as_programs_do() -> None:
    """In a traceback, `meetgate.NotFound`."""
    for name in __all__:
        found = globals()[name]
        if isinstance(found, type) and found.__module__.startswith(__name__ + "."):
            found.__module__ = __name__


_name_as_programs_do()

# A library that is missing or does not fit is an error right here. Only `python -m meetgate`, whose package Python imports
# before it says what runs, goes on: its `doctor` is there to explain just that.
try:
    library()
except LibraryError:
    if sys.argv[:1] != ["-m"]:
        raise
