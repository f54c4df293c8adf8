"""`recordings pull`: all files of the recordings of a room of avd, or of a time, each of them once."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from datetime import datetime
from typing import Any, Dict, Iterator, List, Optional, Set

from .. import _errors
from .._avd import Avd
from . import arguments, config, exit_codes
from .usage_error import UsageError
from .download import Shown
from .recording_files import RecordedFile, fits, of_listing, paths

DAY_SECONDS = 86400

DESCRIPTION = """\
Fetches all files of a room's recordings, or of the recordings of all rooms within a time, into FOLDER/ROOM/START-RECORDING/NAME.
START is in UTC. What is there already whole is left alone; what was cut is gone on with. The same command again fetches what is new.

A time is seconds since 1970, or 2021-12-01, or 2021-12-01T10:00, of this machine's time zone, or 2021-12-01T10:00+08:00.
A day is meant as a whole.

Each file's size is compared with the one that the platform lists, within 2 percent. Another one is a failure, and the file is
removed. Content-MD5 is compared where the server sends it.

A file that fails does not stop the others; then the command ends with 1. Where there is no list, its error says what to end with."""


SUMMARY = "fetch recordings of avd: `recordings pull`"


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("recordings", DESCRIPTION, epilog=exit_codes.TABLE)
    made.add_argument("action", choices=["pull"], metavar="pull", help="fetch all files of a room's recordings, or of a time")
    made.add_argument("folder", help="where to; it is made if it is not there")
    made.add_argument("--room", metavar="ID", help="the recordings of this room")
    made.add_argument("--from", dest="start", metavar="TIME", help="recordings that went on at this time or later")
    made.add_argument("--to", dest="end", metavar="TIME", help="recordings that had begun by this time (default: now)")
    arguments.add_config(made)
    made.add_argument("--token", action="store_true", help="send the account's token along, to the platform's own origin")
    made.add_argument("--no-size-check", action="store_true", help="take files of another size than the platform lists")
    made.add_argument("--json", action="store_true", help="print each file as one line of JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    if options.room is None and options.start is None:
        raise UsageError("give --room, or --from, or both")
    start = 0 if options.start is None else _time(options.start, False)
    # A platform's clock may be ahead of this one.
    end = int(time.time()) + DAY_SECONDS if options.end is None else _time(options.end, True)
    if start > end:
        raise UsageError("--from is later than --to")
    pull = Pull(options)
    try:
        with Avd.from_config(config.read(options.config, "avd")) as avd:
            for path, file in paths(pull.listed(avd, options.room, start, end)).items():
                pull.fetch(avd, path, file)
    except KeyboardInterrupt:
        print("stopped; the same command goes on with what is there", file=sys.stderr)
        return exit_codes.INTERRUPTED
    except _errors.Error as error:
        # The configuration cannot be right, or there is no list at all.
        pull.tell({}, "failed", error=error)
        pull.end()
        return exit_codes.of(error)
    pull.end()
    return exit_codes.FAILED if pull.counts["failed"] else exit_codes.OK


class Pull:
    """What is fetched, and what there is to tell of it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._folder: str = options.folder
        self._token: bool = options.token
        self._checks_size = not options.no_size_check
        self._as_json: bool = options.json
        self.counts = {"fetched": 0, "there": 0, "failed": 0}

    def listed(self, avd: Avd, room: Optional[str], start: int, end: int) -> List[RecordedFile]:
        if room is not None:
            return list(of_listing(_of_room(avd, room, start, end), room))
        return list(self._of_all_rooms(avd, start, end))

    def _of_all_rooms(self, avd: Avd, start: int, end: int) -> Iterator[RecordedFile]:
        """The list of the whole server has the source files only (004 L461): it says which rooms have recordings, and has the
        files of rooms that are no more."""
        sources = [file for file in of_listing(avd.room.get_record_list().get("data")) if file.overlaps(start, end)]
        seen: Set[str] = set()
        for room in sorted({file.room_id for file in sources}):
            try:
                found = list(of_listing(_of_room(avd, room, start, end), room))
            except _errors.NotFound:
                self._note("room %s is not there any more: of its recordings only the source files are listed" % room)
                continue
            except _errors.Error as error:
                self.tell({"room_id": room}, "failed", error=error)
                continue
            seen.update(file.url for file in found)
            yield from found
        yield from (file for file in sources if file.url not in seen)

    def fetch(self, avd: Avd, path: str, file: RecordedFile) -> None:
        target = os.path.join(self._folder, *path.split("/"))
        about = {
            "file": target,
            "room_id": file.room_id,
            "record_id": file.record_id,
            "start_time": file.start_time,
            "end_time": file.end_time,
        }
        if os.path.isfile(target) and self._has_size(os.path.getsize(target), file):
            self.tell({**about, "bytes": os.path.getsize(target)}, "there")
            return
        shown = Shown(path)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            told = avd.download(file.url, target, progress=shown.take, token=self._token)
            if not self._has_size(told["bytes"], file):
                os.remove(target)
                raise _other_size(told["bytes"], file)
        except (_errors.Error, OSError) as error:
            shown.end()
            self.tell(about, "failed", error=error)
        except KeyboardInterrupt:
            shown.end()
            raise
        else:
            shown.end()
            self.tell({**about, **told}, "fetched")

    def _has_size(self, count: int, file: RecordedFile) -> bool:
        return not self._checks_size or fits(count, file.size)

    def tell(self, about: Dict[str, Any], result: str, error: Optional[Exception] = None) -> None:
        self.counts[result] += 1
        if self._as_json:
            document = {} if error is None else {"error": _document(error)}
            known = {name: value for name, value in about.items() if value is not None}
            print(json.dumps({"result": result, **known, **document}, ensure_ascii=False), flush=True)
            return
        name = about.get("file") or ("room %s" % about["room_id"] if "room_id" in about else "")
        if error is None:
            print("%-7s  %s: %d bytes" % (result, name, about["bytes"]), flush=True)
            return
        document = _document(error)
        print("%-7s  %s%s: %s" % (result, name + ": " if name else "", document["status"], document["message"]), file=sys.stderr)

    def _note(self, text: str) -> None:
        print(text, file=sys.stderr)

    def end(self) -> None:
        if not self._as_json:
            print("%(fetched)d fetched, %(there)d there already, %(failed)d failed" % self.counts)


def _of_room(avd: Avd, room: str, start: int, end: int) -> Any:
    # The answer of a cluster is documented only where it is asked to be a box's (004 L296).
    reply = avd.room.get_record(
        room_id=room, record_start_time=str(start), record_end_time=str(end), value_same_as_box=True
    )
    return reply.get("record_files")


def _other_size(count: int, file: RecordedFile) -> Exception:
    problem = "%d bytes came, and the platform lists %s; --no-size-check takes it all the same" % (count, file.size)
    return _errors.Subject("download", "PROTOCOL", "avd").refuse(problem)


def _document(error: Exception) -> Dict[str, Any]:
    if isinstance(error, _errors.Error):
        return error.document
    # Of this disk. The path is told beside it.
    return {"status": "IO", "message": getattr(error, "strerror", None) or str(error)}


def _time(text: str, is_end: bool) -> int:
    if re.match(r"[0-9]{9,11}$", text):
        return int(text)
    try:
        found = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        if is_end and re.match(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}$", text):
            found = found.replace(hour=23, minute=59, second=59)
        return int(found.timestamp())
    except (ValueError, OverflowError, OSError):
        raise UsageError("%s: expected seconds since 1970, or a time such as 2021-12-01 or 2021-12-01T10:00" % text) from None
