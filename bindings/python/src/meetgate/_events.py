"""What happens in the groups of an application, event by event: blocking, and awaited."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol, Set, Type

from . import _waiting
from ._event_queue import SUBJECT
from ._later import later

if TYPE_CHECKING:
    import asyncio

    from . import _event_types
else:
    _event_types = later("meetgate._event_types")


class Queue(Protocol):
    """What events are taken from: a session's, or one of a test's."""

    is_closed: bool
    #: Readable as long as an event waits.
    descriptor: int

    def check(self) -> None: ...

    def take(self) -> Optional[str]: ...

    def wait(self, seconds: Optional[float]) -> None: ...

    def begin_wait(self) -> Optional[_waiting.End]: ...

    def end_wait(self) -> None: ...

    @property
    def runs_functions(self) -> bool: ...

    def close(self) -> None: ...


class _Session:
    """What both have."""

    def __init__(self, queue: Queue, parsed: Callable[[str], Any]) -> None:
        self._queue = queue
        self._parsed = parsed

    @property
    def closed(self) -> bool:
        """Whether nothing comes any more: it was closed, or has told that its client was."""
        return self._queue.is_closed

    def _taken(self) -> Any:
        """The next event; None where none waits."""
        self._queue.check()
        text = self._queue.take()
        if text is None:
            return None
        event = self._parsed(text)
        if event["type"] == "closed":
            self._queue.close()
        return event

    def _refuse_closed(self) -> None:
        if self._queue.is_closed:
            raise SUBJECT.refuse("this session is closed")

    def __repr__(self) -> str:
        return "<meetgate.%s%s>" % (type(self).__name__, ", closed" if self.closed else "")


def _until(timeout: Optional[float]) -> Optional[float]:
    return None if timeout is None else time.monotonic() + timeout


def _left(until: Optional[float]) -> Optional[float]:
    return None if until is None else until - time.monotonic()


class Events(_Session):
    """An open session of events; `Hst.events` makes it. Iterate over it, in any thread, and close it.

    It ends when it is closed, or when its client is: then the last event is `closed`. In a thread that waits it ends at once.
    """

    def next(self, timeout: Optional[float] = None) -> Optional[_event_types.Event]:
        """The next event.

        Args:
            timeout: How many seconds to wait for it. 0: only what is there. None: as long as it takes.

        Returns:
            The event; None where none came in that time.

        Raises:
            InvalidArgument: the session is closed.
            Cancelled: the client of the session has `cancel` among its options, and it was triggered.
        """
        self._refuse_closed()
        event = self._read(_until(timeout))
        if event is None:
            self._refuse_closed()
        return event

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> _event_types.Event:
        event = self._read(None)
        if event is None:
            raise StopIteration
        return event

    def _read(self, until: Optional[float]) -> Optional[_event_types.Event]:
        """The next event; None where none came until then, or the session is closed."""
        while not self._queue.is_closed:
            event: Optional[_event_types.Event] = self._taken()
            if event is not None:
                return event
            left = _left(until)
            if left is not None and left <= 0:
                break
            self._queue.wait(left)
        return None

    def close(self) -> None:
        """Ends the session. What waits to be read is dropped. Closing again does nothing."""
        self._queue.close()

    def __enter__(self) -> Events:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self.close()


class AsyncEvents(_Session):
    """The same for `async for`; `AsyncHst.events` makes it. It belongs to one event loop.

    The loop waits for the session's descriptor, and only while somebody waits for an event. A loop that cannot, as those of Windows,
    looks twenty times a second.
    """

    def __init__(self, queue: Queue, parsed: Callable[[str], Any]) -> None:
        super().__init__(queue, parsed)
        self._waiters: Set[asyncio.Future[None]] = set()

    async def next(self, timeout: Optional[float] = None) -> Optional[_event_types.Event]:
        """The next event; see `Events.next`."""
        self._refuse_closed()
        event = await self._read(_until(timeout))
        if event is None:
            self._refuse_closed()
        return event

    def __aiter__(self) -> AsyncEvents:
        return self

    async def __anext__(self) -> _event_types.Event:
        event = await self._read(None)
        if event is None:
            raise StopAsyncIteration
        return event

    async def _read(self, until: Optional[float]) -> Optional[_event_types.Event]:
        """The next event; None where none came until then, or the session is closed."""
        while not self._queue.is_closed:
            event: Optional[_event_types.Event] = self._taken()
            if event is not None:
                return event
            left = _left(until)
            if left is not None and left <= 0:
                break
            await self._wait(left)
        return None

    async def _wait(self, seconds: Optional[float]) -> None:
        """Until an event waits, or reading was ended, or for no reason."""
        # Here, because a program that awaits nothing need not wait for its import.
        import asyncio

        end = self._queue.begin_wait()
        if end is None:
            return
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        try:
            if any(other.get_loop() is not loop for other in self._waiters):
                raise SUBJECT.refuse("another event loop waits for these events")
            descriptors = _waiting.descriptors(self._queue.descriptor, end)
            if not self._waiters and not _is_watched(loop, descriptors, self._wake):
                await asyncio.sleep(_waiting.LOOK_S if seconds is None else min(seconds, _waiting.LOOK_S))
                return
            self._waiters.add(waiter)
            timer = None if seconds is None else loop.call_later(seconds, _end, waiter)
            try:
                await waiter
            finally:
                if timer is not None:
                    timer.cancel()
                self._waiters.discard(waiter)
                if not self._waiters and not loop.is_closed():
                    for descriptor in descriptors:
                        loop.remove_reader(descriptor)
        finally:
            self._queue.end_wait()

    def _wake(self) -> None:
        for waiter in self._waiters:
            _end(waiter)

    async def close(self) -> None:
        """Ends the session. What waits to be read is dropped. Closing again does nothing."""
        if not self._queue.runs_functions:
            self._queue.close()
            return
        import asyncio

        # The end of the session waits for a function that runs in its thread, and that function may wait for the loop.
        await asyncio.get_running_loop().run_in_executor(None, self._queue.close)

    async def __aenter__(self) -> AsyncEvents:
        return self

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        await self.close()


def _end(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _is_watched(loop: asyncio.AbstractEventLoop, descriptors: Any, wake: Callable[[], None]) -> bool:
    """False where the loop waits for no descriptors."""
    try:
        for descriptor in descriptors:
            loop.add_reader(descriptor, wake)
    except NotImplementedError:
        return False
    return bool(descriptors)
