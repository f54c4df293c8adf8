"""Times as Python has them, on their way to a platform that takes seconds, milliseconds or a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any, Union

from ._errors import Subject
from ._expected import mistyped
from ._time_params import TIME_PARAMS

#: Where the platforms are at home.
UTC_8 = timezone(timedelta(hours=8))
_1970 = datetime(1970, 1, 1, tzinfo=timezone.utc)


def is_time(value: Any) -> bool:
    return isinstance(value, date)


def sent(value: date, name: str, where: str, subject: Subject) -> Union[int, str]:
    """What the platform takes for it."""
    unit, kind = TIME_PARAMS.get((subject.name, name), ("", ""))
    if unit == "":
        raise mistyped(value, name, where, subject)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise subject.refuse(
                "%s: expected a datetime with a time zone, such as datetime.now(timezone.utc), got a naive one: "
                "it does not say which time is meant" % where
            )
    elif unit != "day in UTC+8":
        raise subject.refuse("%s: expected a datetime, got a date: it has no time of the day" % where)
    found = _in_unit(value, unit)
    return str(found) if kind == "string" else found


def _in_unit(value: date, unit: str) -> Union[int, str]:
    if not isinstance(value, datetime):
        return "%04d%02d%02d" % (value.year, value.month, value.day)
    if unit == "day in UTC+8":
        return _in_unit(value.astimezone(UTC_8).date(), unit)
    # In whole numbers: a float has not every microsecond.
    return (value - _1970) // timedelta(**{"seconds" if unit == "unix-s" else "milliseconds": 1})
