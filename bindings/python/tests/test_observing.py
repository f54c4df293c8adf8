"""What a client tells of its calls: its log, its statistics, and the facts of one call."""

import asyncio
import logging
import threading
import unittest

import meetgate
from support import Server, answer

TOKEN = answer('{"ret":0,"token":"live-token-1"}')
ROOM = answer('{"ret":0,"data":{"n":1.10}}')
NO_ROOM = answer('{"ret":40004,"msg":"no such room"}')


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


class Observing(unittest.TestCase):
    def setUp(self):
        def respond(request):
            if "get_token" in request.line:
                return TOKEN
            return NO_ROOM if "room_id=404" in request.line else ROOM

        self.server = Server(respond)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.avd = meetgate.Avd(base_url=self.server.url, access_key="the-access-key", secret_key="the-secret-key")
        self.addCleanup(self.avd.close)
        self.kept = Kept()
        self.logger = logging.Logger("a-test")
        self.logger.addHandler(self.kept)

    def events(self):
        events = [record.meetgate["event"] for record in self.kept.records]
        self.kept.records.clear()
        return events

    def test_a_logger_gets_each_event(self):
        self.avd.log_to(self.logger, logging.DEBUG)
        self.avd.room.read(room_id="1")
        first, token, attempt, call = self.kept.records
        self.assertEqual([first.meetgate["ahead"], token.meetgate["event"]], ["token", "token_fetched"])
        self.assertEqual([attempt.levelno, token.levelno], [logging.DEBUG, logging.INFO])
        self.assertEqual(attempt.meetgate["reused_connection"], True)
        self.assertRegex(first.getMessage(), r"^avd\.room\.read: attempt 1 for the token, OK, HTTP 200, \d+\.\d ms$")
        self.assertRegex(call.getMessage(), r"^avd\.room\.read: call, OK, HTTP 200, \d+\.\d ms$")
        self.assertEqual(token.getMessage(), "avd: token fetched, generation 1")
        shown = "".join(record.getMessage() + str(record.meetgate) for record in self.kept.records)
        for secret in ("the-secret-key", "live-token-1"):
            self.assertNotIn(secret, shown)
        self.kept.records.clear()
        with self.assertRaises(meetgate.NotFound):
            self.avd.room.read(room_id="404")
        self.assertTrue(self.kept.records[-1].getMessage().endswith("ms: avd answered 40004: no such room"))
        self.avd.log_to(None)
        self.avd.room.read(room_id="1")
        self.assertEqual(len(self.kept.records), 2)

    def test_levels_are_those_of_logging(self):
        self.avd.room.read(room_id="1")
        for level, expected in ((logging.DEBUG, 2), (logging.INFO, 1), (logging.WARNING, 0), (logging.CRITICAL, 0)):
            self.avd.log_to(self.logger, level)
            with self.assertRaises(meetgate.NotFound):
                self.avd.room.read(room_id="404")
            self.assertEqual(len(self.events()), expected, level)
        # Its own level, where none is said; a name stands for its logger.
        self.logger.setLevel(logging.INFO)
        self.avd.log_to(self.logger)
        self.avd.room.read(room_id="1")
        self.assertEqual(self.events(), [])
        self.avd.log_to("meetgate.test_observing", logging.DEBUG)
        with self.assertLogs("meetgate.test_observing", logging.DEBUG) as logs:
            self.avd.room.read(room_id="1")
        self.assertEqual(len(logs.records), 2)

    def test_what_is_no_logger_is_refused(self):
        for logger, level in ((1, None), (print, None), (self.logger, "INFO"), (self.logger, True)):
            with self.assertRaises(meetgate.InvalidArgument):
                self.avd.log_to(logger, level)
        self.avd.close()
        with self.assertRaises(meetgate.InvalidArgument):
            self.avd.log_to(self.logger)

    def test_many_threads(self):
        self.avd.log_to(self.logger, logging.DEBUG)

        def read():
            for _ in range(10):
                self.avd.room.read(room_id="1")

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        # Others come and go meanwhile.
        for _ in range(20):
            self.avd.log_to(self.logger, logging.DEBUG)
        for thread in threads:
            thread.join()
        self.assertEqual(self.events().count("call"), 80)
        self.assertEqual(self.avd.stats()["operations"]["avd.room.read"]["calls"], 80)

    def test_statistics(self):
        self.avd.room.read(room_id="1")
        with self.assertRaises(meetgate.NotFound):
            self.avd.room.read(room_id="404")
        stats = self.avd.stats()
        self.assertEqual(stats["operations"]["avd.room.read"]["failed"], {"API": 1})
        self.assertEqual((stats["requests"], stats["ahead"], stats["tokens_fetched"]), (3, 1, 1))
        self.assertGreater(stats["operations"]["avd.room.read"]["ms"]["p50"], 0)

    def test_facts(self):
        facts = meetgate.Facts()
        self.assertIsNone(facts.http_status)
        reply = self.avd.with_options(facts=facts).room.read(room_id="1")
        self.assertEqual(reply, {"ret": 0, "data": {"n": 1.1}})
        self.assertEqual((facts.http_status, facts.attempts, facts.token_generation), (200, 1, 1))
        self.assertTrue(facts.reused_connection)
        self.assertGreater(facts.ms["total"], facts.ms["wait"])
        self.assertIsNone(facts.request_id)
        text = self.avd.call_text("avd.room.read", {"room_id": "1"}, {"facts": facts})
        self.assertEqual(text, '{"ret":0,"data":{"n":1.10}}')
        facts = meetgate.Facts()
        self.avd.raw_call("GET", "/sdkapi/v2/x", options={"facts": facts})
        self.assertEqual(facts.http_status, 200)
        facts = meetgate.Facts()
        with self.assertRaises(meetgate.NotFound):
            self.avd.call("avd.room.read", {"room_id": "404"}, {"facts": facts})
        self.assertIsNone(facts.http_status)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "expected a meetgate.Facts, got bool"):
            self.avd.call("avd.room.read", {"room_id": "1"}, {"facts": True})

    def test_awaited(self):
        async def run():
            async with meetgate.AsyncAvd(base_url=self.server.url, token="t") as avd:
                avd.log_to(self.logger, logging.DEBUG)
                facts = meetgate.Facts()
                await avd.with_options(facts=facts).room.read(room_id="1")
                return facts, avd.stats()

        facts, stats = asyncio.run(run())
        self.assertEqual(facts.http_status, 200)
        self.assertEqual(stats["operations"]["avd.room.read"]["calls"], 1)
        self.assertEqual(self.events(), ["attempt", "call"])


if __name__ == "__main__":
    unittest.main()
