"""Files that come and files that go: the program's own functions in a transfer, as C may call them."""

from __future__ import annotations

from typing import Any, Callable, Optional

#: Told how many bytes are there, and of how many; 0: not known. What it raises ends the transfer.
Progress = Callable[[int, int], Any]

#: Reads at an offset, at most so many bytes.
Read = Callable[[int, int], bytes]


class Functions:
    """The functions of one transfer. What they raise is kept here, because it may not reach C."""

    def __init__(self, progress: Optional[Progress], read: Optional[Read] = None) -> None:
        self._progress = progress
        self._read = read
        self._raised: Optional[BaseException] = None

    @property
    def tell(self) -> Optional[Callable[[int, int], bool]]:
        """For C: whether it goes on."""
        return None if self._progress is None else self._tell

    @property
    def read(self) -> Optional[Callable[[int, int], Optional[bytes]]]:
        """For C: a piece, or None where it cannot be read."""
        return None if self._read is None else self._piece

    def _tell(self, count: int, total: int) -> bool:
        assert self._progress is not None
        try:
            self._progress(count, total)
        except BaseException as raised:
            self._raised = raised
        return self._raised is None

    def _piece(self, offset: int, size: int) -> Optional[bytes]:
        assert self._read is not None
        try:
            piece = self._read(offset, size)
            # There is room for no more.
            if len(piece) > size:
                raise ValueError("the file's read gave %d bytes where %d were asked for" % (len(piece), size))
            return piece
        except BaseException as raised:
            self._raised = raised
            return None

    def run(self, transfer: Callable[[], str]) -> str:
        """What the transfer gives. What a function raised comes out of it."""
        text, ended = "", None
        try:
            text = transfer()
        except Exception as error:
            ended = error
        try:
            if self._raised is not None:
                raise self._raised
            if ended is not None:
                raise ended
        finally:
            # Their tracebacks lead here.
            self._raised = ended = None
        return text
