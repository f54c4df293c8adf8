"""Methods whose arguments the platform spells in another way than Python does."""

from __future__ import annotations

import functools
from typing import Any, Callable, Mapping, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

#: Of a function's code: it is a coroutine function. `inspect` has it too, and takes long to import.
COROUTINE = 0x80


def named(arguments: Mapping[str, str]) -> Callable[[F], F]:
    """Tells a caller who uses the platform's name of an argument the name that it has here."""

    def check(method: Callable[..., Any], given: Mapping[str, Any]) -> None:
        for wire, name in arguments.items():
            if wire in given:
                raise TypeError(
                    "%s() got an unexpected keyword argument %r: in Python it is %r" % (method.__name__, wire, name)
                )

    def decorate(method: F) -> F:
        @functools.wraps(method)
        def call(self: Any, *args: Any, **given: Any) -> Any:
            check(method, given)
            return method(self, *args, **given)

        @functools.wraps(method)
        async def call_async(self: Any, *args: Any, **given: Any) -> Any:
            check(method, given)
            return await method(self, *args, **given)

        return cast(F, call_async if method.__code__.co_flags & COROUTINE else call)

    return decorate
