"""`recordings pull`: all files of the recordings of a room, of a time, or of one recording, each of them once."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from typing import Any, Dict, List, Optional

from .. import _errors
from .._avd import Avd
from .._client import Client
from . import arguments, avd_recordings, config, exit_codes, hst_recordings, times
from .download import Shown
from .recording_files import RecordedFile, fits, paths
from .listings import Told, Wanted
from .terminal import harmless
from .usage_error import UsageError

DESCRIPTION = """\
Fetches all files of a room's recordings, or of all recordings within a time, or of one recording, into FOLDER/ROOM/START-RECORDING/NAME.
START is in UTC. What is there already whole is left alone; what was cut is gone on with. The same command again fetches what is new.

A time is seconds since 1970, or 2021-12-01, or 2021-12-01T10:00, of this machine's time zone, or 2021-12-01T10:00+08:00.
A day is meant as a whole.

avd: each file's size is compared with the one that the platform lists, within 2 percent. Another one is a failure, and the file is
removed. Content-MD5 is compared where the server sends it.

hst: --app says of which application, and a room is a group. The MD5 that the platform tells is compared, also of what is there already.
Recordings that are not done yet are counted, and fetched by a later run.

A file that fails does not stop the others; then the command ends with 1, as it does when the recording of --task has no files yet.
Where there is no list, its error says what to end with."""


SUMMARY = "fetch recordings of avd and hst: `recordings pull`"


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("recordings", DESCRIPTION, epilog=exit_codes.TABLE)
    made.add_argument("action", choices=["pull"], metavar="pull", help="fetch all files of a room's recordings, of a time, or of one recording")
    made.add_argument("folder", help="where to; it is made if it is not there")
    made.add_argument("--room", metavar="ID", help="the recordings of this room; of hst, of this group")
    made.add_argument("--task", metavar="ID", help="this recording, by its record_id")
    made.add_argument("--from", dest="start", metavar="TIME", help="recordings that went on at this time or later")
    made.add_argument("--to", dest="end", metavar="TIME", help="recordings that had begun by this time (default: now)")
    made.add_argument("--app", metavar="ID", help="the application whose recordings hst lists")
    arguments.add_config(made)
    arguments.add_platform(made)
    made.add_argument("--token", action="store_true", help="send the account's token along, to the platform's own origin")
    made.add_argument("--no-size-check", action="store_true", help="take files of another size than the platform lists")
    made.add_argument("--json", action="store_true", help="print each file as one line of JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    if options.room is None and options.start is None and options.task is None:
        raise UsageError("give --room, --from or --task, or several of them")
    wanted = Wanted(
        options.room,
        options.task,
        None if options.start is None else times.seconds(options.start, False),
        None if options.end is None else times.seconds(options.end, True),
        options.app,
    )
    if wanted.start is not None and wanted.end is not None and wanted.start > wanted.end:
        raise UsageError("--from is later than --to")
    configuration = config.read(options.config, options.platform, "avd")
    _check_platform(configuration["platform"], wanted)
    pull = Pull(options)
    told = Told(pull.note, lambda about, error: pull.tell(about, "failed", error), pull.tell_pending)
    try:
        with config.client_of(configuration) as client:
            groups = avd_recordings.listed(client, wanted, told) if isinstance(client, Avd) else hst_recordings.listed(client, wanted, told)
            for files in groups:
                for path, file in paths(files).items():
                    pull.fetch(client, path, file)
    except KeyboardInterrupt:
        print("stopped; the same command goes on with what is there", file=sys.stderr)
        return exit_codes.INTERRUPTED
    except _errors.Error as error:
        # The configuration cannot be right, or there is no list at all.
        pull.tell({}, "failed", error=error)
        pull.end()
        return exit_codes.of(error)
    if wanted.task is not None and not any(pull.counts.values()):
        pull.note("no files of a recording %s are listed" % wanted.task)
        pull.end()
        return exit_codes.FAILED
    pull.end()
    return exit_codes.FAILED if pull.counts["failed"] or pull.counts["pending"] else exit_codes.OK


def _check_platform(platform: str, wanted: Wanted) -> None:
    if platform == "youme":
        raise UsageError("youme has no recordings: this command is for avd and hst")
    if platform == "hst" and wanted.app is None:
        raise UsageError("hst lists recordings by application: give --app")
    if platform == "avd" and wanted.app is not None:
        raise UsageError("--app is for hst: avd lists recordings by room")


class Pull:
    """What is fetched, and what there is to tell of it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._folder: str = options.folder
        self._token: bool = options.token
        self._checks_size = not options.no_size_check
        self._as_json: bool = options.json
        self.counts = {"fetched": 0, "there": 0, "failed": 0, "pending": 0}

    def fetch(self, client: Client, path: str, file: RecordedFile) -> None:
        target = os.path.join(self._folder, *path.split("/"))
        about = {
            "file": target,
            "room_id": file.room_id,
            "record_id": file.record_id,
            "start_time": file.start_time,
            "end_time": file.end_time,
        }
        shown = Shown(path)
        told: Dict[str, Any] = {}
        try:
            size = self._size_of_whole(target, file)
            if size is None:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                told = self._download(client, target, file, shown)
        except (_errors.Error, OSError) as error:
            shown.end()
            self.tell(about, "failed", error)
        except KeyboardInterrupt:
            shown.end()
            raise
        else:
            shown.end()
            if size is None:
                self.tell({**about, **told}, "fetched")
            else:
                self.tell({**about, "bytes": size}, "there")

    def _download(self, client: Client, target: str, file: RecordedFile, shown: Shown) -> Dict[str, Any]:
        if file.md5 is None:
            told = client.download(file.url, target, progress=shown.take, token=self._token)
        else:
            told = client.download(file.url, target, progress=shown.take, token=self._token, md5=file.md5)
        if not self._has_size(told["bytes"], file):
            os.remove(target)
            raise _other_size(client.platform, told["bytes"], file)
        return {**told}

    def _size_of_whole(self, target: str, file: RecordedFile) -> Optional[int]:
        """Of what is there already, if it is the whole file."""
        if not os.path.isfile(target) or (file.md5 is not None and not _has_md5(target, file.md5)):
            return None
        size = os.path.getsize(target)
        return size if self._has_size(size, file) else None

    def _has_size(self, count: int, file: RecordedFile) -> bool:
        return not self._checks_size or fits(count, file.size)

    def tell(self, about: Dict[str, Any], result: str, error: Optional[Exception] = None) -> None:
        self.counts[result] += 1
        if self._as_json:
            document = {} if error is None else {"error": _document(error)}
            self._print_line({"result": result, **about, **document})
            return
        name = about.get("file") or _subject(about)
        if error is None:
            print("%-7s  %s: %d bytes" % (result, name, about["bytes"]), flush=True)
            return
        document = _document(error)
        problem = "%s%s: %s" % (name + ": " if name else "", document["status"], document["message"])
        print("%-7s  %s" % (result, harmless(problem)), file=sys.stderr)

    def tell_pending(self, about: Dict[str, Any], state: str) -> None:
        self.counts["pending"] += 1
        if self._as_json:
            self._print_line({"result": "pending", **about, "state": state})
        else:
            print("%-7s  %s: %s" % ("pending", harmless(_subject(about)), state), file=sys.stderr)

    def _print_line(self, members: Dict[str, Any]) -> None:
        known = {name: value for name, value in members.items() if value is not None}
        print(json.dumps(known, ensure_ascii=False), flush=True)

    def note(self, text: str) -> None:
        print(harmless(text), file=sys.stderr)

    def end(self) -> None:
        if not self._as_json:
            pending = ", %d not ready" % self.counts["pending"] if self.counts["pending"] else ""
            print("%(fetched)d fetched, %(there)d there already, %(failed)d failed" % self.counts + pending)


def _subject(about: Dict[str, Any]) -> str:
    """What a line without a file is about."""
    if "record_id" in about:
        return "recording %s" % about["record_id"]
    return "room %s" % about["room_id"] if "room_id" in about else ""


def _other_size(platform: str, count: int, file: RecordedFile) -> Exception:
    problem = "%d bytes came, and the platform lists %s; --no-size-check takes it all the same" % (count, file.size)
    return _errors.Subject("download", "PROTOCOL", platform).refuse(problem)


def _has_md5(path: str, md5: str) -> bool:
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest() == md5


def _document(error: Exception) -> Dict[str, Any]:
    if isinstance(error, _errors.Error):
        return error.document
    # Of this disk. The path is told beside it.
    return {"status": "IO", "message": getattr(error, "strerror", None) or str(error)}
