"""Ctrl-C in a call of the main thread.

Python runs the program's handler of a signal in the main thread, and only when that is back from C. So Ctrl-C must end the
call. Python writes the number of each signal into a "wakeup" descriptor as soon as the signal comes, whatever the main thread
does: a thread that waits there ends the main thread's call. Python then raises KeyboardInterrupt where the call came back.

The descriptor is set while a call of the main thread runs, and at no other time. Nobody else can set it meanwhile, because
only the main thread may. A program that has one of its own, such as an event loop with signal handlers, keeps it: such a
program handles signals in its own way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from signal import set_wakeup_fd
from typing import Callable, Optional, Tuple

from ._cancel import Call

#: Of `set_wakeup_fd`.
_NONE = -1


def _channel() -> Tuple[Callable[[], bytes], int, Callable[[], None]]:
    """What receives, the descriptor of what sends, and what closes both."""
    if sys.platform == "win32":
        # There, Python takes only a socket. Elsewhere a program need not wait for the import of this module.
        import socket

        here, there = socket.socketpair()
        there.setblocking(False)

        def close_sockets() -> None:
            here.close()
            there.close()

        return lambda: here.recv(64), there.fileno(), close_sockets
    incoming, outgoing = os.pipe()
    os.set_blocking(outgoing, False)

    def close_pipe() -> None:
        os.close(incoming)
        os.close(outgoing)

    return lambda: os.read(incoming, 64), outgoing, close_pipe


class Watch:
    """The thread that waits for Ctrl-C, and the call that it ends."""

    def __init__(self) -> None:
        self._receive, self._descriptor, self._close = _channel()
        # Reentrant: a signal handler of the program may make a call while this thread begins one.
        self._lock = threading.RLock()
        self._call: Optional[Call] = None
        #: The descriptor of the program's own, where it has one.
        self._others = _NONE
        threading.Thread(target=self._wait, name="meetgate-interrupt", daemon=True).start()

    def begin(self, call: Call) -> Optional[Call]:
        """On the main thread. Gives what `end` wants."""
        outer = self._call
        if outer is None:
            try:
                before = set_wakeup_fd(self._descriptor, warn_on_full_buffer=False)
            except (ValueError, OSError):
                # This is no main thread to Python, as in a subinterpreter.
                return None
            if before != _NONE and before != self._descriptor:
                self._leave(before)
                return None
        # Without the lock: none is there that the thread could be at.
        self._call = call
        return outer

    def end(self, outer: Optional[Call]) -> None:
        with self._lock:
            is_watched, self._call = self._call is not None, outer
        # Last: interrupted before this, it is set once more by the next call.
        if is_watched and outer is None:
            set_wakeup_fd(_NONE)

    def _leave(self, before: int) -> None:
        """The program's own stays."""
        self._others = before
        try:
            set_wakeup_fd(before, warn_on_full_buffer=False)
        except (ValueError, OSError):
            # It is closed.
            pass

    def _wait(self) -> None:
        while True:
            signals = self._receive()
            if not signals:
                return
            with self._lock:
                if self._call is None:
                    self._pass_on(signals)
                elif signal.SIGINT in signals:
                    self._call.trigger()

    def _pass_on(self, signals: bytes) -> None:
        """A signal that came in the moment in which `begin` looked at the program's own descriptor."""
        if self._others != _NONE:
            try:
                os.write(self._others, signals)
            except OSError:
                pass

    def forget(self) -> None:
        """In a forked child, which must not write to its parent's thread."""
        try:
            before = set_wakeup_fd(_NONE)
            if before not in (_NONE, self._descriptor):
                set_wakeup_fd(before, warn_on_full_buffer=False)
        except (ValueError, OSError):
            pass
        self._close()


_watch: Optional[Watch] = None
_main = threading.main_thread().ident
#: Whether there is no way to have one here.
_is_without = False


def watch() -> Optional[Watch]:
    """For a call of the main thread; None on other threads."""
    global _watch, _is_without
    if threading.get_ident() != _main:
        return None
    if _watch is None and not _is_without:
        gevent = sys.modules.get("gevent.monkey")
        if gevent is not None and gevent.is_module_patched("threading"):
            # Its threads are none: one that waits for a descriptor would hold up the program for ever.
            return None
        try:
            _watch = Watch()
        except (OSError, RuntimeError):
            # No descriptor or no thread is to be had: then Ctrl-C is seen when the call has ended.
            _is_without = True
    return _watch


def _forget() -> None:
    global _watch, _is_without, _main
    # The thread that forked is the child's main thread, and Python may not know it yet.
    _main = threading.get_ident()
    left, _watch, _is_without = _watch, None, False
    if left is not None:
        left.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
