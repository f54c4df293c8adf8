"""One operation of the catalog, to read."""

from __future__ import annotations

import json
import shlex
import sys
from difflib import get_close_matches
from typing import Any, Dict, List

from .._catalog import document
from . import exit_codes
from .arguments import program
from .tool_catalog import EXAMPLES

_UNITS = {"unix-s": "seconds since 1970-01-01 UTC", "unix-ms": "milliseconds since 1970-01-01 UTC"}


def describe(name: str) -> int:
    catalog = document()
    for operation in catalog["operations"]:
        if operation["name"] == name:
            show(operation, catalog["errors"])
            return exit_codes.OK
    print("no operation is called %s%s" % (name, near([name], catalog["operations"])), file=sys.stderr)
    return exit_codes.USAGE


def near(words: List[str], operations: List[Dict[str, Any]]) -> str:
    """`; did you mean …?` where something is near."""
    names = {operation["name"]: operation["name"] for operation in operations}
    # By its last parts, too: `raed`, `room.raed`.
    for operation in operations:
        parts = operation["name"].split(".")
        for first in range(1, len(parts)):
            names.setdefault(".".join(parts[first:]), operation["name"])
    found = list(dict.fromkeys(names[match] for word in words for match in get_close_matches(word, names, 3, 0.75)))
    return "; did you mean %s?" % " or ".join(found[:3]) if found else ""


def show(operation: Dict[str, Any], errors: Dict[str, List[Dict[str, Any]]]) -> None:
    print("%s: %s (%s)" % (operation["name"], operation["summary"], operation["zh"]))
    print("  %s %s" % (operation["method"], operation["path"]))
    for text in (operation.get("danger"), operation.get("doc"), operation.get("note")):
        if text:
            print("\n%s" % " ".join(text.split()))
    _fields("Parameters", operation["params"])
    for rule in operation.get("rules", []):
        print("  Rule: %s." % rule["words"])
    secrets = _secrets(operation)
    if secrets:
        print("\nArguments are seen by all users of the machine, and stay in the shell's history: give secrets by --param-env or --param-file.")
    print("\nExample\n  %s" % _example(operation["name"], secrets))
    _fields("Answer", operation["returns"])
    known = {error["code"]: error for error in errors[operation["platform"]]}
    if operation["errors"]:
        print("\nErrors")
    for code in operation["errors"]:
        print("  %d  %s (%s)" % (code, known[code]["meaning"], known[code]["zh"]))
    again = {"safe": "It only reads, and may be repeated."}
    print("\n%s" % again.get(operation["retry"], "Not idempotent: if no answer came, check the state before repeating."))
    if operation.get("undoes"):
        print("Undoes: %s" % operation["undoes"])
    print("Source: %s" % operation["source"])


def _secrets(operation: Dict[str, Any]) -> List[str]:
    return [field["name"] for field in operation["params"] if field.get("secret")]


def _example(name: str, secrets: List[str]) -> str:
    params = json.loads(EXAMPLES[name])
    words = [program(), "call", name]
    for param, value in params.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        words += ["--param-env", "%s=%s" % (param, param.upper())] if param in secrets else ["%s=%s" % (param, text)]
    return " ".join(word if word == program() else shlex.quote(word) for word in words) + " --config %s.json" % name.split(".")[0]


def _fields(title: str, fields: List[Dict[str, Any]]) -> None:
    print("\n%s" % title)
    if not fields:
        print("  none")
    for field in fields:
        _field(field, "  ")


def _value(value: Any, meaning: str = "") -> str:
    return "%s (%s)" % (value, meaning) if meaning and meaning.lower() != str(value).lower() else str(value)


def _field(field: Dict[str, Any], indent: str) -> None:
    about = [field["type"] if not field.get("items") else "%s of %ss" % (field["type"], field["items"])]
    about += ["or " + kind for kind in field.get("also", [])]
    if "min" in field:
        about.append("at least %d" % field["min"])
    if "max" in field:
        about.append("at most %d" % field["max"])
    about += [_UNITS.get(field["unit"], field["unit"])] if field.get("unit") else []
    about += ["required"] if field["required"] else []
    about += ["secret"] if field.get("secret") else []
    if field.get("default"):
        about.append("default %s" % field["default"])
    if field["values"]:
        values = ", ".join(_value(**known) for known in field["values"])
        about.append(("known: " if field.get("open") else "one of ") + values)
    print("%s%s (%s): %s" % (indent, field["name"], ", ".join(about), field.get("doc", "")))
    for nested in field["fields"]:
        _field(nested, indent + "  ")
