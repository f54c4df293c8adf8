"""What annotations name and few programs read: imported when it is asked for, and what this Python's `typing` may lack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Checkers have it; no program needs it.
    from typing_extensions import NotRequired as NotRequired
    from typing_extensions import Unpack as Unpack
elif sys.version_info >= (3, 11):
    from typing import NotRequired, Unpack
else:

    class _Plain:
        """`NotRequired[int]` is int where `typing` has no word for it."""

        def __class_getitem__(cls, item: Any) -> Any:
            return item

    NotRequired = Unpack = _Plain


class _Later:
    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        # importlib would be one import more.
        __import__(self._module)
        found = getattr(sys.modules[self._module], name)
        setattr(self, name, found)
        return found


def later(module: str) -> Any:
    """Stands for a module in annotations, which `typing.get_type_hints` reads."""
    return _Later(module)
