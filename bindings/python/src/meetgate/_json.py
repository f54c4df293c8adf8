"""JSON both ways. It is written with every digit as given, and read with exact integers and decimals of the caller's type."""

from __future__ import annotations

import json
import math
import os
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Union

from ._errors import Error, Subject

#: The Python types that a parameter of type `number` takes. A Decimal travels with its digits, `Decimal("0.50")` as `0.50`.
Number = Union[int, float, Decimal]


class Reply(Dict[str, Any]):
    """An answer: a dict, and in `text` exactly the characters that the platform sent."""

    __slots__ = ("_subject", "text")

    text: str
    _subject: Any


def text_of(reply: Mapping[str, Any]) -> str:
    """The text of an answer exactly as the platform sent it, with all its digits.

    It takes a call's result itself, not a copy or a part of it.
    """
    if isinstance(reply, Reply):
        return reply.text
    raise TypeError("expected an answer just as a call returned it, got %s" % type(reply).__name__)


#: A json.JSONDecoder, whose `scan_once` type checkers do not know.
Decoder = Any


def decoder(parse_float: Callable[[str], Any]) -> Decoder:
    """For all answers of a client: `json.loads` would make one for each."""
    return json.JSONDecoder(parse_float=parse_float)


#: For what has no decimals of the platform's.
PLAIN = decoder(float)


#: What gives an answer that Python cannot read.
_AS_TEXT = "; `call_text` returns it as text"


def parse(text: str, decoder: Decoder, subject: Subject, what: str = "the answer", otherwise: str = _AS_TEXT) -> Any:
    """An answer as a dict."""
    try:
        # The library has made sure that it is JSON to its end.
        value = decoder.scan_once(text, 0)[0] if text[:1] == "{" else decoder.decode(text)
    except RecursionError:
        raise _unreadable("%s is nested too deep for Python%s" % (what, otherwise), subject) from None
    except ValueError as error:
        # The library has made sure that it is JSON. Python refuses a number of thousands of digits, and so may `parse_float`.
        raise _unreadable("%s cannot be read in Python: %s%s" % (what, error, otherwise), subject) from error
    if type(value) is not dict:
        return value
    reply = Reply(value)
    reply.text = text
    reply._subject = subject
    return reply


def unusable(reply: Any, why: str) -> Error:
    """The error for an answer that is read, and is not as documented. It shows the answer, which must be of a kind without secrets."""
    subject = reply._subject if isinstance(reply, Reply) else Subject()
    return subject.with_status("PROTOCOL").refuse("the answer " + why, reply=reply)


def _unreadable(message: str, subject: Subject) -> Error:
    """Without the answer: its secrets are masked by the library only, in errors of its own."""
    return subject.with_status("PROTOCOL").refuse(message)


def c_string(text: Any, name: str, subject: Subject) -> bytes:
    """A text as C takes it, up to the NUL that Python adds."""
    if not isinstance(text, str):
        raise subject.refuse("%s: expected a string, got %s" % (name, type(text).__name__))
    if "\0" in text:
        raise subject.refuse("%s: holds a NUL character" % name)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise subject.refuse("%s: %s" % (name, _half(error))) from None


def encode_texts(members: Mapping[str, Any]) -> Optional[bytes]:
    """As `encode`, where all members are texts, as those of most calls are; else None."""
    parts: List[str] = []
    for name, value in members.items():
        if type(value) is str and type(name) is str:
            parts.append(encode_basestring(name) + ":" + encode_basestring(value))
        elif value is not None:
            return None
    try:
        return ("{" + ",".join(parts) + "}").encode("utf-8")
    except UnicodeEncodeError:
        return None


def encode(members: Mapping[str, Any], what: str, subject: Subject) -> bytes:
    """One JSON object as UTF-8. A member that is None is left out."""
    parts: List[str] = []
    for name, value in members.items():
        if value is not None:
            where = '%s "%s"' % (what, name)
            parts.append("%s:%s" % (_name(name, what, subject), _member(value, name, where, subject)))
    try:
        return ("{" + ",".join(parts) + "}").encode("utf-8")
    except UnicodeEncodeError as error:
        where = next((found for name, value in members.items() for found in _broken(value, '%s "%s"' % (what, name))), what)
        raise subject.refuse("%s: %s" % (where, _half(error))) from None


def _member(value: Any, name: str, where: str, subject: Subject) -> str:
    if hasattr(value, "isoformat"):
        from . import _times

        if _times.is_time(value):
            value = _times.sent(value, name, where, subject)
    return _value(value, name, where, subject, 0)


def _half(error: UnicodeEncodeError) -> str:
    # Without the character: it may be one of a secret.
    if "\udc80" <= error.object[error.start] <= "\udcff":
        return "expected text, got bytes that are not UTF-8, as os.fsdecode passes them on"
    return "expected text, got half of a surrogate pair"


def _broken(value: Any, where: str) -> Iterator[str]:
    """Where a text is that cannot be written as UTF-8."""
    if isinstance(value, (str, os.PathLike)):
        try:
            str(os.fspath(value)).encode("utf-8")
        except UnicodeEncodeError:
            yield where
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _broken(name, where)
            yield from _broken(member, "%s.%s" % (where, name))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _broken(item, "%s[%d]" % (where, index))


def to_utf8(json_text: str) -> bytes:
    """JSON text as bytes. Half a surrogate pair travels as its escape, so that the library names the place and refuses it."""
    return json_text.encode("utf-8", "backslashreplace")


def _name(name: Any, where: str, subject: Subject) -> Any:
    if not isinstance(name, str):
        raise subject.refuse("%s: expected names that are strings, got %r" % (where, name))
    return encode_basestring(name)


def _value(value: Any, name: str, where: str, subject: Subject, depth: int) -> str:
    if isinstance(value, str):
        return str(encode_basestring(value))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value, where, subject)
    if isinstance(value, float):
        if math.isfinite(value):
            return float.__repr__(value)
        raise subject.refuse("%s: expected a finite number, got %r" % (where, value))
    if isinstance(value, Decimal):
        if value.is_finite():
            return str(value)
        raise subject.refuse("%s: expected a finite number, got %s" % (where, value))
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        if isinstance(path, str):
            return str(encode_basestring(path))
    if depth > 100:
        raise subject.refuse("%s: is nested too deep" % where)
    if isinstance(value, Mapping):
        members = [
            "%s:%s" % (_name(name, where, subject), _value(member, "", "%s.%s" % (where, name), subject, depth + 1))
            for name, member in value.items()
        ]
        return "{" + ",".join(members) + "}"
    if isinstance(value, (list, tuple)):
        items = [_value(item, "", "%s[%d]" % (where, index), subject, depth + 1) for index, item in enumerate(value)]
        return "[" + ",".join(items) + "]"
    from ._expected import mistyped

    raise mistyped(value, name if depth == 0 else "", where, subject)


def _integer(value: int, where: str, subject: Subject) -> str:
    try:
        return int.__repr__(value)
    except ValueError as error:
        # Python writes no integer of thousands of digits.
        raise subject.refuse("%s: %s" % (where, error)) from None
