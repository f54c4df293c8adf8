"""`raw`: any request to a platform."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal
from typing import Any, Dict, List, Optional

from .. import _errors
from .._json import text_of
from .._options import CallOptions
from . import arguments, call, config, exit_codes, given_files, pointer
from .arguments import pair
from .usage_error import UsageError

SUMMARY = "send any request to a platform, signed and judged like an operation"

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

EPILOG = """\
A secret within --body does not stand in the arguments when it comes from a file or from standard input.

"""


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("raw", "Sends any request to the platform, where the catalog has no operation.", epilog=EPILOG + exit_codes.TABLE)
    made.add_argument("method", type=str.upper, choices=METHODS, metavar="METHOD", help=", ".join(METHODS))
    made.add_argument("path", help="the whole path, from the host's root: /sdkapi/v2/room/read")
    made.add_argument("--url-param", action="append", default=[], metavar="NAME=VALUE", help="a parameter in the address")
    made.add_argument("--form", action="append", default=[], metavar="NAME=VALUE", help="a parameter in a form")
    made.add_argument("--body", metavar="JSON", help="a JSON body; or @FILE; or @- for standard input")
    made.add_argument("--timeout-ms", type=int, metavar="MS", help="time limit of the call")
    arguments.add_config(made)
    arguments.add_platform(made)
    call.add_output(made)
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    limits: CallOptions = {} if options.timeout_ms is None else {"timeout_ms": options.timeout_ms}
    parts = None if options.query is None else pointer.parsed(options.query)
    try:
        with config.client_of(config.read(options.config, options.platform)) as client:
            reply = client.raw_call(
                options.method,
                options.path,
                query=_pairs(options.url_param),
                body=None if options.body is None else _body(options.body),
                form=_pairs(options.form),
                options=limits,
            )
    except _errors.Error as error:
        return arguments.failed(error, options.json)
    return call.print_answer(text_of(reply) if isinstance(reply, dict) else json.dumps(reply), parts, options.json)


def _pairs(given: List[str]) -> Optional[Dict[str, Any]]:
    found: Dict[str, Any] = {}
    for text in given:
        name, value = pair(text, "NAME=VALUE")
        if name in found:
            raise UsageError("%s is given twice" % name)
        found[name] = value
    return found or None


def _body(text: str) -> Any:
    try:
        return json.loads(given_files.text_of(text[1:], "the body") if text.startswith("@") else text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError("--body is not valid JSON: %s" % error) from None
