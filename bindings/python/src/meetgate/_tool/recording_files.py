"""The files of recordings, and what they are called on this disk."""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from typing import Dict, Iterable, List, NamedTuple, Optional

#: Bytes of one component of a path. The part of a download adds 15, and systems take 255.
LONGEST = 200
#: Names that Windows keeps for itself, whatever their extension.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)
_UNITS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class RecordedFile(NamedTuple):
    """One file of a recording, as a platform lists it."""

    url: str
    room_id: str
    #: None where the list does not say it (004 L449-L461).
    record_id: Optional[str]
    #: Seconds since 1970.
    start_time: Optional[int]
    end_time: Optional[int]
    #: As the platform spells it.
    name: str
    #: "16.367M"; None where it is not told of this very file.
    size: Optional[str]
    #: In hexadecimal; None where the platform tells none.
    md5: Optional[str] = None

    def overlaps(self, start: int, end: int) -> bool:
        """Whether its recording was on within these times. One that does not say its own may have been."""
        begins_in_time = self.start_time is None or self.start_time <= end
        return begins_in_time and (self.end_time is None or self.end_time >= start)


def paths(files: Iterable[RecordedFile]) -> Dict[str, RecordedFile]:
    """Where each file goes, from the folder on: `ROOM/START-RECORDING/NAME`, in this order. No two have one place, also where the disk
    takes a and A for the same. A file has the same place each time."""
    together: Dict[str, List[RecordedFile]] = {}
    for file in files:
        place = _place(file, component(file.name))
        together.setdefault(unicodedata.normalize("NFC", place).casefold(), []).append(file)
    found = {}
    for those in together.values():
        # A server may be known by several addresses, and an address may hold a signature of today's.
        for of_file in (_md5_of, _without_host, _url_of):
            marks = [of_file(file) for file in those]
            if len({*marks}) == len(those):
                break
        for file, mark in zip(those, marks):
            name = component(file.name)
            found[_place(file, name if len(those) == 1 else _marked(name, mark))] = file
    return found


def _md5_of(file: RecordedFile) -> str:
    return file.md5 or ""


def _without_host(file: RecordedFile) -> str:
    return file.url.partition("://")[2].partition("/")[2]


def _url_of(file: RecordedFile) -> str:
    return file.url


def _place(file: RecordedFile, name: str) -> str:
    started = "unknown" if file.start_time is None else time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(file.start_time))
    # Its list does not number it: then the source file's name, which has the number in it (004 L884).
    recording = file.record_id or name.rpartition(".")[0] or name
    return "%s/%s/%s" % (component(file.room_id), component("%s-%s" % (started, recording)), name)


def component(text: str) -> str:
    """A server's text as one component of a path: nothing but a name, on every system. Two texts that differ stay two names."""
    kept = "".join("_" if _is_unfit(character) else character for character in unicodedata.normalize("NFC", text))
    # A leading dot hides a file, as it does the part of a download; Windows drops a trailing one.
    kept = re.sub(r"^[. ]+|[. ]+$", "_", kept) or "_"
    if _RESERVED.match(kept):
        kept = "_" + kept
    return kept if kept == text and len(kept.encode("utf-8")) <= LONGEST else _marked(kept, text)


def _is_unfit(character: str) -> bool:
    if character == " ":
        return False
    return character in '/\\:*?"<>|' or unicodedata.category(character)[0] in "CZ"


def _marked(name: str, text: str) -> str:
    """The name with a digest of the text before its extension, and no longer than a system takes."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or len(extension.encode("utf-8")) > 16:
        stem, extension = name, ""
    room = LONGEST - len(digest) - len(extension.encode("utf-8")) - 2
    cut = stem.encode("utf-8")[:room].decode("utf-8", "ignore")
    return "%s-%s%s" % (cut, digest, "." + extension if extension else "")


def fits(count: int, size: Optional[str]) -> bool:
    """Whether so many bytes are what a text such as "16.367M" means. The document does not say whether its M is 1000 or 1024 times 1000
    or 1024: both are taken, and 2 percent beside them. A text that is none of these says nothing."""
    found = re.match(r"([0-9]+(?:\.([0-9]+))?)\s*([KMGT]?)(?:i?B)?$", size or "", re.IGNORECASE)
    if found is None:
        return True
    power = _UNITS[found.group(3).upper()]
    told, last_digit = float(found.group(1)), 10.0 ** -len(found.group(2) or "")
    return any(abs(count / base**power - told) <= max(last_digit, told * 0.02) for base in (1000, 1024))
