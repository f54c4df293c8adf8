"""What the catalog expects of a parameter, for messages about values that the library never sees."""

from __future__ import annotations

from typing import Any

from ._catalog import kinds
from ._errors import Error, Subject

_A = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "True or False",
    "array": "a list",
    "object": "a dict",
    "file": 'a path, a file object, or a tuple of a name and bytes, ("welcome.png", b"...")',
}


def mistyped(value: Any, name: str, where: str, subject: Subject) -> Error:
    """The error for a value that JSON does not have."""
    expected = _A.get(kinds(subject.name).get(name, ""))
    without = " without a name" if expected == _A["file"] and isinstance(value, (bytes, bytearray, memoryview)) else ""
    if expected is None:
        expected = "what JSON has: a string, a number, True, False, None, a list or a dict"
    return subject.refuse("%s: expected %s, got %s%s" % (where, expected, type(value).__name__, without))
