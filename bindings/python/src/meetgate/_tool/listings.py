"""What the platforms' lists of recordings and of rooms have in common."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional
from urllib.parse import unquote, urlsplit

from .._errors import Error
from .._json import unusable
from .spelling import Number


class Wanted(NamedTuple):
    """Which recordings are asked for."""

    #: The room; in the words of hst the group.
    room: Optional[str]
    #: The number of one recording.
    task: Optional[str]
    #: Seconds since 1970.
    start: Optional[int]
    end: Optional[int]
    #: Of hst, which lists by application.
    app: Optional[str] = None


class Told(NamedTuple):
    """What a list says beside the files: of what it is about, and why."""

    note: Callable[[str], None]
    failed: Callable[[Dict[str, Any], Error], None]
    #: A recording that has no files yet, and its state in words.
    pending: Callable[[Dict[str, Any], str], None]


def objects_in(reply: Any, name: str, members: Optional[Mapping[str, Any]] = None) -> List[Dict[str, Any]]:
    """The list of that name, none where there is no such member. `members` are those of the answer itself, or of a part of it."""
    rows = (reply if members is None else members).get(name)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise unusable(reply, "has no list of objects in %s" % name)
    return rows


def text_of(value: Any) -> Optional[str]:
    """A text that may be a whole number (T54)."""
    if isinstance(value, (bool, Number)) or not isinstance(value, (str, int)):
        return None
    return str(value).strip() or None


def seconds_of(value: Any) -> Optional[int]:
    text = text_of(value)
    return int(text) if text is not None and re.match(r"[0-9]{1,11}$", text) else None


def name_in(url: str) -> str:
    """The last segment of the path on the server, which stands in the query (004 L331)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    found = re.search(r"(?:^|&)file=([^&]*)", parts.query)
    return unquote(found.group(1) if found else parts.path).rsplit("/", 1)[-1]
