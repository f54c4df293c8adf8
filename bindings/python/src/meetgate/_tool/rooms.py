"""`rooms stop-all`: what still runs and must be stopped."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple, TypeVar, Union

from .. import _errors
from .._avd import Avd
from .._cancel import Cancel
from . import arguments, avd_running, config, exit_codes, hst_running
from .listings import Told
from .progress import Progress
from .running import Running, stop
from .spelling import compact
from .terminal import harmless, show_table
from .usage_error import UsageError

SUMMARY = "stop recordings, live streams and the like: `rooms stop-all`"

DESCRIPTION = """\
Shows what runs in the open rooms and must be stopped; with --yes it stops it. Meetings go on.

avd lists neither recordings nor live streams that run: they may run in any open room, and --yes tries to stop them there. A composed view
is listed. A participant that is none of the documented kinds of client may be a device that was called into the room; who was not called
is not put out. Players and devices that still ring cannot be found: stop them by their numbers, with `call avd.media.stop`; or end the
whole meeting, with `call avd.room.close`. An audio push ends with its recording.

hst: --app says of which application, and a room is a group. Recordings that were begun, run or are suspended, and live streams, are listed.

Where something could not be stopped or listed, the others are stopped all the same, and the command ends with 1."""

#: Calls at once. More make no platform faster.
THREADS = 4

KINDS: Dict[str, Tuple[str, ...]] = {"avd": ("recordings", "lives", "views", "devices"), "hst": ("recordings", "lives")}

T = TypeVar("T")


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("rooms", DESCRIPTION, epilog=exit_codes.TABLE)
    made.add_argument("action", choices=["stop-all"], metavar="stop-all", help="show what runs, and with --yes stop it")
    made.add_argument("--yes", action="store_true", help="stop it")
    made.add_argument("--room", metavar="ID", help="in this room alone; of hst, in this group")
    made.add_argument("--only", action="append", choices=KINDS["avd"], help="only these; may be given several times")
    made.add_argument("--app", metavar="ID", help="the application whose recordings and live streams hst lists")
    arguments.add_config(made)
    arguments.add_platform(made)
    made.add_argument("--json", action="store_true", help="print each thing as one line of JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    configuration = config.read(options.config, options.platform, "avd")
    _check_platform(configuration["platform"], options)
    shown = Shown(options.json)
    cancel = Cancel()
    try:
        with config.client_of(configuration) as client, ThreadPoolExecutor(THREADS) as threads:
            try:
                calls = client.with_options(cancel=cancel)
                found = list(_found(calls, options, shown, threads))
                if not options.yes:
                    shown.show(found)
                else:
                    _stop(calls, found, shown, threads)
            except BaseException:
                # The threads end before the block does.
                cancel.trigger()
                threads.shutdown(wait=False, cancel_futures=True)
                raise
    except KeyboardInterrupt:
        print("stopped; what was asked for last may have been done: the same command shows what still runs", file=sys.stderr)
        return exit_codes.INTERRUPTED
    except _errors.Error as error:
        return arguments.failed(error, options.json)
    return exit_codes.FAILED if shown.has_failed else exit_codes.OK


def _check_platform(platform: str, options: argparse.Namespace) -> None:
    if platform == "youme":
        raise UsageError("youme has nothing that could be stopped: its operations only read")
    if platform == "hst" and options.app is None:
        raise UsageError("hst lists recordings and live streams by application: give --app")
    if platform == "avd" and options.app is not None:
        raise UsageError("--app is for hst: avd lists rooms")
    for kind in options.only or ():
        if kind not in KINDS[platform]:
            raise UsageError("--only %s: %s has %s" % (kind, platform, " and ".join(KINDS[platform])))


def _found(client: Any, options: argparse.Namespace, shown: Shown, threads: ThreadPoolExecutor) -> Iterator[Running]:
    kinds = set(options.only or KINDS[client.platform])
    if not isinstance(client, Avd):
        yield from hst_running.running(client, options.app, options.room, kinds, shown.told())
        return
    avd = client
    rooms = avd_running.rooms(avd, options.room)
    progress = Progress()
    try:
        for done, (room, result) in enumerate(_each(threads, rooms, lambda room: avd_running.of_room(avd, room, kinds))):
            progress.show(lambda: "%d of %d rooms" % (done, len(rooms)))
            try:
                yield from result.result()
            except _errors.Error as error:
                progress.clear()
                shown.failed({"room_id": room}, error)
    finally:
        progress.clear()


def _stop(client: Any, found: Sequence[Running], shown: Shown, threads: ThreadPoolExecutor) -> None:
    """Room by room, and in a room one after the other."""
    rooms: Dict[str, List[Running]] = {}
    for running in found:
        rooms.setdefault(running.room, []).append(running)
    for _, result in _each(threads, list(rooms.values()), lambda those: [(running, _ended(client, running)) for running in those]):
        for running, ended in result.result():
            if isinstance(ended, _errors.Error):
                shown.failed(running.members(), ended)
            else:
                shown.ended(running, ended)
    shown.end()


def _ended(client: Any, running: Running) -> Union[bool, _errors.Error]:
    try:
        return stop(client, running)
    except _errors.Error as error:
        return error


def _each(threads: ThreadPoolExecutor, items: Sequence[T], call: Callable[[T], Any]) -> Iterator[Tuple[T, "Future[Any]"]]:
    futures = [threads.submit(call, item) for item in items]
    return iter(list(zip(items, futures)))


class Shown:
    """What there is to tell."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._stopped = self._idle = self._failed = 0

    @property
    def has_failed(self) -> bool:
        return self._failed > 0

    def told(self) -> Told:
        return Told(self._note, self.failed, lambda about, state: None)

    def _note(self, text: str) -> None:
        print(harmless(text), file=sys.stderr)

    def show(self, found: Sequence[Running]) -> None:
        if self._as_json:
            for running in found:
                print(compact({"result": "running" if running.is_listed else "may_run", **running.members()}), flush=True)
            return
        rows: Dict[Tuple[str, str], List[str]] = {}
        for running in found:
            state = "runs" if running.is_listed else "may run"
            rows.setdefault((running.room, state), []).append(_what(running))
        if rows:
            show_table(("room", "state", "what"), [[room, state, ", ".join(what)] for (room, state), what in rows.items()])
            print("nothing was stopped; --yes stops it")
        elif not self._failed:
            print("nothing runs")

    def ended(self, running: Running, ran: bool) -> None:
        self._stopped += ran
        self._idle += not ran
        if self._as_json:
            print(compact({"result": "stopped" if ran else "not_running", **running.members()}), flush=True)
        elif ran:
            print("%-7s  room %s: %s" % ("stopped", harmless(running.room), harmless(_what(running))), flush=True)

    def failed(self, about: Dict[str, Any], error: _errors.Error) -> None:
        self._failed += 1
        if self._as_json:
            print(compact({"result": "failed", **about, "error": error.document}), flush=True)
            return
        what = ": ".join(str(about[name]) for name in ("what", "number") if name in about)
        room = "room %s: " % about["room_id"] if "room_id" in about else ""
        print("%-7s  %s" % ("failed", harmless("%s%s%s: %s" % (room, what + ": " if what else "", error.status, error))), file=sys.stderr)

    def end(self) -> None:
        if not self._as_json:
            print("%d stopped, %d not running, %d failed" % (self._stopped, self._idle, self._failed))


def _what(running: Running) -> str:
    return running.what if running.number is None else "%s %s" % (running.what, running.number)
