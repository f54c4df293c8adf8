"""A short tour of the sandbox with nothing but the standard library. Run it:

    cargo build --release --package meetgate-sandbox
    python3 examples/python/try_sandbox.py

It signs its calls itself, to show what the platforms ask for; programs use a meetgate client, which does that and more.
"""

import hashlib
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from meetgate_sandbox import Sandbox

# The sandbox is on this machine: no proxy has a place between.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(url, query=None, body=None, headers=None):
    """One call. Returns the JSON of the answer, which all three platforms send with HTTP 200, also for failures."""
    if query:
        url += "?" + urllib.parse.urlencode(query)
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    with OPENER.open(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


def try_avd(sandbox):
    """avd: a token for two keys, and the token as a parameter of every call."""
    keys = sandbox.configurations["avd"]
    base = keys["base_url"] + "/sdkapi/v2"
    credentials = {"access_key": keys["access_key"], "secret_key": keys["secret_key"]}
    token = call(base + "/app/get_token", credentials)["token"]

    def avd(path, **params):
        return call(base + path, {"token": token, **params})

    room = avd("/room/create", user_id="16", topic="周会")["room_id"]
    sandbox.join(room, "77", user_name="Li", type="web")
    people = avd("/room/participate/list", room_id=room)["participates"]
    print("avd: in the new room:", ", ".join(person["user_name"] for person in people))

    avd("/room/mix_record/start", room_id=room, enable_realtime_transcode="true")
    sandbox.advance_clock(90)  # nothing waits for a minute and a half
    file = avd("/room/mix_record/stop", room_id=room)["data"][0]
    with OPENER.open(file["download_url"], timeout=30) as download:
        print("avd: recorded", file["duration"], "in", len(download.read()), "bytes of", file["file_type"])

    print("avd: a room that does not exist:", avd("/room/read", room_id="40400000000"))

    # A bad day: twice a broken proxy, then it works again.
    sandbox.add_fault("avd.room.read", "http", status=502, times=2)
    for attempt in (1, 2, 3):
        try:
            print("avd: attempt", attempt, "answers", avd("/room/read", room_id=room)["msg"])
        except urllib.error.HTTPError as error:
            with error:
                print("avd: attempt", attempt, "meets HTTP", error.code)

    sandbox.expire_tokens()
    print("avd: a dead token:", avd("/room/list"))


def try_youme(sandbox):
    """youme: no token, but a checksum over two secrets and the time, in the query of each call."""
    keys = sandbox.configurations["youme"]

    def youme(command, body, age=0):
        curtime = str(int(time.time() + sandbox.clock_offset()) - age)
        checksum = hashlib.sha1((keys["app_secret"] + keys["rest_api_key"] + curtime).encode()).hexdigest()
        query = {"appkey": keys["app_key"], "identifier": "admin", "curtime": curtime, "checksum": checksum}
        return call(f"{keys['base_url']}/v2/video/{command}", query, body)

    day = youme("query_all_instance_by_time", {"BeginTime": "1575907200", "EndTime": "1575993599"})
    print("youme:", len(day["UsersList"]), "stays on 2019-12-10")
    room = youme("query_room_info", {"RoomId": "weekly-review"})
    print("youme: users seen in weekly-review:", len(room["Users"]))
    # The number differs from start to start: none is documented.
    late = youme("query_room_info", {"RoomId": "weekly-review"}, age=600)
    print("youme: a checksum of ten minutes ago:", late["Status"], late["ErrorInfo"])


def try_hst(sandbox):
    """hst: a developer token is sealed with AES, which the standard library does not have. So only the refusals."""
    keys = sandbox.configurations["hst"]
    unsealed = {"Authorization": keys["dev_id"] + ".001AAAA"}
    print("hst: a developer token that nobody sealed:", call(keys["base_url"] + "/access/token", headers=unsealed))
    state = {"app_id": "8f14e45fceea467a9f36dedd4bea2543", "msg_id": 1}
    dead = call(keys["base_url"] + "/v1/online/user/state", state, headers={"Authorization": "0" * 32})
    print("hst: an access token that nobody issued:", dead)


def main():
    """The path of meetgate-sandbox may be given; see meetgate_sandbox.py for where it is looked for."""
    with Sandbox(*sys.argv[1:2]) as sandbox:
        try_avd(sandbox)
        try_youme(sandbox)
        try_hst(sandbox)
        print("calls:", sum(sandbox.counts().values()), "rooms created:", sandbox.acted_counts()["avd.room.create"])


if __name__ == "__main__":
    main()
