"""Waiting until something comes into a queue of the library's, in a way that Ctrl-C and other threads can end."""

from __future__ import annotations

import os
import sys
from typing import Optional, Tuple

#: As Python waits for a descriptor, its handlers of signals run. Where it cannot, it looks as often as that.
LOOK_S = 0.05
#: One wait is no longer; whoever waits looks at its own clock.
_LONGEST_S = 3600.0

if sys.platform == "win32":

    class End:
        """What ends a wait. There, a wait that is that short needs nothing to wake it."""

        def trigger(self) -> None:
            pass

        def close(self) -> None:
            pass

    def descriptors(queue: int, end: End) -> Tuple[int, ...]:
        """What an event loop waits for; none where it can wait for sockets alone."""
        return ()

    def wait(queue: int, end: End, seconds: Optional[float]) -> None:
        """Until something comes into the queue, whose handle is given, or the wait was ended, or for no reason."""
        import ctypes

        # A handle has more bits than an int.
        function = ctypes.WinDLL("kernel32").WaitForSingleObject
        function.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
        function(queue, int(1000 * min(LOOK_S, LOOK_S if seconds is None else seconds)))

else:

    class End:
        """What ends a wait, from any thread, and all later ones."""

        def __init__(self) -> None:
            self.descriptor, self._writes = os.pipe()
            os.set_blocking(self._writes, False)

        def trigger(self) -> None:
            """It is not closed meanwhile."""
            try:
                os.write(self._writes, b"\0")
            except BlockingIOError:
                # It is readable already.
                pass

        def close(self) -> None:
            os.close(self.descriptor)
            os.close(self._writes)

    def descriptors(queue: int, end: End) -> Tuple[int, ...]:
        """What an event loop waits for."""
        return queue, end.descriptor

    def wait(queue: int, end: End, seconds: Optional[float]) -> None:
        """Until something comes into the queue, whose descriptor is given, or the wait was ended, or for no reason."""
        # Here, because a program that only makes calls needs it not.
        import select

        # gevent has one of its own, in which its other threads run on.
        poll = select.poll()
        for descriptor in (queue, end.descriptor):
            poll.register(descriptor, select.POLLIN)
        limit = _LONGEST_S if seconds is None else min(seconds, _LONGEST_S)
        # Up to the next millisecond: a wait that is too short would be made again and again.
        poll.poll(int(1000 * limit) + 1)
