"""Groups of operations: `room` of a client, `mix_record` of the group `room`."""

from __future__ import annotations

from typing import Any, Optional, Type, TypeVar, cast

from ._calls import AsyncCalls, Calls

G = TypeVar("G")


class Operations:
    """The operations of one group."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls


class AsyncOperations:
    """The same, awaited."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls


class _Group:
    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def __set_name__(self, owner: Any, name: str) -> None:
        self._name = name

    def __get__(self, owner: Optional[Any], kind: Any = None) -> Any:
        if owner is None:
            return self._kind
        # From now on Python finds it in the object itself.
        group = owner.__dict__[self._name] = self._kind(owner._calls)
        return group


def group(kind: Type[G]) -> G:
    """A group, made when it is first used. Of the class it is the group's class, so that a double sees the methods in it."""
    # To type checkers it is what it gives.
    return cast(G, _Group(kind))
