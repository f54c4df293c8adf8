"""What runs in the rooms of avd.

The platform lists open rooms, their participants and the composed view. It has no list of recordings and live streams that run, so these
may run in any open room. A room has one of each (004 L3726, L3746), and needs no number to stop it.

A player is stopped by its number, which only `media.create` tells. An audio push ends with the recording that it belongs to. A device
that still rings is no participant yet.
"""

from __future__ import annotations

from typing import Any, FrozenSet, Iterator, List, Optional, Set, Tuple

from .. import _catalog, _errors
from .._avd import Avd
from .listings import objects_in, text_of
from .running import Running

#: The room is not there, or not open any more: then nothing runs in it.
_ROOM_CLOSED = frozenset({40004, 40009})
#: 004 L3727: of mixed recordings, mixed live streams and desktop recordings.
_NOT_RECORDING = _ROOM_CLOSED | {40041}
#: 004 L3747, L3750.
_NOT_LIVE = _ROOM_CLOSED | {40061, 40065}
#: 004 L3736, L3737.
_VIEW_OFF = _ROOM_CLOSED | {40051, 40052}
#: 004 L3702, L3713: it is a participant, and no device.
_NOT_INVITED = _ROOM_CLOSED | {40024, 40033}

#: What may run in any room: kind, name, operation, and the numbers that say that it does not.
_UNLISTED: Tuple[Tuple[str, str, str, FrozenSet[int]], ...] = (
    ("recordings", "mixed recording", "avd.room.mix_record.stop", _NOT_RECORDING),
    ("recordings", "desktop recording", "avd.room.desktop_record.stop", _NOT_RECORDING),
    ("lives", "mixed live stream", "avd.room.mix_live.stop", _NOT_RECORDING),
    ("lives", "live stream", "avd.room.live.stop", _NOT_LIVE),
)


def rooms(avd: Avd, only: Optional[str]) -> List[str]:
    """The open ones; nothing runs in another."""
    found = [text_of(room.get("room_id")) for room in objects_in(avd.room.list(), "rooms")]
    return [room for room in found if room is not None and (only is None or room == only)]


def of_room(avd: Avd, room: str, kinds: Set[str]) -> List[Running]:
    found: List[Running] = []
    if "views" in kinds and _has_view(avd, room):
        found.append(Running(room, "composed view", "avd.room.avc.stop", {"room_id": room}, _VIEW_OFF))
    if "devices" in kinds:
        found += _devices(avd, room)
    for kind, what, operation, numbers in _UNLISTED:
        if kind in kinds:
            found.append(Running(room, what, operation, {"room_id": room}, numbers, is_listed=False))
    return found


def _has_view(avd: Avd, room: str) -> bool:
    try:
        avd.room.avc.get_avc_setting(room_id=room)
    except _errors.ApiError as error:
        if error.document.get("code") in _VIEW_OFF:
            return False
        raise
    return True


def _devices(avd: Avd, room: str) -> Iterator[Running]:
    """No document says which participants are devices: those that are none of the kinds of client that are documented may be.
    `device.kick` refuses a participant whom no call has brought into the room."""
    try:
        participants = objects_in(avd.room.participate.list(room_id=room), "participates")
    except _errors.ApiError as error:
        # The room was closed meanwhile; the failure behind this number is told in words only (T64).
        if error.document.get("code") == 41005 and "room not found" in str(error.document.get("platform_message")):
            return
        raise
    for participant in participants:
        user = text_of(participant.get("user_id"))
        if user is not None and participant.get("type") not in _kinds_of_client():
            yield Running(room, "device", "avd.device.kick", {"room_id": room, "user_id": user}, _NOT_INVITED, is_listed=False, number=user)


def _kinds_of_client() -> Set[Any]:
    operation = _catalog.operation("avd.room.participate.list")
    members = [] if operation is None else [field for member in operation["returns"] for field in member["fields"]]
    return {known["value"] for field in members if field["name"] == "type" for known in field["values"]}
