"""The command line: `meetgate`, or `python -m meetgate`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, Dict, List

from .._library import LibraryError
from .._version import __version__
from . import arguments, exit_codes
from .usage_error import UsageError

#: What each is for says its module.
COMMANDS: Dict[str, str] = {
    "call": "call",
    "raw": "raw",
    "download": "download",
    "recordings": "recordings",
    "bills": "bills",
    "rooms": "rooms",
    "watch": "watch",
    "ops": "ops",
    "doctor": "doctor",
    "sandbox": "sandbox",
    "completion": "completion",
}

EPILOG = """\
A configuration is the name of a file that holds a JSON object, or - for standard input, or the JSON itself; without --config it is
taken from the variable MEETGATE_CONFIG. The first line of meetgate-sandbox is one, too.

Secrets: who lists the processes of this machine sees what stands in the arguments, and the shell keeps it in its history. So give
the configuration as a file, as -, or in MEETGATE_CONFIG. Secret keys that it does not have may be in the environment:
MEETGATE_SECRET_KEY, MEETGATE_DEV_SECRET, MEETGATE_APP_SECRET, MEETGATE_REST_API_KEY, MEETGATE_TOKEN, MEETGATE_PROXY. For secret
parameters `call` has --param-file and --param-env.

Colours and tables are there on a terminal, where rich is installed (pip install 'meetgate[cli]'), and not with NO_COLOR.

Examples:
  %(program)s ops record start
  %(program)s call avd.room.mix_record.start --help
  %(program)s call avd.room.read room_id=12345123456 --config avd.json
  %(program)s call avd.room.read room_id=12345123456 --query /data/topic --config avd.json
  %(program)s call hst.consuming.records start_time=1638324000000 end_time=1638410400000 --all-pages --config hst.json
  %(program)s call avd.room.mix_record.start @- --json --config avd.json
  %(program)s raw GET /sdkapi/v2/room/read --url-param room_id=12345123456 --config avd.json
  %(program)s download http://10.0.0.5:9609/files/1.mp4 1.mp4 --config avd.json
  %(program)s recordings pull recordings --room 12345123456 --config avd.json
  %(program)s bills export --from 2021-12-01+08:00 --to 2021-12-31+08:00 --output bills.csv --config hst.json
  %(program)s rooms stop-all --config avd.json
  %(program)s watch --app 8f14e45fceea467a9f36dedd4bea2543 --config hst.json
  %(program)s doctor --config avd.json
  %(program)s completion bash

%(codes)s"""


def console() -> int:
    """The program `meetgate`."""
    return main(sys.argv[1:], "meetgate")


def main(given: List[str], program: str = "python -m meetgate") -> int:
    arguments.PROGRAM = program
    _open_closed()
    _write_utf8()
    try:
        return _ended(given, program)
    except BrokenPipeError:
        _write_no_more()
        return exit_codes.PIPE_CLOSED


def _ended(given: List[str], program: str) -> int:
    """Runs it, and says what ended it. What says so may find that nobody reads, too."""
    try:
        code = _run(given)
        # As may what is still to be written.
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        raise
    except OSError as error:
        # Of the output alone: a disk is full. Files that are read, and the library's, have errors of their own.
        _write_no_more()
        print("%s: %s" % (program, error), file=sys.stderr)
        return exit_codes.FAILED
    except UsageError as error:
        print("%s: %s" % (program, error), file=sys.stderr)
        return exit_codes.USAGE
    except LibraryError as error:
        print("%s: %s\nRun `%s doctor` to know more." % (program, error, program), file=sys.stderr)
        return exit_codes.FAILED
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED


def _open_closed() -> None:
    """A program may be started without them."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def _write_no_more() -> None:
    """Nor may the end of Python, which writes what is left."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_utf8() -> None:
    """Chinese text leaves as UTF-8 in every locale, because files and pipes are read as UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _run(given: List[str]) -> int:
    name = given[0] if given else None
    if name in ("-h", "--help"):
        print(_help())
        return exit_codes.OK
    if name == "--version":
        return _version()
    if name == "__complete":
        from . import candidates

        return candidates.run(given[1:])
    if name is None:
        raise UsageError("a command is required; --help lists them")
    if name not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, 1)
        raise UsageError("%s is no command%s; --help lists them" % (name, "; did you mean %s?" % near[0] if near else ""))
    try:
        code: int = module(name).run(given[1:])
    except SystemExit as ended:
        # argparse has said what is wrong, or has shown its help.
        return _code(ended.code)
    return code


def module(command: str) -> Any:
    return import_module("." + COMMANDS[command], __name__)


def _code(code: Any) -> int:
    return code if isinstance(code, int) else exit_codes.OK if code is None else exit_codes.FAILED


def _help() -> str:
    lines = ["usage: %s COMMAND ..." % arguments.program(), "", "The control APIs of hst, youme and avd from the command line.", ""]
    lines += ["  %-11s %s" % (name, module(name).SUMMARY) for name in COMMANDS]
    lines += ["", "  --version   print the versions of package and library", "  --help      of a command: its options", ""]
    return "\n".join(lines) + "\n" + EPILOG % {"program": arguments.program(), "codes": exit_codes.TABLE}


def _version() -> int:
    from .._library import library

    print("meetgate %s" % __version__)
    print("libmeetgate %s (%s)" % (library().version(), library().path))
    return exit_codes.OK
