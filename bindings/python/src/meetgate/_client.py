"""The base of all clients: the methods that every platform has."""

from __future__ import annotations

import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Literal, Mapping, Optional, Type, TypeVar, Union

from ._calls import AsyncCalls, Calls, Handle
from ._config import Config, async_threads
from ._config import text_of as text_of_config
from ._group import AsyncOperations, Operations
from ._json import text_of
from ._later import Unpack, later

if TYPE_CHECKING:
    import logging

    from . import _client_info, _download, _guard, _options, _transfer
else:
    logging, _client_info, _download = later("logging"), later("meetgate._client_info"), later("meetgate._download")
    _guard, _options, _transfer = later("meetgate._guard"), later("meetgate._options"), later("meetgate._transfer")

#: Of a raw call.
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "get", "post", "put", "patch", "delete"]

C = TypeVar("C", bound="Client")
A = TypeVar("A", bound="AsyncClient")


def _request(method: Any, path: str, query: Any, body: Any, form: Any) -> Mapping[str, Any]:
    # What is no text is left for the library to refuse.
    sent = method.upper() if isinstance(method, str) else method
    return {"method": sent, "path": path, "query": query, "body": body, "form": form}


class Client:
    """A client: of any thread, of one process. Use it in a `with` statement, or `close` it."""

    #: The platform: hst, youme or avd.
    platform: str

    #: Made by `with_options`: another one closes what they share.
    _is_view = False

    def __init__(self, config: Config, parse_float: Callable[[str], Any]) -> None:
        self._calls = Calls(Handle(self.platform, config), parse_float, {})

    @classmethod
    def _of(cls: Type[C], config: Config, parse_float: Callable[[str], Any]) -> C:
        client = cls.__new__(cls)
        Client.__init__(client, config, parse_float)
        return client

    def call(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> Any:
        """Calls an operation by its whole name: `call("avd.room.read", {"room_id": "1"}, {"timeout_ms": 500})`."""
        return self._calls.with_options(options).call(operation, params or {})

    def call_text(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> str:
        """Calls an operation as `call` does, and returns the answer as the text that the platform sent."""
        return self._calls.with_options(options).text(operation, params or {})

    def raw_call(
        self,
        method: Method,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[Any] = None,
        form: Optional[Mapping[str, Any]] = None,
        options: Optional[_options.CallOptions] = None,
    ) -> Any:
        """Sends any request to the platform, signed and judged like an operation, where the catalog has no operation.

        Args:
            method: GET, POST, PUT, PATCH or DELETE, in capitals or small letters.
            path: The whole path, from the host's root: `/sdkapi/v2/room/read`.
            query: Parameters for the address.
            body: Any value, sent as JSON. A request has a body or a form, not both.
            form: Parameters for a form.
            options: Options of this call: `{"timeout_ms": 500}`; see `meetgate.CallOptions`.
        """
        return self._calls.with_options(options).raw(_request(method, path, query, body, form))

    def download(
        self,
        url_or_path: str,
        file: Union[str, os.PathLike[str]],
        *,
        progress: Optional[_transfer.Progress] = None,
        **options: Unpack[_options.DownloadOptions],
    ) -> _download.Download:
        """Fetches a file, such as a recording. It takes its name when it is whole; what is cut is gone on with by a later call.

        Args:
            url_or_path: A whole URL, as the platform answers it, of any host; or a path below `base_url`, from `/` on.
            file: The path of the file. Its folder must be there.
            progress: Called with the bytes that are there and the total, 0 if not known, at most ten times a second, in the thread of
                the download. What it raises ends the download, and is raised from here.
            options: See `meetgate.DownloadOptions`. Those of `with_options` hold as well.

        Returns:
            A dict with `bytes`, `resumed_from`, `seconds` and `attempts`; with `etag` and `md5` where they are known.
        """
        told: _download.Download = self._calls.with_options(options).download(url_or_path, file, progress)
        return told

    def undo(
        self,
        operation: str,
        params: Optional[Mapping[str, Any]] = None,
        reply: Optional[Mapping[str, Any]] = None,
        options: Optional[_options.CallOptions] = None,
    ) -> Any:
        """Undoes what an operation started: calls the operation that stops or deletes it again. A `Guard` does it by itself.

        Args:
            operation: What was started, such as `avd.room.mix_record.start`.
            params: The parameters with which it was started.
            reply: The answer to the start, just as the call returned it. None: the parameters have to do, and all that they name is
                undone, such as every recording of a room.
            options: Options of this call.

        Raises:
            InvalidArgument: nothing undoes the operation.
        """
        return self._calls.with_options(options).undo(operation, params or {}, None if reply is None else text_of(reply))

    def guarded(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> _guard.Guard[Any]:
        """For a `with` statement: starts something at its beginning, and undoes it at its end; see `meetgate.Guard`."""
        return _guard.Guard(self._calls.with_options(options), operation, params or {})

    def wait(self, operation: str, params: Optional[Mapping[str, Any]] = None, **options: Unpack[_options.WaitOptions]) -> Any:
        """Waits until what an operation tells of has come to an end, and gives the answer that says so.

        Args:
            operation: One that only reads, such as `avd.room.record.status`. Each has a method of its own, `wait_until_...`.
            params: Its parameters.
            options: See `meetgate.WaitOptions`.

        Raises:
            Timeout: it did not end within `timeout_ms`.
            ApiError: it ended in another way; `reply` is the last answer.
        """
        return self._calls.with_options(options).wait(operation, params or {})

    def info(self) -> _client_info.ClientInfo:
        """Tells what the library knows of this client. Nothing is sent.

        Returns:
            A dict with `platform`, `base_url` and `clock_offset_s`: the seconds that the platform's clock is ahead of this
            machine's.
        """
        known: _client_info.ClientInfo = self._calls.info()
        return known

    def stats(self) -> _client_info.ClientStats:
        """Tells what the calls of this client came to so far. Nothing is sent."""
        known: _client_info.ClientStats = self._calls.stats()
        return known

    def close_idle(self) -> None:
        """Closes the connections that are kept for later calls, for example before the machine sleeps. Calls in flight keep theirs."""
        self._calls.handle.close_idle()

    def log_to(self, logger: Union[str, logging.Logger, None], level: Optional[int] = None) -> None:
        """Has each attempt, repeat, call and token of this client told to a logger of the program's.

        A record's message is one line. Its attribute `meetgate` is the event, a dict; the guide on Python lists its members. No key,
        no token and no parameter is in it. Records are made in the thread of the call, within its time.

        Args:
            logger: A logger, or its name. It takes the place of the one before. None: nothing is told any more.
            level: From which of logging's levels on: `logging.WARNING` tells of failures and repeats, INFO of tokens too, DEBUG of
                every attempt. (default: the logger's own level, as it is now)
        """
        if logger is None:
            self._calls.handle.set_log(None)
            return
        # Here, because a program without a log need not wait for the import of logging.
        from ._log import Log

        self._calls.handle.set_log(Log(logger, level))

    def close(self) -> None:
        """Closes the client and its connections. Closing again does nothing, and closing what `with_options` gave neither.

        Calls in flight in other threads end, with `Cancelled`; those that begin later are refused. It does not wait for them.
        """
        if not self._is_view:
            self._calls.handle.close()

    @property
    def closed(self) -> bool:
        return self._calls.handle.is_closed

    def __enter__(self: C) -> C:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<meetgate.%s%s>" % (type(self).__name__, ", closed" if self.closed else "")

    def _with(self: C, options: Mapping[str, Any]) -> C:
        view = self.__class__.__new__(self.__class__)
        # The groups that are made carry the options of this one.
        view.__dict__ = {name: value for name, value in self.__dict__.items() if not isinstance(value, Operations)}
        view._calls = self._calls.with_options(options)
        view._is_view = True
        return view


class AsyncClient:
    """A client whose calls are awaited. Use it in an `async with` statement, or await `close`.

    The library makes the calls on threads of its own, at most `async_threads` at once. Cancelling the task ends the call, and frees its
    thread. A call that was still waiting for a thread is not made. Whether the platform has done what a cancelled call asked for is
    not known.
    """

    #: The platform: hst, youme or avd.
    platform: str

    #: Made by `with_options`: another one closes what they share.
    _is_view = False

    def __init__(self, config: Config, parse_float: Callable[[str], Any]) -> None:
        if isinstance(config, (str, os.PathLike)):
            # A file is read once, although two ask for what is in it.
            config = text_of_config(config)
        handle = Handle(self.platform, config)
        # Here, because a program that awaits nothing need not wait for its import.
        from ._pool import Pool

        self._pool = Pool(async_threads(config), "meetgate-" + self.platform)
        self._calls = AsyncCalls(Calls(handle, parse_float, {}), self._pool)

    @classmethod
    def _of(cls: Type[A], config: Config, parse_float: Callable[[str], Any]) -> A:
        client = cls.__new__(cls)
        AsyncClient.__init__(client, config, parse_float)
        return client

    async def call(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> Any:
        """Calls an operation by its whole name: `call("avd.room.read", {"room_id": "1"}, {"timeout_ms": 500})`."""
        return await self._calls.with_options(options).call(operation, params or {})

    async def call_text(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> str:
        """Calls an operation as `call` does, and returns the answer as the text that the platform sent."""
        return await self._calls.with_options(options).text(operation, params or {})

    async def raw_call(
        self,
        method: Method,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[Any] = None,
        form: Optional[Mapping[str, Any]] = None,
        options: Optional[_options.CallOptions] = None,
    ) -> Any:
        """Sends any request to the platform, signed and judged like an operation; see `Avd.raw_call`."""
        return await self._calls.with_options(options).raw(_request(method, path, query, body, form))

    async def download(
        self,
        url_or_path: str,
        file: Union[str, os.PathLike[str]],
        *,
        progress: Optional[_transfer.Progress] = None,
        **options: Unpack[_options.DownloadOptions],
    ) -> _download.Download:
        """Fetches a file; see `Avd.download`. `progress` is called in a thread of the client's pool."""
        told: _download.Download = await self._calls.with_options(options).download(url_or_path, file, progress)
        return told

    async def undo(
        self,
        operation: str,
        params: Optional[Mapping[str, Any]] = None,
        reply: Optional[Mapping[str, Any]] = None,
        options: Optional[_options.CallOptions] = None,
    ) -> Any:
        """Undoes what an operation started; see `Avd.undo`."""
        return await self._calls.with_options(options).undo(operation, params or {}, None if reply is None else text_of(reply))

    def guarded(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[_options.CallOptions] = None
    ) -> _guard.AsyncGuard[Any]:
        """For an `async with` statement: starts something at its beginning, and undoes it at its end; see `meetgate.Guard`."""
        return _guard.AsyncGuard(self._calls.with_options(options), operation, params or {})

    async def wait(self, operation: str, params: Optional[Mapping[str, Any]] = None, **options: Unpack[_options.WaitOptions]) -> Any:
        """Waits until what an operation tells of has come to an end; see `Avd.wait`. It takes a thread of the client's pool meanwhile."""
        return await self._calls.with_options(options).wait(operation, params or {})

    def info(self) -> _client_info.ClientInfo:
        """Tells what the library knows of this client; see `Client.info`. It is not awaited: nothing is sent."""
        known: _client_info.ClientInfo = self._calls.info()
        return known

    def stats(self) -> _client_info.ClientStats:
        """Tells what the calls of this client came to so far. It is not awaited. Nothing is sent."""
        known: _client_info.ClientStats = self._calls.stats()
        return known

    def close_idle(self) -> None:
        """Closes the connections that are kept for later calls, for example before the machine sleeps. Calls in flight keep theirs. It is not awaited."""
        self._calls.handle.close_idle()

    def log_to(self, logger: Union[str, logging.Logger, None], level: Optional[int] = None) -> None:
        """Has each attempt, repeat, call and token of this client told to a logger of the program's.

        A record's message is one line. Its attribute `meetgate` is the event, a dict; the guide on Python lists its members. No key,
        no token and no parameter is in it. Records are made in the thread of the call, within its time.

        Args:
            logger: A logger, or its name. It takes the place of the one before. None: nothing is told any more.
            level: From which of logging's levels on: `logging.WARNING` tells of failures and repeats, INFO of tokens too, DEBUG of
                every attempt. (default: the logger's own level, as it is now)
        """
        if logger is None:
            self._calls.handle.set_log(None)
            return
        # Here, because a program without a log need not wait for the import of logging.
        from ._log import Log

        self._calls.handle.set_log(Log(logger, level))

    async def close(self) -> None:
        """Closes the client. Calls that run end, with `Cancelled`; new ones are refused. Closing again does nothing, and closing what
        `with_options` gave neither."""
        if self._is_view:
            return
        self._calls.handle.close()
        self._pool.shut_down()

    @property
    def closed(self) -> bool:
        return self._calls.handle.is_closed

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return "<meetgate.%s%s>" % (type(self).__name__, ", closed" if self.closed else "")

    def _with(self: A, options: Mapping[str, Any]) -> A:
        view = self.__class__.__new__(self.__class__)
        # The groups that are made carry the options of this one.
        view.__dict__ = {name: value for name, value in self.__dict__.items() if not isinstance(value, AsyncOperations)}
        view._calls = self._calls.with_options(options)
        view._is_view = True
        return view
