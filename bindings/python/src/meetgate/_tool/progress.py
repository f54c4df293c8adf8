"""How far something is, on standard error: one line that changes on a terminal, else a line from time to time."""

from __future__ import annotations

import sys
import time
from typing import Callable

from .terminal import harmless

#: Between two lines where no terminal is, and between two changes of the line.
LINE_SECONDS = 5.0
CHANGE_SECONDS = 0.1


class Progress:
    def __init__(self) -> None:
        self.is_terminal = sys.stderr.isatty()
        self._next = time.monotonic() + (0 if self.is_terminal else LINE_SECONDS)
        self._is_open = False

    def show(self, text: Callable[[], str], is_last: bool = False) -> None:
        """`text` is asked for only when there is something to show."""
        now = time.monotonic()
        if now < self._next and not (is_last and self.is_terminal):
            return
        if self.is_terminal:
            self._next = now + CHANGE_SECONDS
            # What a longer line before it has left is cleared.
            sys.stderr.write("\r%s\x1b[K" % harmless(text()))
            sys.stderr.flush()
            self._is_open = True
        else:
            self._next = now + LINE_SECONDS
            print(text(), file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_open:
            sys.stderr.write("\n")
            self._is_open = False

    def clear(self) -> None:
        """For what is shown below."""
        if self._is_open:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_open = False
