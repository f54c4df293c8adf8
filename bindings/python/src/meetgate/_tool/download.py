"""`download`: one file, with what there is to see of it."""

from __future__ import annotations

import argparse
import sys
from typing import List

from .. import _errors
from .._options import DownloadOptions
from . import arguments, config, exit_codes
from .progress import Progress

BAR_WIDTH = 30


SUMMARY = "fetch a file, such as a recording; again goes on"


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("download", "Fetches a file. The same command goes on with what an earlier one has left.", epilog=exit_codes.TABLE)
    made.add_argument("url", help="the URL that the platform answered, or a path below base_url")
    made.add_argument("file", help="where to; it takes this name when it is whole")
    arguments.add_config(made)
    arguments.add_platform(made)
    made.add_argument("--token", action="store_true", help="send the account's token along, to the platform's own origin")
    made.add_argument("--no-resume", action="store_true", help="begin anew, whatever is there of an earlier download")
    made.add_argument("--no-overwrite", action="store_true", help="fail where the file is there")
    made.add_argument("--max-bytes", type=int, metavar="BYTES", help="the largest file that is taken")
    made.add_argument("--md5", metavar="HEX", help="what the file's MD5 must be")
    made.add_argument("--json", action="store_true", help="print what it came to, or the error document, as JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    chosen: DownloadOptions = {
        "token": options.token, "resume": not options.no_resume, "overwrite": not options.no_overwrite,
    }
    if options.max_bytes is not None:
        chosen["max_bytes"] = options.max_bytes
    if options.md5 is not None:
        chosen["md5"] = options.md5
    shown = Shown()
    try:
        with config.client_of(config.read(options.config, options.platform)) as client:
            told = client.download(options.url, options.file, progress=shown.take, **chosen)
    except _errors.Error as error:
        shown.end()
        return arguments.failed(error, options.json)
    except KeyboardInterrupt:
        shown.end()
        print("stopped; the same command goes on with what is there", file=sys.stderr)
        return exit_codes.INTERRUPTED
    shown.end()
    if options.json:
        import json

        print(json.dumps(told))
    else:
        print("%s: %d bytes in %.1f s" % (options.file, told["bytes"], told["seconds"]))
    return 0


class Shown:
    """A bar on a terminal, else a line from time to time."""

    def __init__(self, name: str = "") -> None:
        self._name = name + " " if name else ""
        self._progress = Progress()

    def take(self, count: int, total: int) -> None:
        line = _line if self._progress.is_terminal else _text
        self._progress.show(lambda: self._name + line(count, total), is_last=count == total)

    def end(self) -> None:
        self._progress.end()


def _line(count: int, total: int) -> str:
    if total == 0:
        return _text(count, total)
    full = min(BAR_WIDTH, BAR_WIDTH * count // total)
    return "[%s%s] %s" % ("#" * full, "." * (BAR_WIDTH - full), _text(count, total))


def _text(count: int, total: int) -> str:
    of = " of %.1f MB, %d %%" % (total / 1e6, 100 * count // total) if total else " MB"
    return "%.1f%s" % (count / 1e6, of)
