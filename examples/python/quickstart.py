#!/usr/bin/env python3
"""The three platforms from Python: rooms and recordings on avd, applications and users on hst, figures on youme.

    pip install ./bindings/python
    meetgate-sandbox > sandbox.json &
    python3 examples/python/quickstart.py sandbox.json

The file holds a configuration for each platform, as the first line of the sandbox does; with it the ids below exist.
"""

import asyncio
import json
import sys

import meetgate

QUIET_ROOM = "12345123456"
APP = "8f14e45fceea467a9f36dedd4bea2543"


def drive_avd(config):
    with meetgate.Avd.from_config(config) as avd:
        # Without a room_id the platform makes one up, so that this program can run again.
        new_room = avd.room.create(user_id="16", topic="周会")["room_id"]
        print("avd: a new room:", avd.room.read(room_id=new_room)["data"]["topic"])
        try:
            recording = avd.room.mix_record.start(room_id=new_room)
            try:
                print("avd: its recording:", avd.room.record.status(record_id=recording["record_id"])["ret"])
            finally:
                # What is started must be stopped, whatever happens in between.
                avd.room.mix_record.stop(room_id=new_room)
            for found in avd.room.mix_record.get(room_id=new_room)["data"]:
                print("avd: a file:", found["file_size"])
        finally:
            avd.room.close(room_id=new_room)

        # A failure, on purpose.
        try:
            avd.room.read(room_id="40400000000")
        except meetgate.NotFound as error:
            print("avd:", error, "(%s)" % error.meaning_zh)
        except meetgate.Error as error:
            print("avd: something else:", error.status, error, "again?", error.retryable)


def drive_hst(config):
    with meetgate.Hst.from_config(config) as hst:
        created = hst.app.create(app_name="会议演示", service=[{"service_id": 3}, {"service_id": 4, "use_limit": 1000}])
        print("hst: a new application:", created["result"]["app_name"], created["result"]["status"])
        for user in hst.online.user.state(app_id=APP, msg_id=9007199254740993)["result"]["user_list"]:
            print("hst: user", user["user_id"], "is", "online" if user["state"] else "offline")
        records = list(hst.consuming.iter_records(start_time=1588146896000, end_time=1590738896000, page_size=10))
        print("hst: usage records:", len(records))


def drive_youme(config):
    with meetgate.Youme.from_config(config) as youme:
        day = {"begin_time": "1575907200", "end_time": "1575993599"}
        for room in youme.query_instance_all_records_by_time(user_id="terminal-001", **day)["UserRecords"]:
            print("youme: terminal-001 was in", room["RoomId"], len(room["RoomRecords"]), "times")


async def drive_many_at_once(config):
    async with meetgate.AsyncAvd.from_config(config) as avd:
        lists = await asyncio.gather(*(avd.room.participate.list(room_id=QUIET_ROOM) for _ in range(8)))
        print("avd: asked at once:", len(lists), "times,", len(lists[0]["participates"]), "participants")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        config = json.loads(file.readline())
    drive_avd(config["avd"])
    drive_hst(config["hst"])
    drive_youme(config["youme"])
    asyncio.run(drive_many_at_once(config["avd"]))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: quickstart.py SANDBOX_JSON")
    main()
