"""Reading rows page by page (H6). The first page is 1, and a page with fewer rows than were asked for is the last."""

from __future__ import annotations

from typing import Any, AsyncIterator, Awaitable, Callable, Iterator, List

from ._json import unusable


def pages(call: Callable[[int], Any], size: int) -> Iterator[Any]:
    page = 1
    while True:
        found = rows(call(page))
        yield from found
        if not found or len(found) < size:
            return
        page += 1


async def async_pages(call: Callable[[int], Awaitable[Any]], size: int) -> AsyncIterator[Any]:
    page = 1
    while True:
        found = rows(await call(page))
        for row in found:
            yield row
        if not found or len(found) < size:
            return
        page += 1


def rows(reply: Any) -> List[Any]:
    """The rows of a page, whose place no document names: `result` itself, or the first array inside it."""
    result = reply.get("result")
    if isinstance(result, list):
        return result
    if not result:
        return []
    if isinstance(result, dict):
        for value in result.values():
            if isinstance(value, list):
                return value
    raise unusable(reply, "holds no list of rows")
