"""Files to upload: a path as it is; bytes, and a file object that can seek, piece by piece; any other file object by way of a temporary
file."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, BinaryIO, Dict, Iterator, Mapping, Optional, Tuple, Union

from ._errors import Subject
from ._transfer import Read

#: The Python types that a parameter of type `file` takes: a path; a file object, open for reading bytes; or a name and the file's bytes or
#: file object.
File = Union[str, "os.PathLike[str]", BinaryIO, Tuple[str, Union[bytes, bytearray, memoryview, BinaryIO]]]

_BYTES = (bytes, bytearray, memoryview)


class Source:
    """A file that is read piece by piece."""

    def __init__(self, length: int, read: Read) -> None:
        self.length = length
        self.read = read


def is_content(value: Any) -> bool:
    """Whether it is, or should have been, what a file holds, and not its path."""
    if isinstance(value, tuple):
        return len(value) == 2 and _is_readable(value[1])
    return _is_readable(value)


def _is_readable(value: Any) -> bool:
    return isinstance(value, _BYTES) or (hasattr(value, "read") and not isinstance(value, os.PathLike))


@contextlib.contextmanager
def readable(
    params: Mapping[str, Any], subject: Subject
) -> Iterator[Tuple[Mapping[str, Any], Optional[Source]]]:
    """The parameters with a name in the place of what a file holds, and the file where it is read piece by piece. A temporary copy is there
    for as long as this lasts."""
    parameter = next((name for name, value in params.items() if is_content(value)), None)
    if parameter is None:
        yield params, None
        return
    given: Dict[str, Any] = dict(params)
    value = params[parameter]
    if isinstance(value, _BYTES):
        from ._expected import mistyped

        raise mistyped(value, parameter, 'parameter "%s"' % parameter, subject)
    name, content = value if isinstance(value, tuple) else (_name_of(parameter, value, subject), value)
    if not isinstance(name, str) or not name:
        raise subject.refuse('parameter "%s": expected a name beside the file, got %r' % (parameter, name))
    given[parameter] = name
    if isinstance(content, _BYTES):
        yield given, _of_bytes(content)
        return
    if isinstance(content, io.TextIOBase):
        raise _no_bytes(parameter, subject)
    source = _of_file_object(parameter, content, subject)
    if source is not None:
        yield given, source
        return
    # Here, because few programs upload what cannot seek, and the import is slow.
    import tempfile

    with tempfile.TemporaryFile(prefix="meetgate-") as copy:
        yield given, _of_copy(parameter, content, copy, subject)


def _of_bytes(content: Union[bytes, bytearray, memoryview]) -> Source:
    view = memoryview(content)
    view = (view if view.c_contiguous else memoryview(bytes(view))).cast("B")
    return Source(len(view), lambda offset, size: bytes(view[offset : offset + size]))


def _of_file_object(parameter: str, file: Any, subject: Subject) -> Optional[Source]:
    """The rest of it, from where it stands; None where it can only be read from one end to the other."""
    try:
        start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(start)
        length = max(end - start, 0)
    except (AttributeError, OSError, TypeError, ValueError):
        return None

    def read(offset: int, size: int) -> bytes:
        file.seek(start + offset)
        piece = file.read(size)
        if not isinstance(piece, bytes):
            raise _no_bytes(parameter, subject)
        return piece

    return Source(length, read)


def _no_bytes(parameter: str, subject: Subject) -> Exception:
    return subject.refuse('parameter "%s": open the file for reading bytes ("rb")' % parameter)


def _name_of(parameter: str, file: Any, subject: Subject) -> str:
    called = getattr(file, "name", None)
    base = os.path.basename(called) if isinstance(called, str) else ""
    if not base:
        raise subject.refuse(
            'parameter "%s": the file object has no name; give a tuple of a name, whose ending says what it is, and the file object'
            % parameter
        )
    return base


def _of_copy(parameter: str, file: Any, copy: BinaryIO, subject: Subject) -> Optional[Source]:
    """The rest of it, from where it stands, once it is in a file that can seek."""
    import shutil

    try:
        shutil.copyfileobj(file, copy, 1 << 20)
    except TypeError:
        raise _no_bytes(parameter, subject) from None
    copy.seek(0)
    return _of_file_object(parameter, copy, subject)

