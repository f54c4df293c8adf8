"""A session of events, and the queue of the C library that its events wait in. What bounds the queue is there."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from ctypes import c_void_p
from typing import TYPE_CHECKING, Optional, Tuple

from . import _errors, _waiting
from ._cancel import Cancel
from ._library import Library, library

if TYPE_CHECKING:
    from ._calls import Handle

#: Of the errors that only this package can see.
SUBJECT = _errors.Subject("events")


class EventQueue:
    """An open session. It has a queue of its own, so that what is not taken yet stays where the library bounds it."""

    is_closed = False
    _queue: Optional[int] = None
    _end: Optional[_waiting.End] = None
    _handle: Optional[Handle] = None

    def __init__(self, handle: Handle, options: bytes, cancels: Tuple[Cancel, ...]) -> None:
        self._library: Library = library()
        self._process = os.getpid()
        # Reentrant: a signal handler may close it while this very thread takes an event.
        self._lock = threading.RLock()
        self._cancels = cancels
        #: How many wait, and how many take an event: the queue and the descriptors stay as long as that.
        self._waits = self._takes = 0
        self._events = c_void_p()
        try:
            self._open(handle, options)
        except BaseException:
            self.close()
            raise
        # The client stays as long as the session is open, although nobody else has it.
        self._handle = handle
        _open_queues.add(self)

    def _open(self, handle: Handle, options: bytes) -> None:
        self._refuse_cancelled()
        status, queue, error = self._library.completions_new()
        if queue is None:
            raise _errors.of_text(self._library.status_name(status), error)
        self._queue = queue
        #: Readable as long as an event waits.
        self.descriptor = self._library.completions_fd(queue)
        try:
            self._end = _waiting.End()
        except OSError as failed:
            raise SUBJECT.with_status("IO").refuse("the system gives this process no descriptor: %s" % failed) from None
        handle.run(lambda library, client, _: library.completions_events(queue, client, options, self._events))

    def check(self) -> None:
        """Whether its events may be read here, and now."""
        if self.is_of_parent:
            raise SUBJECT.with_status("FORKED").refuse("this session was made by the parent process; open a new one after fork")
        self._refuse_cancelled()

    def _refuse_cancelled(self) -> None:
        if any(cancel.triggered for cancel in self._cancels):
            raise SUBJECT.with_status("CANCELLED").refuse("the reading was cancelled")

    @property
    def is_of_parent(self) -> bool:
        return os.getpid() != self._process

    def take(self) -> Optional[str]:
        """The next event; None where none waits."""
        with self._lock:
            queue = None if self.is_closed else self._queue
            if queue is None:
                return None
            self._takes += 1
        try:
            # A signal handler that runs in here may close it.
            taken = self._library.completions_next(queue)
        finally:
            with self._lock:
                self._takes -= 1
            if self.is_closed:
                self._free_if_unused()
        return None if taken is None else taken[2].decode("utf-8")

    def begin_wait(self) -> Optional[_waiting.End]:
        """What tells that reading was ended, until `end_wait`; the descriptors stay as long. None where it is closed."""
        with self._lock:
            if self.is_closed or self._end is None:
                return None
            self._waits += 1
            for cancel in self._cancels:
                cancel._begin(self._end)
            return self._end

    def end_wait(self) -> None:
        with self._lock:
            self._waits -= 1
            if self._waits == 0 and self._end is not None:
                for cancel in self._cancels:
                    cancel._end(self._end)
        if self.is_closed:
            self._free_if_unused()

    def wait(self, seconds: Optional[float]) -> None:
        """Until an event waits, or reading was ended, or for no reason."""
        end = self.begin_wait()
        if end is not None:
            try:
                _waiting.wait(self.descriptor, end, seconds)
            finally:
                self.end_wait()

    @property
    def runs_functions(self) -> bool:
        """Whether functions of the program's own run on the session's thread, which the end of the session waits for."""
        handle = self._handle
        return handle is not None and handle.runs_functions

    def close(self) -> None:
        """Whoever waits leaves, and nobody waits any more. It waits for what runs on the session's thread."""
        events = self._leave()
        if events is not None:
            self._library.events_close(events)

    def _leave(self) -> Optional[c_void_p]:
        """What the library has to close, for one caller."""
        if self.is_of_parent:
            # The library leaves what is the parent's. Only these descriptors are copies. Nobody may have the lock here.
            self.is_closed = True
            self._close_end()
            return None
        with self._lock:
            if self.is_closed:
                return None
            self.is_closed = True
            events, self._events, self._handle = self._events, c_void_p(), None
            if self._waits and self._end is not None:
                self._end.trigger()
        self._free_if_unused()
        return events

    def _free_if_unused(self) -> None:
        with self._lock:
            if not self.is_closed or self._waits or self._takes:
                return
            queue, self._queue = self._queue, None
            self._close_end()
        if queue is not None:
            self._library.completions_free(queue)

    def _close_end(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end.close()

    def __reduce__(self) -> Tuple[object, ...]:
        raise TypeError("a session of events belongs to its process and cannot be pickled: open one in each")

    def __del__(self) -> None:
        # The session's thread may wait for a lock that this very thread has, such as one of logging's.
        may_wait_for_this = self.runs_functions
        events = self._leave()
        if events is None:
            return
        if may_wait_for_this:
            try:
                threading.Thread(target=self._library.events_close, args=(events,), daemon=True).start()
                return
            except RuntimeError:
                # There is no thread to be had.
                pass
        self._library.events_close(events)


_open_queues: weakref.WeakSet[EventQueue] = weakref.WeakSet()


def _end_of_interpreter() -> None:
    """No thread of a session may come into Python any more, for a token or to tell a log."""
    for queue in list(_open_queues):
        if not queue.is_of_parent:
            queue.close()


atexit.register(_end_of_interpreter)
