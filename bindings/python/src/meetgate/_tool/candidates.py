"""How a command line may go on, for the shells' completion."""

from __future__ import annotations

import argparse
import glob
import json
import os
import shlex
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from .._library import library
from . import COMMANDS, exit_codes, module

#: The names of options' values that are files.
_FILES = {"CONFIG", "FILE", "FOLDER"}


class Candidate(NamedTuple):
    value: str
    about: str = ""


def run(given: List[str]) -> int:
    """`bash LINE`, where LINE goes up to the cursor; or `zsh WORD…` and `fish WORD…`, where the last word is begun."""
    if len(given) < 2:
        return exit_codes.USAGE
    shell, words = given[0], given[1:]
    if shell == "bash":
        words = _split(words[0])[1:]
    current = words[-1] if words else ""
    for found in _candidates(words[:-1], current):
        if not found.value.startswith(current):
            continue
        if shell == "bash":
            # What stands before the last `=` is there already.
            print(found.value[current.rfind("=") + 1 :])
        else:
            print("%s\t%s" % found if found.about else found.value)
    return exit_codes.OK


def _split(line: str) -> List[str]:
    """The words; the last may have just begun, or have an open quote."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return words + [""] if line[-1:].isspace() and not closing else words
    return line.split(" ")


def _candidates(before: Sequence[str], current: str) -> Iterator[Candidate]:
    if not before:
        yield from (Candidate(name, module(name).SUMMARY) for name in COMMANDS)
        yield from (Candidate("--help"), Candidate("--version"))
        return
    command, *words = before
    if command not in COMMANDS or command == "sandbox":
        return
    parser: argparse.ArgumentParser = module(command).parser()
    options = {text: action for action in parser._actions for text in action.option_strings}
    waiting = options.get(words[-1]) if words else None
    if waiting is not None and waiting.nargs != 0:
        yield from _values(waiting, current, _operation(words, options))
        return
    if current.startswith("-"):
        yield from (Candidate(text, action.help or "") for text, action in options.items() if text.startswith("--"))
        return
    yield from _positional(command, parser, _positionals(words, options), current)


def _positionals(words: Sequence[str], options: Dict[str, argparse.Action]) -> List[str]:
    found: List[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and word != "-":
            action = options.get(word)
            skip = action is not None and action.nargs != 0
        else:
            found.append(word)
    return found


def _operation(words: Sequence[str], options: Dict[str, argparse.Action]) -> Optional[str]:
    return next(iter(_positionals(words, options)), None)


def _values(action: argparse.Action, current: str, operation: Optional[str]) -> Iterator[Candidate]:
    if action.choices is not None:
        yield from (Candidate(str(choice)) for choice in action.choices)
    elif action.metavar in _FILES:
        yield from _files(current)
    elif action.metavar in ("NAME=FILE", "NAME=VARIABLE") and operation is not None:
        name, equals, value = current.partition("=")
        if not equals:
            yield from _parameters(operation, [])
        elif action.metavar == "NAME=FILE":
            yield from (Candidate("%s=%s" % (name, found.value)) for found in _files(value))
        else:
            yield from (Candidate("%s=%s" % (name, variable)) for variable in sorted(os.environ))


def _positional(command: str, parser: argparse.ArgumentParser, given: List[str], current: str) -> Iterator[Candidate]:
    if command == "call" and given:
        yield from _parameters(given[0], given[1:], current)
        return
    if command in ("call", "ops"):
        if not given:
            yield from (Candidate(operation["name"], operation["summary"]) for operation in _catalog())
        return
    positionals = [action for action in parser._actions if not action.option_strings]
    if len(given) < len(positionals):
        action = positionals[len(given)]
        if action.choices is not None:
            yield from (Candidate(str(choice)) for choice in action.choices)
        elif action.dest in ("file", "folder"):
            yield from _files(current)


def _parameters(operation: str, given: Sequence[str], current: str = "") -> Iterator[Candidate]:
    fields: List[Dict[str, Any]] = next((known["params"] for known in _catalog() if known["name"] == operation), [])
    name, equals, _ = current.partition("=")
    if equals:
        for field in fields:
            if field["name"] == name:
                yield from (Candidate("%s=%s" % (name, value), about) for value, about in _known(field))
                if field["type"] == "file":
                    yield from (Candidate("%s=%s" % (name, found.value)) for found in _files(current.partition("=")[2]))
        return
    if current.startswith("@"):
        yield from (Candidate("@" + found.value) for found in _files(current[1:]))
        return
    there = {text.partition("=")[0] for text in given}
    for field in fields:
        if field["name"] not in there:
            yield Candidate(field["name"] + "=", field.get("doc", "").split(". ")[0])


def _known(field: Dict[str, Any]) -> Iterator[Tuple[str, str]]:
    if field["type"] == "boolean":
        yield from (("true", ""), ("false", ""))
    for known in field["values"]:
        yield str(known["value"]), known.get("meaning", "")


def _files(begun: str) -> Iterator[Candidate]:
    for path in sorted(glob.glob(glob.escape(os.path.expanduser(begun)) + "*")):
        yield Candidate(path + os.sep if os.path.isdir(path) else path)


def _catalog() -> List[Dict[str, Any]]:
    operations: List[Dict[str, Any]] = json.loads(library().catalog())["operations"]
    return operations
