"""Calls that the library makes on threads of its own, and the event loop that takes their results.

No thread of the library ever runs Python code for them: a result waits in the loop's queue until the loop's own thread takes it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import weakref
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple

from . import _errors
from ._cancel import Call, Cancel
from ._library import Library, library

if TYPE_CHECKING:
    from ._calls import Handle

#: What submits a call: it is given the library, the queue, the client, what can end the call, and its number. Gives the status, and the
#: error document of one that was refused.
Submit = Callable[[Library, int, int, Optional[int], int], Tuple[int, bytes]]


class Pending:
    """A call from its submission to its result. Of the loop's thread."""

    __slots__ = ("_call", "_cancels", "_handle", "result")

    def __init__(self, handle: Handle, call: Call, cancels: Tuple[Cancel, ...], result: asyncio.Future[Tuple[int, bytes]]) -> None:
        self._handle = handle
        self._call: Optional[Call] = call
        self._cancels = cancels
        #: None once nobody waits for it.
        self.result: Optional[asyncio.Future[Tuple[int, bytes]]] = result

    def end(self, status: int, reply: bytes) -> None:
        """It has come to its end."""
        self._leave()
        if self.result is not None and not self.result.done():
            self.result.set_result((status, reply))

    def cancel(self) -> None:
        """Nobody waits for it any more. Its result still comes, and goes."""
        self.result = None
        if self._call is not None:
            self._call.trigger()

    def abandon(self) -> None:
        """Its result will not be taken."""
        self.cancel()
        self._leave()

    def _leave(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            self._handle.end(call, self._cancels)


class Completions:
    """The queue of one event loop, for the calls of all clients. It belongs to the loop, which calls it when a result waits: it goes
    when the loop is closed. Of the loop's thread."""

    _pointer: Optional[int] = None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._library: Library = library()
        self._process = os.getpid()
        self._pending: Dict[int, Pending] = {}
        self._number = 0
        status, pointer, error = self._library.completions_new()
        if pointer is None:
            raise _errors.of_text(self._library.status_name(status), error)
        self._pointer = pointer
        loop.add_reader(self._library.completions_fd(pointer), self._take)

    @property
    def is_of_parent(self) -> bool:
        return os.getpid() != self._process

    def submit(self, handle: Handle, submit: Submit, cancels: Tuple[Cancel, ...]) -> Pending:
        assert self._pointer is not None
        result: asyncio.Future[Tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        client, call = handle.begin(cancels)
        pending = Pending(handle, call, cancels, result)
        self._number = number = self._number + 1
        self._pending[number] = pending
        try:
            status, error = submit(self._library, self._pointer, client, call.pointer, number)
            if status != 0:
                raise handle.failed(status, error)
        except BaseException:
            # Refused; or interrupted, and then perhaps under way.
            self._pending.pop(number, None)
            pending.abandon()
            raise
        return pending

    def _take(self) -> None:
        """All results that wait."""
        assert self._pointer is not None
        while True:
            taken = self._library.completions_next(self._pointer)
            if taken is None:
                return
            number, status, reply = taken
            pending = self._pending.pop(number, None)
            if pending is not None:
                pending.end(status, reply)

    def __del__(self) -> None:
        pointer, self._pointer = self._pointer, None
        if pointer is None or self.is_of_parent:
            return
        self._library.completions_free(pointer)
        while self._pending:
            _, pending = self._pending.popitem()
            pending.abandon()


#: By loop, without holding it: its queue, which the loop alone holds; None of a loop that waits for no descriptors.
_queues: weakref.WeakKeyDictionary[Any, Optional[weakref.ref[Completions]]] = weakref.WeakKeyDictionary()


def of_running_loop() -> Optional[Completions]:
    """None where the loop waits for no descriptors, or for sockets alone, as those of Windows."""
    if sys.platform == "win32":
        return None
    loop = asyncio.get_running_loop()
    try:
        found = _queues[loop]
    except KeyError:
        pass
    except TypeError:
        # It cannot be known again.
        return None
    else:
        if found is None:
            return None
        made = found()
        if made is not None and not made.is_of_parent:
            return made
    try:
        made = Completions(loop)
    except NotImplementedError:
        _queues[loop] = None
        return None
    _queues[loop] = weakref.ref(made)
    return made
