"""The files of avd's recordings: where the platform lists them, and what they are called on this disk."""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional
from urllib.parse import unquote, urlsplit

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

    def overlaps(self, start: int, end: int) -> bool:
        """Whether its recording was on within these times. One that does not say its own may have been."""
        begins_in_time = self.start_time is None or self.start_time <= end
        return begins_in_time and (self.end_time is None or self.end_time >= start)


def of_listing(recordings: Any, room_id: Optional[str] = None) -> Iterator[RecordedFile]:
    """The files of `record_files` (004 L327-L421) or of `data` (004 L469-L482), each once: the source, and those transcoded from it.
    A file's address has two names, and `transcode_files` three shapes (T50, T51); a text may be a number (T54)."""
    seen = set()
    for recording in recordings if isinstance(recordings, list) else []:
        if not isinstance(recording, dict):
            continue
        # A transcoded file is told with its size. The size beside the source's address is not its own (004 L316).
        for member in [*_transcoded(recording.get("transcode_files")), recording]:
            url = _text(member.get("down_url")) or _text(member.get("download_url"))
            if url is None or url in seen:
                continue
            seen.add(url)
            yield RecordedFile(
                url=url,
                room_id=_text(recording.get("room_id")) or room_id or "",
                record_id=_text(recording.get("record_id")),
                start_time=_seconds(recording.get("start_time")),
                end_time=_seconds(recording.get("end_time")),
                name=(None if member is recording else _text(member.get("file_name"))) or _name_in(url),
                size=None if member is recording else _text(member.get("file_size")),
            )


def _transcoded(files: Any) -> List[Mapping[str, Any]]:
    if isinstance(files, list):
        return [file for file in files if isinstance(file, dict)]
    if not isinstance(files, dict):
        return []
    urls = files.get("down_url") or files.get("download_url") or []
    infos = files.get("file_infos")
    infos = infos if isinstance(infos, list) and isinstance(urls, list) and len(infos) == len(urls) else []
    found: List[Mapping[str, Any]] = []
    for place, url in enumerate(urls if isinstance(urls, list) else [urls]):
        info = infos[place] if infos and isinstance(infos[place], dict) else {}
        found.append({**info, "down_url": url, "download_url": None})
    return found


def _text(value: Any) -> Optional[str]:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).strip() or None


def _seconds(value: Any) -> Optional[int]:
    text = _text(value)
    return int(text) if text is not None and re.match(r"[0-9]{1,11}$", text) else None


def _name_in(url: str) -> str:
    """The last segment of the path on the server, which stands in the query (004 L331)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    found = re.search(r"(?:^|&)file=([^&]*)", parts.query)
    return unquote(found.group(1) if found else parts.path).rsplit("/", 1)[-1]


def paths(files: Iterable[RecordedFile]) -> Dict[str, RecordedFile]:
    """Where each file goes, from the folder on: `ROOM/START-RECORDING/NAME`, in this order. No two have one place, also where the disk
    takes a and A for the same. A file has the same place each time."""
    together: Dict[str, List[RecordedFile]] = {}
    for file in files:
        place = _place(file, component(file.name))
        together.setdefault(unicodedata.normalize("NFC", place).casefold(), []).append(file)
    found = {}
    for those in together.values():
        # A server may be known by several addresses.
        without_host = [file.url.partition("://")[2].partition("/")[2] for file in those]
        marks = without_host if len({*without_host}) == len(those) else [file.url for file in those]
        for file, mark in zip(those, marks):
            name = component(file.name)
            found[_place(file, name if len(those) == 1 else _marked(name, mark))] = file
    return found


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
