"""JSON to look at: each number stays as the platform spells it."""

from __future__ import annotations

import json
from typing import Any


class Number(str):
    """`1.10E+2`, `-0` and five thousand digits, too: no type of Python's has them all."""


def read(text: str) -> Any:
    return json.loads(text, parse_int=Number, parse_float=Number)


def compact(value: Any) -> str:
    """On one line."""
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (_text(name), compact(member)) for name, member in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(compact(item) for item in value)
    return single(value)


def indented(value: Any, indent: str = "") -> str:
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = ["%s%s: %s" % (inner, _text(name), indented(member, inner)) for name, member in value.items()]
        return "{\n%s\n%s}" % (",\n".join(rows), indent)
    if isinstance(value, list) and value:
        return "[\n%s\n%s]" % (",\n".join(inner + indented(item, inner) for item in value), indent)
    return single(value)


def single(value: Any) -> str:
    return str(value) if isinstance(value, Number) else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
