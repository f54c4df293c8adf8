"""`watch`: what happens in the groups of hst, as it happens."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Dict, List, Optional

from .. import _errors
from .._events import Events
from .._hst import Hst
from .._json import text_of
from . import arguments, config, event_lines, exit_codes
from .usage_error import UsageError

SUMMARY = "show what happens in the groups of hst, as it happens"

DESCRIPTION = """\
Shows who joins and leaves a group, who starts and stops to broadcast, and how recordings go, one event a line, until Ctrl-C, --count
or --for. The first line of an application is its full state. With --json a line is the event exactly as the library tells it.

Without --json, lost connections are told on standard error. They are made anew, again and again. Only a platform that refuses the
credentials before it was ever connected ends the command, with 3.

After --for the code is 0 if there is a connection by then, and that of the last failure if there is none. If there were fewer lines than
--count, it is 4."""

TYPES = ("connected", "state", "joined", "left", "started", "stopped", "recording", "other", "disconnected")


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("watch", DESCRIPTION, epilog=exit_codes.TABLE)
    app_help = "of this application; may be given several times (default: the configuration's discovery_app_id)"
    made.add_argument("--app", metavar="ID", action="append", help=app_help)
    made.add_argument("--group", metavar="ID", action="append", help="of this group only; may be given several times, with one --app")
    made.add_argument("--type", metavar="TYPE", action="append", choices=TYPES, help="only these: %s; may be given several times" % ", ".join(TYPES))
    made.add_argument("--count", type=int, metavar="LINES", help="end after so many lines")
    made.add_argument("--for", dest="seconds", type=float, metavar="SECONDS", help="end after this time")
    arguments.add_config(made)
    made.add_argument("--json", action="store_true", help="print each event as one line of JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    if options.count is not None and options.count < 1:
        raise UsageError("--count: expected at least 1, got %d" % options.count)
    if options.seconds is not None and not 0 < options.seconds < float("inf"):
        raise UsageError("--for: expected more than 0 seconds, got %s" % options.seconds)
    wanted: Dict[str, Any] = {"app_ids": options.app, "groups": options.group}
    try:
        with config.client_of(config.read(options.config, "hst")) as client:
            assert isinstance(client, Hst)
            with client.events(**wanted) as events:
                return Watch(options).show(events)
    except _errors.Error as error:
        return arguments.failed(error, options.json)


class Watch:
    """One session, and what is to be shown of it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._lines = 0
        #: Of the last attempt that failed; None while there is a connection.
        self._error: Optional[_errors.Error] = None
        self._was_connected = False

    def show(self, events: Events) -> int:
        """What to end with."""
        options = self._options
        until = None if options.seconds is None else time.monotonic() + options.seconds
        while options.count is None or self._lines < options.count:
            left = None if until is None else until - time.monotonic()
            event = None if left is not None and left <= 0 else events.next(left)
            if event is None:
                return self._code_of_silence()
            self._take(event)
            if isinstance(self._error, _errors.AuthError) and not self._was_connected:
                return exit_codes.of(self._error)
        return exit_codes.OK

    def _take(self, event: Any) -> None:
        kind = event["type"]
        if kind == "connected":
            self._was_connected, self._error = True, None
        elif kind == "disconnected":
            self._error = _errors.of_document(event["error"])
        if self._is_wanted(kind):
            print(_one_line(text_of(event)) if self._options.json else self._line(event), flush=True)
            self._lines += 1
        elif kind == "disconnected":
            print(self._line(event), file=sys.stderr, flush=True)

    def _is_wanted(self, kind: str) -> bool:
        types: Optional[List[str]] = self._options.type
        if types is None:
            return kind != "disconnected" or bool(self._options.json)
        return kind in types

    def _line(self, event: Any) -> str:
        return event_lines.line(event, len(self._options.app or ()) > 1)

    def _code_of_silence(self) -> int:
        """When the time is over."""
        if self._error is not None:
            return exit_codes.of(self._error)
        if not self._was_connected:
            print("there was no connection in time", file=sys.stderr)
            return exit_codes.NETWORK
        if self._options.count is not None:
            print("%d of %d lines in time" % (self._lines, self._options.count), file=sys.stderr)
            return exit_codes.NETWORK
        return exit_codes.OK


def _one_line(text: str) -> str:
    """A line break between the parts of JSON is a blank; in a text it is escaped."""
    return text.replace("\r", " ").replace("\n", " ")
