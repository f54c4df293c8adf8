"""The parsers of the commands: options may stand anywhere, and those that many commands have are here once."""

from __future__ import annotations

import argparse
from typing import Any, List, Tuple

from . import exit_codes
from .config import CLIENTS
from .usage_error import UsageError

#: How the command line was started; set by it.
PROGRAM = "meetgate"


def parser(command: str, description: str, **more: Any) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="%s %s" % (program(), command),
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # An option that is added later may not change what a shorter one means.
        allow_abbrev=False,
        **more,
    )


def program() -> str:
    return PROGRAM


def add_config(made: argparse.ArgumentParser) -> None:
    made.add_argument("--config", metavar="CONFIG", help="the configuration: a file, - for standard input, or JSON")


def add_platform(made: argparse.ArgumentParser) -> None:
    made.add_argument("--platform", choices=sorted(CLIENTS), help="which one, where the configuration holds several")


def parse(made: argparse.ArgumentParser, arguments: List[str]) -> argparse.Namespace:
    return made.parse_intermixed_args(arguments)


def pair(text: str, expected: str) -> Tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name:
        # Without the value: it may be a secret, and a name that a shell's variable should have had.
        raise UsageError("there is no name before =: expected %s" % expected)
    if not equals:
        raise UsageError("%s: expected %s" % (text, expected))
    return name, value


def failed(error: Any, as_json: bool) -> int:
    """Shows an error of the library, and says what to end with."""
    from .terminal import show_error

    show_error(error, as_json)
    return exit_codes.of(error)


