"""The command line: `call`, `download`, `recordings`, `ops`, `doctor`."""

from __future__ import annotations

import argparse
import sys
from typing import List

from .._library import LibraryError
from . import call, doctor, download, ops, recordings
from .config import UsageError

EPILOG = """\
A configuration is a JSON object, or the name of a file that holds one, or - for standard input; without --config it is
taken from the variable MEETGATE_CONFIG. The first line of meetgate-sandbox is one, too.

Examples:
  python -m meetgate ops record start
  python -m meetgate ops avd.room.mix_record.start
  python -m meetgate call avd.room.read room_id=12345123456 --config avd.json
  python -m meetgate call avd.room.mix_record.start '{"room_id":"12345123456"}' --json
  python -m meetgate download http://10.0.0.5:9609/files/1.mp4 1.mp4 --config avd.json
  python -m meetgate recordings pull recordings --room 12345123456 --config avd.json
  python -m meetgate doctor --config avd.json

Exit codes: 0 all is well, 1 the call or a check failed, 2 the command line cannot be right."""


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m meetgate",
        description="The control APIs of hst, youme and avd from the command line.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in (call, download, recordings, ops, doctor):
        command.add_to(commands)
    options = parser.parse_args(arguments)
    # Chinese text leaves as UTF-8 in every locale, because files and pipes are read as UTF-8.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code: int = options.run(options)
    except UsageError as error:
        print("python -m meetgate: %s" % error, file=sys.stderr)
        return 2
    except LibraryError as error:
        print("python -m meetgate: %s\nRun `python -m meetgate doctor` to know more." % error, file=sys.stderr)
        return 1
    return code
