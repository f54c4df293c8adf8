"""`call`: one operation."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from typing import Any, Dict, List, Optional

from .. import _errors
from .._library import library
from .._options import CallOptions
from . import config
from .config import UsageError


def add_to(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("call", help="call an operation and print the answer")
    parser.add_argument("operation", help="its whole name, such as avd.room.read (see `ops`)")
    parser.add_argument(
        "params",
        nargs="*",
        metavar="NAME=VALUE",
        help="parameters; or one JSON object; or @FILE, a file that holds one",
    )
    parser.add_argument("--config", metavar="CONFIG", help="the configuration: JSON, a file, or -")
    parser.add_argument("--timeout-ms", type=int, metavar="MS", help="time limit of the call")
    parser.add_argument("--json", action="store_true", help="print the answer byte for byte, or the error document")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    platform = options.operation.split(".")[0]
    if platform not in config.CLIENTS:
        raise UsageError("%s: an operation's name begins with one of %s" % (options.operation, ", ".join(config.CLIENTS)))
    limits: CallOptions = {} if options.timeout_ms is None else {"timeout_ms": options.timeout_ms}
    params = _params(options.operation, options.params)
    try:
        with config.client_of(config.read(options.config, platform)) as client:
            text = client.call_text(options.operation, params, limits)
    except _errors.Error as error:
        show_error(error, options.json)
        return 1
    if options.json:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        # Floats would lose digits: decimals stay as they are.
        print(_indented(json.loads(text, parse_float=Decimal)))
    return 0


def show_error(error: _errors.Error, as_json: bool) -> None:
    if as_json:
        print(json.dumps(error.document, ensure_ascii=False))
        return
    print("%s: %s" % (error.status, error), file=sys.stderr)
    for name in (
        "code", "class", "meaning_zh", "platform_message", "http_status", "location", "request_id", "clock_offset_s",
        "attempts", "retry_after_ms",
    ):
        value = error.document.get(name)
        if value is not None:
            print("  %s: %s" % (name, value), file=sys.stderr)
    if error.retryable:
        print("  it may be repeated", file=sys.stderr)


def _params(operation: str, given: List[str]) -> Dict[str, Any]:
    if len(given) == 1 and given[0].startswith("@"):
        try:
            with open(given[0][1:], encoding="utf-8-sig") as file:
                return _object(file.read())
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("the parameters cannot be read: %s" % error) from None
    if len(given) == 1 and given[0].lstrip().startswith("{"):
        return _object(given[0])
    kinds = _kinds(operation)
    params: Dict[str, Any] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError("%s: expected NAME=VALUE" % pair)
        if name in params:
            raise UsageError("%s is given twice" % name)
        params[name] = _value(name, text, kinds.get(name))
    return params


def _kinds(operation: str) -> Dict[str, str]:
    for known in json.loads(library().catalog())["operations"]:
        if known["name"] == operation:
            return {field["name"]: field["type"] for field in known["params"]}
    return {}


def _value(name: str, text: str, kind: Optional[str]) -> Any:
    """A value of its type in the catalog. A text that does not fit is left for the library to refuse."""
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            return Decimal(text)
        if kind in ("array", "object"):
            return json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError):
        return text
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _object(text: str) -> Dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise UsageError("the parameters are not valid JSON: %s" % error) from None
    if not isinstance(value, dict):
        raise UsageError("the parameters are not a JSON object")
    return value


def _indented(value: Any, indent: str = "") -> str:
    """JSON to read, with decimals as they came."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = ["%s%s: %s" % (inner, json.dumps(name, ensure_ascii=False), _indented(member, inner)) for name, member in value.items()]
        return "{\n%s\n%s}" % (",\n".join(rows), indent)
    if isinstance(value, list) and value:
        return "[\n%s\n%s]" % (",\n".join(inner + _indented(item, inner) for item in value), indent)
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
