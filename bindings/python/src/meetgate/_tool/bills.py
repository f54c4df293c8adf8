"""`bills export`: the usage records of hst, all pages, as CSV or as lines of JSON."""

from __future__ import annotations

import argparse
import codecs
import csv
import io
import json
import os
import sys
import tempfile
import time
from typing import IO, Any, BinaryIO, Dict, Iterator, List, Optional

from .. import _catalog, _errors
from .._client import Client
from .._json import unusable
from .._pages import rows
from . import arguments, config, exit_codes, times
from .csv_cells import cell, tamed
from .progress import Progress
from .spelling import compact, read
from .terminal import harmless
from .tool_catalog import PAGED
from .usage_error import UsageError
from .whole_file import is_special, whole_file

SUMMARY = "write the billed usage records of hst as CSV or JSON lines: `bills export`"

OPERATION = "hst.consuming.records"

DESCRIPTION = """\
Writes the usage records of a time, of one application or of all, as CSV (RFC 4180: UTF-8, a header, lines that end with CR LF), or with --json
as one JSON object a line. Amounts have the digits of the platform. All pages are read before anything is written: there is no half file.

A time is milliseconds since 1970, or 2021-12-01+08:00, or 2021-12-01T10:00+08:00, with its zone. A day is meant as a whole.

The columns of CSV are those of the documentation, in its order, and then any others that come. null and what is not there are empty; a list
or an object is JSON. A text that begins with = + - @, a tab or a line break would be a formula to a spreadsheet: it gets an apostrophe
before it, unless it is a number, or --exact-text is given. Lines of JSON are always exact.

Where the records change while their pages are read, reading begins anew. A time that is past does not change."""

#: How often all pages are read, where they change meanwhile.
READINGS = 3


class Changed(Exception):
    """The list is another one by now."""


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("bills", DESCRIPTION, epilog=exit_codes.TABLE)
    made.add_argument("action", choices=["export"], metavar="export", help="write the usage records")
    made.add_argument("--from", dest="start", metavar="TIME", required=True, help="the start of the time")
    made.add_argument("--to", dest="end", metavar="TIME", help="its end (default: now)")
    made.add_argument("--app", metavar="ID", help="only the records of this application")
    made.add_argument("--output", metavar="FILE", help="where to (default: standard output); the file is replaced when all is written")
    made.add_argument("--json", action="store_true", help="write lines of JSON; print errors as JSON, too")
    made.add_argument("--exact-text", action="store_true", help="in CSV, write texts as they are, also those that a spreadsheet would run")
    made.add_argument("--bom", action="store_true", help="begin CSV with a byte order mark: without it Excel shows no Chinese")
    made.add_argument("--page-size", type=int, metavar="ROWS", help="of one page (default: as many as may be)")
    arguments.add_config(made)
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    size = PAGED[OPERATION] if options.page_size is None else options.page_size
    if size < 1:
        raise UsageError("--page-size: expected at least 1, got %d" % size)
    start = times.milliseconds(options.start, False)
    end = int(time.time() * 1000) if options.end is None else times.milliseconds(options.end, True)
    if start > end:
        raise UsageError("--from is later than --to")
    params = {"start_time": start, "end_time": end, "app_id": options.app, "page_size": size}
    try:
        # Where the file will be there is room for it, more likely than elsewhere.
        with tempfile.TemporaryFile("w+", dir=_folder_of(options.output), encoding="utf-8", errors="backslashreplace", newline="\n") as spool:
            with config.client_of(config.read(options.config, "hst")) as client:
                count = _spool(client, params, spool)
            _write(spool, options)
    except _errors.Error as error:
        return arguments.failed(error, options.json)
    except Changed:
        print("the records changed each time while they were read: choose a --to that is past, or try later", file=sys.stderr)
        return exit_codes.FAILED
    if options.output is not None:
        if options.json:
            print(json.dumps({"file": options.output, "records": count}, ensure_ascii=False))
        else:
            print("%s: %d records" % (options.output, count))
    return exit_codes.OK


def _folder_of(output: Optional[str]) -> Optional[str]:
    if output is None or is_special(output):
        return None
    folder = os.path.dirname(os.path.realpath(output))
    if not os.path.isdir(folder):
        raise UsageError("--output: there is no folder %s" % folder)
    return folder


def _spool(client: Client, params: Dict[str, Any], spool: IO[str]) -> int:
    """Writes each record as a line of JSON, and says how many there are."""
    progress = Progress()
    for reading in range(READINGS):
        spool.seek(0)
        spool.truncate()
        count = page = 0
        try:
            for page, found in _pages(client, params):
                for row in found:
                    spool.write(compact(row) + "\n")
                count += len(found)
                progress.show(lambda: "%d records on %d pages" % (count, page))
        except Changed:
            if reading + 1 == READINGS:
                raise
        else:
            return count
        finally:
            progress.clear()
    raise Changed()


def _pages(client: Client, params: Dict[str, Any]) -> Iterator[Any]:
    """Each with its number. As `_pages.pages`; besides, all pages must be pages of one list."""
    first: Optional[List[Any]] = None
    before: Optional[List[Any]] = None
    page = 1
    while True:
        reply = client.call(OPERATION, {**params, "page": page})
        found = _records(reply)
        if found and found == before:
            # A platform that does not heed the number of the page would never come to an end.
            raise unusable(reply, "has the records of page %d once more on page %d" % (page - 1, page))
        yield page, found
        if first is None:
            first = found
        if len(found) < params["page_size"]:
            break
        before = found
        page += 1
    # Where the newest record stands first, one more moves all others to the next place, and one of them to two pages.
    if page > 1 and _records(client.call(OPERATION, {**params, "page": 1})) != first:
        raise Changed()


def _records(reply: Any) -> List[Any]:
    found = rows(reply)
    if not all(isinstance(row, dict) for row in found):
        raise unusable(reply, "has records that are no objects")
    return found


def _write(spool: IO[str], options: argparse.Namespace) -> None:
    write = _write_json if options.json else _write_csv
    if options.output is not None:
        with whole_file(options.output) as file:
            write(spool, file, options)
        return
    sys.stdout.flush()
    if sys.stdout.isatty():
        shown = io.BytesIO()
        write(spool, shown, options)
        # On a terminal a line ends with a line break alone.
        print(harmless(shown.getvalue().decode("utf-8-sig").replace("\r\n", "\n")), end="")
    else:
        write(spool, sys.stdout.buffer, options)
        sys.stdout.buffer.flush()


def _write_json(spool: IO[str], file: BinaryIO, options: argparse.Namespace) -> None:
    spool.seek(0)
    for line in spool:
        file.write(line.encode("utf-8"))


def _write_csv(spool: IO[str], file: BinaryIO, options: argparse.Namespace) -> None:
    columns = _columns(spool)
    if options.bom:
        file.write(codecs.BOM_UTF8)
    writer = csv.writer(_Encoded(file))
    writer.writerow([name if options.exact_text else tamed(name) for name in columns])
    spool.seek(0)
    for line in spool:
        row = read(line)
        writer.writerow([cell(row.get(name), options.exact_text) for name in columns])


class _Encoded:
    """For csv. A `TextIOWrapper` would close the file, which is the caller's."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        # Half a surrogate pair is no UTF-8.
        return self._file.write(text.encode("utf-8", "backslashreplace"))


def _columns(spool: IO[str]) -> List[str]:
    columns = dict.fromkeys(_documented())
    spool.seek(0)
    for line in spool:
        columns.update(dict.fromkeys(read(line)))
    return list(columns)


def _documented() -> List[str]:
    operation = _catalog.operation(OPERATION)
    members = [] if operation is None else operation["returns"]
    return [field["name"] for member in members for field in member["fields"]]
