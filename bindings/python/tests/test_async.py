"""The awaited clients."""

import asyncio
import contextvars
import gc
import os
import threading
import time
import unittest
import warnings

import meetgate
from support import ROOM, SandboxTest, Server, answer


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

    def test_max_workers_bounds_what_runs_at_once(self):
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
                async with meetgate.AsyncAvd(base_url=server.url, token="t", max_workers=2) as avd:
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
                async with meetgate.AsyncAvd(base_url=server.url, token="t", max_workers=1) as avd:
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
                async with meetgate.AsyncAvd(base_url=server.url, token="t", max_workers=1) as avd:
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

    def test_the_threads_end_with_the_client(self):
        def threads():
            return [thread for thread in threading.enumerate() if thread.name.startswith("meetgate-avd")]

        async def main():
            with Server(lambda request: answer('{"ret":0}')) as server:
                for is_closed in (True, False):
                    avd = meetgate.AsyncAvd(base_url=server.url, token="t")
                    await asyncio.gather(*(avd.room.read(room_id=str(n)) for n in range(4)))
                    self.assertTrue(threads())
                    if is_closed:
                        await avd.close()
                    del avd
                    until = time.monotonic() + 5
                    while threads() and time.monotonic() < until:
                        gc.collect()
                        await asyncio.sleep(0.01)
                    self.assertEqual(threads(), [])

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

        avd = meetgate.AsyncAvd.from_config(config)
        asyncio.run(main(avd))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(asyncio.wait_for(main(avd), 5))
            except meetgate.Forked:
                code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        asyncio.run(avd.close())


if __name__ == "__main__":
    unittest.main()
