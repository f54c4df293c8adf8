"""Ending calls from outside: a Cancel, Ctrl-C, the interpreter's end."""

import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import meetgate
from support import Server, answer

#: What is promised, in seconds.
AT_ONCE = 0.1


class Cancelling(unittest.TestCase):
    def setUp(self):
        self.server = Server(lambda request: None if "room_id=9" in request.line else answer('{"ret":0}'))
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.avd = meetgate.Avd(base_url=self.server.url, token="t")
        self.addCleanup(self.avd.close)

    def test_before(self):
        stop = meetgate.Cancel()
        self.assertFalse(stop.triggered)
        stop.trigger()
        stop.trigger()
        self.assertTrue(stop.triggered)
        self.assertIn("triggered", repr(stop))
        for call in (
            lambda: self.avd.with_options(cancel=stop).room.read(room_id="1"),
            lambda: self.avd.call("avd.room.read", {"room_id": "1"}, {"cancel": stop}),
            lambda: self.avd.call_text("avd.room.read", {"room_id": "1"}, {"cancel": stop}),
            lambda: self.avd.raw_call("GET", "/x", options={"cancel": stop}),
        ):
            with self.assertRaises(meetgate.Cancelled) as raised:
                call()
            self.assertEqual(raised.exception.status, "CANCELLED")
        self.assertEqual(self.server.requests, [])
        # Other calls of this thread are not touched.
        self.assertEqual(self.avd.room.read(room_id="1")["ret"], 0)

    def test_during(self):
        for number in range(5):
            stop = meetgate.Cancel()
            triggered = []

            def trigger():
                while len(self.server.requests) <= number:
                    time.sleep(0.001)
                triggered.append(time.monotonic())
                stop.trigger()

            threading.Thread(target=trigger).start()
            with self.assertRaises(meetgate.Cancelled) as raised:
                self.avd.with_options(cancel=stop).room.read(room_id="9")
            self.assertLess(time.monotonic() - triggered[0], AT_ONCE)
            self.assertEqual(raised.exception.attempts, 1)

    def test_after(self):
        stop = meetgate.Cancel()
        self.assertEqual(self.avd.with_options(cancel=stop).room.read(room_id="1")["ret"], 0)
        stop.trigger()
        self.assertEqual(self.avd.room.read(room_id="1")["ret"], 0)

    def test_one_for_calls_of_two_clients(self):
        stop, ended = meetgate.Cancel(), []

        second = meetgate.Avd(base_url=self.server.url, token="t")
        self.addCleanup(second.close)
        others = meetgate.Cancel()

        def work(client, cancel, name):
            try:
                client.with_options(cancel=cancel).room.read(room_id="9")
            except meetgate.Cancelled:
                ended.append(name)

        calls = [(self.avd, stop, "mine"), (second, stop, "mine"), (self.avd, others, "other")]
        threads = [threading.Thread(target=work, args=call) for call in calls]
        for thread in threads:
            thread.start()
        while len(self.server.requests) < 3:
            time.sleep(0.001)
        start = time.monotonic()
        stop.trigger()
        threads[0].join()
        threads[1].join()
        self.assertLess(time.monotonic() - start, AT_ONCE)
        self.assertEqual(ended, ["mine", "mine"])
        others.trigger()
        threads[2].join()
        self.assertEqual(ended, ["mine", "mine", "other"])

    def test_what_is_no_cancel_is_refused(self):
        with self.assertRaisesRegex(meetgate.InvalidArgument, 'option "cancel": expected a meetgate.Cancel, got str'):
            self.avd.with_options(cancel="stop")
        self.assertEqual(self.avd.with_options(cancel=None).room.read(room_id="1")["ret"], 0)

    def test_limits_of_one_call(self):
        start = time.monotonic()
        with self.assertRaises(meetgate.Timeout) as raised:
            self.avd.with_options(attempt_timeout_ms=100, max_attempts=1).room.read(room_id="9")
        self.assertEqual(raised.exception.attempts, 1)
        with self.assertRaises(meetgate.Timeout) as raised:
            self.avd.call("avd.room.read", {"room_id": "9"}, {"attempt_timeout_ms": 100, "max_attempts": 2})
        self.assertEqual(raised.exception.attempts, 2)
        self.assertLess(time.monotonic() - start, 5)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "max_attempts"):
            self.avd.with_options(max_attempts=11).room.read(room_id="1")


#: How each program begins.
BLOCKED = """
import meetgate, signal, sys, threading, time
# A program that was started in the background ignores Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
avd = meetgate.Avd(base_url=sys.argv[1], token="t", timeout_ms=20000)
"""


@unittest.skipUnless(hasattr(signal, "pthread_kill"), "signals are sent as on Unix")
class Interrupting(unittest.TestCase):
    """In a process of its own."""

    def ended(self, program, wait_for=1, number=signal.SIGINT):
        """Sends the signal when the requests have arrived; what it printed, and how many seconds it took to end."""
        with Server(lambda request: None if "room_id=9" in request.line else answer('{"ret":0}')) as server:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BLOCKED + program, server.url],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            until = time.monotonic() + 20
            while len(server.requests) < wait_for and process.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(0.02)
            sent_at = time.time()
            process.send_signal(number)
            try:
                text = process.communicate(timeout=30)[0].decode()
            finally:
                process.kill()
                process.wait()
        return text, sent_at

    def seconds(self, text, sent_at):
        """The program prints when it was interrupted."""
        return float(text.split("at ")[1].split()[0]) - sent_at

    def test_ctrl_c_in_the_main_thread(self):
        text, sent_at = self.ended(
            """
avd.room.read(room_id="1")
try:
    avd.room.read(room_id="9")
except KeyboardInterrupt:
    print("interrupted at", time.time())
# It works once more, and calls go on.
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("again")
print(avd.room.read(room_id="1"), signal.set_wakeup_fd(-1), avd._calls.handle.is_busy)
""",
            2,
        )
        self.assertIn("interrupted at", text)
        self.assertLess(self.seconds(text, sent_at), AT_ONCE)
        self.assertIn("again\n{'ret': 0} -1 False\n", text)

    def test_ctrl_c_twice(self):
        text, _ = self.ended(
            """
import os
for number in range(20):
    threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try:
        avd.room.read(room_id="9")
    except KeyboardInterrupt:
        print("interrupted", time.monotonic() - start < 0.12)
print(avd.room.read(room_id="1"))
sys.stdout.flush()
os._exit(0)
""",
            99,
        )
        self.assertEqual(text, "interrupted True\n" * 20 + "{'ret': 0}\n")

    def test_a_handler_of_the_program_that_raises_nothing(self):
        text, sent_at = self.ended(
            """
seen = []
signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
try:
    avd.room.read(room_id="9")
except meetgate.Cancelled as error:
    print(seen == [signal.SIGINT], error.status, "at", time.time())
print(avd.room.read(room_id="1"))
"""
        )
        self.assertIn("True CANCELLED", text)
        self.assertLess(self.seconds(text, sent_at), AT_ONCE)
        self.assertIn("{'ret': 0}", text)

    def test_other_signals_end_no_call(self):
        text, _ = self.ended(
            """
signal.signal(signal.SIGUSR1, lambda number, frame: print("seen"))
try:
    avd.with_options(timeout_ms=300).room.read(room_id="9")
except meetgate.Timeout:
    print("timeout")
""",
            number=signal.SIGUSR1,
        )
        self.assertEqual(sorted(text.split()), ["seen", "timeout"])

    def test_where_ctrl_c_is_ignored(self):
        text, _ = self.ended(
            """
signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    avd.with_options(timeout_ms=300).room.read(room_id="9")
except meetgate.Timeout:
    print("timeout")
"""
        )
        self.assertEqual(text, "timeout\n")

    def test_a_program_that_watches_signals_itself(self):
        text, _ = self.ended(
            """
import os, socket
here, there = socket.socketpair()
there.setblocking(False)
signal.set_wakeup_fd(there.fileno())
try:
    avd.with_options(timeout_ms=300).room.read(room_id="9")
except (meetgate.Timeout, KeyboardInterrupt) as error:
    print(type(error).__name__, here.recv(1)[0], signal.set_wakeup_fd(-1) == there.fileno())
"""
        )
        self.assertEqual(text, "KeyboardInterrupt 2 True\n")

    def test_ctrl_c_in_a_provider(self):
        text, sent_at = self.ended(
            """
inner = meetgate.Avd(base_url=sys.argv[1], token="t")

def provide(dead_token):
    inner.room.read(room_id="9")
    return "token"

outer = meetgate.Avd(base_url=sys.argv[1], token_provider=provide)
try:
    outer.room.read(room_id="1")
except KeyboardInterrupt:
    print("interrupted at", time.time(), signal.set_wakeup_fd(-1))
"""
        )
        self.assertIn("interrupted at", text)
        self.assertLess(self.seconds(text, sent_at), AT_ONCE)
        self.assertTrue(text.endswith(" -1\n"), text)

    def test_ctrl_c_in_asyncio(self):
        text, sent_at = self.ended(
            """
import asyncio

async def main():
    async with meetgate.AsyncAvd(base_url=sys.argv[1], token="t") as avd:
        await avd.room.read(room_id="9")

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted at", time.time())
"""
        )
        self.assertIn("interrupted at", text)
        self.assertLess(self.seconds(text, sent_at), AT_ONCE)

    @unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
    def test_a_signal_in_a_forked_child_does_not_reach_the_parent(self):
        text, _ = self.ended(
            """
import os
avd.room.read(room_id="1")

def child_of_a_call():
    time.sleep(0.1)
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, lambda number, frame: None)
        os.kill(os.getpid(), signal.SIGINT)
        own = meetgate.Avd(base_url=sys.argv[1], token="t")
        os._exit(0 if own.room.read(room_id="1") == {"ret": 0} else 1)
    print("child", os.waitpid(child, 0)[1])

thread = threading.Thread(target=child_of_a_call)
thread.start()
try:
    avd.with_options(timeout_ms=400, max_attempts=1).room.read(room_id="9")
except meetgate.Timeout:
    print("timeout")
thread.join()
sys.stdout.flush()
os._exit(0)
""",
            99,
        )
        self.assertEqual(text, "child 0\ntimeout\n")

    def test_ctrl_c_in_a_loop(self):
        text, sent_at = self.ended(
            """
import asyncio

async def main():
    async with meetgate.AsyncAvd(base_url=sys.argv[1], token="t") as asynchronous:
        await asyncio.gather(*(asynchronous.room.read(room_id="9") for _ in range(4)))

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted at", time.time())
""",
            4,
        )
        self.assertIn("interrupted at", text)
        self.assertNotIn("Traceback", text)
        self.assertLess(self.seconds(text, sent_at), AT_ONCE)


class Ending(unittest.TestCase):
    """The interpreter's end, in a process of its own."""

    def run_program(self, program):
        with Server(lambda request: None) as server:
            start = time.monotonic()
            output = subprocess.run(
                [sys.executable, "-c", BLOCKED + program, server.url],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=30,
            )
            self.assertEqual(output.returncode, 0, output.stdout)
            return output.stdout.decode(), time.monotonic() - start, server.requests

    def test_awaited_calls_do_not_hold_it_up(self):
        text, seconds, requests = self.run_program(
            """
import asyncio
loop = asyncio.new_event_loop()
asynchronous = meetgate.AsyncAvd(base_url=sys.argv[1], token="t")

async def main():
    # Held, so that asyncio does not complain.
    global calls
    calls = [asyncio.ensure_future(asynchronous.room.read(room_id=str(n))) for n in range(4)]
    await asyncio.sleep(0.2)

loop.run_until_complete(main())
for call in calls:
    call._log_destroy_pending = False
print("end")
"""
        )
        self.assertEqual((text, len(requests)), ("end\n", 4))
        self.assertLess(seconds, 5)

    def test_calls_of_daemon_threads_end_in_order(self):
        text, seconds, _ = self.run_program(
            """
import os

def work():
    try:
        avd.room.read(room_id="1")
    except meetgate.Cancelled:
        os.write(1, b"cancelled\\n")

threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
        )
        self.assertEqual(text, "cancelled\n")
        self.assertLess(seconds, 5)

    def test_a_loop_in_a_daemon_thread(self):
        """Its calls are under way, and it submits more; events are told from the library's own threads."""
        program = """
import asyncio, logging

asynchronous = meetgate.AsyncAvd(base_url=sys.argv[1], token="t")
logger = logging.Logger("own")
logger.addHandler(logging.NullHandler())

async def main():
    calls = [asyncio.ensure_future(asynchronous.room.read(room_id=str(n))) for n in range(16)]
    await asyncio.sleep(0.1)
    %s
    while True:
        await asyncio.wait([asyncio.ensure_future(asynchronous.room.read(room_id="1")) for _ in range(4)], timeout=0.01)

# Whatever it is told at the end is nothing for this test.
logging.getLogger("asyncio").disabled = True
threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
time.sleep(0.3)
print("end", flush=True)
"""
        for more in ("pass", "asynchronous.log_to(logger, logging.DEBUG)"):
            for _ in range(3):
                text, seconds, _ = self.run_program(program % more)
                self.assertEqual(text[:4], "end\n")
                self.assertLess(seconds, 5)

    def test_the_end_within_a_loop(self):
        text, seconds, _ = self.run_program(
            """
import asyncio

async def main():
    calls = [asyncio.ensure_future(asynchronous.room.read(room_id=str(n))) for n in range(16)]
    await asyncio.sleep(0.1)
    raise SystemExit

asynchronous = meetgate.AsyncAvd(base_url=sys.argv[1], token="t")
asyncio.run(main())
"""
        )
        self.assertEqual(text, "")
        self.assertLess(seconds, 5)

    def test_it_waits_for_threads_that_are_no_daemons(self):
        text, _, _ = self.run_program(
            """
def work():
    try:
        avd.with_options(timeout_ms=500).room.read(room_id="1")
    except meetgate.Timeout:
        print("timeout", flush=True)

threading.Thread(target=work).start()
"""
        )
        self.assertEqual(text, "timeout\n")

    def test_a_provider_that_does_not_return(self):
        text, seconds, _ = self.run_program(
            """
def provide(dead_token):
    time.sleep(20)

blocked = meetgate.Avd(base_url=sys.argv[1], token_provider=provide)
threading.Thread(target=lambda: blocked.room.read(room_id="1"), daemon=True).start()
time.sleep(0.2)
print("end")
"""
        )
        self.assertEqual(text, "end\n")
        self.assertLess(seconds, 5)


if __name__ == "__main__":
    unittest.main()
