"""The threads of the awaited clients."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Callable, Optional, Tuple

_Job = Optional[Tuple["Future[Any]", Callable[[], Any]]]


class Pool:
    """Runs functions in up to `most` threads. The interpreter's end does not wait for them, as it waits for those of a
    `ThreadPoolExecutor`: a call must not hold up a program that has ended."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._lock = threading.Lock()
        self._count = 0
        # None ends a thread, which hands it on to the next.
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        #: How many threads wait for a job.
        self._idle = threading.Semaphore(0)

    def submit(self, function: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self._jobs.put((future, function))
        if not self._idle.acquire(blocking=False):
            self._add_thread()
        return future

    def _add_thread(self) -> None:
        with self._lock:
            if self._count == self._most:
                return
            self._count += 1
            name = "%s_%d" % (self._name, self._count)
            thread = threading.Thread(target=_work, args=(self._jobs, self._idle), name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                # No thread is to be had. The job waits for one that is there; without any it would wait for ever.
                self._count -= 1
                if self._count == 0:
                    raise

    def shut_down(self) -> None:
        """What was submitted is still run."""
        self._jobs.put(None)

    def __del__(self) -> None:
        self.shut_down()


def _work(jobs: SimpleQueue[_Job], idle: threading.Semaphore) -> None:
    """It does not know the pool, which ends it when nobody has the pool any more."""
    while True:
        try:
            job = jobs.get_nowait()
        except Empty:
            idle.release()
            job = jobs.get()
        if job is None:
            jobs.put(None)
            return
        _run(*job)
        # Not kept while it waits for the next.
        del job


def _run(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
