"""A token provider of the caller's, as C asks it."""

from __future__ import annotations

import threading
from typing import Any, Callable, Mapping, Optional, Tuple, Union

from ._errors import CONFIGURATION, Subject

#: Gives tokens: `provide(dead_token)` returns the token, or `(token, lifetime_s)` where its lifetime in seconds is
#: known. `dead_token` is the token that the platform refused, and None where one is needed for another reason. On hst it is
#: dead: a provider that still hosts it should get a new one. On avd it is a suspect: the number that says so is printed for a
#: missing room, too. A provider that knows that the token lives gives it again, and the call that was refused then fails with
#: that number. A provider that does not know gets a new one. It runs in the thread of a call, one at a time, and must not call
#: the client that it provides for. An exception that it raises is named in the message of the `AuthError` of each call that
#: needed the token, so put no secret into it; of the call that asked it is the `__cause__`. A call whose token avd refused
#: fails with that refusal in its place, and its message names the exception. While the token at hand is still good, a call
#: goes on with it, and the exception is not shown.
TokenProvider = Callable[[Optional[str]], Union[str, Tuple[str, Optional[float]]]]

#: The largest int64_t.
_LONGEST_LIFETIME_S = 2**63 - 1


class NoToken:
    """Why there is none, for C."""

    def __init__(self, reason: bytes) -> None:
        self.reason = reason


class Provider:
    """Asks the caller's function. Its exceptions are kept here, because none may reach C."""

    def __init__(self) -> None:
        #: Set before C is told of it.
        self.provide: Optional[TokenProvider] = None
        self._thread = threading.local()

    def ask(self, dead_token: Optional[bytes], longest: int) -> Union[NoToken, Tuple[bytes, int]]:
        """A token of at most `longest` bytes and its lifetime, 0 if not known. If the function raised: see `take_raised`."""
        self._thread.is_asked = True
        try:
            # C asks only once there is one.
            assert self.provide is not None
            try:
                answer = self.provide(None if dead_token is None else dead_token.decode("ascii"))
            except BaseException as raised:
                return self._no_token(raised, "it raised " + _named(raised))
            try:
                return _given(answer, longest)
            except BaseException as problem:
                return self._no_token(problem, str(problem))
        finally:
            self._thread.is_asked = False

    def _no_token(self, raised: BaseException, reason: str) -> NoToken:
        self._thread.raised = raised
        # Whatever a text may hold, C gets UTF-8 without a NUL.
        return NoToken(reason.replace("\0", " ").encode("utf-8", "backslashreplace"))

    @property
    def is_asked(self) -> bool:
        """Whether this thread is in the caller's function right now."""
        return getattr(self._thread, "is_asked", False)

    def take_raised(self) -> Optional[BaseException]:
        """The exception that it raised in this thread since this was last called."""
        raised: Optional[BaseException] = getattr(self._thread, "raised", None)
        self._thread.raised = None
        return raised


def of_config(config: Mapping[str, Any]) -> Optional[TokenProvider]:
    """The function in a configuration. Where the configuration is JSON there is a boolean in its place."""
    provide = config.get("token_provider")
    if provide is None or isinstance(provide, bool):
        return None
    check(provide, 'configuration key "token_provider"', CONFIGURATION)
    function: TokenProvider = provide
    return function


def check(provide: Any, name: str, subject: Subject) -> None:
    """Refuses a value that cannot be asked for tokens."""
    if not callable(provide):
        raise subject.refuse("%s: expected a function, got %s" % (name, type(provide).__name__))
    # Here, because it is slow to import, and most programs have no provider.
    import inspect

    if inspect.iscoroutinefunction(provide):
        expected = "expected an ordinary function, which runs in the thread of a call, got a coroutine function"
        raise subject.refuse("%s: %s" % (name, expected))


def _named(raised: BaseException) -> str:
    """As the last line of a traceback has it."""
    name = type(raised).__name__
    try:
        text = str(raised)
    except BaseException:
        return name
    return "%s: %s" % (name, text) if text else name


def _given(answer: Any, longest: int) -> Tuple[bytes, int]:
    token, lifetime_s = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
    if not isinstance(token, str) or not (lifetime_s is None or isinstance(lifetime_s, (int, float))):
        raise TypeError("expected a token, or a tuple of a token and its lifetime in seconds, from the token provider")
    encoded = token.encode("utf-8")
    if b"\0" in encoded:
        raise ValueError("the token provider's token holds a NUL character")
    if len(encoded) > longest:
        raise ValueError("the token provider's token has %d bytes, and at most %d are taken" % (len(encoded), longest))
    if lifetime_s is None:
        return encoded, 0
    if lifetime_s < 1:
        raise ValueError("expected a lifetime of at least 1 second from the token provider, got %r" % lifetime_s)
    return encoded, min(int(lifetime_s), _LONGEST_LIFETIME_S)
