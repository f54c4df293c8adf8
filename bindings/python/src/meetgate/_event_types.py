"""The types of the dicts that a session of events gives. Newer libraries may add members."""

from __future__ import annotations

from typing import Any, Dict, Literal, TypedDict, Union

from ._later import NotRequired


class ConnectedEvent(TypedDict):
    """The session is logged in and subscribed. Full states follow."""

    type: Literal["connected"]


class StateEvent(TypedDict):
    """All groups of an application, with their users and media. What was known of it does not count any more."""

    type: Literal["state"]
    app_id: str
    version: int
    reason: Literal["opened", "reconnected", "gap", "overflow", "unasked"]
    """Why: it is the first one, the connection is another one, versions were left out, the reader was too slow, or nobody asked."""
    data: Dict[str, Any]
    """The gateway's own message: `group_list`, and in each group its `user_list`."""


class ChangeEvent(TypedDict):
    """A user has joined or left a group, or has started or stopped to broadcast a medium."""

    type: Literal["joined", "left", "started", "stopped"]
    id: int
    app_id: str
    group_id: str
    version: int
    data: Dict[str, Any]
    """The gateway's own message: `user_id`, and of a medium `media_id` and `media_type`."""


class RecordingEvent(TypedDict):
    """The state of a recording."""

    type: Literal["recording"]
    id: int
    app_id: NotRequired[str]
    """Absent where it cannot be told: see the guide, on several applications."""
    group_id: NotRequired[str]
    version: NotRequired[int]
    data: Dict[str, Any]


class OtherEvent(TypedDict):
    """A message of the gateway's that the vendor's pages do not name."""

    type: Literal["other"]
    id: int
    data: Dict[str, Any]


class DisconnectedEvent(TypedDict):
    """There is no connection."""

    type: Literal["disconnected"]
    error: Dict[str, Any]
    """Why: an error document, as the attribute `document` of an exception. `status` and `message` are always in it."""
    next_attempt_ms: int


class ClosedEvent(TypedDict):
    """The client was closed. Nothing comes after it."""

    type: Literal["closed"]


Event = Union[ConnectedEvent, StateEvent, ChangeEvent, RecordingEvent, OtherEvent, DisconnectedEvent, ClosedEvent]
