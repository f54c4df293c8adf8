"""What runs in the groups of an application of hst: recordings and live streams, which the platform lists."""

from __future__ import annotations

from typing import Iterator, Optional, Set

from .._client import Client
from .hst_recordings import about_task, rows_of, state_of, tasks
from .listings import Told, text_of
from .running import Running

LIVES = "hst.live.list"
#: Begun, running, suspended: what is to be finished.
_UNFINISHED = (1, 2, 7)
_NO_SUCH_TASK = frozenset({605030001})


def running(hst: Client, app: str, group: Optional[str], kinds: Set[str], told: Told) -> Iterator[Running]:
    if "recordings" in kinds:
        for state in _UNFINISHED:
            for task in tasks(hst, app, told, group=group, status=state):
                about = about_task(task)
                # Whether the platform heeds the state that it is asked for is for it to show.
                if state_of(task) == state and (group is None or about.get("room_id") == group):
                    number = about["record_id"]
                    params = {"app_id": app, "record_id": number}
                    yield Running(about.get("room_id", ""), "recording", "hst.record.finish", params, _NO_SUCH_TASK, number=number)
    if "lives" in kinds:
        for live in rows_of(hst.call(LIVES, {"app_id": app}), "list", "live_info_list"):
            room = text_of(live.get("group_id"))
            if room is not None and (group is None or room == group):
                yield Running(room, "live stream", "hst.live.stop", {"app_id": app, "group_id": room})
