"""JSON both ways. Out: compact, every digit as given. In: integers exact, decimals as the caller wants them."""

from __future__ import annotations

import json
import math
import os
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Callable, Dict, List, Mapping, Union

from ._errors import ProtocolError, invalid_argument

#: What a parameter of type `number` takes. A Decimal travels with its digits, `Decimal("0.50")` as `0.50`.
Number = Union[int, float, Decimal]


class Reply(Dict[str, Any]):
    """An answer: a dict, and in `text` just what the platform sent."""

    text: str


def text_of(reply: Mapping[str, Any]) -> str:
    """The text of an answer exactly as the platform sent it, with all its digits.

    For what a call returned, not for a copy or a part of it.
    """
    if isinstance(reply, Reply):
        return reply.text
    raise TypeError("expected an answer just as a call returned it, got %s" % type(reply).__name__)


def parse(text: str, parse_float: Callable[[str], Any]) -> Any:
    """An answer as a dict."""
    try:
        value = json.loads(text, parse_float=parse_float)
    except RecursionError:
        raise _unreadable("is nested too deep for Python", text) from None
    except ValueError as error:
        # The library has made sure that it is JSON: what is left is a number too long for Python, or `parse_float`.
        raise _unreadable("cannot be read in Python: %s" % error, text) from error
    if not isinstance(value, dict):
        return value
    reply = Reply(value)
    reply.text = text
    return reply


def _unreadable(why: str, text: str) -> ProtocolError:
    document = {"status": "PROTOCOL", "message": "the answer " + why, "retryable": False, "reply_text": text[:1024]}
    return ProtocolError(document)


def encode(members: Mapping[str, Any], what: str) -> bytes:
    """One JSON object as UTF-8. A member that is None is left out."""
    parts: List[str] = []
    for name, value in members.items():
        if value is not None:
            parts.append("%s:%s" % (_name(name, what), _value(value, "%s \"%s\"" % (what, name), 0)))
    return to_utf8("{" + ",".join(parts) + "}", what)


def to_utf8(text: str, what: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise invalid_argument("%s: holds half a character at position %d" % (what, error.start)) from None


def _name(name: Any, where: str) -> str:
    if not isinstance(name, str):
        raise invalid_argument("%s: expected names that are strings, got %r" % (where, name))
    return str(encode_basestring(name))


def _value(value: Any, where: str, depth: int) -> str:
    if isinstance(value, str):
        return str(encode_basestring(value))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value, where)
    if isinstance(value, float):
        if math.isfinite(value):
            return float.__repr__(value)
        raise invalid_argument("%s: expected a finite number, got %r" % (where, value))
    if isinstance(value, Decimal):
        if value.is_finite():
            return str(value)
        raise invalid_argument("%s: expected a finite number, got %s" % (where, value))
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str):
            return str(encode_basestring(path))
    if depth > 100:
        raise invalid_argument("%s: is nested too deep" % where)
    if isinstance(value, Mapping):
        members = [
            "%s:%s" % (_name(name, where), _value(member, "%s.%s" % (where, name), depth + 1))
            for name, member in value.items()
        ]
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        items = [_value(item, "%s[%d]" % (where, index), depth + 1) for index, item in enumerate(value)]
        return "[" + ",".join(items) + "]"
    raise invalid_argument("%s: cannot be sent as JSON: %s" % (where, type(value).__name__))


def _integer(value: int, where: str) -> str:
    try:
        return int.__repr__(value)
    except ValueError as error:
        # Python writes no integer of thousands of digits.
        raise invalid_argument("%s: %s" % (where, error)) from None
