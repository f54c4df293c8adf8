"""The shared library: finding it, checking that it is the right one, and its C functions."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_size_t, c_ssize_t, c_uint32, c_uint64, c_void_p
from typing import Any, Callable, Iterator, List, Optional, Tuple, Union

from ._token_provider import NoToken
from ._version import ABI_VERSION, TOKEN_REASON

VARIABLE = "MEETGATE_LIBRARY"


# The types of functions that C calls. ctypes makes each once, when it is first asked for.
def _token_provider_type() -> Any:
    return CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p, c_size_t, POINTER(c_int64))


def _log_type() -> Any:
    return CFUNCTYPE(None, c_void_p, c_int32, c_char_p)


def _progress_type() -> Any:
    return CFUNCTYPE(c_int32, c_void_p, c_uint64, c_uint64)


def _read_type() -> Any:
    return CFUNCTYPE(c_int64, c_void_p, c_uint64, c_void_p, c_uint64)


class LibraryError(ImportError):
    """libmeetgate could not be loaded, or is not the one this package was made for."""

    def __init__(self, problem: str, tried: List[Tuple[str, str]]) -> None:
        self.problem = problem
        self.tried = tried
        lines = [problem] + ["  tried %s: %s" % attempt for attempt in tried]
        lines.append("  this is %s" % describe_system())
        lines.append(
            "  set %s to the path of the library, or install a wheel of meetgate for this system" % VARIABLE
        )
        super().__init__("\n".join(lines))


class Found:
    """A library, and how it was found."""

    def __init__(self, library: ctypes.CDLL, path: str, how: str) -> None:
        self.library = library
        self.path = path
        self.how = how


def file_names() -> List[str]:
    """The names of the library on this system, the likeliest first."""
    if sys.platform == "win32":
        return ["meetgate.dll"]
    if sys.platform == "darwin":
        return ["libmeetgate.dylib"]
    return ["libmeetgate.so.0", "libmeetgate.so"]


def describe_system() -> str:
    """System, processor, width and C library: a shared library must fit them all."""
    import platform

    bits = "%d-bit" % (ctypes.sizeof(c_void_p) * 8)
    parts = [platform.system(), platform.machine(), bits, "Python " + platform.python_version()]
    if sys.platform.startswith("linux"):
        parts.append(_libc())
    return ", ".join(parts)


def _libc() -> str:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or "an unknown libc"
    except (AttributeError, ValueError, OSError):
        return "a libc that is not glibc (musl?)"


def find() -> Found:
    """Loads the library: the one that `MEETGATE_LIBRARY` names; else the one beside this package; else the one that the
    system finds."""
    tried: List[Tuple[str, str]] = []
    named = os.environ.get(VARIABLE)
    if named:
        # A library that is named is the only one that will do.
        candidates = [(named, VARIABLE)]
    else:
        folder = os.path.dirname(os.path.abspath(__file__))
        beside = [os.path.join(folder, name) for name in file_names()]
        candidates = [(path, "beside the package") for path in beside]
        candidates += [(name, "default search") for name in file_names()]
    for path, how in candidates:
        if how == "beside the package" and not os.path.exists(path):
            tried.append((path, "no such file"))
            continue
        try:
            return Found(ctypes.CDLL(path), path, how)
        except OSError as error:
            tried += [("%s (%s)" % (path, how), reason) for reason in _reasons(path, str(error))]
    raise LibraryError("libmeetgate could not be loaded", tried)


def _reasons(path: str, said: str) -> Iterator[str]:
    """Why it was not loaded: if files of that name are there, but for another processor, that and not the loader's word."""
    from . import _processor

    misfits = [(file, _processor.misfit(file)) for file in _files(path)]
    if os.path.dirname(path):
        yield next((why for _, why in misfits if why), said)
    else:
        yield said
        yield from ("%s: %s" % (file, why) for file, why in misfits if why)


def _files(path: str) -> List[str]:
    """The file that a path names; of a bare name, all that the system was told to look for by its environment."""
    if os.path.dirname(path):
        return [path]
    variable = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    folders = os.environ.get(variable, "").split(os.pathsep)
    return [os.path.join(folder, path) for folder in folders if folder]


class Library:
    """The C functions, with their types. Texts go in as UTF-8 and come out as bytes. Strings that C gave out are freed here."""

    def __init__(self, found: Found) -> None:
        self.path = found.path
        self.how = found.how
        library = found.library

        def function(name: str, result: Any, *arguments: Any) -> Any:
            try:
                function = getattr(library, name)
            except AttributeError:
                raise self._wrong("it has no function %s" % name) from None
            function.restype = result
            function.argtypes = arguments
            return function

        abi = function("meetgate_abi_version", c_uint32)()
        if abi != ABI_VERSION:
            raise self._wrong("its ABI is %d, this package needs %d" % (abi, ABI_VERSION))
        out = POINTER(c_void_p)
        # The same, and quicker: a text is read from it as it is.
        text = c_void_p
        # One of the program's functions, or NULL.
        callback = c_void_p
        self._client_new = function("meetgate_client_new", c_int, c_char_p, out, out)
        self.client_free = function("meetgate_client_free", None, c_void_p)
        self._cancel_new = function("meetgate_cancel_new", c_void_p)
        self.cancel_trigger = function("meetgate_cancel_trigger", None, c_void_p)
        self.cancel_free = function("meetgate_cancel_free", None, c_void_p)
        self._call_with = function(
            "meetgate_call_with", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, text
        )
        self._upload = function(
            "meetgate_upload", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, callback, c_uint64, callback, c_void_p, out
        )
        self._download = function(
            "meetgate_download", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, callback, c_void_p, out
        )
        self._undo = function(
            "meetgate_undo", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_char_p, c_void_p, out
        )
        self._undone_by = function("meetgate_undone_by", c_void_p, c_char_p)
        self._wait = function("meetgate_wait", c_int, c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, out)
        self._client_info = function("meetgate_client_info", c_int, c_void_p, out)
        self._client_stats = function("meetgate_client_stats", c_int, c_void_p, out)
        self._close_idle = function("meetgate_client_close_idle", c_int, c_void_p, out)
        self._set_log = function("meetgate_client_set_log", c_int, c_void_p, c_int32, callback, c_void_p, out)
        self._set_token = function("meetgate_client_set_token", c_int, c_void_p, c_char_p, out)
        self._set_token_provider = function(
            "meetgate_client_set_token_provider", c_int, c_void_p, callback, c_void_p, out
        )
        self._hst_user_token = function("meetgate_hst_user_token", c_int, c_char_p, out)
        self._youme_user_token = function("meetgate_youme_user_token", c_int, c_char_p, out)
        self._youme_checksum = function("meetgate_youme_checksum", c_int, c_char_p, out)
        self._raw_call_with = function(
            "meetgate_raw_call_with", c_int, c_void_p, c_char_p, c_char_p, c_void_p, out
        )
        self._completions_new = function("meetgate_completions_new", c_int, out, out)
        self._completions_fd = function("meetgate_completions_fd", c_ssize_t, c_void_p)
        self._completions_call = function(
            "meetgate_completions_call", c_int, c_void_p, c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, c_void_p, out
        )
        self._completions_raw_call = function(
            "meetgate_completions_raw_call", c_int, c_void_p, c_void_p, c_char_p, c_char_p, c_void_p, c_void_p, out
        )
        self._completions_events = function("meetgate_completions_events", c_int, c_void_p, c_void_p, c_char_p, c_void_p, out, out)
        self._events_close = function("meetgate_events_close", None, c_void_p)
        self._completions_next = function("meetgate_completions_next", c_int32, c_void_p, out, POINTER(c_int), out)
        self.completions_free = function("meetgate_completions_free", None, c_void_p)
        self._string_free = function("meetgate_string_free", None, c_void_p)
        self._version = function("meetgate_version", c_char_p)
        self._status_name = function("meetgate_status_name", c_char_p, c_int32)
        self._catalog = function("meetgate_catalog", c_void_p)

    def _wrong(self, problem: str) -> LibraryError:
        return LibraryError("this is not the right libmeetgate: " + problem, [(self.path, "loaded")])

    def _take(self, pointer: Optional[int]) -> bytes:
        """Copies a string that C gave out, and frees it."""
        if not pointer:
            return b""
        try:
            return ctypes.string_at(pointer)
        finally:
            self._string_free(pointer)

    def client_new(self, config: bytes) -> Tuple[int, Optional[int], bytes]:
        """Status, client, and on failure the error document."""
        client, error = c_void_p(), c_void_p()
        status = self._client_new(config, byref(client), byref(error))
        return status, client.value, self._take(error.value)

    def cancel_new(self) -> Optional[int]:
        """What can end a call; None only where there is no memory."""
        cancel: Optional[int] = self._cancel_new()
        return cancel

    def call_with(
        self, client: int, operation: bytes, params: bytes, options: Optional[bytes], cancel: Optional[int]
    ) -> Tuple[int, bytes]:
        """Status, and the platform's answer or the error document."""
        reply = c_char_p()
        try:
            status = self._call_with(client, operation, params, options, cancel, byref(reply))
        finally:
            # Ctrl-C is raised where the call comes back.
            text = reply.value
            self._string_free(reply)
        return status, text or b""

    def raw_call_with(
        self, client: int, request: bytes, options: Optional[bytes], cancel: Optional[int]
    ) -> Tuple[int, bytes]:
        """The same for a request of the caller's own making."""
        reply = c_void_p()
        try:
            status = self._raw_call_with(client, request, options, cancel, byref(reply))
        finally:
            text = self._take(reply.value)
        return status, text

    def completions_new(self) -> Tuple[int, Optional[int], bytes]:
        """Status, queue, and on failure the error document."""
        completions, error = c_void_p(), c_void_p()
        status = self._completions_new(byref(completions), byref(error))
        return status, completions.value, self._take(error.value)

    def completions_fd(self, completions: int) -> int:
        """What is readable as long as a result waits."""
        descriptor: int = self._completions_fd(completions)
        return descriptor

    def completions_call(
        self,
        completions: int,
        client: int,
        operation: bytes,
        params: bytes,
        options: Optional[bytes],
        cancel: Optional[int],
        number: int,
    ) -> Tuple[int, bytes]:
        """Status, and on failure the error document. The result comes with the number, which is not 0."""
        error = c_void_p()
        status = self._completions_call(completions, client, operation, params, options, cancel, number, byref(error))
        return status, self._take(error.value)

    def completions_raw_call(
        self, completions: int, client: int, request: bytes, options: Optional[bytes], cancel: Optional[int], number: int
    ) -> Tuple[int, bytes]:
        """The same for a request of the caller's own making."""
        error = c_void_p()
        status = self._completions_raw_call(completions, client, request, options, cancel, number, byref(error))
        return status, self._take(error.value)

    def completions_events(self, completions: int, client: int, options: bytes, events: c_void_p) -> Tuple[int, bytes]:
        """Status, and on failure the error document. `events` gets the session, also where Ctrl-C is raised from here."""
        error = c_void_p()
        status = self._completions_events(completions, client, options, None, byref(events), byref(error))
        return status, self._take(error.value)

    def events_close(self, events: c_void_p) -> None:
        """Waits for what runs on the session's thread."""
        self._events_close(events)

    def completions_next(self, completions: int) -> Optional[Tuple[int, int, bytes]]:
        """Number, status, and the platform's answer or the error document; None where no result waits."""
        number, status, reply = c_void_p(), c_int(), c_void_p()
        if self._completions_next(completions, byref(number), byref(status), byref(reply)) == 0:
            return None
        return number.value or 0, status.value, self._take(reply.value)

    def upload(
        self,
        client: int,
        operation: bytes,
        params: bytes,
        options: Optional[bytes],
        cancel: Optional[int],
        read: Optional[Callable[[int, int], Optional[bytes]]],
        length: int,
        progress: Optional[Callable[[int, int], bool]],
    ) -> Tuple[int, bytes]:
        """Status, and the platform's answer or the error document. `read` gives a piece of at most so many bytes at an offset, or None
        where it cannot; without it the file is read from its path. Neither function raises anything."""
        reply = c_void_p()
        pieces = None if read is None else _read_type()(lambda _, offset, room, size: _filled(room, read(offset, size)))
        tell = _progress(progress)
        try:
            status = self._upload(client, operation, params, options, cancel, pieces, length, tell, None, byref(reply))
        finally:
            text = self._take(reply.value)
        return status, text

    def download(
        self,
        client: int,
        url_or_path: bytes,
        file: bytes,
        options: Optional[bytes],
        cancel: Optional[int],
        progress: Optional[Callable[[int, int], bool]],
    ) -> Tuple[int, bytes]:
        """Status, and what it came to or the error document. `progress` says whether it goes on, and raises nothing."""
        reply = c_void_p()
        tell = _progress(progress)
        try:
            status = self._download(client, url_or_path, file, options, cancel, tell, None, byref(reply))
        finally:
            text = self._take(reply.value)
        return status, text

    def undo(
        self,
        client: int,
        operation: bytes,
        params: bytes,
        started: Optional[bytes],
        options: Optional[bytes],
        cancel: Optional[int],
    ) -> Tuple[int, bytes]:
        """Status, and the platform's answer or the error document. `started` is the answer to the operation that is undone."""
        reply = c_void_p()
        try:
            status = self._undo(client, operation, params, started, options, cancel, byref(reply))
        finally:
            text = self._take(reply.value)
        return status, text

    def undone_by(self, operation: bytes) -> str:
        """The operation that undoes this one; empty where there is none."""
        return self._take(self._undone_by(operation)).decode()

    def wait(
        self, client: int, operation: bytes, params: bytes, options: Optional[bytes], cancel: Optional[int]
    ) -> Tuple[int, bytes]:
        """Status, and the answer that ended the wait or the error document."""
        reply = c_void_p()
        try:
            status = self._wait(client, operation, params, options, cancel, byref(reply))
        finally:
            text = self._take(reply.value)
        return status, text

    def client_info(self, client: int) -> Tuple[int, bytes]:
        """Status, and the description of the client or the error document."""
        known = c_void_p()
        status = self._client_info(client, byref(known))
        return status, self._take(known.value)

    def client_stats(self, client: int) -> Tuple[int, bytes]:
        """Status, and what its calls came to or the error document."""
        known = c_void_p()
        status = self._client_stats(client, byref(known))
        return status, self._take(known.value)

    def close_idle(self, client: int) -> Tuple[int, bytes]:
        """Status, and on failure the error document."""
        error = c_void_p()
        status = self._close_idle(client, byref(error))
        return status, self._take(error.value)

    def log(self, take: Callable[[int, bytes], None]) -> Any:
        """A function that C can call with each event. Keep it for as long as C may call it."""
        return _log_type()(lambda _, level, event: take(level, event))

    def set_log(self, client: int, level: int, log: Any) -> Tuple[int, bytes]:
        """Status, and on failure the error document. `log` is one that `log` made, or None."""
        error = c_void_p()
        status = self._set_log(client, level, log, None, byref(error))
        return status, self._take(error.value)

    def token_provider(self, ask: Callable[[Optional[bytes], int], Union[NoToken, Tuple[bytes, int]]]) -> Any:
        """A function that C can call for a token: `ask` is told the dead token, and how many bytes a new one may have.

        Keep it for as long as C may call it. `ask` raises nothing.
        """

        def provide(_: Any, dead_token: Optional[bytes], token: int, capacity: int, lifetime_s: Any) -> int:
            given = ask(dead_token, capacity - 1)
            if isinstance(given, NoToken):
                reason = given.reason[: capacity - 1]
                ctypes.memmove(token, reason + b"\0", len(reason) + 1)
                return TOKEN_REASON
            ctypes.memmove(token, given[0] + b"\0", len(given[0]) + 1)
            lifetime_s[0] = given[1]
            return 0

        return _token_provider_type()(provide)

    def set_token(self, client: int, token: bytes) -> Tuple[int, bytes]:
        """Status, and on failure the error document."""
        error = c_void_p()
        status = self._set_token(client, token, byref(error))
        return status, self._take(error.value)

    def set_token_provider(self, client: int, provider: Any) -> Tuple[int, bytes]:
        """Status, and on failure the error document. `provider` is one that `token_provider` made."""
        error = c_void_p()
        status = self._set_token_provider(client, provider, None, byref(error))
        return status, self._take(error.value)

    def hst_user_token(self, params: bytes) -> Tuple[int, bytes]:
        """Status, and the token or the error document."""
        reply = c_void_p()
        status = self._hst_user_token(params, byref(reply))
        return status, self._take(reply.value)

    def youme_user_token(self, params: bytes) -> Tuple[int, bytes]:
        """Status, and the token or the error document."""
        reply = c_void_p()
        status = self._youme_user_token(params, byref(reply))
        return status, self._take(reply.value)

    def youme_checksum(self, params: bytes) -> Tuple[int, bytes]:
        """Status, and the checksum or the error document."""
        reply = c_void_p()
        status = self._youme_checksum(params, byref(reply))
        return status, self._take(reply.value)

    def version(self) -> str:
        version: bytes = self._version()
        return version.decode()

    def status_name(self, status: int) -> str:
        name: bytes = self._status_name(status)
        return name.decode()

    def catalog(self) -> str:
        return self._take(self._catalog()).decode()


def _progress(tell: Optional[Callable[[int, int], bool]]) -> Any:
    return None if tell is None else _progress_type()(lambda _, count, total: 0 if tell(count, total) else 1)


def _filled(room: int, piece: Optional[bytes]) -> int:
    """How many bytes went into the room; -1 fails."""
    if piece is None:
        return -1
    ctypes.memmove(room, piece, len(piece))
    return len(piece)


_loaded: Optional[Library] = None


def library() -> Library:
    """The library, loaded once."""
    global _loaded
    if _loaded is None:
        _loaded = Library(find())
    return _loaded
