"""The parameters of an operation, as the command line has them."""

from __future__ import annotations

import argparse
import json
import os
import re
from decimal import Decimal
from typing import Any, Dict, List, Optional

from .. import _catalog
from . import given_files
from .arguments import pair
from .usage_error import UsageError

_INTEGER = re.compile("-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(_INTEGER.pattern + r"(\.[0-9]+)?([eE][+-]?[0-9]+)?")

SECRETS = """\
Who lists the processes of this machine sees what stands in the arguments, and the shell keeps it in its history. So give a secret by
--param-file NAME=FILE, by --param-file NAME=- (standard input), by --param-env NAME=VARIABLE, or within @FILE or @-."""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "params",
        nargs="*",
        metavar="NAME=VALUE",
        help="parameters; or one JSON object; or @FILE, a file that holds one; or @- for standard input",
    )
    parser.add_argument(
        "--param-file", action="append", default=[], metavar="NAME=FILE",
        help="a parameter whose value a file holds, - for standard input; a line break at its end is left out",
    )  # fmt: skip
    parser.add_argument(
        "--param-env", action="append", default=[], metavar="NAME=VARIABLE", help="a parameter whose value an environment variable holds"
    )


def of(operation: str, options: argparse.Namespace) -> Dict[str, Any]:
    kinds = _catalog.kinds(operation)
    params = _object_or_pairs(options.params, kinds)
    for given, read in ((options.param_file, _from_file), (options.param_env, _from_environment)):
        for text in given:
            name, where = pair(text, "NAME=FILE" if read is _from_file else "NAME=VARIABLE")
            _add(params, name, _value(read(name, where), kinds.get(name)))
    return params


def _object_or_pairs(given: List[str], kinds: Dict[str, str]) -> Dict[str, Any]:
    if len(given) == 1 and given[0].startswith("@"):
        return _object(given_files.text_of(given[0][1:], "the parameters"))
    if len(given) == 1 and given[0].lstrip().startswith("{"):
        return _object(given[0])
    params: Dict[str, Any] = {}
    for text in given:
        if text.startswith(("@", "{")):
            raise UsageError("@FILE, @- or a JSON object stands alone, without NAME=VALUE; beside it may stand --param-file and --param-env")
        name, value = pair(text, "NAME=VALUE")
        _add(params, name, _value(value, kinds.get(name)))
    return params


def _add(params: Dict[str, Any], name: str, value: Any) -> None:
    if name in params:
        raise UsageError("%s is given twice" % name)
    params[name] = value


def _from_file(name: str, path: str) -> str:
    text = given_files.text_of(path, "the file of %s" % name)
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith("\n") else text


def _from_environment(name: str, variable: str) -> str:
    if variable not in os.environ:
        raise UsageError("%s: the variable %s is not set" % (name, variable))
    return os.environ[variable]


def _value(text: str, kind: Optional[str]) -> Any:
    """A value of its type in the catalog. A text that does not fit is left for the library to refuse."""
    try:
        # As JSON has them: Python would take `1_000` and ` 1`, too, and digits of other scripts.
        if kind == "integer":
            return int(text) if _INTEGER.fullmatch(text) else text
        if kind == "number":
            return Decimal(text) if _NUMBER.fullmatch(text) else text
        if kind in ("array", "object"):
            return json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return text
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


def _object(text: str) -> Dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError("the parameters are not valid JSON: %s" % error) from None
    if not isinstance(value, dict):
        raise UsageError("the parameters are not a JSON object")
    return value
