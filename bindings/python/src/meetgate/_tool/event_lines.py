"""Events of hst as lines to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterator, List, Mapping

from .hst_recordings import DONE, STATES, state_of
from .listings import text_of
from .spelling import compact
from .terminal import harmless

#: The vendor's numbers of media.
_MEDIA = {"0": "screen", "1": "audio", "2": "video", "4": "whiteboard"}


def line(event: Mapping[str, Any], with_app: bool) -> str:
    """With this machine's time. `with_app`: the application, too, where there are several."""
    parts: List[str] = list(_parts(event))
    if with_app and "app_id" in event:
        parts.append("app %s" % event["app_id"])
    text = "%s  %-12s  %s" % (datetime.now().strftime("%Y-%m-%d %H:%M:%S"), event["type"], "  ".join(parts))
    # It is one line, whatever stands in a name.
    return harmless(text.rstrip()).replace("\n", "\\n")


def _parts(event: Mapping[str, Any]) -> Iterator[str]:
    kind = event["type"]
    data = event.get("data")
    if kind == "disconnected":
        error = event["error"]
        yield "%s: %s; the next attempt is in %.1f s" % (error["status"], error["message"], event["next_attempt_ms"] / 1000)
    elif kind == "state":
        yield "%s: %s, version %s" % (event["reason"], _counted(data), event["version"])
    elif kind == "other":
        yield compact(data)
    elif kind not in ("connected", "closed"):
        yield from _change(event, data if isinstance(data, dict) else {})


def _change(event: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[str]:
    if "group_id" in event:
        yield "group %s" % event["group_id"]
    for name, what in (("user_id", "user"), ("record_id", "recording")):
        found = text_of(data.get(name))
        if found is not None:
            yield "%s %s" % (what, found)
    medium, kind = text_of(data.get("media_id")), text_of(data.get("media_type"))
    if medium is not None or kind is not None:
        what = "medium" if kind is None else _MEDIA.get(kind, "medium of type %s," % kind)
        yield what if medium is None else "%s %s" % (what, medium)
    if event["type"] == "recording":
        # The vendor's own spelling, and the right one.
        number = text_of(data.get("record_statue", data.get("record_status")))
        if number is not None:
            state = state_of({"status": number})
            yield "it is done" if state == DONE else STATES.get(state, "its state is %s" % number)


def _counted(data: Any) -> str:
    groups = _objects(data, "group_list")
    users = [user for group in groups for user in _objects(group, "user_list")]
    media = [medium for user in users for medium in _objects(user, "media_info")]
    return "%s, %s, %d broadcast" % (_number(groups, "group"), _number(users, "user"), len(media))


def _number(found: List[Any], what: str) -> str:
    return "%d %s%s" % (len(found), what, "" if len(found) == 1 else "s")


def _objects(holder: Any, name: str) -> List[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
