"""Doubles for the tests of programs: of unittest.mock, of `meetgate.testing`, and exceptions made by hand."""

import asyncio
import importlib.metadata
import importlib.util
import inspect
import os
import pickle
import subprocess
import sys
import tempfile
import unittest
from unittest.mock import create_autospec

import meetgate
from gateway import has_events
from meetgate import testing
from support import APP, ROOM, Server, always

READ = {"ret": 0, "msg": "success", "data": {"topic": "Weekly"}}


def is_installed():
    try:
        return bool(importlib.metadata.files("meetgate"))
    except importlib.metadata.PackageNotFoundError:
        return False


async def _awaited(called):
    return await called


class Autospec(unittest.TestCase):
    def test_groups_and_their_methods_are_seen(self):
        for kind in (meetgate.Avd, meetgate.AsyncAvd):
            double = create_autospec(kind, instance=True)
            called = double.room.mix_record.start(room_id="1")
            if inspect.isawaitable(called):
                asyncio.run(_awaited(called))
            double.room.mix_record.start.assert_called_once_with(room_id="1")
            with self.assertRaises(TypeError):
                double.room.read(rom_id="1")
            with self.assertRaises(AttributeError):
                double.room.raed
            with self.assertRaises(AttributeError):
                double.rooms

    def test_the_class_is_called_as_the_real_one(self):
        double = create_autospec(meetgate.Hst)
        double.return_value.consuming.records.return_value = {"code": 0}
        self.assertEqual(double(token="t").consuming.records(start_time=1, end_time=2, page=1, page_size=1), {"code": 0})
        with self.assertRaises(TypeError):
            double(tokn="t")


class Exceptions(unittest.TestCase):
    def test_from_keywords(self):
        error = meetgate.NotFound(code=40004, message="no such room", request_id="r")
        self.assertEqual((error.code, str(error), error.request_id), (40004, "no such room", "r"))
        self.assertEqual((error.status, error.kind, error.retryable), ("API", "not_found", False))
        self.assertEqual(meetgate.Timeout().status, "TIMEOUT")
        self.assertEqual(meetgate.Timeout(retryable=True).retryable, True)
        again = pickle.loads(pickle.dumps(error))
        self.assertEqual((type(again), again.document), (meetgate.NotFound, error.document))

    def test_each_class_has_its_status(self):
        for status, kind in meetgate._errors.OF_STATUS.items():
            self.assertEqual(kind(message="m").status, status)
        for name, kind in meetgate._errors.OF_KIND.items():
            self.assertEqual((kind().status, kind().kind), ("API", name))

    def test_a_keyword_that_is_none_is_refused(self):
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'cod'"):
            meetgate.NotFound(cod=40004)

    def test_one_of_the_platforms_table(self):
        error = testing.api_error("avd.room.read", 40004)
        with Server(always('{"ret":40004,"msg":"x"}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            with self.assertRaises(meetgate.NotFound) as real:
                avd.room.read(room_id="1")
        self.assertIs(type(error), type(real.exception))
        for name in ("status", "platform", "operation", "code", "kind", "meaning", "meaning_zh", "http_status", "attempts"):
            self.assertEqual(getattr(error, name), getattr(real.exception, name), name)
        with self.assertRaisesRegex(LookupError, "avd has no error number 1"):
            testing.api_error("avd.room.read", 1)


class Table(unittest.TestCase):
    def test_it_answers_and_remembers(self):
        with testing.Avd({"avd.room.read": READ}) as avd:
            self.assertIsInstance(avd, meetgate.Avd)
            self.assertEqual(avd.room.read(room_id=ROOM), READ)
            self.assertEqual(avd.call("avd.room.read", {"room_id": "2"})["data"]["topic"], "Weekly")
            self.assertEqual(avd.made, [("avd.room.read", {"room_id": ROOM}), ("avd.room.read", {"room_id": "2"})])

    def test_a_wrong_parameter_does_not_pass(self):
        with testing.Avd(lambda operation, params: READ) as avd:
            for call, why in (
                (lambda: avd.call("avd.room.read", {"rom_id": "1"}), 'unknown parameter "rom_id"'),
                (lambda: avd.call("avd.room.read", {}), '"room_id" is missing'),
                (lambda: avd.room.read(room_id=[]), '"room_id": expected a string'),
                (lambda: avd.call("avd.room.raed", {}), "unknown operation"),
                (lambda: avd.uploadfile(file=("a.exe", b"x")), "expected a file whose name ends in"),
                (lambda: avd.with_options(timeout_ms=0).room.list(), '"timeout_ms"'),
                (lambda: avd.raw_call("GOT", "/x"), '"method"'),
                (lambda: avd.wait("avd.room.create", {}), "tells of nothing that ends"),
                (lambda: avd.download("/x", "a/"), "expected the name of a file"),
                (lambda: avd.download("/x", "a", max_bytes=-1), "max_bytes"),
            ):
                with self.subTest(why), self.assertRaisesRegex(meetgate.InvalidArgument, why):
                    call()
            self.assertEqual(avd.made, [])

    def test_what_the_table_does_not_have(self):
        with testing.Avd({"avd.room.read": READ}) as avd:
            with self.assertRaisesRegex(AssertionError, "avd.room.list was called, and the test has no answer for it"):
                avd.room.list()
        for wrong in ("avd.room.raed", "hst.app.create", "room.read"):
            with self.assertRaisesRegex(LookupError, "avd has no operation"):
                testing.Avd({wrong: READ})

    def test_exceptions_texts_and_functions(self):
        answers = {
            "avd.room.read": testing.api_error("avd.room.read", 40004),
            "avd.room.list": '{"ret":0, "rooms":[1.50]}',
            "avd.room.close": lambda params: {"code": 200, "room": params["room_id"]},
        }
        with testing.Avd(answers) as avd:
            with self.assertRaises(meetgate.NotFound):
                avd.room.read(room_id="1")
            self.assertEqual(meetgate.text_of(avd.room.list()), '{"ret":0, "rooms":[1.50]}')
            self.assertEqual(avd.room.close(room_id="7")["room"], "7")

    def test_guards_waits_downloads_raw_calls_and_uploads(self):
        answers = {
            "avd.room.mix_record.start": {"ret": 0, "record_id": "r"},
            "avd.room.mix_record.stop": {"ret": 0},
            "avd.room.mix_record.get": {"ret": 0, "data": []},
            "avd.uploadfile": {"ret": 0},
            "GET /sdkapi/v2/x": {"ret": 0, "x": 1},
            "download": b"bytes",
        }
        with testing.Avd(answers) as avd, tempfile.TemporaryDirectory() as folder:
            with avd.room.mix_record.guarded_start(room_id=ROOM) as recording:
                self.assertEqual(recording.reply["record_id"], "r")
            self.assertEqual(avd.made[1], ("avd.room.mix_record.stop", {"room_id": ROOM, "record_id": "r"}))
            avd.room.mix_record.wait_until_ready(room_id=ROOM, record_id="r")
            avd.uploadfile(file=("a.png", b"x"))
            self.assertEqual(avd.raw_call("get", "/sdkapi/v2/x")["x"], 1)
            target = os.path.join(folder, "f.mp4")
            self.assertEqual(avd.download("/f.mp4", target)["bytes"], 5)
            with open(target, "rb") as file:
                self.assertEqual(file.read(), b"bytes")

    def test_events(self):
        told = [
            {"type": "connected"},
            '{"type":"state", "app_id":"a","version":1,"reason":"opened","data":{}}',
            ValueError("a failure of the test's"),
            {"type": "joined", "id": 20100, "app_id": "a", "group_id": "g", "version": 2, "data": {"user_id": "u"}},
        ]
        with testing.Hst({"events": told}) as hst:
            self.assertIsInstance(hst.events(app_ids=["a"]), meetgate.Events)
            with hst.events(app_ids=["a"], heartbeat_s=5) as events:
                self.assertEqual([next(events), meetgate.text_of(events.next(1))], told[:2])
                with self.assertRaises(ValueError):
                    next(events)
                self.assertEqual([event["type"] for event in events], ["joined"])
                self.assertTrue(events.closed)
            self.assertEqual(hst.made, [("events", {"app_ids": ["a"]}), ("events", {"app_ids": ["a"], "heartbeat_s": 5})])
            with self.assertRaisesRegex(meetgate.InvalidArgument, 'unknown option "app_idz"'):
                hst.events(app_idz=["a"])
            cancel = meetgate.Cancel()
            events = hst.with_options(cancel=cancel).events(app_ids=["a"])
            cancel.trigger()
            with self.assertRaises(meetgate.Cancelled):
                next(events)
        with testing.Hst({"events": lambda options: [{"type": "other", "id": 1, "data": options}]}) as hst:
            self.assertEqual([event["data"] for event in hst.events(app_ids=["a"])], [{"app_ids": ["a"]}])
        with testing.Hst({"events": meetgate.InvalidArgument(message="m")}) as hst, self.assertRaises(meetgate.InvalidArgument):
            hst.events(app_ids=["a"])
        with self.assertRaisesRegex(LookupError, "avd has no operation 'events'"):
            testing.Avd({"events": []})

        async def awaited():
            async with testing.AsyncHst({"events": [{"type": "connected"}]}) as hst, hst.events(app_ids=["a"]) as events:
                self.assertEqual([event["type"] async for event in events], ["connected"])
        asyncio.run(awaited())

    def test_options(self):
        facts, cancel = meetgate.Facts(), meetgate.Cancel()
        with testing.Avd({"avd.room.list": {"ret": 0}}) as avd:
            avd.with_options(facts=facts).room.list()
            self.assertEqual((facts.http_status, facts.attempts), (200, 1))
            cancel.trigger()
            with self.assertRaises(meetgate.Cancelled):
                avd.with_options(cancel=cancel).room.list()

    def test_all_platforms_awaited_and_not(self):
        for kind in (testing.Hst, testing.AsyncHst, testing.Youme, testing.AsyncYoume, testing.Avd, testing.AsyncAvd):
            double = kind({})
            self.assertIsInstance(double, getattr(meetgate, kind.__name__))
        async def awaited():
            async with testing.AsyncHst({"hst.app.create": {"code": 0}}) as hst:
                self.assertEqual(await hst.app.create(app_name="x", service=[{"service_id": 3}]), {"code": 0})
                with self.assertRaises(meetgate.InvalidArgument):
                    await hst.call("hst.app.create", {"nme": 1})
        asyncio.run(awaited())

    def test_nothing_is_sent(self):
        connected = []
        sys.addaudithook(lambda event, arguments: connected.append(arguments) if event == "socket.connect" else None)
        with testing.Avd({"avd.room.list": {"ret": 0}}) as avd:
            avd.room.list()
            stats = avd.stats()
        self.assertEqual((connected, stats["requests"], stats["connections_opened"]), ([], 0, 0))


class TheSandbox(unittest.TestCase):
    @unittest.skipUnless(importlib.util.find_spec("meetgate_sandbox"), "meetgate-sandbox is not installed (pip install 'meetgate[sandbox]')")
    def test_the_wheel_brings_it(self):
        import meetgate_sandbox

        self.assertTrue(os.access(meetgate_sandbox.path(), os.X_OK))
        nothing = {name: value for name, value in os.environ.items() if name != "MEETGATE_SANDBOX"}
        shown = subprocess.run(
            [sys.executable, "-m", "meetgate", "sandbox", "--help"], env=nothing, stdout=subprocess.PIPE, text=True, timeout=60
        )
        self.assertEqual(shown.returncode, 0)
        self.assertIn("--listen", shown.stdout)

    def test_a_client_of_each_platform(self):
        with testing.Sandbox() as sandbox:
            with sandbox.avd() as avd, sandbox.hst() as hst, sandbox.youme(timeout_ms=5000) as youme:
                self.assertEqual(avd.room.read(room_id=ROOM)["ret"], 0)
                self.assertEqual(hst.app.update(app_id=APP, status="online")["code"], 0)
                self.assertEqual(youme.platform, "youme")
                if has_events():
                    with hst.events(app_ids=[APP]) as events:
                        self.assertEqual([events.next(20)["type"] for _ in range(2)], ["connected", "state"])
            process = sandbox._process
        self.assertIsNotNone(process.returncode)

    def test_the_fixture_of_pytest(self):
        test = "def test_it(meetgate_sandbox):\n    with meetgate_sandbox.avd() as avd:\n        assert avd.room.list()['ret'] == 0\n"
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "test_it.py"), "w", encoding="utf-8") as file:
                file.write(test)
            command = [sys.executable, "-m", "pytest", "-q", folder]
            if not is_installed():
                # Else pytest finds the plugin by itself.
                command += ["-p", "meetgate._pytest"]
            found = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
            self.assertEqual(found.returncode, 0, found.stdout)
            self.assertIn("1 passed", found.stdout)
            nowhere = {name: value for name, value in os.environ.items() if name != "MEETGATE_SANDBOX"}
            nowhere["PATH"] = folder
            # In the place of the wheel's.
            with open(os.path.join(folder, "meetgate_sandbox.py"), "w", encoding="utf-8") as file:
                file.write("raise ImportError")
            found = subprocess.run(command, cwd=folder, env=nowhere, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
            self.assertIn("pip install 'meetgate[sandbox]'", found.stdout)
            self.assertNotEqual(found.returncode, 0)


if __name__ == "__main__":
    unittest.main()
