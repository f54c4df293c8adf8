"""Texts from files and from standard input, which can be read once."""

from __future__ import annotations

import sys

from .usage_error import UsageError

_read_for = ""


def text_of(path: str, what: str) -> str:
    """A file's text, or that of standard input for `-`. `what` it is for begins the error."""
    try:
        if path == "-":
            return _standard_input(what)
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except UnicodeDecodeError:
        raise UsageError("%s cannot be read: it is not UTF-8" % what) from None
    except (OSError, ValueError) as error:
        raise UsageError("%s cannot be read: %s" % (what, error)) from None


def _standard_input(what: str) -> str:
    global _read_for
    if _read_for:
        raise UsageError("standard input can be read once, and is asked for twice: for %s and for %s" % (_read_for, what))
    if sys.stdin is None:
        raise UsageError("%s cannot be read: standard input is closed" % what)
    _read_for = what
    return sys.stdin.buffer.read().decode("utf-8-sig")
