"""Fetching files: what is told of it, and what it comes to."""

from __future__ import annotations

from typing import Any, Callable, Optional, TypedDict

#: Told how many bytes are there, and of how many; 0: not known. What it raises ends the download.
Progress = Callable[[int, int], Any]


class _DownloadRequired(TypedDict):
    """The members that `Download` always has."""

    bytes: int
    """How long the file is."""
    resumed_from: int
    """How many of them an earlier download had fetched."""
    seconds: float
    attempts: int
    """How many requests it took."""


class Download(_DownloadRequired, total=False):
    """What a download came to. Newer libraries may add members."""

    etag: str
    """As the server says it, where it does."""
    md5: str
    """In hexadecimal, where it was compared."""


class Watcher:
    """Tells a program's function. Its exception is kept here, because none may reach C."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.raised: Optional[BaseException] = None

    def take(self, count: int, total: int) -> bool:
        """Whether it goes on."""
        try:
            self._progress(count, total)
        except BaseException as raised:
            self.raised = raised
        return self.raised is None
