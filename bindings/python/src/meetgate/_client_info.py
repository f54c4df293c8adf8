"""The types of the dicts that `info` and `stats` return."""

from __future__ import annotations

from typing import Dict, Literal, TypedDict


class _TokenInfoRequired(TypedDict):
    """The members that `TokenInfo` always has."""

    source: Literal["fetched", "fixed", "provided"]
    """Where it comes from: fetched with keys, given as `token`, or from a `token_provider`."""
    generation: int
    """Grows with each token; 0: there has been none yet."""


class TokenInfo(_TokenInfoRequired, total=False):
    """A client's token as the library knows it. The token itself is not in it."""

    store: Literal["file", "redis"]
    """Where it is shared, if the client has a `token_store`."""
    age_ms: int
    """Since it was asked for, in milliseconds."""
    expires_in_ms: int
    """Until it dies, in milliseconds, where its lifetime is known."""
    warning: str
    """Somebody else is fetching tokens for this account, or the token store fails."""


class ProxyInfo(TypedDict, total=False):
    """The proxy of a client whose configuration has one."""

    address: str
    """Of the proxy on the way to `base_url`, without user and password; absent where the way leads past every proxy."""
    source: str
    """What says so: `proxy` for the configuration, or the name of an environment variable."""


class _TlsInfoRequired(TypedDict):
    """The members that `TlsInfo` always has."""

    roots: Literal["bundled", "system", "none"]
    authorities: int
    """The certificates of `ca_file` and `ca_pem`."""
    pins: int
    client_certificate: bool
    """Whether the client has one."""
    min_version: Literal["1.2", "1.3"]


class TlsInfo(_TlsInfoRequired, total=False):
    """Whom a client trusts."""

    server_name: str
    insecure: str
    """The reason for verifying no certificate; absent where certificates are verified."""


class _ClientInfoRequired(TypedDict):
    """The members that `ClientInfo` always has."""

    platform: Literal["hst", "youme", "avd"]
    tls: TlsInfo


class ClientInfo(_ClientInfoRequired, total=False):
    """A client as the library knows it. Newer libraries may add members."""

    base_url: str
    """Absent where it is discovered."""
    clock_offset_s: int
    """How many seconds the platform's clock is ahead of this machine's (youme)."""
    http_method: Literal["get", "post"]
    """How this deployment takes forms, where it is known (avd)."""
    proxy: ProxyInfo
    """Where the configuration has one."""
    bind: str
    ip_version: Literal["4", "6"]


class TokenClientInfo(ClientInfo):
    """A client of a platform that has tokens, as the library knows it."""

    token: TokenInfo


class OperationStats(TypedDict):
    """What the calls of one operation came to."""

    calls: int
    failed: Dict[str, int]
    """How many of them, by status; the others went well."""
    ms: Dict[str, float]
    """Milliseconds of whole calls: `p50`, `p90`, `p99` (right to an eighth) and `max`."""


class ClientStats(TypedDict):
    """What the calls of a client came to. Newer libraries may add members."""

    platform: Literal["hst", "youme", "avd"]
    requests: int
    """Those that went out."""
    repeated: int
    """Beyond the first of a call."""
    ahead: int
    """For a token or an address, before a call's own."""
    connections_opened: int
    connections_reused: int
    """Requests over a connection that was kept from another one."""
    tokens_fetched: int
    """By calls of this client."""
    events_connected: int
    """How often sessions of events were logged in."""
    events_lost: int
    """How often their connections broke, or could not be made."""
    operations: Dict[str, OperationStats]
    """By name, such as `avd.room.read`; `raw` for raw calls."""
