"""What programs write: it must pass mypy --strict and pyright as it stands. (It is checked, never run.)"""

from __future__ import annotations

import io
import logging
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import meetgate
from meetgate import testing
from meetgate.types import avd as avd_types
from meetgate.types import hst as hst_types

avd = meetgate.Avd(base_url="http://10.0.0.5:9609", access_key="a", secret_key="b", timeout_ms=5000)
hst = meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef", parse_float=Decimal)
shared = meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef", token_store={"file": "/run/meetgate"}, token_timeout_ms=5000)
store: meetgate.TokenStore = {"redis": "redis://10.0.0.6:6379/0", "prefix": "p", "degrade": True}
meetgate.Avd(base_url="http://10.0.0.5:9609", access_key="a", secret_key="b", token_store=store)
youme = meetgate.Youme.from_config({"app_key": "k", "app_secret": "s", "rest_api_key": "r"})
configuration: meetgate.AvdConfig = {"base_url": "http://10.0.0.5:9609", "token": "t", "tls": {"roots": "system"}}
meetgate.Avd.from_config(configuration)
meetgate.Avd.from_config(Path("avd.json"))
meetgate.AsyncAvd.from_config("avd.json")
double: meetgate.Avd = testing.Avd({"avd.room.read": {"ret": 0}, "avd.room.del": testing.api_error("avd.room.del", 40004)})
meetgate.NotFound(code=40004, message="no such room")
avd.room.get_record(room_id="1", record_start_time=datetime.now(timezone.utc), record_end_time="1638324000")
avd.room.get_statistic(room_id="1", start_time=datetime.now(timezone.utc), end_time=1638324000)
youme.count_qos_by_day(query_date=date(2021, 12, 1))
avd.raw_call("get", "/x")

with avd as same:
    topic: str = same.room.read(room_id="1")["data"]["topic"]

fetched: meetgate.Download = avd.download("/1.mp4", Path("1.mp4"), md5="0" * 32, resume=False, progress=lambda count, total: None)
size: int = fetched["bytes"]
roots: str = avd.info()["tls"]["roots"]
pinned = meetgate.Avd(base_url="https://10.0.0.5", token="t", proxy="env", tls={"roots": "none", "pin_sha256": ["00"]})

reply: avd_types.RoomReadReply = avd.with_options(timeout_ms=500).room.read(room_id="1")
text: str = meetgate.text_of(reply)
ret: int = reply["ret"]

videos: List[avd_types.RoomAvcSelectMediaVideosItem] = [{"x": 0.5, "y": Decimal("0.25"), "w": 1, "h": 1}]
avd.room.avc.select_media(room_id="1", videos=videos, layout_mode=0)
avd.room.mix_record.start(
    room_id="1",
    audio_codec="aac",
    video_bitrate="1000-1500",
    audio_user_ids=["16", "49"],
    videos=[{"x": 0, "y": 0, "w": 0.5, "h": 0.5}],
)
avd.room.mix_record.stop(room_id="1", stream_type="a value that the document does not know")
avd.room.del_(room_id="1")
avd.uploadfile(file="welcome.png")
avd.uploadfile(file=Path("welcome.png"), storage_only_cluster=True)
avd.uploadfile(file=io.BytesIO(b""))
avd.uploadfile(file=("welcome.png", b""))
avd.uploadfile(file=("welcome.png", io.BytesIO(b"")))
avd.with_options(progress=lambda count, total: print(count, total)).uploadfile(file="welcome.png")

with avd.room.mix_record.guarded_start(room_id="1", enable_realtime_transcode=True) as recording:
    record_id: str = recording.reply["record_id"]
    recording.release()
with avd.guarded("avd.media.create", {"room_id": "1"}) as playing:
    playing.undo()
avd.undo("avd.room.mix_record.start", {"room_id": "1"}, avd.room.mix_record.start(room_id="1"))
status_of: avd_types.RoomRecordStatusReply = avd.room.record.wait_until_stopped(record_id="r", timeout_ms=3_600_000)
patience: meetgate.WaitOptions = {"pause_ms": 500, "max_pause_ms": 5000}
avd.room.mix_record.wait_until_ready(room_id="1", record_id="r", **patience)
avd.wait("avd.transcode.query", {"room_id": "1", "record_id": "r"}, call_timeout_ms=500)

hst.app.create(app_name="n", service=[{"service_id": 3}, {"service_id": 4, "use_limit": 1000}], status="online")
hst.online.trans_cmd(
    app_id="a",
    msg_id=1,
    user_list=[{"user_id": "u", "mutex_type": "pc", "client_guid": "g"}],
    trans_mess={"action": "anything"},
)
for record in hst.consuming.iter_records(start_time=1, end_time=2):
    amount: float = record["amount"]
rows: List[hst_types.ConsumingRecordsReplyResultListItem] = list(hst.consuming.iter_records(start_time=1, end_time=2))

volume: int = youme.count_business_total_volume_by_day(query_date="20191210", count_by=2)["TrendData"][0]["Volume"]

stop = meetgate.Cancel()
avd.with_options(cancel=stop, attempt_timeout_ms=500, max_attempts=2).room.read(room_id="1")
facts = meetgate.Facts()
avd.with_options(facts=facts).room.read(room_id="1")
http_status: Optional[int] = facts.http_status
total: float = facts.ms["total"]
limits: meetgate.CallOptions = {"timeout_ms": 500, "cancel": stop, "facts": facts, "progress": print}
statistics: meetgate.ClientStats = avd.stats()
calls: int = statistics["operations"]["avd.room.read"]["calls"]
avd.log_to("meetgate")
avd.log_to(logging.getLogger("meetgate"), logging.DEBUG)
avd.log_to(None)
avd.call("avd.room.read", {"room_id": "1"}, limits)
trust: meetgate.Tls = {"ca_file": "/etc/ssl/own.pem"}
meetgate.Avd(base_url="https://10.0.0.5:9610", token="t", tls=trust)
stop.trigger()
is_triggered: bool = stop.triggered

anything: Dict[str, Any] = avd.call("avd.room.read", {"room_id": "1"}, {"timeout_ms": 500})
avd.raw_call("POST", "/sdkapi/v2/room/read", form={"room_id": "1"}, options={"timeout_ms": 500})


def provide(dead_token: Optional[str]) -> Tuple[str, int]:
    return ("fresh" if dead_token is None else dead_token + "2"), 7200


provider: meetgate.TokenProvider = provide
hosted = meetgate.Avd(base_url="http://10.0.0.5:9609", token_provider=provide)
meetgate.Hst(token_provider=lambda dead_token: "token")
hosted.set_token_provider(lambda dead_token: ("token", None))
fixed = meetgate.Hst(base_url="http://10.0.0.5:28000", token="t")
fixed.set_token("another")

known: meetgate.TokenInfo = fixed.info()["token"]
generation: int = known["generation"]
left: Optional[int] = known.get("expires_in_ms")
about: meetgate.ClientInfo = youme.info()
platform: str = about["platform"]
offset: Optional[int] = about.get("clock_offset_s")

user_token: str = meetgate.hst_user_token(app_id="a", app_secret="0123456789abcdef", user_id="u", random=42)["user_token"]
youme_token: meetgate.YoumeUserToken = meetgate.youme_user_token(app_key="k", rest_api_key="r", user_id="u")
checksum: meetgate.YoumeChecksum = meetgate.youme_checksum(app_secret="s", rest_api_key="r", curtime=1575962150)

try:
    avd.room.read(room_id="1")
except meetgate.NotFound as error:
    code: Optional[int] = error.code
    meanings: List[Optional[str]] = [error.meaning, error.meaning_zh, error.request_id, error.operation]
    kind: Optional[str] = error.kind
    pause: Optional[int] = error.retry_after_ms
    target: Optional[str] = error.location
    status: str = error.status
    again: bool = error.retryable
except (meetgate.PlatformBusy, meetgate.Timeout, meetgate.Error):
    pass


def group_of(event: meetgate.Event) -> Optional[str]:
    if event["type"] == "state":
        version: int = event["version"]
        print(version, event["reason"], event["data"]["group_list"])
    elif event["type"] == "disconnected":
        print(event["error"]["message"], event["next_attempt_ms"])
    elif event["type"] == "recording":
        return event.get("group_id")
    elif event["type"] == "joined" or event["type"] == "left":
        return event["group_id"]
    return None


with hst.events(app_ids=["a"], groups=("g",), heartbeat_s=5) as events:
    for event in events:
        group_of(event)
    next_one: Optional[meetgate.Event] = events.next(timeout=0.5)
    if next_one is not None:
        print(next_one["type"], meetgate.text_of(next_one))
wanted: meetgate.EventsOptions = {"app_ids": ["a"], "pause_ms": 100}
session: meetgate.Events = hst.events(**wanted)
has_ended: bool = session.closed
told = testing.Hst({"events": [{"type": "connected"}, meetgate.ProtocolError()]})


async def main() -> None:
    async with meetgate.AsyncHst(dev_id="d", dev_secret="0123456789abcdef") as watched:
        async with watched.events(**wanted) as changes:
            async for change in changes:
                group_of(change)
            await changes.next(0)
    async with meetgate.AsyncAvd(base_url="http://10.0.0.5:9609", token="t", async_threads=4) as awaited:
        name: str = (await awaited.room.read(room_id="1"))["data"]["topic"]
        print(name, await awaited.with_options(timeout_ms=5).room.list())
        awaited.set_token("another")
        async with awaited.room.mix_record.guarded_start(room_id="1") as begun:
            await awaited.room.record.wait_until_stopped(record_id=begun.reply["record_id"])
        age: Optional[int] = awaited.info()["token"].get("age_ms")
    async with meetgate.AsyncHst(token_provider=provide, token_timeout_ms=1000) as bills:
        async for record in bills.consuming.iter_records(start_time=1, end_time=2):
            print(record["charge_term"])
