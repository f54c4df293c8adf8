"""Fetching files: what it comes to."""

from __future__ import annotations

from typing import TypedDict


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
