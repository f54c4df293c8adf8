"""Events of hst, blocking and awaited, from the sandbox's gateway."""

import asyncio
import gc
import importlib.util
import json
import os
import pickle
import selectors
import signal
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

import meetgate
from gateway import GROUP, GatewayTest
from meetgate import testing
from support import APP, in_child

#: What is promised, in seconds.
AT_ONCE = 0.2
#: For what has to come.
PATIENCE = 20
QUICK = {"app_ids": [APP], "pause_ms": 10, "max_pause_ms": 50}
#: Events that wait at most.
MOST = 4096


def picture(state):
    return {
        (group["group_id"], user["user_id"]): {(medium["media_id"], medium["media_type"]) for medium in user["media_info"]}
        for group in state["data"]["group_list"]
        for user in group["user_list"]
    }


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def threads():
    return len(os.listdir("/proc/self/task"))


class Told(GatewayTest):
    def setUp(self):
        super().setUp()
        self.hst = meetgate.Hst.from_config(self.config)
        self.addCleanup(self.hst.close)

    def open(self, **more):
        events = self.hst.events(**{**QUICK, **more})
        self.addCleanup(events.close)
        return events

    def take(self, events, *kinds):
        """The next events, which are of these types."""
        found = [events.next(PATIENCE) for _ in kinds]
        self.assertEqual([event and event["type"] for event in found], list(kinds), found)
        return found

    def test_what_happens_in_its_order(self):
        events = self.open()
        self.assertIs(iter(events), events)
        _, state = self.take(events, "connected", "state")
        self.assertEqual((state["app_id"], state["version"], state["reason"]), (APP, 4, "opened"))
        self.assertEqual(picture(state), {(GROUP, "u1001"): {("a1001", 1), ("v1001", 2)}, (GROUP, "u1002"): set()})
        self.gateway.join("u1003")
        self.gateway.start("u1003", "s1", 0)
        self.gateway.stop_medium("u1003", "s1", 0)
        self.gateway.leave("u1003")
        changes = self.take(events, "joined", "started", "stopped", "left")
        self.assertEqual([change["version"] for change in changes], [5, 6, 7, 8])
        self.assertEqual([change["id"] for change in changes], [20100, 20102, 20103, 20101])
        for change in changes:
            self.assertEqual((change["app_id"], change["group_id"], change["data"]["user_id"]), (APP, GROUP, "u1003"))
        self.assertEqual((changes[1]["data"]["media_id"], changes[1]["data"]["media_type"]), ("s1", 0))
        record = "3b9e5f70c8d24a61b7f4e2d1a0c68593"
        self.hst.record.finish(app_id=APP, record_id=record)
        told = self.take(events, "recording")[0]
        self.assertEqual((told["id"], told["group_id"], told["data"]["record_id"]), (20104, "g2002", record))

    def test_an_event_is_a_dict_and_has_its_text(self):
        for event in self.take(self.open(), "connected", "state"):
            self.assertEqual(json.loads(meetgate.text_of(event)), event)
        with meetgate.Hst.from_config(self.config, parse_float=str) as hst, hst.events(**QUICK) as events:
            self.take(events, "connected", "state")

    def test_a_gap_brings_a_full_state(self):
        events = self.open()
        self.take(events, "connected", "state")
        self.gateway.fault("user_joined", "drop")
        self.gateway.join("u1003")
        self.gateway.start("u1003", "m", 1)
        state = self.take(events, "state")[0]
        self.assertEqual((state["reason"], state["version"]), ("gap", 6))
        self.assertEqual(picture(state)[GROUP, "u1003"], {("m", 1)})
        # Twice is told once, and what overtakes is no news of its own.
        self.gateway.fault("user_left", "duplicate")
        self.gateway.leave("u1003")
        self.gateway.join("u1003")
        self.take(events, "stopped", "left", "joined")

    def test_a_lost_connection_is_told_and_made_anew(self):
        events = self.open()
        self.take(events, "connected", "state")
        self.gateway.cut()
        lost, _, state = self.take(events, "disconnected", "connected", "state")
        self.assertEqual((lost["error"]["status"], lost["error"]["platform"]), ("NETWORK", "hst"))
        self.assertLessEqual(lost["next_attempt_ms"], 50)
        self.assertEqual(meetgate.Error(lost["error"]).status, "NETWORK")
        self.assertEqual(state["reason"], "reconnected")

    def test_a_refused_login_shows_no_secret(self):
        # test support ends the run where an error shows one.
        wrong = {**self.config, "dev_secret": "not-the-secret-1"}
        with meetgate.Hst.from_config(wrong) as hst, hst.events(**QUICK) as events:
            lost = events.next(PATIENCE)
            self.assertEqual((lost["type"], lost["error"]["status"]), ("disconnected", "AUTH"))
            self.assertNotIn("not-the-secret-1", meetgate.text_of(lost) + repr(events))

    def test_waiting_for_a_time(self):
        events = self.open()
        self.take(events, "connected", "state")
        for timeout in (0, -1, 0.05):
            start = time.monotonic()
            self.assertIsNone(events.next(timeout))
            self.assertLess(time.monotonic() - start, AT_ONCE)
        start = time.monotonic()
        self.assertIsNone(events.next(0.3))
        self.assertGreaterEqual(time.monotonic() - start, 0.3)
        self.gateway.join("u1003")
        time.sleep(0.2)
        self.assertEqual(events.next(0)["type"], "joined")

    def test_what_cannot_be_right(self):
        for options, why in (
            ({}, '"app_ids" is missing'),
            ({"app_ids": []}, "app_ids"),
            ({"app_ids": APP}, "app_ids"),
            ({"app_idz": [APP]}, 'unknown option "app_idz"; did you mean "app_ids"'),
            ({"app_ids": [APP], "heartbeat_s": 0}, "heartbeat_s"),
            ({"app_ids": [APP], "pause_ms": object()}, "pause_ms"),
            ({"app_ids": [APP], "url": "http://x"}, "url"),
        ):
            with self.subTest(why), self.assertRaisesRegex(meetgate.InvalidArgument, why):
                self.hst.events(**options)
        # Those of calls are none of a session.
        for options in ({"timeout_ms": 500}, {"facts": meetgate.Facts()}, {"progress": print}):
            with self.subTest(options), self.assertRaisesRegex(meetgate.InvalidArgument, next(iter(options))):
                self.hst.with_options(**options).events(app_ids=[APP])
        self.assertFalse(hasattr(meetgate.Avd, "events") or hasattr(meetgate.Youme, "events"))
        self.assertEqual(self.gateway.sessions(), [])

    def test_closing(self):
        events = self.open()
        self.take(events, "connected")
        self.assertFalse(events.closed)
        with events:
            self.assertEqual(len(self.gateway.sessions()), 1)
        events.close()
        self.assertTrue(events.closed)
        self.assertIn("closed", repr(events))
        self.assertEqual(list(events), [])
        with self.assertRaisesRegex(meetgate.InvalidArgument, "closed"):
            events.next(0)
        # Its descriptors are another's by now.
        self.assertIsNone(events._queue._queue)
        with self.assertRaises(TypeError):
            pickle.dumps(events)

    def test_closing_ends_those_who_wait_in_other_threads(self):
        for number in range(20):
            events = self.open()
            self.take(events, "connected", "state")
            ended = []

            def read():
                ended.append([event["type"] for event in events])

            readers = [threading.Thread(target=read) for _ in range(3)]
            for reader in readers:
                reader.start()
            time.sleep(0.01 * (number % 3))
            start = time.monotonic()
            events.close()
            for reader in readers:
                reader.join(PATIENCE)
            self.assertLess(time.monotonic() - start, AT_ONCE)
            self.assertEqual(ended, [[], [], []])
            self.assertIsNone(events._queue._queue, "not freed with the last reader")

    def test_the_end_of_the_client_is_the_last_event(self):
        for is_view in (False, True):
            hst = meetgate.Hst.from_config(self.config)
            events = (hst.with_options(cancel=meetgate.Cancel()) if is_view else hst).events(**QUICK)
            self.take(events, "connected", "state")
            closed = []

            def close():
                closed.append(time.monotonic())
                hst.close()

            threading.Timer(0.1, close).start()
            self.assertEqual([event["type"] for event in events], ["closed"])
            self.assertLess(time.monotonic() - closed[0], 1)
            self.assertTrue(events.closed)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
            hst.events(app_ids=[APP])

    def test_closing_in_the_middle_of_taking(self):
        """As a signal handler may."""
        for is_there in (True, False):
            events = self.open()
            self.take(events, "connected", "state")
            library, pointers = meetgate.library(), []

            class Closing:
                def __getattr__(self, name):
                    return getattr(library, name)

                def completions_next(self, queue):
                    events.close()
                    pointers.append(events._queue._queue)
                    return library.completions_next(queue)

            if is_there:
                self.gateway.join("u1003")
                time.sleep(0.2)
            events._queue._library = Closing()
            found = list(events)
            self.assertEqual([event["type"] for event in found], ["joined"] if is_there else [])
            self.assertIsNotNone(pointers[0], "freed while it was used")
            self.assertIsNone(events._queue._queue)

    def test_a_cancel_ends_the_reading(self):
        stop = meetgate.Cancel()
        events = self.hst.with_options(cancel=stop).events(**QUICK)
        self.addCleanup(events.close)
        self.take(events, "connected", "state")
        ended = []

        def read():
            try:
                next(events)
            except meetgate.Cancelled as error:
                ended.append(error.status)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        # One that waited with it, and waits no more, takes the others nothing.
        self.assertIsNone(events.next(0.1))
        start = time.monotonic()
        stop.trigger()
        for reader in readers:
            reader.join(PATIENCE)
        self.assertLess(time.monotonic() - start, AT_ONCE)
        self.assertEqual(ended, ["CANCELLED"] * 2)
        with self.assertRaises(meetgate.Cancelled):
            events.next(0)
        with self.assertRaises(meetgate.Cancelled):
            self.hst.with_options(cancel=stop).events(**QUICK)
        self.assertEqual(stop._calls, set())

    def test_a_session_keeps_its_client_and_no_longer(self):
        gc.disable()
        self.addCleanup(gc.enable)
        hst = meetgate.Hst.from_config(self.config)
        handle = hst._calls.handle
        events = hst.events(**QUICK)
        del hst
        self.take(events, "connected", "state")
        events.close()
        self.assertFalse(events._queue._handle is handle)
        freed = handle._library.client_free
        with mock.patch.object(handle._library, "client_free", side_effect=freed) as free:
            del handle
        self.assertEqual(free.call_count, 1, "a cycle keeps it")

    def test_a_session_that_nobody_closes_ends(self):
        gc.disable()
        self.addCleanup(gc.enable)
        events = self.hst.events(**QUICK)
        self.take(events, "connected", "state")
        before = threads()
        del events
        self.assertEqual(threads(), before - 1)

    def test_a_token_that_a_function_gives(self):
        """The session's thread runs it, also while the session is closed and when it is dropped."""
        asked = threading.Event()
        with meetgate.Hst.from_config(self.config) as hst:
            token = hst.access.token()["result"]["access_token"]

        def provide(dead_token):
            asked.set()
            time.sleep(0.05)
            return token

        config = {name: self.config[name] for name in ("base_url", "discovery_url")}
        for ending in ("read", "close", "drop"):
            asked.clear()
            hst = meetgate.Hst(token_provider=provide, **config)
            events = hst.events(dev_id=self.config["dev_id"], **QUICK)
            self.assertTrue(asked.wait(PATIENCE))
            if ending == "read":
                self.take(events, "connected", "state")
            if ending == "drop":
                del events
            else:
                events.close()
            hst.close()

    def test_an_event_that_python_cannot_read_is_an_error(self):
        def refuse(text):
            raise ValueError("no decimals")

        with testing.Hst({"events": ['{"type":"other","data":1.5}', {"type": "connected"}]}, parse_float=refuse) as hst:
            events = hst.events(app_ids=[APP])
            with self.assertRaisesRegex(meetgate.ProtocolError, "the event cannot be read in Python: no decimals$"):
                next(events)
            self.assertEqual(next(events)["type"], "connected")

    def test_a_slow_reader_has_a_bound_and_a_full_state(self):
        async def awaited():
            async with meetgate.AsyncHst.from_config(self.config) as hst, hst.events(**QUICK) as slow:
                for _ in range(2):
                    await slow.next(PATIENCE)
                # A task that waits, and then is busy, has taken one.
                first = asyncio.ensure_future(slow.next(PATIENCE))
                await asyncio.sleep(0.05)
                await asyncio.get_running_loop().run_in_executor(None, self.many)
                self.assertEqual((await first)["type"], "joined")
                found = []
                while True:
                    event = await slow.next(1)
                    if event is None:
                        return found
                    found.append(event)

        events = self.open()
        self.take(events, "connected", "state")
        told = asyncio.run(awaited())
        mine = []
        while True:
            event = events.next(1)
            if event is None:
                break
            mine.append(event)
        for found in (told, mine):
            self.assertLess(len(found), MOST)
            states = [event for event in found if event["type"] == "state"]
            self.assertEqual([state["reason"] for state in states], ["overflow"])
            # What is told after it follows it.
            after = found[found.index(states[0]) :]
            self.assertEqual([event["version"] for event in after], list(range(states[0]["version"], states[0]["version"] + len(after))))

    def many(self):
        for number in range(MOST // 2 + 100):
            self.gateway.join("u1003")
            self.gateway.leave("u1003")
        # Both sessions have dropped what waited, and asked anew.
        until = time.monotonic() + PATIENCE
        while self.gateway.control("GET", "/counts")["hst.gateway.full_state"] < 4 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.gateway.control("GET", "/counts")["hst.gateway.full_state"], 4)

    @unittest.skipUnless(os.path.exists("/proc/self/task"), "threads and descriptors are counted on Linux only")
    def test_sessions_leave_no_thread_and_no_descriptor(self):
        def one(number):
            events = self.hst.events(**QUICK)
            if number % 10 == 0:
                events.next(PATIENCE)
            events.close()

        for number in range(20):
            one(number)
        before = threads(), descriptors()
        for number in range(1000):
            one(number)
        until = time.monotonic() + PATIENCE
        while (threads(), descriptors()) != before and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual((threads(), descriptors()), before)
        for _ in range(20):
            with self.assertRaises(meetgate.InvalidArgument):
                self.hst.events(app_ids=[])
        self.assertEqual(descriptors(), before[1])

    def test_no_descriptor_is_an_error(self):
        with mock.patch("os.pipe", side_effect=OSError(24, "Too many open files")), self.assertRaisesRegex(
            meetgate.IoError, "no descriptor.*Too many open files"
        ):
            self.hst.events(**QUICK)


@unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
class Forks(GatewayTest):
    def test_a_child_is_refused_and_opens_its_own(self):
        hst = meetgate.Hst.from_config(self.config)
        self.addCleanup(hst.close)
        events = hst.events(**QUICK)
        self.addCleanup(events.close)
        self.assertEqual([events.next(PATIENCE)["type"] for _ in range(2)], ["connected", "state"])
        # Whatever a thread of the parent's holds.
        with events._queue._lock:
            self.assertEqual(in_child(lambda: self.child(hst, events)), 0)
        self.gateway.join("u1003")
        self.assertEqual(events.next(PATIENCE)["type"], "joined")

    def child(self, hst, events):
        for call in (lambda: next(events), lambda: events.next(0), lambda: hst.events(**QUICK)):
            with self.assertRaises(meetgate.Forked) as refused:
                call()
            self.assertEqual(refused.exception.status, "FORKED")
        # The parent's stays open.
        events.close()
        with meetgate.Hst.from_config(self.config) as own, own.events(**QUICK) as its:
            self.assertEqual(its.next(PATIENCE)["type"], "connected")


class NoReaders(asyncio.SelectorEventLoop):
    """Of Windows, for example."""

    def add_reader(self, *_):
        raise NotImplementedError


class Awaited(GatewayTest):
    def run_in(self, loop, work):
        try:
            return loop.run_until_complete(asyncio.wait_for(work(), 4 * PATIENCE))
        finally:
            loop.close()

    def loops(self):
        yield asyncio.new_event_loop()
        yield NoReaders(selectors.DefaultSelector())
        if importlib.util.find_spec("uvloop"):
            import uvloop

            yield uvloop.new_event_loop()

    def test_what_happens_in_its_order(self):
        async def work():
            async with meetgate.AsyncHst.from_config(self.config) as hst:
                async with hst.events(**QUICK) as events:
                    self.assertIs(events.__aiter__(), events)
                    told = []
                    async for event in events:
                        told.append(event["type"])
                        if event["type"] == "state":
                            self.gateway.join("u1003")
                            self.gateway.leave("u1003")
                        if event["type"] == "left":
                            break
                    self.assertEqual(told, ["connected", "state", "joined", "left"])
                    self.assertIsNone(await events.next(0.05))
                    self.assertIsNone(await events.next(0))
                self.assertTrue(events.closed)
                self.assertEqual([event async for event in events], [])
                with self.assertRaisesRegex(meetgate.InvalidArgument, "closed"):
                    await events.next()

        for loop in self.loops():
            with self.subTest(type(loop)):
                self.run_in(loop, work)

    def test_those_who_wait_are_ended(self):
        async def work():
            hst = meetgate.AsyncHst.from_config(self.config)
            stop = meetgate.Cancel()
            for ending in ("close", "cancel", "task", "client"):
                events = (hst.with_options(cancel=stop) if ending == "cancel" else hst).events(**QUICK)
                self.assertEqual([(await events.next(PATIENCE))["type"] for _ in range(2)], ["connected", "state"])
                tasks = [asyncio.ensure_future(events.__anext__()) for _ in range(2)]
                await asyncio.sleep(0.05)
                start = time.monotonic()
                if ending == "close":
                    await events.close()
                elif ending == "cancel":
                    threading.Timer(0, stop.trigger).start()
                elif ending == "task":
                    for task in tasks:
                        task.cancel()
                else:
                    await hst.close()
                found = await asyncio.gather(*tasks, return_exceptions=True)
                self.assertLess(time.monotonic() - start, 1 if ending == "client" else AT_ONCE)
                if ending == "client":
                    self.assertEqual([one for one in found if isinstance(one, dict)], [{"type": "closed"}])
                    found = [one for one in found if not isinstance(one, dict)]
                kind = {"cancel": meetgate.Cancelled, "task": asyncio.CancelledError}.get(ending, StopAsyncIteration)
                self.assertEqual({type(one) for one in found}, {kind}, found)
                await events.close()
                self.assertIsNone(events._queue._queue, "not freed")
                self.assertEqual(events._waiters, set())

        for loop in self.loops():
            with self.subTest(type(loop)):
                self.run_in(loop, work)

    def test_a_loop_watches_only_while_somebody_waits(self):
        loop = asyncio.new_event_loop()

        async def work():
            async with meetgate.AsyncHst.from_config(self.config) as hst, hst.events(**QUICK) as events:
                before = len(loop._selector.get_map())
                for _ in range(2):
                    await events.next(PATIENCE)
                task = asyncio.ensure_future(events.next(PATIENCE))
                await asyncio.sleep(0.05)
                self.assertEqual(len(loop._selector.get_map()), before + 2)
                self.gateway.join("u1003")
                self.assertEqual((await task)["type"], "joined")
                self.assertEqual(len(loop._selector.get_map()), before)

        self.run_in(loop, work)

    def test_a_function_that_gives_tokens_may_wait_for_the_loop(self):
        async def work():
            loop = asyncio.get_running_loop()
            asked = threading.Event()

            def provide(dead_token):
                asked.set()
                time.sleep(0.1)
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(PATIENCE)
                return "t"

            config = {name: self.config[name] for name in ("base_url", "discovery_url")}
            hst = meetgate.AsyncHst(token_provider=provide, **config)
            events = hst.events(dev_id="d", **QUICK)
            while not asked.is_set():
                await asyncio.sleep(0.005)
            start = time.monotonic()
            await events.close()
            self.assertLess(time.monotonic() - start, 2)
            await hst.close()

        self.run_in(asyncio.new_event_loop(), work)

    def test_of_one_loop(self):
        async def first():
            hst = meetgate.AsyncHst.from_config(self.config)
            events = hst.events(**QUICK)
            for _ in range(2):
                await events.next(PATIENCE)
            waiting = asyncio.ensure_future(events.next(PATIENCE))
            await asyncio.sleep(0.05)

            async def other():
                with self.assertRaisesRegex(meetgate.InvalidArgument, "another event loop"):
                    await events.next(PATIENCE)

            await asyncio.get_running_loop().run_in_executor(None, lambda: asyncio.run(other()))
            waiting.cancel()
            await events.close()
            await hst.close()

        asyncio.run(first())


PROGRAM = """
import json, meetgate, signal, sys, threading, time
# A program that was started in the background ignores Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
config, app = json.loads(sys.argv[1]), sys.argv[2]
hst = meetgate.Hst.from_config(config)
events = hst.events(app_ids=[app])
print(next(events)["type"], next(events)["type"], flush=True)
"""


@unittest.skipUnless(hasattr(signal, "pthread_kill"), "signals are sent as on Unix")
class Programs(GatewayTest):
    def start(self, program):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM + program, json.dumps(self.config), APP], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8",
        )  # fmt: skip
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "connected state\n")
        return process

    def test_ctrl_c_ends_the_wait_at_once(self):
        process = self.start(
            "try:\n    for event in events: pass\nexcept KeyboardInterrupt:\n    print('at', time.time(), flush=True)\n"
            # The session goes on.
            "try:\n    print(events.next(20)['type'])\nfinally:\n    events.close()\n"
        )
        time.sleep(0.1)
        start = time.time()
        process.send_signal(signal.SIGINT)
        word, moment = process.stdout.readline().split()
        self.assertLess(float(moment) - start, 0.1)
        self.gateway.join("u1003")
        self.assertEqual(process.stdout.read(), "joined\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_handler_that_raises_nothing_ends_nothing(self):
        process = self.start("signal.signal(signal.SIGINT, lambda *_: print('handled', flush=True))\nprint(next(events)['type'])\n")
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.stdout.readline(), "handled\n")
        self.gateway.join("u1003")
        self.assertEqual(process.stdout.readline(), "joined\n")
        self.assertEqual(process.wait(PATIENCE), 0)

    def test_a_program_ends_whoever_reads(self):
        """With what it left open, in a thread that reads, and with a log that the session's thread tells."""
        for program in (
            "",
            "threading.Thread(target=list, args=(events,), daemon=True).start()\n",
            "hst.log_to('x', 10)\n",
            "threading.Timer(0.1, hst.close).start(); list(events)\n",
        ):
            process = self.start(program)
            start = time.monotonic()
            self.assertEqual(process.wait(PATIENCE), 0, process.stdout.read())
            self.assertLess(time.monotonic() - start, 2)

    @unittest.skipUnless(importlib.util.find_spec("gevent"), "gevent is not installed")
    def test_other_threads_of_gevent_run_meanwhile(self):
        program = (
            "from gevent import monkey\nmonkey.patch_all()\nimport gevent\n" + PROGRAM
            + "gevent.spawn_later(0.2, events.close)\nprint([event for event in events])\n"
        )
        found = subprocess.run(
            [sys.executable, "-c", program, json.dumps(self.config), APP], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", timeout=PATIENCE,
        )  # fmt: skip
        self.assertEqual(found.stdout, "connected state\n[]\n")


if __name__ == "__main__":
    unittest.main()
