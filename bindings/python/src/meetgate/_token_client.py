"""The base of the clients of platforms with tokens: the methods that only they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._client import AsyncClient, Client
from ._later import later
from ._token_provider import TokenProvider

if TYPE_CHECKING:
    from . import _client_info
else:
    _client_info = later("meetgate._client_info")


class TokenClient(Client):
    """A client whose calls carry a token."""

    def info(self) -> _client_info.TokenClientInfo:
        """Tells what the library knows of this client and its token, but never the token itself. Nothing is sent.

        Returns:
            A dict with `platform`, `base_url` (absent where it is discovered) and `token`: its `source`, `store`,
            `generation`, `age_ms`, `expires_in_ms` and `warning`. A member that does not apply is absent.
        """
        known: _client_info.TokenClientInfo = self._calls.info()
        return known

    def set_token(self, token: str) -> None:
        """Replaces the fixed token of a client that was made with `token`.

        Calls in flight keep the token that they have. A call whose token is refused is repeated with the new one. Any
        thread may call this at any time.

        Args:
            token: Printable ASCII without spaces.

        Raises:
            InvalidArgument: the token has other characters, or the client has no fixed token.
        """
        self._calls.handle.set_token(token)

    def set_token_provider(self, token_provider: TokenProvider) -> None:
        """Sets the function that gives tokens, in the place of the client's `token_provider`.

        For a client that was made with a `token_provider`, or from a configuration that says `"token_provider": true`.
        A token that is still good stays in use. Any thread may call it at any time.

        Args:
            token_provider: See `meetgate.TokenProvider`.

        Raises:
            InvalidArgument: the client has keys or a fixed token, or the argument is not an ordinary function.
        """
        self._calls.handle.set_token_provider(token_provider)


class AsyncTokenClient(AsyncClient):
    """An awaited client whose calls carry a token."""

    def info(self) -> _client_info.TokenClientInfo:
        """Tells what the library knows of this client and its token; see `Hst.info`. It is not awaited: nothing is sent."""
        known: _client_info.TokenClientInfo = self._calls.info()
        return known

    def set_token(self, token: str) -> None:
        """Replaces the fixed token; see `Hst.set_token`. It is not awaited: nothing is sent."""
        self._calls.handle.set_token(token)

    def set_token_provider(self, token_provider: TokenProvider) -> None:
        """Sets the function that gives tokens; see `Hst.set_token_provider`. It runs in a thread of the client's pool."""
        self._calls.handle.set_token_provider(token_provider)
