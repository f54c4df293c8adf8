"""What is shown: plain where nobody looks, with colours and tables on a terminal where rich is installed."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any, Dict, List, Optional, Sequence, TextIO

from .._errors import Error


def console(stream: TextIO) -> Optional[Any]:
    """rich's, where it may be used on this stream."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown"):
        return None
    try:
        # An extra: `pip install 'meetgate[cli]'`.
        made = import_module("rich.console").Console
    except ImportError:
        return None
    return made(file=stream, highlight=False, markup=False, emoji=False)


def show_value(text: str) -> None:
    """A value, to read. `text` is its JSON, whose decimals keep their digits."""
    # Floats would lose digits.
    value = json.loads(text, parse_float=Decimal)
    if isinstance(value, str):
        print(value)
        return
    shown = console(sys.stdout)
    if shown is None:
        print(indented(value))
        return
    columns = _columns(value)
    if columns:
        show_table(columns, [[_cell(row.get(name)) for name in columns] for row in value])
        return
    shown.print(import_module("rich.highlighter").JSONHighlighter()(indented(value)), soft_wrap=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Without a title: columns side by side."""
    shown = console(sys.stdout)
    if shown is None:
        width = max((len(row[0]) for row in rows), default=0)
        for row in rows:
            print("%-*s  %s" % (width, row[0], "  ".join(row[1:])))
        return
    table = import_module("rich.table").Table(*columns, box=import_module("rich.box").SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*row)
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
    return "" if value is None else value if isinstance(value, str) else indented(value)


def show_error(error: Error, as_json: bool) -> None:
    if as_json:
        print(json.dumps(error.document, ensure_ascii=False))
        return
    shown = console(sys.stderr)
    if shown is None:
        print("%s: %s" % (error.status, error), file=sys.stderr)
    else:
        shown.print(import_module("rich.text").Text.assemble((error.status, "bold red"), ": ", str(error)), soft_wrap=True)
    for name in (
        "code", "class", "meaning_zh", "platform_message", "http_status", "location", "request_id", "clock_offset_s",
        "attempts", "retry_after_ms",
    ):
        value = error.document.get(name)
        if value is not None:
            print("  %s: %s" % (name, value), file=sys.stderr)
    if error.retryable:
        print("  it may be repeated", file=sys.stderr)


def compact(value: Any) -> str:
    """JSON on one line, with decimals as they came."""
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (json.dumps(name, ensure_ascii=False), compact(member)) for name, member in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(compact(item) for item in value)
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def indented(value: Any, indent: str = "") -> str:
    """JSON to read, with decimals as they came."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = ["%s%s: %s" % (inner, json.dumps(name, ensure_ascii=False), indented(member, inner)) for name, member in value.items()]
        return "{\n%s\n%s}" % (",\n".join(rows), indent)
    if isinstance(value, list) and value:
        return "[\n%s\n%s]" % (",\n".join(inner + indented(item, inner) for item in value), indent)
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
