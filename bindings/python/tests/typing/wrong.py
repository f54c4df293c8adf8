"""What must not pass: each line that ends in `# wrong` is an error to mypy and to pyright, and no other line is.

(It is checked, never run.)"""

from datetime import datetime

import meetgate

avd = meetgate.Avd(base_url="http://10.0.0.5:9609", token="t")
hst = meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef")
youme = meetgate.Youme(app_key="k", app_secret="s", rest_api_key="r")

avd.room.read()  # wrong
avd.room.read("1")  # wrong
avd.room.read(room_id=1)  # wrong
avd.room.read(room_id=None)  # wrong
avd.room.read(room="1")  # wrong
avd.room.reed(room_id="1")  # wrong
avd.rooms.read(room_id="1")  # wrong
avd.room.read(room_id="1")["data"]["topik"]  # wrong
avd.room.read(room_id="1")["date"]  # wrong
avd.room.avc.start(room_id="1", layout_mode=3)  # wrong
avd.room.mix_record.start(room_id="1", audio_codec="mp3")  # wrong
avd.room.mix_record.start(room_id="1", audio_user_ids="16")  # wrong
avd.room.avc.select_media(room_id="1", videos=[{"x": "left"}])  # wrong
avd.room.avc.select_media(room_id="1", videos=[{"xx": 1}])  # wrong
avd.room.update(room_id="1", enable_auto_avc="true")  # wrong
avd.uploadfile(file=b"bytes")  # wrong
hst.app.create(app_name="n", service=[{"use_limit": 1}])  # wrong
hst.app.create(app_name="n", service=[], status="on")  # wrong
hst.events(app_ids="a")  # wrong
hst.events(app_idz=["a"])  # wrong
hst.events(["a"])  # wrong
avd.events(app_ids=["a"])  # wrong
hst.events(app_ids=["a"]).next()["type"]  # wrong
next(hst.events(app_ids=["a"]))["version"]  # wrong
hst.consuming.records(start_time="1", end_time=2, page=1, page_size=1)  # wrong
youme.count_qos_by_day(query_date=20191210)  # wrong
youme.count_qos_by_day(QueryDate="20191210")  # wrong
youme.count_business_total_volume_by_day(query_date="20191210", count_by=5)  # wrong
meetgate.Avd("http://10.0.0.5")  # wrong
meetgate.Avd(token="t")  # wrong
meetgate.Avd(base_url="http://10.0.0.5", token="t", timeout="5")  # wrong
meetgate.Avd(base_url="http://10.0.0.5", token="t", http_method="put")  # wrong
avd.with_options(timeout=5)  # wrong
meetgate.Avd.from_config({"base_url": "http://10.0.0.5:9609", "tokn": "t"})  # wrong
meetgate.Avd.from_config({"token": "t"})  # wrong
meetgate.Hst.from_config({"dev_id": 5})  # wrong
avd.raw_call("FETCH", "/x")  # wrong
avd.room.read(room_id=datetime.now())  # wrong
avd.call("avd.room.read", {}, {"timeout": 5})  # wrong
topic: int = avd.room.read(room_id="1")["data"]["topic"]  # wrong
meetgate.Hst(dev_id=1)  # wrong
meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef", token_store="/run/meetgate")  # wrong
meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef", token_store={"fil": "/run/meetgate"})  # wrong
meetgate.Hst(token_provider=True)  # wrong
meetgate.Hst(token_provider=lambda: "t")  # wrong
meetgate.Hst(token_provider=lambda dead_token: 1)  # wrong
meetgate.Youme(app_key="k", app_secret="s", rest_api_key="r", token="t")  # wrong
youme.set_token("t")  # wrong
youme.info()["token"]  # wrong
hst.info()["tokens"]  # wrong
hst.info()["token"]["token"]  # wrong
hst.set_token(None)  # wrong
meetgate.hst_user_token(app_id="a")  # wrong
meetgate.hst_user_token(app_id="a", app_secret="0123456789abcdef", random="42")  # wrong
meetgate.youme_user_token(app_key="k", rest_api_key="r")  # wrong
meetgate.youme_checksum("s", "r")  # wrong
meetgate.NoSuchName  # wrong
avd.raw_call("GET", "/x", options={"timeout": 5})  # wrong
