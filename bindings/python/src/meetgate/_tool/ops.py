"""`ops`: the catalog, searched and shown."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Dict, List

from .._library import library


def add_to(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("ops", help="search the catalog, or show an operation")
    parser.add_argument("words", nargs="*", metavar="WORD", help="the name of an operation, or words to search for")
    parser.add_argument("--json", action="store_true", help="print what the catalog has, as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    catalog = json.loads(library().catalog())
    found = _search(catalog["operations"], options.words)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    elif len(found) == 1:
        _show(found[0], catalog["errors"])
    else:
        width = max((len(operation["name"]) for operation in found), default=0)
        for operation in found:
            print("%-*s  %s (%s)" % (width, operation["name"], operation["summary"], operation["zh"]))
    if not found:
        print("nothing in the catalog has: %s" % " ".join(options.words), file=sys.stderr)
        return 1
    return 0


def _search(operations: List[Dict[str, Any]], words: List[str]) -> List[Dict[str, Any]]:
    """The operation of that name, or all that have every word somewhere."""
    if len(words) == 1:
        named = [operation for operation in operations if operation["name"] == words[0]]
        if named:
            return named

    def has(operation: Dict[str, Any], word: str) -> bool:
        texts = [operation["name"], operation["path"], operation["summary"], operation["zh"]]
        texts += [operation.get("danger", ""), operation.get("doc", "")]
        texts += [field["name"] for field in operation["params"]]
        return any(word.lower() in text.lower() for text in texts)

    return [operation for operation in operations if all(has(operation, word) for word in words)]


def _show(operation: Dict[str, Any], errors: Dict[str, List[Dict[str, Any]]]) -> None:
    print("%s: %s (%s)" % (operation["name"], operation["summary"], operation["zh"]))
    print("  %s %s" % (operation["method"], operation["path"]))
    for text in (operation.get("danger"), operation.get("doc"), operation.get("note")):
        if text:
            print("\n%s" % " ".join(text.split()))
    _fields("Parameters", operation["params"])
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


_UNITS = {"unix-s": "seconds since 1970-01-01 UTC", "unix-ms": "milliseconds since 1970-01-01 UTC"}


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
    if field.get("default"):
        about.append("default %s" % field["default"])
    if field["values"]:
        values = ", ".join(_value(**known) for known in field["values"])
        about.append(("known: " if field.get("open") else "one of ") + values)
    print("%s%s (%s): %s" % (indent, field["name"], ", ".join(about), field.get("doc", "")))
    for nested in field["fields"]:
        _field(nested, indent + "  ")
