"""`call`: one operation."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Dict, List

from .. import _errors
from .._options import CallOptions
from .._pages import pages
from . import arguments, config, exit_codes, params, pointer
from .usage_error import UsageError
from .operation import describe
from .spelling import compact, indented
from .terminal import harmless, show_value
from .tool_catalog import PAGED

SUMMARY = "call an operation and print the answer"

DESCRIPTION = """\
Calls an operation and prints the answer. `%(prog)s OPERATION --help` shows its parameters."""


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("call", DESCRIPTION, add_help=False, epilog=params.SECRETS + "\n\n" + exit_codes.TABLE)
    made.add_argument("operation", nargs="?", help="its whole name, such as avd.room.read (see `ops`)")
    params.add_to(made)
    arguments.add_config(made)
    made.add_argument("--timeout-ms", type=int, metavar="MS", help="time limit of the call")
    made.add_argument("--all-pages", action="store_true", help="print the rows of all pages; with --json one row a line")
    made.add_argument("--page-size", type=int, metavar="ROWS", help="with --all-pages, of one page (default: as many as may be)")
    add_output(made)
    made.add_argument("-h", "--help", action="store_true", help="show this, or with an operation its parameters")
    return made


def add_output(made: argparse.ArgumentParser) -> None:
    made.add_argument("--query", metavar="POINTER", help="print one part of the answer only: a JSON pointer, such as /data/topic")
    made.add_argument("--json", action="store_true", help="print the answer byte for byte, or the error document")


def run(given: List[str]) -> int:
    made = parser()
    options = arguments.parse(made, given)
    if options.help:
        if options.operation is None:
            made.print_help()
            return exit_codes.OK
        return describe(options.operation)
    if options.operation is None:
        made.error("the operation is missing; `%s ops` lists them" % arguments.program())
    platform = options.operation.split(".")[0]
    if platform not in config.CLIENTS:
        raise UsageError("%s: an operation's name begins with one of %s" % (options.operation, ", ".join(config.CLIENTS)))
    limits: CallOptions = {} if options.timeout_ms is None else {"timeout_ms": options.timeout_ms}
    parts = None if options.query is None else pointer.parsed(options.query)
    values = params.of(options.operation, options)
    if options.all_pages:
        _check_pages(options, values)
    elif options.page_size is not None:
        raise UsageError("--page-size goes with --all-pages; for one page give the parameter page_size=%d" % options.page_size)
    try:
        with config.client_of(config.read(options.config, platform)) as client:
            if options.all_pages:
                return _print_pages(client, options, values, limits)
            text = client.call_text(options.operation, values, limits)
    except _errors.Error as error:
        return arguments.failed(error, options.json)
    return print_answer(text, parts, options.json)


def print_answer(text: str, parts: Any, as_json: bool) -> int:
    try:
        if parts is not None:
            text = pointer.part_of(text, parts)
        if as_json:
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        else:
            show_value(text)
    except pointer.NothingThere as error:
        print(harmless(str(error)), file=sys.stderr)
        return exit_codes.FAILED
    except RecursionError:
        print("the answer is nested too deep to be shown; --json without --query prints it as it came", file=sys.stderr)
        return exit_codes.FAILED
    return exit_codes.OK


def _check_pages(options: argparse.Namespace, values: Dict[str, Any]) -> None:
    if options.operation not in PAGED:
        raise UsageError("--all-pages: %s has no pages; those have: %s" % (options.operation, ", ".join(PAGED)))
    for name in ("page", "page_size"):
        if name in values:
            raise UsageError("--all-pages counts the pages itself: leave out %s%s" % (name, "" if name == "page" else " (--page-size)"))
    if options.query is not None:
        raise UsageError("--all-pages prints rows, so --query has no answer to look into")
    if options.page_size is not None and options.page_size < 1:
        raise UsageError("--page-size: expected at least 1, got %d" % options.page_size)


def _print_pages(client: Any, options: argparse.Namespace, values: Dict[str, Any], limits: CallOptions) -> int:
    size = PAGED[options.operation] if options.page_size is None else options.page_size
    rows = pages(lambda page: client.call(options.operation, {**values, "page": page, "page_size": size}, limits), size)
    if options.json:
        for row in rows:
            print(compact(row), flush=True)
    else:
        show_value(indented(list(rows)))
    return exit_codes.OK
