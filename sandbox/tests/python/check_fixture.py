"""Uses every method of examples/python/meetgate_sandbox.py once. Run by tests/python.rs: the fixture's folder, then the program."""

import os
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
PROGRAM = sys.argv[2]

from meetgate_sandbox import Sandbox, SandboxError, find_program  # noqa: E402

QUIET = "12345123456"


class Fixture(unittest.TestCase):
    def avd(self, sandbox, path, **params):
        return sandbox._opener.open(
            f"{sandbox.base_url}/sdkapi/v2{path}?" + urllib.parse.urlencode(params), timeout=30
        ).read()

    def test_what_it_knows(self):
        with Sandbox(PROGRAM) as sandbox:
            self.assertEqual(set(sandbox.configurations), {"hst", "youme", "avd"})
            self.assertTrue(sandbox.base_url.startswith("http://127.0.0.1:"))
            self.assertIsNone(sandbox.tls)

    def test_calls_are_recorded_and_counted(self):
        with Sandbox(PROGRAM) as sandbox:
            self.avd(sandbox, "/room/list", token="secret-word")
            (exchange,) = sandbox.exchanges("avd.*")
            self.assertEqual(exchange["operation"], "avd.room.list")
            self.assertNotIn("secret-word", str(exchange))
            self.assertIn("secret-word", str(sandbox.exchanges(secrets=True)))
            self.assertEqual(sandbox.counts(), {"avd.room.list": 1})
            self.assertEqual(sandbox.acted_counts(), {})
            sandbox.clear_exchanges()
            sandbox.clear_counts()
            self.assertEqual((sandbox.exchanges(), sandbox.counts()), ([], {}))

    def test_faults(self):
        with Sandbox(PROGRAM) as sandbox:
            first = sandbox.add_fault("avd.room.list", "http", status=503, times=1)
            second = sandbox.add_fault("*", "latency", ms=1)
            self.assertEqual([fault["id"] for fault in sandbox.faults()], [first, second])
            with self.assertRaises(urllib.error.HTTPError) as raised:
                self.avd(sandbox, "/room/list")
            self.assertEqual(raised.exception.code, 503)
            raised.exception.close()
            sandbox.remove_fault(second)
            self.assertEqual(sandbox.faults(), [])
            sandbox.add_fault("*", "latency", ms=1)
            sandbox.clear_faults()
            self.assertEqual(sandbox.faults(), [])
            with self.assertRaisesRegex(SandboxError, "avd.room.raed"):
                sandbox.add_fault("avd.room.raed", "text")

    def test_time_and_tokens(self):
        with Sandbox(PROGRAM, ["--clock-offset", 10]) as sandbox:
            self.assertEqual(sandbox.clock_offset(), 10)
            sandbox.set_clock_offset(-5)
            sandbox.advance_clock(60)
            self.assertEqual(sandbox.clock_offset(), 55)
            sandbox.expire_tokens()

    def test_people(self):
        with Sandbox(PROGRAM) as sandbox:
            sandbox.join(QUIET, "77", user_name="Li", type="pc")
            self.assertEqual(sandbox.say(QUIET, "77", "hello"), sandbox.say(QUIET, "77", "you", to="16") - 1)
            sandbox.leave(QUIET, "77")
            with self.assertRaises(SandboxError):
                sandbox.leave(QUIET, "77")
            sandbox.set_presence("8f14e45fceea467a9f36dedd4bea2543", "u1003", True)
            self.assertEqual(sandbox.set_avd_site(company=False), sandbox.avd_site())
            sandbox.reset()
            self.assertTrue(sandbox.avd_site()["company"])

    def test_tls(self):
        for option in ("--tls", "--tls-client-certificates"):
            with self.subTest(option), Sandbox(PROGRAM, [option]) as sandbox:
                self.assertTrue(sandbox.base_url.startswith("https://127.0.0.1:"))
                self.assertIn("BEGIN CERTIFICATE", sandbox.tls["ca_pem"])
                self.assertEqual(sandbox.faults(), [])

    def test_it_stops(self):
        sandbox = Sandbox(PROGRAM)
        with sandbox:
            with self.assertRaises(SandboxError):
                sandbox.start()
            process = sandbox._process
        self.assertEqual(process.poll(), 0)
        sandbox.stop()
        with self.assertRaises(SandboxError):
            sandbox.counts()
        with sandbox:
            sandbox.counts()

    def test_what_does_not_start(self):
        with self.assertRaisesRegex(SandboxError, "exit code 1"):
            Sandbox(PROGRAM, ["--hst-dev-secret", "short"]).start()
        with self.assertRaisesRegex(SandboxError, "cannot be started"):
            Sandbox("/no/such/program").start()

    def test_where_the_program_is_looked_for(self):
        os.environ["MEETGATE_SANDBOX"] = PROGRAM
        self.assertEqual(str(find_program()), PROGRAM)
        self.assertEqual(str(find_program("/another")), "/another")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
