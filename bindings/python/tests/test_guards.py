"""What was started is undone, and what goes on is waited for."""

import asyncio
import inspect
import json
import threading
import time
import unittest

import meetgate
from support import ROOM, Sandbox, SandboxTest, Server, answer

START = "avd.room.mix_record.start"


class Guards(SandboxTest):
    def setUp(self):
        self.avd = meetgate.Avd.from_config(self.sandbox.configurations["avd"])
        self.addCleanup(self.avd.close)

    def is_running(self, guard):
        return self.avd.room.record.status(record_id=guard.reply["record_id"])["record_status"] in (0, 1)

    def test_it_is_undone_at_the_end(self):
        with self.avd.room.mix_record.guarded_start(room_id=ROOM, enable_realtime_transcode=True) as recording:
            self.assertTrue(self.is_running(recording))
            self.assertIn("to be undone", repr(recording))
        self.assertFalse(self.is_running(recording))
        with self.avd.guarded(START, {"room_id": ROOM, "enable_realtime_transcode": True}, {"timeout_ms": 5000}) as recording:
            self.assertTrue(self.is_running(recording))
        self.assertFalse(self.is_running(recording))

    def test_it_is_undone_after_an_exception(self):
        for raised in (KeyError("of the meeting"), KeyboardInterrupt(), SystemExit(3)):
            with self.assertRaises(type(raised)):
                with self.avd.room.mix_record.guarded_start(room_id=ROOM) as recording:
                    raise raised
            self.assertFalse(self.is_running(recording))

    def test_undoing_earlier_and_not_at_all(self):
        with self.avd.room.mix_record.guarded_start(room_id=ROOM) as recording:
            self.assertEqual(recording.undo()["ret"], 0)
            self.assertFalse(self.is_running(recording))
            with self.assertRaisesRegex(meetgate.InvalidArgument, "nothing to undo any more"):
                recording.undo()
        with self.avd.room.mix_record.guarded_start(room_id=ROOM) as recording:
            recording.release()
        self.assertTrue(self.is_running(recording))
        reply = recording.reply
        self.assertEqual(self.avd.undo(START, {"room_id": ROOM}, reply)["ret"], 0)
        self.assertFalse(self.is_running(recording))
        with self.assertRaises(meetgate.ApiError):
            self.avd.undo(START, {"room_id": ROOM})

    def test_what_cannot_be_guarded_is_not_started(self):
        before = self.avd.stats()["operations"]
        with self.assertRaisesRegex(meetgate.InvalidArgument, "no operation undoes it"):
            with self.avd.guarded("avd.room.del", {"room_id": ROOM}):
                self.fail("it was started")
        with self.assertRaises(meetgate.InvalidArgument):
            self.avd.undo("avd.room.del", {"room_id": ROOM})
        guard = self.avd.room.mix_record.guarded_start(room_id=ROOM)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "in a `with` statement"):
            guard.reply
        with self.assertRaisesRegex(meetgate.InvalidArgument, "nothing to undo"):
            guard.undo()
        self.assertEqual(self.avd.stats()["operations"], before)
        with self.assertRaisesRegex(TypeError, "expected an answer just as"):
            self.avd.undo(START, {"room_id": ROOM}, {"record_id": "1"})

    def test_a_start_that_fails_is_not_undone(self):
        with self.assertRaises(meetgate.NotFound):
            with self.avd.room.mix_record.guarded_start(room_id="40400000000"):
                self.fail("it was started")
        self.assertNotIn("avd.room.mix_record.stop", self.avd.stats()["operations"])

    def test_awaited(self):
        async def main():
            async with meetgate.AsyncAvd.from_config(self.sandbox.configurations["avd"]) as avd:
                async with avd.room.mix_record.guarded_start(room_id=ROOM) as first:
                    self.assertTrue(self.is_running(first))
                    self.assertEqual((await first.undo())["ret"], 0)
                self.assertFalse(self.is_running(first))

                guards = []

                async def meet():
                    async with avd.guarded(START, {"room_id": ROOM}) as recording:
                        guards.append(recording)
                        await asyncio.sleep(60)

                task = asyncio.ensure_future(meet())
                while not guards:
                    await asyncio.sleep(0.01)
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertFalse(self.is_running(guards[0]))
                with self.assertRaises(meetgate.InvalidArgument):
                    async with avd.guarded("avd.room.del", {"room_id": ROOM}):
                        pass

        asyncio.run(main())

    def test_every_operation_that_can_be_undone_has_one(self):
        known = meetgate.catalog()["operations"]
        undone = {operation["undoes"] for operation in known if operation.get("undoes")}
        self.assertGreater(len(undone), 10)
        hst = self.sandbox.configurations["hst"]
        clients = {
            "avd": (self.avd, meetgate.AsyncAvd.from_config(self.sandbox.configurations["avd"])),
            "hst": (meetgate.Hst.from_config(hst), meetgate.AsyncHst.from_config(hst)),
        }
        for name in undone:
            platform, *groups, method = name.split(".")
            for place in clients[platform]:
                for group in groups:
                    place = getattr(place, group)
                guarded = getattr(place, "guarded_" + method)
                self.assertEqual(inspect.signature(guarded).parameters.keys(), inspect.signature(getattr(place, method)).parameters.keys())


class FailingUndo(unittest.TestCase):
    """The server does what a test says."""

    def setUp(self):
        self.stop = answer('{"ret":40041,"msg":"room hasn\'t start mix_record or mix_live"}')

        def script(request):
            return self.stop if "stop" in request.path else answer('{"ret":0,"record_id":"r","x":1.5}')

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        self.avd = meetgate.Avd(base_url=self.server.url, token="t")
        self.addCleanup(self.avd.close)

    def sent(self):
        return [request.path.rsplit("/", 1)[-1] for request in self.server.requests]

    def test_its_error_is_raised_unless_there_is_one(self):
        with self.assertRaises(meetgate.Conflict):
            with self.avd.room.mix_record.guarded_start(room_id="1"):
                pass
        with self.assertRaisesRegex(KeyError, "own") as caught:
            with self.avd.room.mix_record.guarded_start(room_id="1"):
                raise KeyError("own")
        notes = getattr(caught.exception, "__notes__", None)
        if hasattr(caught.exception, "add_note"):
            self.assertRegex(notes[0], "avd.room.mix_record.start was not undone: API: .*40041")
        self.assertEqual(self.sent(), ["start", "stop"] * 2)

    def test_the_cancel_of_the_start_does_not_end_the_undoing(self):
        self.stop = answer('{"ret":0}')
        stop = meetgate.Cancel()
        with self.assertRaises(meetgate.Cancelled):
            with self.avd.with_options(cancel=stop).room.mix_record.guarded_start(room_id="1"):
                stop.trigger()
                self.avd.with_options(cancel=stop).room.list()
        self.assertEqual(self.sent(), ["start", "stop"])
        with self.assertRaises(meetgate.Cancelled):
            reply = self.avd.room.mix_record.start(room_id="1")
            self.avd.undo(START, {"room_id": "1"}, reply, {"cancel": stop})
        self.assertIn("record_id=r", self.server.requests[1].line)

    def test_an_answer_that_cannot_be_read_is_undone_all_the_same(self):
        self.stop = answer('{"ret":0}')

        def refuse(digits):
            raise ValueError("no decimals")

        avd = meetgate.Avd(base_url=self.server.url, token="t", parse_float=refuse)
        with self.assertRaisesRegex(meetgate.ProtocolError, "no decimals"):
            with avd.room.mix_record.guarded_start(room_id="1"):
                self.fail("it has begun")
        self.assertEqual(self.sent(), ["start", "stop"])

    def test_facts_and_progress(self):
        self.stop = answer('{"ret":0}')
        facts = meetgate.Facts()
        with self.avd.with_options(facts=facts).room.mix_record.guarded_start(room_id="1") as recording:
            self.assertEqual((recording.reply["record_id"], facts.http_status), ("r", 200))
        self.assertEqual(self.sent(), ["start", "stop"])
        for call in (
            lambda: self.avd.undo(START, {}, None, {"progress": print}),
            lambda: self.avd.with_options(progress=print).room.record.wait_until_stopped(record_id="r"),
        ):
            with self.assertRaisesRegex(meetgate.InvalidArgument, "progress"):
                call()


class Waits(unittest.TestCase):
    def served(self, *states):
        """Answers with each state, and the last one again and again."""
        left = list(states)

        def script(request):
            state = left.pop(0) if len(left) > 1 else left[0]
            return answer(json.dumps({"ret": 0, "record_status": state}))

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        return {"base_url": self.server.url, "token": "t"}

    def test_it_ends_with_the_answer_that_says_so(self):
        with meetgate.Avd.from_config(self.served(1, 4, 2)) as avd:
            reply = avd.room.record.wait_until_stopped(record_id="r", pause_ms=10)
            self.assertEqual(reply, {"ret": 0, "record_status": 2})
            self.assertEqual(len(self.server.requests), 3)
            self.assertEqual(avd.wait("avd.room.record.status", {"record_id": "r"}, pause_ms=10), reply)

    def test_other_ends(self):
        with meetgate.Avd.from_config(self.served(1, 3)) as avd:
            with self.assertRaises(meetgate.ApiError) as caught:
                avd.room.record.wait_until_stopped(record_id="r", pause_ms=10)
            self.assertIsNone(caught.exception.code)
            self.assertEqual(caught.exception.reply["record_status"], 3)
        with meetgate.Avd.from_config(self.served(1)) as avd:
            with self.assertRaises(meetgate.Timeout):
                avd.room.record.wait_until_stopped(record_id="r", pause_ms=10, timeout_ms=200)
            stop = meetgate.Cancel()
            threading.Timer(0.1, stop.trigger).start()
            start = time.monotonic()
            with self.assertRaises(meetgate.Cancelled):
                avd.with_options(cancel=stop).room.record.wait_until_stopped(record_id="r")
            self.assertLess(time.monotonic() - start, 0.5)
            for call in (
                lambda: avd.room.record.wait_until_stopped(record_id="r", pause=10),
                lambda: avd.with_options(facts=meetgate.Facts()).room.record.wait_until_stopped(record_id="r"),
                lambda: avd.wait("avd.room.read", {"room_id": "1"}),
                lambda: avd.wait("avd.room.mix_record.get", {"room_id": "1"}),
            ):
                with self.assertRaises(meetgate.InvalidArgument):
                    call()
            with self.assertRaisesRegex(TypeError, "record_id"):
                avd.room.mix_record.wait_until_ready(room_id="1")

    def test_awaited(self):
        async def main(config):
            async with meetgate.AsyncAvd.from_config(config) as avd:
                wait = asyncio.ensure_future(avd.room.record.wait_until_stopped(record_id="r", pause_ms=10))
                await asyncio.sleep(0.2)
                wait.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await wait
                asked = len(self.server.requests)
                await asyncio.sleep(0.2)
                self.assertLessEqual(len(self.server.requests), asked + 1)
                with self.assertRaises(meetgate.Timeout):
                    await avd.wait("avd.room.record.status", {"record_id": "r"}, timeout_ms=100, pause_ms=10)

        asyncio.run(main(self.served(1)))

        async def ends(config):
            async with meetgate.AsyncAvd.from_config(config) as avd:
                return await avd.room.record.wait_until_stopped(record_id="r", pause_ms=10)

        self.assertEqual(asyncio.run(ends(self.served(1, 2)))["record_status"], 2)

    def test_a_recording_from_its_start_to_its_file(self):
        sandbox = Sandbox()
        self.addCleanup(sandbox.stop)
        with meetgate.Avd.from_config(sandbox.configurations["avd"]) as avd:
            with avd.room.mix_record.guarded_start(room_id=ROOM, enable_realtime_transcode=True) as recording:
                record_id = recording.reply["record_id"]
                time.sleep(0.1)
            avd.room.record.wait_until_stopped(record_id=record_id, pause_ms=50, timeout_ms=20000)
            files = avd.room.mix_record.wait_until_ready(room_id=ROOM, record_id=record_id, pause_ms=50, timeout_ms=20000)
            self.assertTrue(files["data"][0]["transcode_files"][0]["download_url"])


if __name__ == "__main__":
    unittest.main()
