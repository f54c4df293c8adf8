"""Files to upload: a path as it is, a file object by way of a temporary file, because the library takes paths."""

from __future__ import annotations

import contextlib
import os
from typing import Any, BinaryIO, Dict, Iterator, Mapping, Union

from ._errors import Subject

#: The Python types that a parameter of type `file` takes.
File = Union[str, "os.PathLike[str]", BinaryIO]


def is_file_object(value: Any) -> bool:
    return hasattr(value, "read") and not isinstance(value, os.PathLike)


@contextlib.contextmanager
def on_disk(params: Mapping[str, Any], subject: Subject) -> Iterator[Mapping[str, Any]]:
    """The parameters with a path in the place of each file object, for as long as the call runs."""
    # Here, because few programs upload file objects, and the import is slow.
    import tempfile

    with contextlib.ExitStack() as folders:
        given: Dict[str, Any] = dict(params)
        for name, value in params.items():
            if is_file_object(value):
                folder = folders.enter_context(tempfile.TemporaryDirectory(prefix="meetgate-"))
                given[name] = _copy(name, value, folder, subject)
        yield given


def _copy(name: str, source: Any, folder: str, subject: Subject) -> str:
    """Copies the rest of the file object, from where it stands. The platform sees the name of the file."""
    import shutil

    called = getattr(source, "name", None)
    base = os.path.basename(called) if isinstance(called, str) else ""
    if not base:
        raise subject.refuse(
            'parameter "%s": the file object has no name; set its attribute `name`, whose ending says what it is' % name
        )
    path = os.path.join(folder, base)
    with open(path, "wb") as target:
        try:
            shutil.copyfileobj(source, target, 1 << 20)
        except TypeError:
            raise subject.refuse('parameter "%s": open the file for reading bytes ("rb")' % name) from None
    return path
