"""Times on a command line. A day is meant as a whole: as an end it is its last moment."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone

from .usage_error import UsageError

_DAY = re.compile(r"([0-9]{4}-?[0-9]{2}-?[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?$")
_1970 = datetime(1970, 1, 1, tzinfo=timezone.utc)


def seconds(text: str, is_end: bool) -> int:
    """Since 1970. A time without a zone is one of this machine's."""
    if re.match(r"[0-9]{9,11}$", text):
        return int(text)
    try:
        return int(_read(text, is_end).timestamp())
    except (ValueError, OverflowError, OSError):
        raise UsageError("%s: expected seconds since 1970, or a time such as 2021-12-01 or 2021-12-01T10:00" % text) from None


def milliseconds(text: str, is_end: bool) -> int:
    """Since 1970. A time must say its zone, because a bill is not this machine's matter."""
    if re.match(r"[0-9]{12,14}$", text):
        return int(text)
    try:
        found = _read(text, is_end)
        if found.utcoffset() is not None:
            # In whole numbers: a float has not every microsecond.
            return (found - _1970) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        "%s: expected milliseconds since 1970, or a time with its zone, such as 2021-12-01+08:00 or 2021-12-01T10:00+08:00" % text
    )


def _read(text: str, is_end: bool) -> datetime:
    day = _DAY.match(text)
    if day is None:
        return datetime.fromisoformat(_zone_in_digits(text))
    # Python 3.9 knows no day with a zone.
    found = datetime.fromisoformat(_zone_in_digits("%sT00:00:00%s" % (_with_hyphens(day.group(1)), day.group(2) or "")))
    return datetime.combine(found.date(), time(23, 59, 59, 999999, found.tzinfo)) if is_end else found


def _with_hyphens(day: str) -> str:
    digits = day.replace("-", "")
    return "%s-%s-%s" % (digits[:4], digits[4:6], digits[6:])


def _zone_in_digits(text: str) -> str:
    return text[:-1] + "+00:00" if text.endswith("Z") else text
