"""`rooms stop-all`: against the sandbox, and against platforms that are scripted."""

import json
import os
import threading
import unittest

import meetgate
from meetgate import _catalog
from meetgate._tool import avd_running
from support import APP, ROOM, Sandbox, Server, answer
from test_command_line import interrupted, run

#: By their paths.
OPERATIONS = {operation["path"]: operation["name"] for operation in meetgate.catalog()["operations"]}

#: What the sandbox has running from the start.
BUSY_ROOM = "98765432100"
DEVICE = "2f9d6b84-c1e0-4a37-b5f2-6d8e0c4a7913"

#: These undo what is no matter of a running meeting.
NOT_RUNNING = {
    "avd.app.delete_file_permit", "avd.sip.gate.del", "avd.sip.account.del",
    # A setting of a device, not a device.
    "avd.device.video.unfocus", "avd.device.video.open", "avd.device.audio.unmute",
    # No operation lists players, and one is stopped by its number.
    "avd.media.stop",
}  # fmt: skip


class Stops(unittest.TestCase):
    def stop_all(self, config, *arguments, code=0):
        found = run("rooms", "stop-all", *arguments, MEETGATE_CONFIG=json.dumps(config))
        self.assertEqual(found.returncode, code, found.stdout + found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found

    def lines(self, *arguments, **more):
        return [json.loads(line) for line in self.stop_all(*arguments, "--json", **more).stdout.splitlines()]


class FromTheSandbox(Stops):
    def setUp(self):
        self.sandbox = Sandbox("--control")
        self.addCleanup(self.sandbox.stop)
        self.config = self.sandbox.configurations["avd"]

    def test_it_shows_first_and_stops_on_request(self):
        found = self.stop_all(self.config, "--room", BUSY_ROOM)
        self.assertEqual(
            found.stdout.splitlines(),
            [
                BUSY_ROOM + "  runs  composed view",
                BUSY_ROOM + "  may run  device %s, mixed recording, desktop recording, mixed live stream, live stream" % DEVICE,
                "nothing was stopped; --yes stops it",
            ],
        )
        shown = self.lines(self.config, "--room", BUSY_ROOM)
        self.assertEqual([line["result"] for line in shown], ["running"] + 5 * ["may_run"])
        self.assertEqual(self.lines(self.config, "--room", BUSY_ROOM), shown)
        found = self.stop_all(self.config, "--room", BUSY_ROOM, "--yes")
        self.assertIn("stopped  room %s: mixed recording\n" % BUSY_ROOM, found.stdout)
        self.assertEqual(found.stdout.splitlines()[-1], "6 stopped, 0 not running, 0 failed")
        self.assertEqual(found.stderr, "")
        again = self.lines(self.config, "--room", BUSY_ROOM, "--yes")
        self.assertEqual({line["result"] for line in again}, {"not_running"})
        # The meeting goes on.
        self.assertIn(BUSY_ROOM, {line["room_id"] for line in self.lines(self.config)})

    def test_all_rooms_and_only_some_kinds(self):
        recordings = self.lines(self.config, "--only", "recordings", "--yes")
        self.assertEqual({line["what"] for line in recordings}, {"mixed recording", "desktop recording"})
        self.assertGreater(len({line["room_id"] for line in recordings if line["result"] == "stopped"}), 1)
        devices = self.lines(self.config, "--only", "devices", "--only", "views")
        self.assertEqual({(line["what"], line.get("number")) for line in devices}, {("device", DEVICE), ("composed view", None)})

    def test_who_was_not_called_is_not_put_out(self):
        avd = self.sandbox.configurations["avd"]
        before = json.loads(run("call", "avd.room.participate.list", "room_id=" + ROOM, "--json", MEETGATE_CONFIG=json.dumps(avd)).stdout)
        self.stop_all(self.config, "--yes")
        after = json.loads(run("call", "avd.room.participate.list", "room_id=" + ROOM, "--json", MEETGATE_CONFIG=json.dumps(avd)).stdout)
        self.assertEqual(after, before)

    def test_one_failure_does_not_stop_the_others(self):
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.mix_record.stop", "kind": "number", "code": 40043, "times": 1})
        found = self.stop_all(self.config, "--room", BUSY_ROOM, "--yes", code=1)
        self.assertIn("failed   room %s: mixed recording: API: " % BUSY_ROOM, found.stderr)
        self.assertEqual(found.stdout.splitlines()[-1], "5 stopped, 0 not running, 1 failed")
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.mix_record.stop", "kind": "number", "code": 40043, "times": 1})
        failed = [line for line in self.lines(self.config, "--room", BUSY_ROOM, "--yes", code=1) if line["result"] == "failed"]
        self.assertEqual([(line["what"], line["error"]["code"]) for line in failed], [("mixed recording", 40043)])
        # So it is with a room whose list fails.
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.participate.list", "kind": "number", "code": 41001, "times": 1})
        lines = self.lines({**self.config, "max_attempts": 1}, "--yes", code=1)
        self.assertEqual([line["error"]["code"] for line in lines if line["result"] == "failed"], [41001])
        self.assertGreater(len(lines), 10)

    def test_a_room_that_is_not_open(self):
        self.assertEqual(self.stop_all(self.config, "--room", "40400000000").stdout, "nothing runs\n")
        self.assertEqual(self.lines(self.config, "--room", "40400000000"), [])
        found = self.stop_all(self.config, "--room", "40400000000", "--yes")
        self.assertEqual(found.stdout, "0 stopped, 0 not running, 0 failed\n")

    def test_no_list_at_all(self):
        self.stop_all({**self.config, "secret_key": "wrong"}, "--yes", code=3)
        self.stop_all({**self.config, "base_url": "http://127.0.0.1:1", "max_attempts": 1}, code=4)
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.list", "kind": "number", "code": 41001, "times": 1})
        found = self.stop_all({**self.config, "max_attempts": 1}, "--json", code=5)
        self.assertEqual(json.loads(found.stdout)["code"], 41001)

    def test_a_command_line_that_cannot_be_right(self):
        configurations = self.sandbox.configurations
        self.assertIn("youme has nothing", self.stop_all(configurations["youme"], "--yes", code=2).stderr)
        self.assertIn("give --app", self.stop_all(configurations["hst"], code=2).stderr)
        self.assertIn("--only devices: hst has recordings and lives", self.stop_all(configurations["hst"], "--app", "a", "--only", "devices", code=2).stderr)
        self.assertIn("--app is for hst", self.stop_all(self.config, "--app", "a", code=2).stderr)


class FromAScriptedServer(Stops):
    def served(self, rooms, participants=(), silent=False):
        def script(request):
            if "/room/list" in request.path:
                return answer(json.dumps({"ret": 0, "rooms": rooms}))
            if "/participate/list" in request.path:
                return answer(json.dumps({"code": 200, "participates": participants}))
            return None if silent else answer('{"ret":40051,"msg":"x"}')

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        return {"platform": "avd", "base_url": self.server.url, "token": "t"}

    def test_lists_that_are_none(self):
        for rooms in ("text", {"a": 1}, [5], [None]):
            self.assertIn("PROTOCOL", self.stop_all(self.served(rooms), code=5).stderr)
        for rooms in (None, [], [{}], [{"room_id": None}]):
            self.assertEqual(self.stop_all(self.served(rooms)).stdout, "nothing runs\n")
        self.assertIn("PROTOCOL", self.stop_all(self.served([{"room_id": 1}], "text"), code=1).stderr)

    def test_only_participants_of_no_known_kind_may_be_devices(self):
        kinds = ["web", "miniprogram", "android", "ios", "pc", "sip", None, ""]
        people = [{"user_id": "u%d" % place, "type": kind} for place, kind in enumerate(kinds)]
        lines = self.lines(self.served([{"room_id": "1"}], people), "--only", "devices")
        self.assertEqual([line["number"] for line in lines], ["u5", "u6", "u7"])

    def test_a_platform_cannot_write_to_the_terminal_what_it_likes(self):
        from test_command_line import on_a_terminal, plain

        config = self.served([{"room_id": "1\x1b]0;t\x07"}], [{"user_id": "\x9b31m"}])
        shown, code = on_a_terminal("rooms", "stop-all", "--yes", MEETGATE_CONFIG=json.dumps(config))
        self.assertEqual(code, 1)
        for control in "\x07\x9b":
            self.assertNotIn(control, plain(shown))
        shown, _ = on_a_terminal("rooms", "stop-all", MEETGATE_CONFIG=json.dumps(config))
        for control in "\x07\x9b":
            self.assertNotIn(control, plain(shown))

    @unittest.skipIf(os.name == "nt", "signals are sent as on Unix")
    def test_ctrl_c(self):
        config = self.served([{"room_id": str(number)} for number in range(40)], silent=True)
        arguments = ("rooms", "stop-all", "--yes", "--only", "recordings")
        ended = interrupted(self.server, 5, *arguments, MEETGATE_CONFIG=json.dumps(config))
        self.assertEqual(ended, (130, "stopped; what was asked for last may have been done: the same command shows what still runs\n"))
        # No more than four at once: the others were never sent.
        self.assertEqual(len(self.server.requests), 5)


class Hst(unittest.TestCase):
    def setUp(self):
        self.running = [{"record_id": "r%d" % state, "group_id": "g%d" % (state % 2), "status": state} for state in (1, 2, 3, 6, 7)]
        self.lives = [{"group_id": "g0"}, {"group_id": "g1"}]
        self.finished = []
        self.wrapped = False
        self.lock = threading.Lock()
        self.server = Server(self.script)
        self.addCleanup(self.server.__exit__)
        self.config = json.dumps({"platform": "hst", "base_url": self.server.url, "token": "t"})

    def script(self, request):
        operation = OPERATIONS[request.path]
        if operation == "hst.record.task.list":
            # It does not heed the state.
            return answer(json.dumps({"code": 0, "msg": "10000", "record_list": self.running, "total_num": len(self.running)}))
        if operation == "hst.live.list":
            found = {"result": {"live_info_list": self.lives}} if self.wrapped else {"list": self.lives}
            return answer(json.dumps({"code": 0, "msg": "10000", **found}))
        body = json.loads(request.body)
        with self.lock:
            self.finished.append((operation, body))
        code = {"r7": 605030001, "r2": 605030032}.get(body.get("record_id"), 0)
        return answer(json.dumps({"code": code, "msg": "x"}))

    def stop_all(self, *arguments, code=0):
        found = run("rooms", "stop-all", "--app", APP, "--config", self.config, *arguments)
        self.assertEqual(found.returncode, code, found)
        return found

    def test_it_shows_first(self):
        for self.wrapped in (False, True):
            found = self.stop_all("--json")
            lines = [json.loads(line) for line in found.stdout.splitlines()]
            self.assertEqual([(line["room_id"], line.get("number")) for line in lines], [("g1", "r1"), ("g0", "r2"), ("g1", "r7"), ("g0", None), ("g1", None)])
            self.assertEqual({line["result"] for line in lines}, {"running"})
        self.assertEqual(self.finished, [])

    def test_it_stops_on_request(self):
        found = self.stop_all("--yes", code=1)
        self.assertEqual(found.stdout.splitlines()[-1], "3 stopped, 1 not running, 1 failed")
        self.assertIn("605030032", found.stderr)
        self.assertEqual(
            sorted(self.finished, key=str),
            sorted(
                [("hst.record.finish", {"app_id": APP, "record_id": "r%d" % state}) for state in (1, 2, 7)]
                + [("hst.live.stop", {"app_id": APP, "group_id": group}) for group in ("g0", "g1")],
                key=str,
            ),
        )

    def test_one_group(self):
        found = self.stop_all("--yes", "--room", "g1", "--only", "lives")
        self.assertEqual(found.stdout, "stopped  room g1: live stream\n1 stopped, 0 not running, 0 failed\n")
        self.assertEqual(self.finished, [("hst.live.stop", {"app_id": APP, "group_id": "g1"})])


class Catalog(unittest.TestCase):
    def test_every_operation_that_undoes_another_is_thought_of(self):
        stopping = {operation for _, _, operation, _ in avd_running._UNLISTED}
        stopping |= {"avd.room.avc.stop", "avd.device.kick", "hst.record.finish", "hst.live.stop"}
        for operation in _catalog.document()["operations"]:
            if operation.get("undoes"):
                self.assertIn(operation["name"], stopping | NOT_RUNNING)


if __name__ == "__main__":
    unittest.main()
