"""How a command line may go on, for the shells' completion."""

from __future__ import annotations

import argparse
import os
import shlex
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from .. import _catalog
from . import COMMANDS, exit_codes, module

#: The names of options' values that are files.
_FILES = {"CONFIG", "FILE", "FOLDER"}


class Candidate(NamedTuple):
    value: str
    about: str = ""


class Files(NamedTuple):
    """Whatever the shell itself completes after this beginning of the word."""

    prefix: str = ""


def run(given: List[str]) -> int:
    """`bash LINE BREAKS`, where LINE goes up to the cursor and BREAKS are bash's COMP_WORDBREAKS; or `zsh WORD…` and `fish WORD…`,
    where the last word is begun.

    Prints `words` and then candidates; or `files`, the word's part before the path, and the path. To bash it prints how much of the path
    stands before what bash replaces, and what bash replaces before it; then the path.
    """
    if len(given) < 2:
        return exit_codes.USAGE
    shell, words = given[0], given[1:]
    if shell == "bash":
        words = _split(given[1])[1:]
    elif shell == "fish":
        # The last one has its quotes yet.
        words[-1] = "".join(_split(words[-1])[-1:])
    current = words[-1] if words else ""
    there = _there(current, given[2]) if shell == "bash" and len(given) > 2 else 0
    found = list(_candidates(words[:-1], current))
    if found and isinstance(found[0], Files):
        prefix = found[0].prefix
        print("files")
        if shell == "bash":
            print(max(0, there - len(prefix)))
        print(prefix[there:])
        print(current[len(prefix) :])
        return exit_codes.OK
    print("words")
    for candidate in found:
        if isinstance(candidate, Candidate) and candidate.value.startswith(current):
            if shell == "bash":
                print(candidate.value[there:])
            else:
                about = " ".join(candidate.about.split())
                print("%s\t%s" % (candidate.value, about) if about else candidate.value)
    return exit_codes.OK


def _there(current: str, breaks: str) -> int:
    """How much of a word bash leaves as it is: all before its last part. An `@` belongs to the part that it begins."""
    last = max((current.rfind(sign) for sign in breaks), default=-1)
    return last if current[last : last + 1] == "@" and last >= 0 else last + 1


def _split(line: str) -> List[str]:
    """The words; the last may have just begun, or have an open quote."""
    for closing in ("", "'", '"'):
        try:
            words = shlex.split(line + closing)
        except ValueError:
            continue
        return words + [""] if line[-1:].isspace() and not closing else words
    return line.split(" ")


def _candidates(before: Sequence[str], current: str) -> Iterator[Union[Candidate, Files]]:
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
    name, equals, begun = current.partition("=")
    if equals and name in options and options[name].nargs != 0:
        yield from (_behind(name + "=", found) for found in _values(options[name], begun, _operation(words, options)))
        return
    if current.startswith("-"):
        yield from (Candidate(text, action.help or "") for text, action in options.items() if text.startswith("--"))
        return
    yield from _positional(command, parser, _positionals(words, options), current)


def _behind(begun: str, found: Union[Candidate, Files]) -> Union[Candidate, Files]:
    return Files(begun + found.prefix) if isinstance(found, Files) else found._replace(value=begun + found.value)


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


def _values(action: argparse.Action, current: str, operation: Optional[str]) -> Iterator[Union[Candidate, Files]]:
    if action.choices is not None:
        yield from (Candidate(str(choice)) for choice in action.choices)
    elif action.metavar in _FILES:
        yield Files()
    elif action.dest == "body" and current.startswith("@"):
        yield Files("@")
    elif action.metavar in ("NAME=FILE", "NAME=VARIABLE") and operation is not None:
        name, equals, _ = current.partition("=")
        if not equals:
            yield from _parameters(operation, [])
        elif action.metavar == "NAME=FILE":
            yield Files(name + equals)
        else:
            yield from (Candidate("%s=%s" % (name, variable)) for variable in sorted(os.environ))


def _positional(command: str, parser: argparse.ArgumentParser, given: List[str], current: str) -> Iterator[Union[Candidate, Files]]:
    if command == "call" and given:
        yield from _parameters(given[0], given[1:], current)
        return
    if command in ("call", "ops"):
        if not given:
            yield from (Candidate(operation["name"], operation["summary"]) for operation in _catalog.document()["operations"])
        return
    positionals = [action for action in parser._actions if not action.option_strings]
    if len(given) < len(positionals):
        action = positionals[len(given)]
        if action.choices is not None:
            yield from (Candidate(str(choice)) for choice in action.choices)
        elif action.dest in ("file", "folder"):
            yield Files()


def _parameters(operation: str, given: Sequence[str], current: str = "") -> Iterator[Union[Candidate, Files]]:
    known = _catalog.operation(operation)
    fields: List[Dict[str, Any]] = [] if known is None else known["params"]
    name, equals, _ = current.partition("=")
    if equals:
        for field in fields:
            if field["name"] == name:
                if field["type"] == "file":
                    yield Files(name + equals)
                yield from (Candidate("%s=%s" % (name, value), about) for value, about in _known(field))
        return
    if current.startswith("@"):
        yield Files("@")
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
