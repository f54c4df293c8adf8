"""Values of JSON as cells of a CSV file (RFC 4180)."""

from __future__ import annotations

import re
from typing import Any

from .spelling import Number, compact

#: A spreadsheet takes a text that begins with one of these for a formula. The wide ones are those of a Chinese keyboard.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?$")


def cell(value: Any, is_exact: bool) -> str:
    """Numbers as the platform spells them; nothing for null; JSON for what holds more. A text that a spreadsheet would run gets an
    apostrophe before it, unless it is to be exact."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Number):
        return value if is_exact else tamed(value)
    return compact(value)


def tamed(text: str) -> str:
    return "'" + text if _FORMULA.match(text) and not _PLAIN_NUMBER.match(text) else text
