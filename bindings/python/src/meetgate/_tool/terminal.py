"""What is shown: plain where nobody looks, with colours and tables on a terminal where rich is installed."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from typing import Any, Dict, List, Optional, Sequence, TextIO

from .._errors import Error
from .spelling import compact, indented, read, single

#: They move the cursor, change the title and more. Only line breaks and tabs are text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def console(stream: TextIO) -> Optional[Any]:
    """rich's, where it may be used on this stream."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown"):
        return None
    try:
        # An extra: `pip install 'meetgate[cli]'`.
        made = import_module("rich.console").Console
    except ImportError:
        return None
    shown = made(file=stream, highlight=False, markup=False, emoji=False)
    # A table in fewer columns loses what stands in it.
    return shown if shown.width >= 30 else None


def harmless(text: str) -> str:
    """What a platform says, for a terminal: it does as control characters tell it."""
    return _CONTROLS.sub(lambda found: "\\u%04x" % ord(found.group()), text)


def show_value(text: str) -> None:
    """A value, to read. `text` is its JSON."""
    value = read(text)
    whole = value if isinstance(value, str) else indented(value)
    shown = console(sys.stdout)
    if shown is None or isinstance(value, str):
        print(harmless(whole) if sys.stdout.isatty() else whole)
        return
    columns = _columns(value)
    if columns:
        show_table(columns, [[_cell(row.get(name)) for name in columns] for row in value])
        return
    shown.print(import_module("rich.highlighter").JSONHighlighter()(harmless(whole)), soft_wrap=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Without a title: columns side by side."""
    shown = console(sys.stdout)
    if shown is None:
        width = max((len(row[0]) for row in rows), default=0)
        for row in rows:
            print("%-*s  %s" % (width, row[0], "  ".join(row[1:])))
        return
    table = import_module("rich.table").Table(box=import_module("rich.box").SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        # All of a name or number stays there, where the terminal is narrow.
        table.add_column(harmless(name), overflow="fold")
    for row in rows:
        table.add_row(*map(harmless, row))
    shown.print(table)


def _columns(value: Any) -> List[str]:
    """Of a list of objects that fits into a table: all have the same members, and no member holds others."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        return []
    columns: Dict[str, None] = {}
    for row in value:
        if any(isinstance(member, (dict, list)) for member in row.values()):
            return []
        columns.update(dict.fromkeys(row))
    return list(columns) if 0 < len(columns) <= 8 else []


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else single(value)


def show_error(error: Error, as_json: bool) -> None:
    if as_json:
        print(compact(error.document))
        return
    shown = console(sys.stderr)
    if shown is None:
        print("%s: %s" % (error.status, harmless(str(error))), file=sys.stderr)
    else:
        text = import_module("rich.text").Text.assemble((error.status, "bold red"), ": ", harmless(str(error)))
        shown.print(text, soft_wrap=True)
    for name in (
        "code", "class", "meaning_zh", "platform_message", "http_status", "location", "request_id", "clock_offset_s",
        "attempts", "retry_after_ms",
    ):
        value = error.document.get(name)
        if value is not None:
            print("  %s: %s" % (name, harmless(str(value))), file=sys.stderr)
    if error.retryable:
        print("  it may be repeated", file=sys.stderr)

