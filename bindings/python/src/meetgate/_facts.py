"""What one call was like."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Tuple

_BEFORE_REPLY = '{"reply":'
_BEFORE_FACTS = ',"facts":'


class Facts:
    """What one successful call was like. Give it to the call in its options; the call fills it in.

        facts = meetgate.Facts()
        avd.with_options(facts=facts).room.read(room_id="12345123456")
        print(facts.attempts, facts.ms["total"])

    A call that fails leaves it as it is: the exception says what happened. Of several calls it has what the last one was like.
    """

    #: The HTTP status of the answer; None while no call has filled it in.
    http_status: Optional[int] = None
    #: What the request is found by at the platform, where it has such an id.
    request_id: Optional[str] = None
    #: How often the request was tried.
    attempts: int = 0
    #: Whether it went over a connection that was kept from another call.
    reused_connection: bool = False
    #: Which of the account's tokens it carried; None where the platform has none.
    token_generation: Optional[int] = None
    #: Bytes of the last attempt, with the heads.
    sent_bytes: int = 0
    received_bytes: int = 0

    def __init__(self) -> None:
        #: Milliseconds: `total` of the whole call; of its last attempt `look_up`, `connect` and `tls` where it made a connection,
        #: `wait` (to the first byte of the answer) and `read` (to its last).
        self.ms: Dict[str, float] = {}

    def _fill(self, facts: Mapping[str, Any]) -> None:
        # A call may have fewer members than the one before it.
        self.__dict__ = {"ms": {}, **facts}

    def __repr__(self) -> str:
        return "<meetgate.Facts %s>" % self.__dict__


def unwrapped(text: str, facts: Facts) -> str:
    """The platform's answer, as it came; what the call was like goes into `facts`."""
    reply, members = _parted(text)
    facts._fill(json.loads(members))
    return reply


def _parted(text: str) -> Tuple[str, str]:
    # The facts have no member of this name, so that the last one in the text is theirs.
    at = text.rindex(_BEFORE_FACTS)
    return text[len(_BEFORE_REPLY) : at], text[at + len(_BEFORE_FACTS) : -1]
