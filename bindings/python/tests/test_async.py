"""The awaited clients."""

import asyncio
import collections
import contextvars
import gc
import io
import logging
import os
import random
import sys
import threading
import time
import unittest
import weakref

import meetgate
from support import ROOM, SandboxTest, Server, always, answer, in_child


TASKS = "/proc/self/task"
LISTS_THREADS = os.path.isdir(TASKS)


def library_threads():
    """Those that the library made for asynchronous calls, in this process."""
    found = []
    for task in os.listdir(TASKS):
        try:
            with open("%s/%s/comm" % (TASKS, task)) as file:
                found.append(file.read().strip())
        except OSError:
            pass
    return [name for name in found if name == "meetgate-async"]


def python_threads():
    """Those of the awaited clients' pools."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("meetgate-avd")]


class Awaited(SandboxTest):
    def test_all_three_platforms(self):
        async def main():
            config = self.sandbox.configurations
            async with meetgate.AsyncAvd.from_config(config["avd"]) as avd:
                self.assertEqual((await avd.room.read(room_id=ROOM))["data"]["topic"], "周会")
                self.assertEqual((await avd.call("avd.room.read", {"room_id": ROOM}))["ret"], 0)
                self.assertIn('"topic":"周会"', await avd.call_text("avd.room.read", {"room_id": ROOM}))
                self.assertEqual((await avd.raw_call("GET", "/sdkapi/v2/room/read", query={"room_id": ROOM}))["ret"], 0)
                with self.assertRaises(meetgate.NotFound):
                    await avd.room.read(room_id="40400000000")
            async with meetgate.AsyncYoume.from_config(config["youme"]) as youme:
                self.assertEqual((await youme.count_qos_by_day(query_date="20191210"))["ErrorCode"], 0)
            async with meetgate.AsyncHst.from_config(config["hst"]) as hst:
                rows = [row async for row in hst.consuming.iter_records(
                    start_time=1588146896000, end_time=1590738896000, page_size=10
                )]
                self.assertEqual(len(rows), 25)

        asyncio.run(main())

    def test_options_of_a_raw_call(self):
        async def main():
            with Server(lambda request: None) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t") as avd:
                    with self.assertRaises(meetgate.Timeout):
                        await avd.raw_call("GET", "/x", options={"timeout_ms": 100})
                    with self.assertRaises(meetgate.Timeout):
                        await avd.with_options(timeout_ms=100).raw_call("GET", "/x")

        asyncio.run(main())

    def test_sixteen_calls_at_once(self):
        lock, here, most = threading.Lock(), [0], [0]

        def script(request):
            with lock:
                here[0] += 1
                most[0] = max(most[0], here[0])
            time.sleep(0.2)
            with lock:
                here[0] -= 1
            return answer('{"ret":0,"topic":"周会 🙂"}')

        async def main():
            with Server(script) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t") as avd:
                    replies = await asyncio.gather(*(avd.room.read(room_id=str(n)) for n in range(16)))
            self.assertEqual(replies, [{"ret": 0, "topic": "周会 🙂"}] * 16)

        asyncio.run(main())
        self.assertGreater(most[0], 8)

    def test_async_threads_bounds_what_runs_at_once(self):
        lock, here, most = threading.Lock(), [0], [0]

        def script(request):
            with lock:
                here[0] += 1
                most[0] = max(most[0], here[0])
            time.sleep(0.02)
            with lock:
                here[0] -= 1
            return answer('{"ret":0}')

        async def main():
            with Server(script) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t", async_threads=2) as avd:
                    await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(10)))

        asyncio.run(main())
        self.assertEqual(most[0], 2)

    def test_the_loop_runs_on_while_a_call_waits(self):
        async def main():
            with Server(lambda request: None) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t") as avd:
                    call = asyncio.ensure_future(avd.with_options(timeout_ms=500).room.read(room_id="1"))
                    beats = 0
                    while not call.done():
                        beats += 1
                        await asyncio.sleep(0.01)
                    self.assertGreater(beats, 10)
                    with self.assertRaises(meetgate.Timeout):
                        await call

        asyncio.run(main())

    def test_cancelling_a_task_ends_its_call(self):
        async def main():
            with Server(lambda request: None) as server:
                # One thread: the second call is made only if the first has left it.
                async with meetgate.AsyncAvd(base_url=server.url, token="t", async_threads=1) as avd:
                    for number in range(3):
                        call = asyncio.ensure_future(avd.room.read(room_id="1"))
                        while len(server.requests) == number:
                            await asyncio.sleep(0.001)
                        start = time.monotonic()
                        call.cancel()
                        with self.assertRaises(asyncio.CancelledError):
                            await call
                        self.assertLess(time.monotonic() - start, 0.1)
                        while avd._calls.handle.is_busy:
                            await asyncio.sleep(0.001)
                        self.assertLess(time.monotonic() - start, 0.1)
                    with self.assertRaises(asyncio.TimeoutError):
                        await asyncio.wait_for(avd.room.read(room_id="1"), 0.2)
                self.assertEqual(len(server.requests), 4)

        asyncio.run(main())

    def test_a_call_that_waits_for_a_thread_is_not_made(self):
        async def main():
            with Server(lambda request: None) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t", async_threads=1) as avd:
                    first = asyncio.ensure_future(avd.room.read(room_id="1"))
                    second = asyncio.ensure_future(avd.room.read(room_id="2"))
                    await asyncio.sleep(0.05)
                    for call in (second, first):
                        call.cancel()
                        with self.assertRaises(asyncio.CancelledError):
                            await call
                    await asyncio.sleep(0.05)
                self.assertEqual(len(server.requests), 1)

        asyncio.run(main())

    def test_a_cancel_ends_awaited_calls(self):
        async def main():
            with Server(lambda request: None) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t") as avd:
                    stop = meetgate.Cancel()
                    calls = [
                        asyncio.ensure_future(avd.with_options(cancel=stop).room.read(room_id="1")),
                        asyncio.ensure_future(avd.call("avd.room.list", None, {"cancel": stop})),
                        asyncio.ensure_future(avd.raw_call("GET", "/x", options={"cancel": stop})),
                    ]
                    await asyncio.sleep(0.05)
                    start = time.monotonic()
                    stop.trigger()
                    for ended in await asyncio.gather(*calls, return_exceptions=True):
                        self.assertIsInstance(ended, meetgate.Cancelled)
                    self.assertLess(time.monotonic() - start, 0.1)

        asyncio.run(main())

    def test_closing_ends_the_calls(self):
        async def main():
            with Server(lambda request: None) as server:
                avd = meetgate.AsyncAvd(base_url=server.url, token="t")
                call = asyncio.ensure_future(avd.room.read(room_id="1"))
                await asyncio.sleep(0.05)
                start = time.monotonic()
                await avd.close()
                await avd.close()
                self.assertTrue(avd.closed)
                with self.assertRaises(meetgate.Cancelled):
                    await call
                self.assertLess(time.monotonic() - start, 0.1)
                with self.assertRaisesRegex(meetgate.InvalidArgument, "closed"):
                    await avd.room.read(room_id="1")

        asyncio.run(main())

    @unittest.skipUnless(LISTS_THREADS, "this system does not list threads")
    def test_the_threads_end_with_the_client(self):
        async def main():
            with Server(lambda request: answer('{"ret":0}')) as server:
                for is_closed in (True, False):
                    for options in ({"token": "t"}, {"token_provider": lambda dead_token: "t"}):
                        avd = meetgate.AsyncAvd(base_url=server.url, **options)
                        await asyncio.gather(*(avd.room.read(room_id=str(n)) for n in range(4)))
                        self.assertTrue(library_threads() + python_threads())
                        if is_closed:
                            await avd.close()
                        del avd
                        until = time.monotonic() + 5
                        while library_threads() + python_threads() and time.monotonic() < until:
                            await asyncio.sleep(0.01)
                        self.assertEqual(library_threads() + python_threads(), [])

        gc.disable()
        self.addCleanup(gc.enable)
        asyncio.run(main())

    def test_context_variables_reach_the_thread(self):
        variable = contextvars.ContextVar("variable", default="none")
        seen = []

        def parse(digits):
            seen.append(variable.get())
            return float(digits)

        async def main():
            variable.set("mine")
            with Server(lambda request: answer('{"ret":0,"x":1.5}')) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="t", parse_float=parse) as avd:
                    await avd.room.read(room_id="1")

        asyncio.run(main())
        self.assertEqual(seen, ["mine"])

    @unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
    def test_a_forked_child_is_refused(self):
        config = self.sandbox.configurations["avd"]

        async def main(avd):
            await avd.room.read(room_id=ROOM)

        def child():
            with self.assertRaises(meetgate.Forked):
                asyncio.run(asyncio.wait_for(main(avd), 5))

        avd = meetgate.AsyncAvd.from_config(config)
        asyncio.run(main(avd))
        self.assertEqual(in_child(child), 0)
        asyncio.run(avd.close())

    @unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
    def test_a_forked_child_makes_its_own(self):
        config = self.sandbox.configurations["avd"]

        async def read():
            async with meetgate.AsyncAvd.from_config(config) as own:
                await asyncio.wait_for(own.room.read(room_id=ROOM), 5)

        async def main():
            async with meetgate.AsyncAvd.from_config(config) as avd:
                await avd.room.read(room_id=ROOM)
                self.assertEqual(in_child(lambda: asyncio.run(read())), 0)
                await avd.room.read(room_id=ROOM)

        asyncio.run(main())


class WithoutDescriptors(asyncio.SelectorEventLoop):
    """As the proactor of Windows."""

    def add_reader(self, *arguments):
        raise NotImplementedError


class Loops(unittest.TestCase):
    """Whose threads make the calls, and whose queue brings the results."""

    def setUp(self):
        self.server = Server(always('{"ret":0,"x":1.5}'))
        self.addCleanup(self.server.__exit__)

    def client(self, **more):
        return meetgate.AsyncAvd(base_url=self.server.url, **{"token": "t", **more})

    @unittest.skipUnless(LISTS_THREADS, "this system does not list threads")
    def test_a_plain_call_needs_no_thread_of_python(self):
        # Those of clients that other tests have closed end by themselves.
        last = time.monotonic() + 10
        while (python_threads() or library_threads()) and time.monotonic() < last:
            time.sleep(0.01)

        async def main():
            async with self.client() as avd:
                for call in (avd.room.read(room_id="1"), avd.call("avd.room.list"), avd.raw_call("GET", "/x")):
                    await call
                    self.assertEqual((python_threads(), len(library_threads())), ([], 1))
                    # The thread has told the result, and is not free before a moment later.
                    await asyncio.sleep(0.01)

        asyncio.run(main())

    def test_functions_of_the_program_run_in_threads_of_python(self):
        names, variable = {}, contextvars.ContextVar("variable")

        def note(what):
            names[what] = (threading.current_thread().name[:13], variable.get("none"))

        def provide(dead_token):
            note("provider")
            return "t"

        class Handler(logging.Handler):
            def emit(self, record):
                note("log")

        class File(io.BytesIO):
            name = "a.png"

            def read(self, size=-1):
                note("read")
                return super().read(size)

        logger = logging.Logger("own")
        logger.addHandler(Handler())

        async def main():
            variable.set("mine")
            async with self.client(token=None, token_provider=provide) as avd:
                await avd.room.read(room_id="1")
            async with self.client() as avd:
                await avd.with_options(progress=lambda *_: note("progress")).uploadfile(file=File(b"x"))
                avd.log_to(logger, logging.DEBUG)
                await avd.room.read(room_id="1")
                avd.log_to(None)
                if LISTS_THREADS:
                    self.assertEqual(library_threads(), [])
                    await avd.room.read(room_id="1")
                    self.assertEqual(len(library_threads()), 1)

        asyncio.run(main())
        self.assertEqual(names, {what: ("meetgate-avd_", "mine") for what in ("provider", "log", "read", "progress")})

    def test_what_a_provider_raises_is_the_cause(self):
        def provide(dead_token):
            raise KeyError("vault")

        async def main():
            async with self.client(token=None, token_provider=provide) as avd:
                with self.assertRaisesRegex(meetgate.AuthError, "it raised KeyError: 'vault'") as caught:
                    await avd.room.read(room_id="1")
                self.assertIsInstance(caught.exception.__cause__, KeyError)

        asyncio.run(main())

    def test_a_log_that_comes_while_calls_run(self):
        """They may tell it from the library's threads."""
        silent = Server(lambda request: time.sleep(0.2) or answer('{"ret":0}'))
        self.addCleanup(silent.__exit__)
        seen = []
        logger = logging.Logger("own")
        logger.addHandler(logging.NullHandler())
        logger.handle = seen.append

        async def main():
            async with meetgate.AsyncAvd(base_url=silent.url, token="t") as avd:
                calls = [asyncio.ensure_future(avd.room.read(room_id="1")) for _ in range(8)]
                await asyncio.sleep(0.05)
                avd.log_to(logger, logging.DEBUG)
                await asyncio.gather(*calls)

        asyncio.run(main())
        self.assertTrue(seen)

    def test_a_loop_that_waits_for_no_descriptors(self):
        loop = WithoutDescriptors()
        self.addCleanup(loop.close)

        async def main():
            async with self.client() as avd:
                replies = await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(8)))
                self.assertEqual((await avd.raw_call("GET", "/x"))["ret"], 0)
                self.assertEqual(replies, [{"ret": 0, "x": 1.5}] * 8)
                self.assertTrue(python_threads())

        loop.run_until_complete(main())

    def test_one_client_for_loops_one_after_the_other(self):
        avd = self.client()

        async def main():
            return await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(4)))

        for _ in range(5):
            self.assertEqual(len(asyncio.run(main())), 4)
        asyncio.run(avd.close())

    def test_one_client_for_loops_in_many_threads(self):
        avd, good = self.client(), []

        async def main():
            for _ in range(20):
                good.extend(await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(4))))

        threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(good, [{"ret": 0, "x": 1.5}] * 480)
        asyncio.run(avd.close())

    def test_closing_from_another_thread_ends_the_calls(self):
        silent = Server(lambda request: None)
        self.addCleanup(silent.__exit__)
        avd = meetgate.AsyncAvd(base_url=silent.url, token="t")
        threading.Timer(0.1, lambda: asyncio.run(avd.close())).start()

        async def main():
            return await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(4)), return_exceptions=True)

        start = time.monotonic()
        self.assertEqual({type(ended) for ended in asyncio.run(main())}, {meetgate.Cancelled})
        self.assertLess(time.monotonic() - start, 1)

    @unittest.skipUnless(os.path.isdir("/proc/self/fd"), "this system does not list descriptors")
    def test_the_queue_goes_with_its_loop(self):
        silent = Server(lambda request: None)
        self.addCleanup(silent.__exit__)

        def descriptors():
            return [link for link in map(_target, os.listdir("/proc/self/fd")) if "eventfd" in link]

        async def main(server, is_left):
            avd = meetgate.AsyncAvd(base_url=server.url, token="t")
            calls = [asyncio.ensure_future(avd.room.read(room_id=str(n))) for n in range(3)]
            if is_left:
                await asyncio.sleep(0.05)
                for call in calls:
                    call._log_destroy_pending = False
                left.append(weakref.ref(avd._calls.handle))
                return calls
            await asyncio.gather(*calls)
            self.assertEqual(len(descriptors()), before + 1)

        gc.collect()
        before = len(descriptors())
        left = []
        for _ in range(3):
            asyncio.run(main(self.server, False))
            self.assertEqual(len(descriptors()), before)
        # Calls are under way, and nobody ends them.
        loop = asyncio.new_event_loop()
        calls = loop.run_until_complete(main(silent, True))
        self.assertEqual(len(descriptors()), before + 1)
        loop.close()
        self.assertEqual(len(descriptors()), before)
        self.assertFalse(left[0]().is_busy)
        del calls, loop
        gc.collect()
        self.assertIsNone(left[0]())

    def test_a_full_queue_is_refused_at_once(self):
        silent = Server(lambda request: None)
        self.addCleanup(silent.__exit__)

        async def main():
            async with meetgate.AsyncAvd(base_url=silent.url, token="t", async_threads=1, async_queue=2) as avd:
                calls = [asyncio.ensure_future(avd.room.read(room_id="1")) for _ in range(6)]
                await asyncio.sleep(0.1)
                self.assertEqual([call.done() for call in calls], [False] * 3 + [True] * 3)
                for call in calls[3:]:
                    with self.assertRaisesRegex(meetgate.LimitError, "async_queue"):
                        await call

        asyncio.run(main())

    def test_the_time_of_a_call_begins_with_it(self):
        silent = Server(lambda request: None)
        self.addCleanup(silent.__exit__)

        async def main():
            async with meetgate.AsyncAvd(base_url=silent.url, token="t", async_threads=1) as avd:
                first = asyncio.ensure_future(avd.room.read(room_id="1"))
                await asyncio.sleep(0.05)
                with self.assertRaises(meetgate.Timeout) as caught:
                    await avd.with_options(timeout_ms=100).room.read(room_id="2")
                self.assertEqual(caught.exception.attempts, 0)
                self.assertFalse(first.done())

        asyncio.run(main())
        self.assertEqual(len(silent.requests), 1)

    def test_facts_and_other_options(self):
        async def main():
            async with self.client() as avd:
                facts = meetgate.Facts()
                reply = await avd.with_options(facts=facts).room.read(room_id="1")
                self.assertEqual((reply, facts.http_status), ({"ret": 0, "x": 1.5}, 200))
                text = await avd.call_text("avd.room.read", {"room_id": "1"}, {"facts": facts})
                self.assertEqual(text, '{"ret":0,"x":1.5}')
                for refused in (avd.room.read(room_id=[]), avd.call("avd.room.red"), avd.call("avd.room.read", {"room_id": b"1"})):
                    with self.assertRaises(meetgate.InvalidArgument):
                        await refused
                self.assertFalse(avd._calls.handle.is_busy)
                self.assertEqual(avd.stats()["operations"]["avd.room.read"]["calls"], 2)

        asyncio.run(main())

    def test_nothing_of_a_call_is_kept(self):
        def kept(avd):
            return sys.getrefcount(avd._calls.handle)

        async def of_each_kind(avd):
            await avd.room.read(room_id="1")
            with self.assertRaises(meetgate.InvalidArgument):
                await avd.room.read(room_id=[])
            with self.assertRaises(meetgate.Cancelled):
                await avd.with_options(cancel=stop).room.read(room_id="1")
            call = asyncio.ensure_future(avd.room.read(room_id="1"))
            await asyncio.sleep(0)
            call.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await call

        async def main():
            avd = self.client()
            await avd.room.read(room_id="1")
            before = kept(avd)
            for _ in range(20):
                await of_each_kind(avd)
            while avd._calls.handle.is_busy:
                await asyncio.sleep(0.001)
            self.assertEqual(kept(avd), before)
            gone = weakref.ref(avd._calls.handle)
            del avd
            self.assertIsNone(gone())

        stop = meetgate.Cancel()
        stop.trigger()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        asyncio.run(main())

    def test_thousands_of_calls_of_which_many_are_cancelled(self):
        """Each ends in one of two ways, and nothing of it is left. `MEETGATE_ASYNC_CALLS` says how many."""
        many = int(os.environ.get("MEETGATE_ASYNC_CALLS", "2000"))
        choose = random.Random(14)
        ends = collections.Counter()

        async def one(avd):
            call = asyncio.ensure_future(avd.room.read(room_id="1"))
            if choose.random() < 0.5:
                # Before it is submitted, while it waits, while it runs, and too late.
                for _ in range(choose.choice((0, 1, 2, 5, 20, 100))):
                    await asyncio.sleep(0)
                call.cancel()
            try:
                await call
                ends["good"] += 1
            except asyncio.CancelledError:
                ends["cancelled"] += 1

        async def main():
            async with self.client(async_threads=16) as avd:
                for _ in range(many // 200):
                    await asyncio.gather(*(one(avd) for _ in range(200)))
                while avd._calls.handle.is_busy:
                    await asyncio.sleep(0.001)
                await avd.room.read(room_id="1")

        asyncio.run(main())
        self.assertEqual(sum(ends.values()), many)
        self.assertGreater(min(ends.values()), many // 20, ends)


def _target(name):
    try:
        return os.readlink("/proc/self/fd/" + name)
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
