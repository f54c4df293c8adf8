"""The recordings of avd: where the platform lists their files."""

from __future__ import annotations

import time
from typing import Any, Iterator, List, Mapping, Optional, Set, Tuple

from .. import _errors
from .._avd import Avd
from .recording_files import RecordedFile
from .listings import Told, Wanted, name_in, seconds_of, text_of

DAY_SECONDS = 86400
#: Of a number that no recording has.
NO_SUCH_RECORDING = 40090


#: What `room.record.status` says of a recording that has no files yet (004 L1133).
_STATES = {0: "it is running", 1: "it is running", 4: "it is being stopped"}


def listed(avd: Avd, wanted: Wanted, told: Told) -> Iterator[List[RecordedFile]]:
    """All at once: files of one name may be listed at any place."""
    if wanted.room is not None:
        found = list(of_listing(_of_room(avd, wanted.room, wanted), wanted.room))
    else:
        found = list(_of_all_rooms(avd, wanted, told))
    yield found
    if wanted.task is not None and not found:
        state = avd.room.record.status(record_id=wanted.task).get("record_status")
        if state in _STATES:
            told.pending({"record_id": wanted.task}, _STATES[state])


def _of_all_rooms(avd: Avd, wanted: Wanted, told: Told) -> Iterator[RecordedFile]:
    """The list of the whole server has the source files only (004 L461): it says which rooms have recordings, and has the
    files of rooms that are no more."""
    start, end = _range(wanted)
    sources = [file for file in of_listing(avd.room.get_record_list().get("data")) if file.overlaps(start, end)]
    seen: Set[str] = set()
    unknown: Optional[_errors.Error] = None
    rooms = sorted({file.room_id for file in sources})
    for room in rooms:
        try:
            found = list(of_listing(_of_room(avd, room, wanted), room))
        except _errors.Error as error:
            if wanted.task is not None and error.document.get("code") == NO_SUCH_RECORDING:
                unknown = error
            elif isinstance(error, _errors.NotFound):
                told.note("room %s is not there any more: of its recordings only the source files are listed" % room)
            else:
                told.failed({"room_id": room}, error)
            continue
        seen.update(file.url for file in found)
        yield from found
    if wanted.task is None:
        yield from (file for file in sources if file.url not in seen)
        return
    # The list of the server has no numbers of recordings, but names have them (004 L884).
    named = [file for file in sources if file.url not in seen and wanted.task in file.name]
    yield from named
    if unknown is not None and not seen and not named:
        raise unknown


def _of_room(avd: Avd, room: str, wanted: Wanted) -> Any:
    start, end = _range(wanted)
    # The answer of a cluster is documented only where it is asked to be a box's (004 L296).
    reply = avd.room.get_record(
        room_id=room, record_start_time=str(start), record_end_time=str(end), value_same_as_box=True, record_id=wanted.task
    )
    return reply.get("record_files")


def _range(wanted: Wanted) -> Tuple[int, int]:
    # A platform's clock may be ahead of this one.
    end = int(time.time()) + DAY_SECONDS if wanted.end is None else wanted.end
    return wanted.start or 0, end


def of_listing(recordings: Any, room_id: Optional[str] = None) -> Iterator[RecordedFile]:
    """The files of `record_files` (004 L327-L421) or of `data` (004 L469-L482), each once: the source, and those transcoded from it.
    A file's address has two names, and `transcode_files` three shapes (T50, T51); a text may be a number (T54)."""
    seen = set()
    for recording in recordings if isinstance(recordings, list) else []:
        if not isinstance(recording, dict):
            continue
        # A transcoded file is told with its size. The size beside the source's address is not its own (004 L316).
        for member in [*_transcoded(recording.get("transcode_files")), recording]:
            url = text_of(member.get("down_url")) or text_of(member.get("download_url"))
            if url is None or url in seen:
                continue
            seen.add(url)
            yield RecordedFile(
                url=url,
                room_id=text_of(recording.get("room_id")) or room_id or "",
                record_id=text_of(recording.get("record_id")),
                start_time=seconds_of(recording.get("start_time")),
                end_time=seconds_of(recording.get("end_time")),
                name=(None if member is recording else text_of(member.get("file_name"))) or name_in(url),
                size=None if member is recording else text_of(member.get("file_size")),
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
