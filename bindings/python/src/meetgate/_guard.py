"""What was started is undone at the end of a `with` statement."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Generic, Mapping, Optional, Type, TypeVar

from ._calls import AsyncCalls, Calls
from ._errors import Error, Subject

R = TypeVar("R")


class _Started(Generic[R]):
    """What a guard knows of what it guards."""

    _reply: Optional[R] = None

    def __init__(self, operation: str, params: Mapping[str, Any]) -> None:
        self._operation = operation
        self._params = params
        self._text: Optional[str] = None

    @property
    def reply(self) -> R:
        """The platform's answer to the start; within the `with` statement."""
        if self._reply is None:
            raise self._refuse("the guard has started nothing: use it in a `with` statement")
        return self._reply

    def release(self) -> None:
        """What was started stays."""
        self._text = None

    def _check_unused(self) -> None:
        if self._text is not None:
            raise self._refuse("the guard has something to undo: make one for each start")

    def _take(self) -> str:
        """The answer to undo it by, once."""
        text, self._text = self._text, None
        if text is None:
            raise self._refuse("the guard has nothing to undo any more")
        return text

    def _refuse(self, why: str) -> Exception:
        return Subject(self._operation).refuse(why)

    def __repr__(self) -> str:
        return "<meetgate.%s of %s%s>" % (type(self).__name__, self._operation, "" if self._text is None else ", to be undone")


class Guard(_Started[R]):
    """Starts something at the beginning of a `with` statement, and undoes it at its end, also when an exception ends it.

        with avd.room.mix_record.guarded_start(room_id="12345123456") as recording:
            print(recording.reply["record_id"])
            hold_the_meeting()

    What undoes it is a call of its own: a `Cancel` that ended what came between is not its. If that call fails, the statement raises its
    error. If an exception has ended the statement, that one goes on, and has the error as a note where Python has notes (3.11).
    A start that fails is not undone. One to which no answer came may have begun all the same.
    """

    def __init__(self, calls: Calls, operation: str, params: Mapping[str, Any]) -> None:
        super().__init__(operation, params)
        self._calls = calls

    def __enter__(self) -> Guard[R]:
        self._check_unused()
        self._calls.check_undoable(self._operation)
        text = self._calls.text(self._operation, self._params)
        self._text = text
        try:
            self._reply = self._calls.parsed(self._operation, text)
        except BaseException as error:
            # The statement does not begin, and so would not end.
            self.__exit__(type(error), error, None)
            raise
        return self

    def undo(self) -> Any:
        """Undoes it now, and gives the platform's answer. Whether it succeeds or not, the guard does nothing any more after that."""
        return self._calls.without_cancels().undo(self._operation, self._params, self._take())

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        if self._text is None:
            return
        try:
            self.undo()
        except Error as failed:
            if error is None:
                raise
            note(error, self._operation, failed)


class AsyncGuard(_Started[R]):
    """The same for `async with`; see `meetgate.Guard`. A task that is cancelled once undoes what it started before it ends."""

    def __init__(self, calls: AsyncCalls, operation: str, params: Mapping[str, Any]) -> None:
        super().__init__(operation, params)
        self._calls = calls

    async def __aenter__(self) -> AsyncGuard[R]:
        self._check_unused()
        self._calls.check_undoable(self._operation)
        text = await self._calls.text(self._operation, self._params)
        self._text = text
        try:
            self._reply = self._calls.parsed(self._operation, text)
        except BaseException as error:
            await self.__aexit__(type(error), error, None)
            raise
        return self

    async def undo(self) -> Any:
        """Undoes it now; see `meetgate.Guard.undo`."""
        return await self._calls.without_cancels().undo(self._operation, self._params, self._take())

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        if self._text is None:
            return
        try:
            await self.undo()
        except Error as failed:
            if error is None:
                raise
            note(error, self._operation, failed)


def note(error: BaseException, operation: str, failed: Error) -> None:
    """Tells beside what ended a statement that it could not be undone."""
    add: Any = getattr(error, "add_note", None)
    if add is not None:
        add("%s was not undone: %s: %s" % (operation, failed.status, failed))
