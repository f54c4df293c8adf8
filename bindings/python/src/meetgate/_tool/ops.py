"""`ops`: the catalog, searched and shown."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any, Dict, List

from .._catalog import document
from . import arguments, exit_codes
from .operation import near, show
from .terminal import show_table

SUMMARY = "search the catalog, or show an operation"


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("ops", "Lists the operations that have all words somewhere, or shows the one of that name.")
    made.add_argument("words", nargs="*", metavar="WORD", help="the name of an operation, or words to search for")
    made.add_argument("--json", action="store_true", help="print what the catalog has, as JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    catalog = document()
    found = _search(catalog["operations"], options.words)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    elif len(found) == 1:
        show(found[0], catalog["errors"])
    elif found:
        rows = [(operation["name"], "%s (%s)" % (operation["summary"], operation["zh"])) for operation in found]
        show_table(("operation", "what it does"), rows)
    if not found:
        words = " ".join(options.words)
        print("nothing in the catalog has: %s%s" % (words, near(options.words, catalog["operations"])), file=sys.stderr)
        return exit_codes.FAILED
    return exit_codes.OK


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
