"""Ending calls: by a `Cancel` of the program's, by closing the client, by Ctrl-C, and by the end of the interpreter."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Optional, Set

from ._library import Library, library

if TYPE_CHECKING:
    from typing import Protocol

    class Ended(Protocol):
        """What a `Cancel` ends: a call, or the reading of events."""

        def trigger(self) -> None: ...


class Call:
    """One call under way. Whoever may end it has it in a list, for as long as it runs."""

    __slots__ = ("_library", "is_triggered", "pointer")

    def __init__(self) -> None:
        self._library: Library = library()
        self.is_triggered = False
        #: What the C function takes. None only where there is no memory: such a call cannot be ended.
        self.pointer: Optional[int] = self._library.cancel_new()

    def trigger(self) -> None:
        """With the lock of a list that it is in, so that it cannot be another call by now. It does not block."""
        self.is_triggered = True
        if self.pointer is not None:
            self._library.cancel_trigger(self.pointer)

    def __del__(self) -> None:
        # Without a pointer if `__init__` did not come to its end.
        pointer = getattr(self, "pointer", None)
        if pointer is not None:
            self._library.cancel_free(pointer)


class _Spare(threading.local):
    """Each thread's last one, for its next call."""

    call: Optional[Call] = None


_spare = _Spare()


def take() -> Call:
    """For one call of this thread; `give_back` it."""
    # A token provider may make a call within a call: that one finds none here.
    call, _spare.call = _spare.call, None
    return Call() if call is None else call


def give_back(call: Call) -> None:
    """When it is in no list any more. One that was triggered ends every call, and is not used again."""
    if not call.is_triggered:
        _spare.call = call


class Cancel:
    """Ends calls, from any thread: give it to them as the option `cancel`, and call `trigger`.

        stop = meetgate.Cancel()
        threading.Timer(1.5, stop.trigger).start()
        avd.with_options(cancel=stop).room.list()       # raises meetgate.Cancelled after 1.5 seconds

    It may be given to any number of calls, one after the other or at once, of any clients.
    """

    __slots__ = ("__weakref__", "_calls", "_is_triggered", "_lock")

    def __init__(self) -> None:
        # Reentrant: a signal handler may trigger it while this very thread begins a call.
        self._lock = threading.RLock()
        self._calls: Set[Ended] = set()
        self._is_triggered = False

    def trigger(self) -> None:
        """Ends the calls that were given this: each raises `Cancelled`, at once if it waits for the network or a token.

        Once triggered it stays so: a call that begins later with it is not sent. A call that has ended is not touched.
        Whether the platform has done what a cancelled call asked for is not known, unless the error's `attempts` is 0.
        """
        with self._lock:
            self._is_triggered = True
            for call in self._calls:
                call.trigger()

    @property
    def triggered(self) -> bool:
        return self._is_triggered

    def _begin(self, call: Ended) -> None:
        with self._lock:
            self._calls.add(call)
            if self._is_triggered:
                call.trigger()

    def _end(self, call: Ended) -> None:
        with self._lock:
            self._calls.discard(call)

    def __repr__(self) -> str:
        return "<meetgate.Cancel%s>" % (", triggered" if self._is_triggered else "")


def _forget() -> None:
    """In a forked child: a lock in the spare one may be held by a thread that does not exist here."""
    global _spare
    _spare = _Spare()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
