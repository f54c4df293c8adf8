"""What runs in a room, and the operation that stops it."""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, Mapping, NamedTuple, Optional

from .._client import Client
from .._errors import Error


class Running(NamedTuple):
    """Something that runs in a room, or may run there."""

    #: In the words of hst the group.
    room: str
    #: "mixed recording"
    what: str
    #: The operation that stops it, and its parameters.
    operation: str
    params: Mapping[str, str]
    #: What answers of the platform mean that it does not run.
    not_running: FrozenSet[int] = frozenset()
    #: False where the platform has no list of these: whether it runs shows when it is stopped.
    is_listed: bool = True
    #: Its number, where a room may have several.
    number: Optional[str] = None

    def members(self) -> Dict[str, Any]:
        """For programs."""
        known = {"room_id": self.room, "what": self.what, "number": self.number, "operation": self.operation, "params": {**self.params}}
        return {name: value for name, value in known.items() if value is not None}


def stop(client: Client, running: Running) -> bool:
    """Whether it ran."""
    try:
        client.call(running.operation, running.params)
    except Error as error:
        if error.document.get("code") in running.not_running:
            return False
        raise
    return True
