"""What the clients of all platforms have in common."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Callable, Dict, Mapping, Optional, Type, TypeVar, Union

from . import _errors
from ._calls import AsyncCalls, Calls, Handle
from ._client_info import ClientInfo
from ._options import CallOptions

C = TypeVar("C", bound="Client")
A = TypeVar("A", bound="AsyncClient")


class Client:
    """A client: of any thread, of one process. Use it in a `with` statement, or `close` it."""

    #: The platform: hst, youme or avd.
    platform: str

    def __init__(self, config: Mapping[str, Any], parse_float: Callable[[str], Any]) -> None:
        handle = Handle({"platform": self.platform, **config})
        self._calls = Calls(handle, parse_float, {})
        self._make_groups()

    @classmethod
    def from_config(
        cls: Type[C],
        config: Union[str, Mapping[str, Any]],
        *,
        parse_float: Callable[[str], Any] = float,
    ) -> C:
        """Makes a client from a configuration: a dict, or its JSON text. `platform` may be left out of it."""
        client = cls.__new__(cls)
        Client.__init__(client, _members(config, cls.platform), parse_float)
        return client

    def call(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[CallOptions] = None
    ) -> Any:
        """Calls an operation by its whole name: `call("avd.room.read", {"room_id": "1"}, {"timeout_ms": 500})`."""
        return self._calls.with_options(options).call(operation, params or {})

    def call_text(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[CallOptions] = None
    ) -> str:
        """The same, giving the answer as the text that the platform sent."""
        return self._calls.with_options(options).text(operation, params or {})

    def raw_call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[Any] = None,
        form: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        """Sends any request to the platform, signed and judged like an operation; for what the catalog does not have.

        It goes by the client's own time limits: options of one call do not apply.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: Whole, from the host's root: `/sdkapi/v2/room/read`.
            query: Parameters for the address.
            body: Anything, sent as JSON; or
            form: parameters for a form.
        """
        return self._calls.raw({"method": method, "path": path, "query": query, "body": body, "form": form})

    def info(self) -> ClientInfo:
        """What is known of this client. Nothing is sent.

        Returns:
            A dict with `platform`, `base_url` and `clock_offset_s`, how many seconds the platform's clock is ahead of
            this machine's.
        """
        known: ClientInfo = self._calls.info()
        return known

    def close(self) -> None:
        """Closes the client and its connections, once calls in flight have ended. Closing again does nothing."""
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
        view = copy.copy(self)
        view._calls = self._calls.with_options(options)
        view._make_groups()
        return view

    def _make_groups(self) -> None:
        raise NotImplementedError


class AsyncClient:
    """A client whose calls are awaited. Use it in an `async with` statement, or await `close`.

    Each call runs in a thread of the client's own pool. Cancelling the task ends the waiting, not the call: that goes on
    to its end or to its time limit, unless it was still waiting for a thread.
    """

    #: The platform: hst, youme or avd.
    platform: str

    def __init__(self, config: Mapping[str, Any], parse_float: Callable[[str], Any], max_workers: int) -> None:
        if max_workers < 1:
            raise _errors.InvalidConfig(
                {"status": "INVALID_CONFIG", "message": "max_workers: expected at least 1", "retryable": False}
            )
        handle = Handle({"platform": self.platform, **config})
        self._pool = ThreadPoolExecutor(max_workers, "meetgate-" + self.platform)
        self._calls = AsyncCalls(Calls(handle, parse_float, {}), self._pool)
        self._make_groups()

    @classmethod
    def from_config(
        cls: Type[A],
        config: Union[str, Mapping[str, Any]],
        *,
        parse_float: Callable[[str], Any] = float,
        max_workers: int = 32,
    ) -> A:
        """Makes a client from a configuration: a dict, or its JSON text. `platform` may be left out of it."""
        client = cls.__new__(cls)
        AsyncClient.__init__(client, _members(config, cls.platform), parse_float, max_workers)
        return client

    async def call(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[CallOptions] = None
    ) -> Any:
        """Calls an operation by its whole name: `call("avd.room.read", {"room_id": "1"}, {"timeout_ms": 500})`."""
        return await self._calls.with_options(options).call(operation, params or {})

    async def call_text(
        self, operation: str, params: Optional[Mapping[str, Any]] = None, options: Optional[CallOptions] = None
    ) -> str:
        """The same, giving the answer as the text that the platform sent."""
        return await self._calls.with_options(options).text(operation, params or {})

    async def raw_call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[Any] = None,
        form: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        """Sends any request to the platform, signed and judged like an operation; see `Client.raw_call`."""
        return await self._calls.raw({"method": method, "path": path, "query": query, "body": body, "form": form})

    def info(self) -> ClientInfo:
        """What is known of this client; see `Client.info`. Not awaited: nothing is sent."""
        known: ClientInfo = self._calls.info()
        return known

    async def close(self) -> None:
        """Closes the client: calls that run end in peace, new ones are refused. Closing again does nothing."""
        self._calls.handle.close()
        self._pool.shutdown(wait=False)

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
        view = copy.copy(self)
        view._calls = self._calls.with_options(options)
        view._make_groups()
        return view

    def _make_groups(self) -> None:
        raise NotImplementedError


def _members(config: Union[str, Mapping[str, Any]], platform: str) -> Dict[str, Any]:
    def refuse(message: str) -> _errors.InvalidConfig:
        return _errors.InvalidConfig({"status": "INVALID_CONFIG", "message": message, "retryable": False})

    try:
        members = json.loads(config) if isinstance(config, str) else dict(config)
    except ValueError as error:
        raise refuse("configuration: not valid JSON: %s" % error) from None
    if not isinstance(members, dict):
        raise refuse("configuration: expected a JSON object")
    if members.pop("platform", platform) != platform:
        raise refuse('configuration key "platform": this is a client of %s' % platform)
    return members
