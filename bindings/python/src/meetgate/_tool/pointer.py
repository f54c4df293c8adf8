"""A part of an answer, by a JSON pointer (RFC 6901), just as the answer spells it."""

from __future__ import annotations

import re
from typing import Any, List

from .spelling import Number, indented, read
from .usage_error import UsageError


class NothingThere(Exception):
    """The answer has no such part."""


def parsed(pointer: str) -> List[str]:
    if pointer and not pointer.startswith("/"):
        raise UsageError("--query %s: expected a JSON pointer, such as /data/topic or /rooms/0" % pointer)
    if re.search("~(?![01])", pointer):
        raise UsageError("--query %s: ~ is written ~0, and / within a name ~1" % pointer)
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def part_of(text: str, parts: List[str]) -> str:
    """JSON of the part."""
    value: Any = read(text)
    for depth, part in enumerate(parts):
        where = "/" + "/".join(parts[:depth]) if depth else "the answer"
        if isinstance(value, dict):
            if part not in value:
                raise NothingThere("%s has no %r; it has %s" % (where, part, ", ".join(value) or "nothing"))
            value = value[part]
        elif isinstance(value, list):
            if not re.fullmatch("0|[1-9][0-9]*", part) or int(part) >= len(value):
                raise NothingThere("%s has no %r; it is a list of %d" % (where, part, len(value)))
            value = value[int(part)]
        else:
            # Without the value: where errors go, it may be one too many to see it.
            raise NothingThere("%s holds nothing more: it is %s" % (where, _kind(value)))
    return text if not parts else indented(value)


def _kind(value: Any) -> str:
    if isinstance(value, Number):
        return "a number"
    return "a text" if isinstance(value, str) else "null" if value is None else "true or false"
