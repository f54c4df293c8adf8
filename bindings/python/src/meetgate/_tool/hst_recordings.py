"""The recordings of hst: tasks of an application, page by page, and the files of each."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Any, Dict, Iterator, List, Mapping, Optional, Set

from .._client import Client
from .._errors import Error
from .._json import unusable
from .._times import UTC_8
from .recording_files import RecordedFile
from .listings import Told, Wanted, name_in, objects_in, seconds_of, text_of

TASKS = "hst.record.task.list"
FILES = "hst.record.file.download.url"
#: The most that a page of tasks may have.
PAGE_SIZE = 500

DONE = 6
FAILED = -1
#: Of tasks that have no files.
STATES = {
    FAILED: "it failed",
    1: "it has not begun",
    2: "it is running",
    3: "it waits for its encoding",
    4: "it is being encoded",
    5: "it is being uploaded",
    7: "it is suspended",
}


def listed(hst: Client, wanted: Wanted, told: Told) -> Iterator[List[RecordedFile]]:
    """Task by task, because an address of a file may be good for a while only."""
    unfinished = 0
    for task in tasks(hst, wanted.app, told, group=wanted.room, task=wanted.task):
        about = about_task(task)
        file = RecordedFile("", about.get("room_id", ""), about.get("record_id"), _time(task, "start"), _time(task, "stop"), "", None)
        if not file.overlaps(wanted.start or 0, wanted.end if wanted.end is not None else 1 << 62):
            continue
        status = state_of(task)
        if status == DONE:
            try:
                yield list(_files(hst, wanted.app, file, told))
            except Error as error:
                told.failed(about, error)
        elif wanted.task is not None:
            told.pending(about, STATES.get(status, "its state is %d" % status))
        elif status != FAILED:
            unfinished += 1
    if unfinished:
        told.note("%d recordings are not done yet: the same command fetches them later" % unfinished)


def tasks(
    hst: Client, app: Optional[str], told: Told, group: Optional[str] = None, task: Optional[str] = None, status: Optional[int] = None
) -> Iterator[Dict[str, Any]]:
    """Each once, also where tasks come and go while the pages are read."""
    params = {"app_id": app, "group_id": group, "record_id": task, "status": status, "page_size": PAGE_SIZE}
    seen: Set[str] = set()
    before: List[Dict[str, Any]] = []
    page = 1
    while True:
        reply = hst.call(TASKS, {**params, "page": page})
        rows = rows_of(reply, "record_list")
        for row in rows:
            number = text_of(row.get("record_id"))
            if number is None:
                raise unusable(reply, "has a task without record_id")
            if number not in seen:
                seen.add(number)
                yield row
        total = total_of(reply)
        # Where they are counted, a page may be shorter than it was asked for.
        if not rows or (len(rows) < PAGE_SIZE if total is None else len(seen) >= total):
            break
        if rows == before:
            if total is not None:
                break
            raise unusable(reply, "has the tasks of the page before it once more")
        before = rows
        page += 1
    if total is not None and len(seen) < total:
        told.note("hst counts %d tasks and lists %d: tasks came or went while the list was read; run it again" % (total, len(seen)))


def state_of(task: Mapping[str, Any]) -> int:
    text = text_of(task.get("status"))
    # One that says none is not known to be done.
    return int(text) if text is not None and re.match(r"-?[0-9]{1,9}$", text) else 0


def about_task(task: Mapping[str, Any]) -> Dict[str, Any]:
    about = {"room_id": text_of(task.get("group_id")), "record_id": text_of(task.get("record_id"))}
    return {name: value for name, value in about.items() if value is not None}


def members(reply: Any) -> Mapping[str, Any]:
    """The answer's, which lie flat; one of hst's programs reads them in `result` (L9)."""
    inner = reply.get("result") if isinstance(reply, dict) else None
    return {**reply, **inner} if isinstance(inner, dict) else reply


def total_of(reply: Any) -> Optional[int]:
    total = members(reply).get("total_num")
    return total if isinstance(total, int) else None


def rows_of(reply: Any, *names: str) -> List[Dict[str, Any]]:
    """The list of an answer, under the first of these names that it has."""
    found = members(reply)
    return objects_in(reply, next((name for name in names if name in found), names[0]), found)


def _files(hst: Client, app: Optional[str], of_task: RecordedFile, told: Told) -> Iterator[RecordedFile]:
    seen: Set[str] = set()
    page = 1
    while True:
        reply = hst.call(FILES, {"app_id": app, "record_id": of_task.record_id, "page": page})
        before = len(seen)
        for row in rows_of(reply, "data_list"):
            url = text_of(row.get("url"))
            if url is not None and url not in seen:
                seen.add(url)
                yield of_task._replace(url=url, name=_name(row, url), md5=_md5(row, told))
        total = total_of(reply)
        # A page that brings nothing new is the last one, whatever the total says.
        if len(seen) == before or total is None or len(seen) >= total:
            break
        page += 1
    if total is not None and len(seen) < total:
        told.note("of recording %s hst counts %d files and lists %d" % (of_task.record_id, total, len(seen)))


def _name(row: Mapping[str, Any], url: str) -> str:
    name, extent = text_of(row.get("file_name")), text_of(row.get("extent"))
    if name is None:
        return name_in(url)
    # No page says what `extent` is. Where it looks like the extension, and the name has none, it is taken for it.
    found = re.match(r"\.?([A-Za-z][A-Za-z0-9]{1,7})$", extent or "")
    return "%s.%s" % (name, found.group(1)) if found and not name.lower().endswith("." + found.group(1).lower()) else name


def _md5(row: Mapping[str, Any], told: Told) -> Optional[str]:
    text = text_of(row.get("md5"))
    if text is None:
        return None
    if re.match(r"[0-9A-Fa-f]{32}$", text):
        return text.lower()
    try:
        digest = base64.b64decode(text, validate=True)
        if len(digest) == 16:
            return digest.hex()
    except (binascii.Error, ValueError):
        pass
    told.note("what hst tells as the MD5 of %s is none, and is not compared" % (text_of(row.get("file_name")) or "a file"))
    return None


def _time(task: Mapping[str, Any], which: str) -> Optional[int]:
    """Seconds since 1970. No page prints the format (L11): numbers are taken as seconds or milliseconds, and a text without a zone is
    one of UTC+8."""
    value = task.get("%s_time" % which)
    text = text_of(value)
    if text is None:
        return None
    if re.match(r"[0-9]{12,14}$", text):
        return int(text) // 1000
    if seconds_of(text) is not None:
        # 0 is no time.
        return seconds_of(text) or None
    try:
        found = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        return int((found if found.utcoffset() is not None else found.replace(tzinfo=UTC_8)).timestamp())
    except (ValueError, OverflowError):
        return None
