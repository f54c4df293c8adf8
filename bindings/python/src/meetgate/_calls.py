"""The one way into the library: a handle that knows when it may be freed, and calls through it."""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Set, Tuple, TypeVar

from . import _cancel, _config, _errors, _interrupt, _json, _token_provider
from ._cancel import Cancel
from ._errors import CLIENT, OPTIONS, Subject
from ._later import later
from ._library import Library, library
from ._token_provider import Provider, TokenProvider

if TYPE_CHECKING:
    from . import _transfer, _upload
    from ._completions import Pending, Submit
    from ._events import Queue
    from ._facts import Facts
    from ._log import Log
    from ._pool import Pool
else:
    # Few programs send files.
    _transfer, _upload = later("meetgate._transfer"), later("meetgate._upload")

C = TypeVar("C", bound="Calls")

#: What calls a C function: it is given the library, the client, the arguments, and what can end the call.
Function = Callable[..., Tuple[int, bytes]]

#: How long the end of the interpreter waits for calls that it has ended.
_LAST_WAIT_S = 0.1


class Handle:
    """A client of the C library. Closing it ends the calls that are under way; it is freed with the last of them."""

    _pointer: Optional[int] = None

    def __init__(self, platform: str, config: _config.Config) -> None:
        self.platform = platform
        self._library: Library = library()
        self._process = os.getpid()
        # Reentrant: a signal handler may close the client while this very thread begins a call.
        self._lock = threading.RLock()
        #: Those under way.
        self._calls: Set[_cancel.Call] = set()
        self.is_closed = False
        self._provider = Provider()
        self._log_callback: Any = None
        encoded, provide = _config.read(platform, config)
        status, pointer, error = self._library.client_new(encoded)
        if status != 0:
            raise _errors.of_text(self._library.status_name(status), error)
        self._pointer = pointer
        _open_handles.add(self)
        if provide is not None:
            self._ask(provide)

    def run(self, function: Function, cancels: Tuple[Cancel, ...] = (), *arguments: Any) -> str:
        """Calls a function with the client, which is not freed meanwhile, and gives the platform's answer. Any of `cancels` ends it."""
        if os.getpid() != self._process:
            # Without the lock, which may be held by a thread that does not exist in this process. The library refuses.
            status, reply = function(self._library, self._open_pointer(), *arguments, None)
        else:
            watch = _interrupt.watch()
            pointer, call = self.begin(cancels)
            outer = None
            try:
                if watch is not None:
                    outer = watch.begin(call)
                status, reply = function(self._library, pointer, *arguments, call.pointer)
            finally:
                if watch is not None:
                    watch.end(outer)
                self.end(call, cancels)
        provider = self._provider
        raised = provider.take_raised() if provider.provide is not None else None
        if raised is not None and not isinstance(raised, Exception):
            try:
                # KeyboardInterrupt, for example: it ends the program, not the call.
                raise raised
            finally:
                # Its traceback leads here.
                raised = None
        if status != 0:
            raise self.failed(status, reply, raised)
        return reply.decode()

    def failed(self, status: int, reply: bytes, raised: Optional[BaseException] = None) -> Exception:
        error = _errors.of_text(self._library.status_name(status), reply)
        if raised is not None and isinstance(error, _errors.AuthError):
            error.__cause__ = raised
        return error

    def set_token(self, token: str) -> None:
        text = _json.c_string(token, "token", CLIENT)
        self.run(lambda library, client, _: library.set_token(client, text))

    def set_token_provider(self, provide: TokenProvider) -> None:
        _token_provider.check(provide, "token_provider", CLIENT)
        self._ask(provide)

    def set_log(self, log: Optional[Log]) -> None:
        """From now on events go there. Where the library refuses it, they go where they went before."""
        callback = None if log is None else self._library.log(log.take)
        level = 0 if log is None else log.level
        # Once the library has the new one, it does not call the one before any more.
        self.run(lambda library, client, _: library.set_log(client, level, callback))
        self._log_callback = callback

    def end_log(self) -> None:
        """At the end of the interpreter."""
        if self._log_callback is not None and self._pointer is not None:
            self._library.set_log(self._pointer, 0, None)

    def close_idle(self) -> None:
        self.run(lambda library, client, _: library.close_idle(client))

    def _ask(self, provide: TokenProvider) -> None:
        """Asks this function from now on. Where the library refuses it, the one that was set before stays."""
        # Made once and kept: C calls it for as long as the client lives. `setdefault` gives two threads the same one.
        callback = self.__dict__.setdefault("_callback", self._library.token_provider(self._provider.ask))
        # Ahead of the call: the library may ask at once, in another thread.
        before, self._provider.provide = self._provider.provide, provide
        try:
            self.run(lambda library, client, _: library.set_token_provider(client, callback))
        except BaseException:
            self._provider.provide = before
            raise

    def begin(self, cancels: Tuple[Cancel, ...]) -> Tuple[int, _cancel.Call]:
        """The client, which is not freed before `end`, and what ends a call of it."""
        provider = self._provider
        if provider.provide is not None and provider.is_asked:
            raise CLIENT.refuse("a token provider must not call the client that it provides for")
        call = _cancel.take()
        with self._lock:
            pointer = self._pointer
            if pointer is None or self.is_closed:
                raise self.closed_error()
            self._calls.add(call)
        for cancel in cancels:
            cancel._begin(call)
        return pointer, call

    def end(self, call: _cancel.Call, cancels: Tuple[Cancel, ...]) -> None:
        for cancel in cancels:
            cancel._end(call)
        with self._lock:
            self._calls.discard(call)
        if self.is_closed:
            self._free_if_unused()
        _cancel.give_back(call)

    def _open_pointer(self) -> int:
        if self.is_closed or self._pointer is None:
            raise self.closed_error()
        return self._pointer

    @staticmethod
    def closed_error() -> Exception:
        return CLIENT.refuse("this client is closed")

    @property
    def is_of_parent(self) -> bool:
        """Whether this is a forked child of the process that made the client."""
        return os.getpid() != self._process

    def close(self) -> None:
        if self.is_of_parent:
            return
        with self._lock:
            self.is_closed = True
            self.end_calls()
        self._free_if_unused()

    def end_calls(self) -> None:
        with self._lock:
            for call in self._calls:
                call.trigger()

    @property
    def runs_functions(self) -> bool:
        """Whether functions of the program's own run within its calls, beside those that a call is given."""
        return self._provider.provide is not None or self._log_callback is not None

    @property
    def is_busy(self) -> bool:
        return bool(self._calls)

    def _free_if_unused(self) -> None:
        with self._lock:
            if not self.is_closed or self._calls:
                return
            pointer, self._pointer = self._pointer, None
        if pointer is not None:
            self._library.client_free(pointer)

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("a client belongs to its process and cannot be pickled: make one in each")

    def __del__(self) -> None:
        # A call in flight holds a reference to the handle, so there is none now.
        if self._pointer is not None and not self.is_of_parent:
            pointer, self._pointer = self._pointer, None
            self._library.client_free(pointer)


_open_handles: weakref.WeakSet[Handle] = weakref.WeakSet()


def _end_of_interpreter() -> None:
    """Calls of daemon threads, and of loops that do not run any more, are all that can be under way now. They are ended, and have a
    moment to leave in order. No thread may come into Python any more to tell an event."""
    handles = [handle for handle in list(_open_handles) if not handle.is_of_parent]
    for handle in handles:
        handle.end_calls()
        handle.end_log()
    until = time.monotonic() + _LAST_WAIT_S
    while any(handle.is_busy for handle in handles) and time.monotonic() < until:
        time.sleep(0.001)


atexit.register(_end_of_interpreter)


class Calls:
    """Calls on a handle, with options that all of them carry."""

    def __init__(
        self,
        handle: Handle,
        parse_float: Callable[[str], Any],
        options: Mapping[str, Any],
        cancels: Tuple[Cancel, ...] = (),
        facts: Optional[Facts] = None,
        progress: Optional[_transfer.Progress] = None,
    ) -> None:
        self.handle = handle
        #: Of the operations that were called.
        self._names: Dict[str, Tuple[bytes, Subject]] = {}
        self._decoder = _json.decoder(parse_float)
        self._options = options
        #: What ends them, beside the end of the client.
        self.cancels = cancels
        #: Is told what the last one was like.
        self._facts = facts
        #: Is told how far a transfer is.
        self._progress = progress

    def with_options(self, options: Optional[Mapping[str, Any]]) -> Calls:
        if not options:
            return self
        given = {name: value for name, value in options.items() if value is not None}
        cancel = given.pop("cancel", None)
        if not isinstance(cancel, (Cancel, type(None))):
            raise OPTIONS.refuse('option "cancel": expected a meetgate.Cancel, got %s' % type(cancel).__name__)
        cancels = self.cancels if cancel is None else (cancel,)
        facts = given.pop("facts", self._facts)
        if facts is not None:
            _check_facts(facts)
        progress = given.pop("progress", self._progress)
        if progress is not None and not callable(progress):
            raise OPTIONS.refuse('option "progress": expected a function, got %s' % type(progress).__name__)
        return self._but(_options={**self._options, **given}, cancels=cancels, _facts=facts, _progress=progress)

    def also_ended_by(self, cancel: Cancel) -> Calls:
        return self._but(cancels=(*self.cancels, cancel))

    def without_cancels(self) -> Calls:
        return self._but(cancels=())

    def _but(self: C, **changed: Any) -> C:
        """The same calls with something changed."""
        other = self.__class__.__new__(self.__class__)
        other.__dict__.update(self.__dict__, **changed)
        return other

    def call(self, operation: str, params: Mapping[str, Any]) -> Any:
        text = self.text(operation, params)
        return _json.parse(text, self._decoder, self._named(operation)[1])

    def parsed(self, operation: str, text: str) -> Any:
        return _json.parse(text, self._decoder, self._named(operation)[1])

    def has_functions(self, params: Mapping[str, Any]) -> bool:
        """Whether functions of the program's own are to run within a call: those that read a file, and those that are told of it."""
        if self._progress is not None:
            return True
        for value in params.values():
            # Most values are texts.
            if type(value) is not str and _upload.is_content(value):
                return True
        return False

    def text(self, operation: str, params: Mapping[str, Any]) -> str:
        encoded = None if self._progress is not None else _json.encode_texts(params)
        if encoded is None and self.has_functions(params):
            return self._upload(operation, params)
        name, encoded, options = self._encoded(operation, params, encoded)
        text = self.handle.run(Library.call_with, self.cancels, name, encoded, options)
        return text if self._facts is None else self.told(text)

    def submission(self, operation: str, params: Mapping[str, Any]) -> Submit:
        """The same, without waiting for it."""
        name, encoded, options = self._encoded(operation, params)
        return lambda library, queue, client, cancel, number: library.completions_call(
            queue, client, name, encoded, options, cancel, number
        )

    def _encoded(
        self, operation: str, params: Mapping[str, Any], encoded: Optional[bytes] = None
    ) -> Tuple[bytes, bytes, Optional[bytes]]:
        """Name, parameters, where they are not encoded yet, and options."""
        name, subject = self._named(operation)
        if encoded is None:
            encoded = _json.encode(params, "parameter", subject)
        # Most calls have no options.
        options = self._encoded_options() if self._options or self._facts is not None else None
        return name, encoded, options

    def _upload(self, operation: str, params: Mapping[str, Any]) -> str:
        """A call with a file that is read piece by piece, or whose progress is told."""
        with _upload.readable(params, self._subject(operation)) as (given, source):
            name, encoded, options = self._encoded(operation, given)
            functions = _transfer.Functions(self._progress, None if source is None else source.read)
            length = 0 if source is None else source.length

            def upload(library: Library, client: int, cancel: Optional[int]) -> Tuple[int, bytes]:
                return library.upload(client, name, encoded, options, cancel, functions.read, length, functions.tell)

            return self.told(functions.run(lambda: self.handle.run(upload, self.cancels)))

    def info(self) -> Any:
        text = self.handle.run(lambda library, client, _: library.client_info(client))
        return _json.parse(text, self._decoder, CLIENT)

    def raw(self, request: Mapping[str, Any]) -> Any:
        encoded, options = self._encoded_raw(request)
        text = self.handle.run(
            lambda library, client, cancel: library.raw_call_with(client, encoded, options, cancel), self.cancels
        )
        return self.parsed_raw(self.told(text))

    def parsed_raw(self, text: str) -> Any:
        return _json.parse(text, self._decoder, self._raw_subject)

    def raw_submission(self, request: Mapping[str, Any]) -> Submit:
        """The same, without waiting for it."""
        encoded, options = self._encoded_raw(request)
        return lambda library, queue, client, cancel, number: library.completions_raw_call(
            queue, client, encoded, options, cancel, number
        )

    def _encoded_raw(self, request: Mapping[str, Any]) -> Tuple[bytes, Optional[bytes]]:
        if self._progress is not None:
            raise self._raw_subject.refuse('option "progress": a raw call has no file')
        return _json.encode(request, "member of the request", self._raw_subject), self._encoded_options()

    @property
    def _raw_subject(self) -> Subject:
        return Subject("raw call", platform=self.handle.platform)

    def download(self, url_or_path: str, file: Any, progress: Optional[_transfer.Progress]) -> Any:
        address = _json.c_string(url_or_path, "url_or_path", CLIENT)
        path = _json.c_string(os.fspath(file) if isinstance(file, os.PathLike) else file, "file", CLIENT)
        options = self._encoded_options()
        if progress is not None and not callable(progress):
            raise CLIENT.refuse("progress: expected a function, got %s" % type(progress).__name__)
        functions = _transfer.Functions(self._progress if progress is None else progress)

        def download(library: Library, client: int, cancel: Optional[int]) -> Tuple[int, bytes]:
            return library.download(client, address, path, options, cancel, functions.tell)

        return _json.parse(functions.run(lambda: self.handle.run(download, self.cancels)), _json.PLAIN, CLIENT)

    def check_undoable(self, operation: str) -> None:
        """Ahead of its start: what cannot be undone is not started by a guard."""
        name = _json.c_string(operation, "operation", CLIENT)
        if not library().undone_by(name):
            raise self._subject(operation).refuse("no operation undoes it")

    def undo(self, operation: str, params: Mapping[str, Any], started: Optional[str]) -> Any:
        """Undoes what was started, by the answer to the start."""
        self._refuse_progress(operation)
        name, encoded, options = self._encoded(operation, params)
        text = None if started is None else _json.to_utf8(started)
        reply = self.handle.run(
            lambda library, client, cancel: library.undo(client, name, encoded, text, options, cancel), self.cancels
        )
        return self.parsed(operation, self.told(reply))

    def wait(self, operation: str, params: Mapping[str, Any]) -> Any:
        self._refuse_progress(operation)
        name, encoded, options = self._encoded(operation, params)
        return self.parsed(
            operation,
            self.handle.run(
                lambda library, client, cancel: library.wait(client, name, encoded, options, cancel), self.cancels
            ),
        )

    def events(self, options: Mapping[str, Any]) -> Tuple[Queue, Callable[[str], Any]]:
        """Opens a session of events: what they are taken from, and what reads one."""
        # Here, because most programs want none.
        from ._event_queue import SUBJECT, EventQueue

        calls = self.with_options(options)
        for name, given in (("facts", calls._facts), ("progress", calls._progress)):
            if given is not None:
                raise SUBJECT.refuse('option "%s": a session is no call' % name)
        encoded = _json.encode(calls._options, "option", SUBJECT)
        decoder = calls._decoder

        def parsed(text: str) -> Any:
            return _json.parse(text, decoder, SUBJECT, "the event", "")

        # Only the queue keeps the client, as long as it is open.
        return EventQueue(calls.handle, encoded, calls.cancels), parsed

    def _refuse_progress(self, operation: str) -> None:
        if self._progress is not None:
            raise self._subject(operation).refuse('option "progress": there is no file in it')

    def stats(self) -> Any:
        text = self.handle.run(lambda library, client, _: library.client_stats(client))
        return _json.parse(text, _json.PLAIN, CLIENT)

    def told(self, text: str) -> str:
        """The platform's answer; what the call was like is told to whoever wants to know."""
        if self._facts is None:
            return text
        # Here, because most programs do not ask.
        from ._facts import unwrapped

        return unwrapped(text, self._facts)

    def _encoded_options(self) -> Optional[bytes]:
        options = self._options if self._facts is None else {**self._options, "facts": True}
        return _json.encode(options, "option", OPTIONS) if options else None

    def _named(self, operation: str) -> Tuple[bytes, Subject]:
        """The operation's name for C, and the subject of the errors of its calls."""
        known = self._names.get(operation) if type(operation) is str else None
        if known is None:
            known = _json.c_string(operation, "operation", CLIENT), self._subject(operation)
            # There are not so many operations, but any number of wrong names.
            if len(self._names) < 256:
                self._names[operation] = known
        return known

    def _subject(self, operation: str) -> Subject:
        """Of the errors of a call of this operation. Its name may be wrong, or no text at all."""
        platform, _, name = str(operation).partition(".")
        if platform != self.handle.platform or not name:
            return Subject(str(operation))
        return Subject(operation, platform=platform, operation=name)



def _check_facts(facts: Any) -> None:
    from ._facts import Facts

    if not isinstance(facts, Facts):
        raise OPTIONS.refuse('option "facts": expected a meetgate.Facts, got %s' % type(facts).__name__)


class AsyncCalls:
    """The same for `await`. The library makes them on threads of its own, and the loop takes their results. Calls within which functions
    of the program's own run are made in threads of Python's, and so are all where the loop cannot wait for descriptors."""

    def __init__(self, calls: Calls, pool: Pool) -> None:
        self._calls = calls
        self._pool = pool

    @property
    def handle(self) -> Handle:
        return self._calls.handle

    def with_options(self, options: Optional[Mapping[str, Any]]) -> AsyncCalls:
        return self.__class__(self._calls.with_options(options), self._pool) if options else self

    def info(self) -> Any:
        """Not awaited: nothing is sent."""
        return self._calls.info()

    def stats(self) -> Any:
        """Not awaited: nothing is sent."""
        return self._calls.stats()

    def events(self, options: Mapping[str, Any]) -> Tuple[Queue, Callable[[str], Any]]:
        """Not awaited: the session connects on a thread of its own."""
        return self._calls.events(options)

    async def call(self, operation: str, params: Mapping[str, Any]) -> Any:
        return self._calls.parsed(operation, await self.text(operation, params))

    async def text(self, operation: str, params: Mapping[str, Any]) -> str:
        calls = self._calls
        pending = None if calls.has_functions(params) else self._submitted(lambda: calls.submission(operation, params))
        if pending is not None:
            return await self._result_of(pending)
        text: str = await self._in_thread(lambda calls: calls.text(operation, params))
        return text

    async def raw(self, request: Mapping[str, Any]) -> Any:
        pending = self._submitted(lambda: self._calls.raw_submission(request))
        if pending is not None:
            return self._calls.parsed_raw(await self._result_of(pending))
        return await self._in_thread(lambda calls: calls.raw(request))

    async def download(self, url_or_path: str, file: Any, progress: Optional[_transfer.Progress]) -> Any:
        return await self._in_thread(lambda calls: calls.download(url_or_path, file, progress))

    def without_cancels(self) -> AsyncCalls:
        return self.__class__(self._calls.without_cancels(), self._pool)

    def parsed(self, operation: str, text: str) -> Any:
        return self._calls.parsed(operation, text)

    def check_undoable(self, operation: str) -> None:
        self._calls.check_undoable(operation)

    async def undo(self, operation: str, params: Mapping[str, Any], started: Optional[str]) -> Any:
        return await self._in_thread(lambda calls: calls.undo(operation, params, started))

    async def wait(self, operation: str, params: Mapping[str, Any]) -> Any:
        return await self._in_thread(lambda calls: calls.wait(operation, params))

    def _submitted(self, submission: Callable[[], Submit]) -> Optional[Pending]:
        """None where the call is not one for the library's own threads. No frame that awaits holds the queue, which goes with its loop."""
        if self.handle.runs_functions or self.handle.is_of_parent:
            return None
        from ._completions import of_running_loop

        completions = of_running_loop()
        return None if completions is None else completions.submit(self.handle, submission(), self._calls.cancels)

    async def _result_of(self, pending: Pending) -> str:
        assert pending.result is not None
        try:
            status, reply = await pending.result
        except BaseException:
            # The task was cancelled, or nobody has it any more.
            pending.cancel()
            raise
        if status != 0:
            raise self.handle.failed(status, reply)
        return self._calls.told(reply.decode("utf-8"))

    async def _in_thread(self, function: Callable[[Calls], Any]) -> Any:
        # Here, because a program that awaits nothing need not wait for their import.
        import asyncio
        import contextvars

        if self.handle.is_of_parent:
            # The pool has no threads in a forked child. The library refuses the call at once.
            return function(self._calls)
        # A pool that is shut down takes nothing any more.
        if self.handle.is_closed:
            raise self.handle.closed_error()
        cancel = Cancel()
        calls = self._calls.also_ended_by(cancel)
        context = contextvars.copy_context()
        future = self._pool.submit(lambda: context.run(function, calls))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            # One that still waits for a thread is not made any more; one that has a thread ends, and leaves it.
            cancel.trigger()
            raise
