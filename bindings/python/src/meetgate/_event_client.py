"""The base of the clients of platforms with an event gateway: the method that only they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._later import Unpack, later
from ._token_client import AsyncTokenClient, TokenClient

if TYPE_CHECKING:
    from . import _events, _options
else:
    _events, _options = later("meetgate._events"), later("meetgate._options")


class EventClient(TokenClient):
    """A client that tells what happens, as it happens."""

    def events(self, **options: Unpack[_options.EventsOptions]) -> _events.Events:
        """Opens a session of events: who joins and leaves a group, who starts and stops to broadcast, and how recordings go.

            with hst.events(app_ids=["..."]) as events:
                for event in events:
                    print(event["type"], event.get("data"))

        It returns at once. What fails later is an event, too, and the session connects again until it is closed. At most 4096 events
        wait to be read, and 64 MiB of them. With one more, all are dropped, and a full state follows, whose `reason` is `overflow`.

        Args:
            options: See `meetgate.EventsOptions`. `cancel` of `with_options` ends the reading, with `Cancelled`.

        Returns:
            What gives the events, one after the other. Each is a dict, as `meetgate.Event` says. The guide on events explains them.
            `meetgate.text_of` of an event is exactly what the library told.

        Raises:
            InvalidArgument: an option cannot be right, or the library was built without events.
            IoError: the system gives this process no thread or no descriptor.
        """
        return _events.Events(*self._calls.events(options))


class AsyncEventClient(AsyncTokenClient):
    """The same, awaited."""

    def events(self, **options: Unpack[_options.EventsOptions]) -> _events.AsyncEvents:
        """Opens a session of events; see `Hst.events`. It is not awaited: the session connects on a thread of its own.

            async with hst.events(app_ids=["..."]) as events:
                async for event in events:
                    print(event["type"], event.get("data"))
        """
        return _events.AsyncEvents(*self._calls.events(options))
