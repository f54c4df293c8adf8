"""A client's events, into the `logging` of the program."""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, Optional, Union

from ._errors import CLIENT

#: The library's levels, by those of `logging`.
_LEVELS = ((logging.DEBUG, 4), (logging.INFO, 3), (logging.WARNING, 2))
_ERRORS_ONLY = 1
_OF_LOGGING = {1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO, 4: logging.DEBUG}


class Log:
    """Where events go, and from which level on."""

    def __init__(self, logger: Union[str, logging.Logger], level: Optional[int]) -> None:
        if isinstance(logger, str):
            logger = logging.getLogger(logger)
        if not isinstance(logger, (logging.Logger, logging.LoggerAdapter)):
            raise CLIENT.refuse("logger: expected a logging.Logger, its name, or None, got %s" % type(logger).__name__)
        if level is None:
            level = logger.getEffectiveLevel()
        elif not isinstance(level, int) or isinstance(level, bool):
            raise CLIENT.refuse("level: expected one of logging's levels, got %s" % type(level).__name__)
        self._logger = logger
        #: As the library counts.
        self.level = next((ours for theirs, ours in _LEVELS if level <= theirs), _ERRORS_ONLY)

    def take(self, level: int, event: bytes) -> None:
        of_logging = _OF_LOGGING.get(level, logging.DEBUG)
        if self._logger.isEnabledFor(of_logging):
            members = json.loads(event)
            self._logger.log(of_logging, "%s", described(members), extra={"meetgate": members})


def described(event: Dict[str, Any]) -> str:
    """One event in one line, for people. Programs read the record's attribute `meetgate`."""
    name = event["event"]
    if name.startswith("token_"):
        parts = ["%s: token %s" % (event["platform"], name[len("token_") :])]
        if "token_generation" in event:
            parts.append("generation %d" % event["token_generation"])
    else:
        number = event.get("attempt")
        ahead = " for the %s" % event["ahead"] if "ahead" in event else ""
        parts = ["%s: %s%s%s" % (event.get("operation"), name, " %d" % number if number else "", ahead)]
    parts += [str(event[key]) for key in ("status", "code") if key in event]
    if "http_status" in event:
        parts.append("HTTP %d" % event["http_status"])
    if "pause_ms" in event:
        parts.append("again after %d ms" % event["pause_ms"])
    took = event.get("ms", {})
    if took:
        parts.append("%.1f ms" % took.get("total", sum(took.values())))
    line = ", ".join(parts)
    return "%s: %s" % (line, event["message"]) if "message" in event else line
