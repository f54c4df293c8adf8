"""A file that takes its name when it is whole."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from typing import BinaryIO, Iterator


def is_special(path: str) -> bool:
    """A pipe or a device, which is not replaced."""
    return os.path.exists(path) and not os.path.isfile(path)


@contextmanager
def whole_file(path: str) -> Iterator[BinaryIO]:
    """Whoever reads the file sees the old one or the new one. A link is followed; what is special is written to as it is."""
    if is_special(path):
        with open(path, "wb") as there:
            yield there
        return
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    # Names of files have 255 bytes.
    handle, part = tempfile.mkstemp(prefix="." + name[:50], suffix=".part", dir=folder)
    try:
        with open(handle, "wb") as written:
            os.chmod(part, _mode(path))
            yield written
            written.flush()
            os.fsync(written.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _mode(path: str) -> int:
    """That of the file that is there; else what the program's other files have."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
