"""For the tests of programs: clients whose calls the test answers, and the sandbox.

    from meetgate import testing

    def test_the_topic_is_shown():
        avd = testing.Avd({"avd.room.read": {"ret": 0, "msg": "success", "data": {"topic": "Weekly"}}})
        assert program.topic_of(avd, "12345123456") == "Weekly"
        assert avd.made == [("avd.room.read", {"room_id": "12345123456"})]

The library checks each call as it checks a real one: a parameter that does not exist, or a value out of its range, is an
`InvalidArgument` here too. Then, instead of sending it, the client takes the test's answer. Nothing is sent.
"""

from __future__ import annotations

import json
import subprocess
from collections import deque
from types import TracebackType
from typing import Any, Callable, Deque, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Type, Union

from . import _avd, _avd_async, _catalog, _hst, _hst_async, _youme, _youme_async
from ._calls import AsyncCalls, Calls, Handle
from ._cancel import Cancel
from ._errors import ApiError, Cancelled, Subject
from ._events import Queue
from ._library import library
from ._pool import Pool

__all__ = ["Answer", "Answers", "AsyncAvd", "AsyncHst", "AsyncYoume", "Avd", "Hst", "Sandbox", "Youme", "api_error"]

#: What a call gives: an answer of the platform as a dict or as its text; or an exception, which it raises. A download gives
#: the file's bytes.
Answer = Union[Mapping[str, Any], str, bytes, BaseException]

#: By the operation's whole name an answer, or a function of the parameters that gives one; or one function of the operation and the
#: parameters for all calls. A raw call's name is its method and path, `GET /sdkapi/v2/room/read`; that of a download is `download`.
#: That of a session of events is `events`, and its answer is a list of the events; after the last one it is closed.
Answers = Union[
    Mapping[str, Union[Answer, Sequence[Answer], Callable[[Mapping[str, Any]], Any]]], Callable[[str, Mapping[str, Any]], Any]
]

#: Nothing listens there, and nothing is sent there.
_NOWHERE = "http://127.0.0.1:9"

_CONFIGURATIONS: Dict[str, Dict[str, Any]] = {
    "hst": {"base_url": _NOWHERE, "dev_id": "testing", "dev_secret": "testing-testing-"},
    "youme": {"base_url": _NOWHERE, "app_key": "testing", "app_secret": "testing", "rest_api_key": "testing"},
    "avd": {"base_url": _NOWHERE, "access_key": "testing", "secret_key": "testing"},
}


def api_error(operation: str, code: int, **members: Any) -> ApiError:
    """The exception that a call of the operation raises when the platform answers with this error number.

    Args:
        operation: Its whole name, `avd.room.read`.
        code: One of the platform's table, such as 40004.
        members: Further attributes, such as `platform_message="..."`.
    """
    platform, _, name = operation.partition(".")
    numbers = {known["code"]: known for known in _catalog.document()["errors"].get(platform, [])}
    if code not in numbers:
        raise LookupError("%s has no error number %d" % (platform, code))
    known = numbers[code]
    about = {"code": code, "class": known.get("class"), "meaning": known["meaning"], "meaning_zh": known["zh"]}
    subject = Subject(operation, status="API", platform=platform, operation=name)
    message = "%d %s" % (code, known["meaning"])
    error = subject.refuse(message, **about, http_status=200, attempts=1, **members)
    assert isinstance(error, ApiError)
    return error


class _Script:
    """What the test says, and what the program did."""

    def __init__(self, platform: str, answers: Answers) -> None:
        self._answers = answers
        self.made: List[Tuple[str, Dict[str, Any]]] = []
        if not callable(answers):
            known = {operation["name"] for operation in _catalog.document()["operations"]}
            for name in answers:
                is_operation = name in known and name.startswith(platform + ".")
                is_other = name == "download" or " /" in name or name == "events" and platform == "hst"
                if not is_operation and not is_other:
                    raise LookupError("%s has no operation %r" % (platform, name))

    def answer(self, operation: str, params: Mapping[str, Any]) -> Any:
        given = {name: value for name, value in params.items() if value is not None}
        self.made.append((operation, given))
        if callable(self._answers):
            return self._answers(operation, given)
        if operation not in self._answers:
            raise AssertionError("%s was called, and the test has no answer for it" % operation)
        answer = self._answers[operation]
        return answer(given) if callable(answer) else answer


class _AnsweredCalls(Calls):
    """Calls that the library checks, and a test answers."""

    def __init__(self, platform: str, parse_float: Callable[[str], Any], script: _Script) -> None:
        super().__init__(Handle(platform, _CONFIGURATIONS[platform]), parse_float, {})
        self._script = script

    def text(self, operation: str, params: Mapping[str, Any]) -> str:
        self._check(lambda calls: Calls.text(calls, operation, params))
        return self._text(self._script.answer(operation, params))

    def raw(self, request: Mapping[str, Any]) -> Any:
        self._check(lambda calls: Calls.raw(calls, request))
        rest = {name: request[name] for name in ("query", "body", "form")}
        return self.parsed_raw(self._text(self._script.answer("%(method)s %(path)s" % request, rest)))

    def wait(self, operation: str, params: Mapping[str, Any]) -> Any:
        self._check(lambda calls: Calls.wait(calls, operation, params))
        return self.parsed(operation, self._text(self._script.answer(operation, params)))

    def undo(self, operation: str, params: Mapping[str, Any], started: Optional[str]) -> Any:
        self._check(lambda calls: Calls.undo(calls, operation, params, started))
        undoing = library().undone_by(operation.encode())
        assert undoing is not None
        return self.parsed(undoing, self._text(self._script.answer(undoing, _passed(undoing, params, started))))

    def download(self, url_or_path: str, file: Any, progress: Any) -> Any:
        self._check(lambda calls: Calls.download(calls, url_or_path, file, progress))
        content = self._script.answer("download", {"url_or_path": url_or_path, "file": file})
        if isinstance(content, BaseException):
            raise content
        with open(file, "wb") as written:
            written.write(content)
        if progress is not None:
            progress(len(content), len(content))
        return {"bytes": len(content), "resumed_from": 0, "seconds": 0.0, "attempts": 1}

    def events(self, options: Mapping[str, Any]) -> Tuple[Queue, Callable[[str], Any]]:
        # The library checks the options. The session is closed before it comes far, and nothing is where it goes.
        real, parsed = Calls.events(self, options)
        real.close()
        told = self._script.answer("events", options)
        if isinstance(told, BaseException):
            raise told
        return _ToldQueue(told, self.with_options(options).cancels), parsed

    def _check(self, call: Callable[[Calls], Any]) -> None:
        # The library checks a call before it looks whether the call was cancelled, and sends nothing of one that was.
        cancel = Cancel()
        cancel.trigger()
        try:
            call(self._but(cancels=(cancel,), _facts=None))
        except Cancelled:
            pass

    def _text(self, answer: Any) -> str:
        if isinstance(answer, BaseException):
            raise answer
        if any(cancel.triggered for cancel in self.cancels):
            raise Cancelled()
        if self._facts is not None:
            self._facts._fill({"http_status": 200, "attempts": 1, "ms": {"total": 0.0}})
        return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


class _ToldQueue:
    """A session whose events a test tells. None of them has to be waited for."""

    descriptor = -1
    runs_functions = False

    def __init__(self, events: Iterable[Answer], cancels: Tuple[Cancel, ...]) -> None:
        self._events: Deque[Answer] = deque(events)
        self._cancels = cancels
        self.is_closed = False

    def check(self) -> None:
        if any(cancel.triggered for cancel in self._cancels):
            raise Cancelled()

    def take(self) -> Optional[str]:
        if self.is_closed or not self._events:
            self.close()
            return None
        event = self._events.popleft()
        if isinstance(event, BaseException):
            raise event
        return event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)

    def wait(self, seconds: Optional[float]) -> None:
        """It has been closed by then."""

    def begin_wait(self) -> None:
        """The same."""

    def end_wait(self) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True


def _passed(undoing: str, params: Mapping[str, Any], started: Optional[str]) -> Dict[str, Any]:
    """What of the start's parameters, and of its answer, the operation that undoes it takes."""
    reply = json.loads(started) if started else {}
    known = {**params, **reply}
    return {name: known[name] for name in _catalog.kinds(undoing) if name in known}


class _AsyncAnsweredCalls(AsyncCalls):
    async def text(self, operation: str, params: Mapping[str, Any]) -> str:
        return self._calls.text(operation, params)

    async def raw(self, request: Mapping[str, Any]) -> Any:
        return self._calls.raw(request)

    async def wait(self, operation: str, params: Mapping[str, Any]) -> Any:
        return self._calls.wait(operation, params)

    async def undo(self, operation: str, params: Mapping[str, Any], started: Optional[str]) -> Any:
        return self._calls.undo(operation, params, started)

    async def download(self, url_or_path: str, file: Any, progress: Any) -> Any:
        return self._calls.download(url_or_path, file, progress)


class _Answered:
    """Of a client whose calls a test answers."""

    platform: str
    _script: _Script

    @property
    def made(self) -> List[Tuple[str, Dict[str, Any]]]:
        """The calls so far: operations with their parameters, without those that are None."""
        return self._script.made

    def _answer(self, answers: Answers, parse_float: Callable[[str], Any]) -> _AnsweredCalls:
        self._script = _Script(self.platform, answers)
        return _AnsweredCalls(self.platform, parse_float, self._script)


class _AsyncAnswered(_Answered):
    _pool: Pool

    def _answer_async(self, answers: Answers, parse_float: Callable[[str], Any]) -> _AsyncAnsweredCalls:
        # No thread is made before something is submitted, and nothing is.
        self._pool = Pool(1, "meetgate-testing")
        return _AsyncAnsweredCalls(self._answer(answers, parse_float), self._pool)


class Hst(_Answered, _hst.Hst):
    """A `meetgate.Hst` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer(answers, parse_float)


class Youme(_Answered, _youme.Youme):
    """A `meetgate.Youme` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer(answers, parse_float)


class Avd(_Answered, _avd.Avd):
    """A `meetgate.Avd` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer(answers, parse_float)


class AsyncHst(_AsyncAnswered, _hst_async.AsyncHst):
    """A `meetgate.AsyncHst` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer_async(answers, parse_float)


class AsyncYoume(_AsyncAnswered, _youme_async.AsyncYoume):
    """A `meetgate.AsyncYoume` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer_async(answers, parse_float)


class AsyncAvd(_AsyncAnswered, _avd_async.AsyncAvd):
    """A `meetgate.AsyncAvd` whose calls a test answers."""

    def __init__(self, answers: Answers, *, parse_float: Callable[[str], Any] = float) -> None:
        self._calls = self._answer_async(answers, parse_float)


class Sandbox:
    """The sandbox as a process of its own: all three platforms on a port of this machine, without a network.

        with testing.Sandbox() as sandbox, sandbox.avd() as avd:
            print(avd.room.list())

    With pytest the fixture `meetgate_sandbox` is one that runs for the whole session. It needs the wheel `meetgate[sandbox]`, or a
    `meetgate-sandbox` that `MEETGATE_SANDBOX` or `PATH` leads to.

    Args:
        arguments: Of the program, see `meetgate-sandbox --help`: `"--control"` opens its control interface.
    """

    def __init__(self, *arguments: str) -> None:
        from ._sandbox import program

        self._process = subprocess.Popen(
            [program(), "--listen", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8"
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError("meetgate-sandbox ended with exit code %s" % self._process.returncode)
        #: A configuration for each platform.
        self.configurations: Dict[str, Dict[str, Any]] = json.loads(line)

    def hst(self, **changed: Any) -> _hst.Hst:
        """A client of its hst; `changed` are keys of the configuration."""
        return _hst.Hst.from_config(self._configuration("hst", changed))

    def youme(self, **changed: Any) -> _youme.Youme:
        """A client of its youme; `changed` are keys of the configuration."""
        return _youme.Youme.from_config(self._configuration("youme", changed))

    def avd(self, **changed: Any) -> _avd.Avd:
        """A client of its avd; `changed` are keys of the configuration."""
        return _avd.Avd.from_config(self._configuration("avd", changed))

    def _configuration(self, platform: str, changed: Mapping[str, Any]) -> Any:
        return {**self.configurations[platform], **changed}

    def stop(self) -> None:
        """Ends the process."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        self.stop()
