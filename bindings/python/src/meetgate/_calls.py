"""The one way into the library: a handle that knows when it may be freed, and calls through it."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, TypeVar

from . import _errors, _json, _token_provider, _upload
from ._library import Library, library
from ._token_provider import Provider, TokenProvider

T = TypeVar("T")


class Handle:
    """A client of the C library. It is freed when it is closed and the last call on it has ended."""

    _pointer: Optional[int] = None

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._library: Library = library()
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._in_flight = 0
        self.is_closed = False
        self._provider = Provider()
        # Made once and kept: C calls it for as long as the client lives, in whichever threads there are.
        self._callback: Any = None
        self._setting_provider = threading.Lock()
        provide = _token_provider.of_config(config)
        if provide is not None:
            config = {**config, "token_provider": True}
        status, pointer, error = self._library.client_new(_json.encode(config, "configuration key"))
        if status != 0:
            raise _errors.of_text(self._library.status_name(status), error)
        self._pointer = pointer
        if provide is not None:
            self.set_token_provider(provide)

    def run(self, function: Callable[[Library, int], Tuple[int, bytes]]) -> str:
        """Calls a function with the client, and gives the platform's answer."""
        status, reply = self._use(function)
        raised = self._provider.take_raised()
        if raised is not None and not isinstance(raised, Exception):
            # Such as KeyboardInterrupt: nothing that C could stop.
            raise raised
        if status != 0:
            error = _errors.of_text(self._library.status_name(status), reply)
            if raised is not None and isinstance(error, _errors.AuthError):
                raise error from raised
            raise error
        return reply.decode("utf-8")

    def set_token(self, token: str) -> None:
        text = _c_string(token, "token")
        self.run(lambda library, client: library.set_token(client, text))

    def set_token_provider(self, provide: TokenProvider) -> None:
        """Asks this function from now on. Where the library refuses it, the one that was set before stays."""
        _token_provider.check(provide)
        # Before the lock, as in `_use`.
        self.check_process()
        with self._setting_provider:
            before, self._provider.provide = self._provider.provide, provide
            if self._callback is None:
                self._callback = self._library.token_provider(self._provider.ask)
            try:
                self.run(lambda library, client: library.set_token_provider(client, self._callback))
            except BaseException:
                self._provider.provide = before
                raise

    def _use(self, function: Callable[[Library, int], T]) -> T:
        """Calls a function with the client, which is not freed meanwhile."""
        # Before the lock: in a child, a thread that is not there any more may hold it.
        self.check_process()
        if self._provider.is_asked:
            raise _errors.invalid_argument("a token provider must not call the client that it provides for")
        with self._lock:
            if self.is_closed or self._pointer is None:
                raise _errors.invalid_argument("this client is closed")
            self._in_flight += 1
            pointer = self._pointer
        try:
            return function(self._library, pointer)
        finally:
            self._end_of_call()

    def check_process(self) -> None:
        if os.getpid() != self._process:
            message = "this client was made by the parent process; make a new one after fork"
            raise _errors.Forked({"status": "FORKED", "message": message, "retryable": False})

    def close(self) -> None:
        if os.getpid() != self._process:
            return
        with self._lock:
            self.is_closed = True
        self._free_if_unused()

    def _end_of_call(self) -> None:
        with self._lock:
            self._in_flight -= 1
        self._free_if_unused()

    def _free_if_unused(self) -> None:
        with self._lock:
            if not self.is_closed or self._in_flight > 0:
                return
            pointer, self._pointer = self._pointer, None
        if pointer is not None:
            self._library.client_free(pointer)

    def __reduce__(self) -> Tuple[Any, ...]:
        raise TypeError("a client belongs to its process and cannot be pickled: make one in each")

    def __del__(self) -> None:
        # A call in flight holds a reference to the handle, so there is none now.
        if self._pointer is not None and os.getpid() == self._process:
            pointer, self._pointer = self._pointer, None
            self._library.client_free(pointer)


class Calls:
    """Calls on a handle, with options that all of them carry."""

    def __init__(self, handle: Handle, parse_float: Callable[[str], Any], options: Mapping[str, Any]) -> None:
        self.handle = handle
        self._parse_float = parse_float
        self._options: Dict[str, Any] = {name: value for name, value in options.items() if value is not None}

    def with_options(self, options: Optional[Mapping[str, Any]]) -> Calls:
        if not options:
            return self
        given = {name: value for name, value in options.items() if value is not None}
        return Calls(self.handle, self._parse_float, {**self._options, **given})

    def call(self, operation: str, params: Mapping[str, Any]) -> Any:
        return _json.parse(self.text(operation, params), self._parse_float)

    def text(self, operation: str, params: Mapping[str, Any]) -> str:
        if any(_upload.is_file_object(value) for value in params.values()):
            with _upload.on_disk(params) as given:
                return self.text(operation, given)
        name = _c_string(operation, "operation")
        encoded = _json.encode(params, "parameter")
        options = _json.encode(self._options, "option") if self._options else None
        return self.handle.run(lambda library, client: library.call_with(client, name, encoded, options))

    def info(self) -> Any:
        return _json.parse(self.handle.run(lambda library, client: library.client_info(client)), self._parse_float)

    def raw(self, request: Mapping[str, Any]) -> Any:
        if self._options:
            names = ", ".join(self._options)
            raise _errors.invalid_argument("a raw call takes no options of its own (%s): give them to the client" % names)
        encoded = _json.encode(request, "member of the request")
        text = self.handle.run(lambda library, client: library.raw_call(client, encoded))
        return _json.parse(text, self._parse_float)


class AsyncCalls:
    """The same for `await`, each call in a thread of a pool."""

    def __init__(self, calls: Calls, pool: ThreadPoolExecutor) -> None:
        self._calls = calls
        self._pool = pool

    @property
    def handle(self) -> Handle:
        return self._calls.handle

    def with_options(self, options: Optional[Mapping[str, Any]]) -> AsyncCalls:
        return AsyncCalls(self._calls.with_options(options), self._pool) if options else self

    def info(self) -> Any:
        """Not awaited: nothing is sent."""
        return self._calls.info()

    async def call(self, operation: str, params: Mapping[str, Any]) -> Any:
        return await self._run(self._calls.call, operation, params)

    async def text(self, operation: str, params: Mapping[str, Any]) -> str:
        text: str = await self._run(self._calls.text, operation, params)
        return text

    async def raw(self, request: Mapping[str, Any]) -> Any:
        return await self._run(self._calls.raw, request)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        # A pool has no threads in a forked child, and one that is shut down takes nothing any more.
        self.handle.check_process()
        if self.handle.is_closed:
            raise _errors.invalid_argument("this client is closed")
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, functools.partial(context.run, function, *arguments)
        )


def _c_string(text: str, what: str) -> bytes:
    if not isinstance(text, str):
        raise _errors.invalid_argument("%s: expected a string, got %s" % (what, type(text).__name__))
    if "\0" in text:
        raise _errors.invalid_argument("%s: holds a NUL character" % what)
    return _json.to_utf8(text, what)
