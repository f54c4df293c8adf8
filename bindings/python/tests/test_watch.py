"""`watch`: the events of hst as lines."""

import json
import os
import select
import signal
import subprocess
import time
import unittest

from gateway import GROUP, GatewayTest
from meetgate._tool import event_lines
from support import APP
from test_command_line import TOOL, on_a_terminal, run

PATIENCE = 20
#: A time of this machine's.
TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  "
STATE = "state         %s: 1 group, 2 users, 2 broadcast, version %d"


class Watching:
    """A command that runs, and its lines."""

    def __init__(self, config, *arguments):
        # With it Python writes each line at once, whatever the command does.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        self.process = subprocess.Popen(
            [*TOOL, "watch", *arguments], env={**environment, "MEETGATE_CONFIG": json.dumps(config)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            # A shell has background programs ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            # Nothing is read ahead, past what `select` sees.
            bufsize=0,
        )  # fmt: skip

    def line(self, stream=None):
        """As soon as it is there: it must not wait for the next."""
        stream = stream or self.process.stdout
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([stream], [], [], PATIENCE)[0]:
                raise AssertionError("no line comes after %r" % line)
            piece = stream.read(1)
            if not piece:
                raise AssertionError("it has ended: %r" % line)
            line += piece
        return line.decode().rstrip("\n")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def ended(self):
        """The code, and what else was said."""
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said.decode()


@unittest.skipIf(os.name == "nt", "signals and pipes as on Unix")
class Watch(GatewayTest):
    def watch(self, *arguments, config=None):
        made = Watching(config or self.config, "--app", APP, *arguments)
        self.addCleanup(made.end)
        return made

    def check(self, line, expected):
        self.assertRegex(line, TIME)
        self.assertEqual(line[21:], expected)

    def test_lines_to_read_until_ctrl_c(self):
        watch = self.watch()
        self.check(watch.line(), "connected")
        self.check(watch.line(), STATE % ("opened", 4))
        for act, expected in (
            (lambda: self.gateway.join("u1003"), "joined        group g2001  user u1003"),
            (lambda: self.gateway.start("u1003", "s1", 0), "started       group g2001  user u1003  screen s1"),
            (lambda: self.gateway.stop_medium("u1003", "s1", 0), "stopped       group g2001  user u1003  screen s1"),
            (lambda: self.gateway.leave("u1003"), "left          group g2001  user u1003"),
        ):
            act()
            self.check(watch.line(), expected)
        self.gateway.cut()
        lost = watch.line(watch.process.stderr)
        self.assertRegex(lost, TIME + r"disconnected  NETWORK: the event gateway closed the connection; the next attempt is in \d\.\d s$")
        self.check(watch.line(), "connected")
        self.check(watch.line(), STATE % ("reconnected", 8))
        start = time.monotonic()
        watch.process.send_signal(signal.SIGINT)
        self.assertEqual(watch.ended(), (130, ""))
        self.assertLess(time.monotonic() - start, 2)

    def test_json_lines_are_what_the_library_told(self):
        watch = self.watch("--json")
        self.assertEqual(watch.line(), '{"type":"connected"}')
        state = watch.line()
        self.assertTrue(state.startswith('{"type":"state","app_id":"%s","version":4,"reason":"opened","data":{' % APP), state)
        self.gateway.cut()
        lost = json.loads(watch.line())
        self.assertEqual((lost["type"], lost["error"]["status"]), ("disconnected", "NETWORK"))
        watch.process.send_signal(signal.SIGINT)
        self.assertEqual(watch.ended(), (130, ""))

    def test_it_ends_by_itself(self):
        watch = self.watch("--type", "left", "--type", "joined", "--count", "2", "--json")
        # Who joins before the full state is in it, and joins no more.
        until = time.monotonic() + PATIENCE
        while "hst.gateway.full_state" not in self.gateway.control("GET", "/counts") and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.2)
        self.gateway.join("u1003")
        self.gateway.start("u1003", "s1", 0)
        self.gateway.leave("u1003")
        self.assertEqual([json.loads(watch.line())["type"] for _ in range(2)], ["joined", "left"])
        self.assertEqual(watch.ended(), (0, ""))
        self.assertEqual(self.watch("--for", "0.7").ended()[0], 0)
        start = time.monotonic()
        self.assertEqual(self.watch("--for", "0.7", "--type", "joined", "--count", "1").ended(), (4, "0 of 1 lines in time\n"))
        self.assertGreaterEqual(time.monotonic() - start, 0.7)

    def test_of_a_group_and_of_the_configured_application(self):
        config = {**self.config, "discovery_app_id": APP}
        watch = Watching(config, "--group", "g9", "--count", "2", "--json")
        self.addCleanup(watch.end)
        watch.line()
        self.assertEqual(json.loads(watch.line())["data"]["group_list"], [])
        self.assertEqual(watch.ended(), (0, ""))

    def test_what_cannot_be_had(self):
        for changed, arguments, code, words in (
            # As soon as it is known, without --for.
            ({"dev_secret": "0123456789abcdef"}, (), 3, "disconnected  AUTH: "),
            ({"base_url": "http://127.0.0.1:9", "discovery_url": None}, ("--for", "0.5"), 4, "disconnected  NETWORK: "),
            ({"base_url": "http://127.0.0.1:9", "discovery_url": None}, ("--for", "0.5", "--type", "joined", "--json"), 4, "disconnected  NETWORK: "),
        ):
            config = {name: value for name, value in {**self.config, **changed}.items() if value is not None}
            watch = self.watch(*arguments, config=config)
            ended, said = watch.ended()
            self.assertEqual(ended, code, said)
            self.assertIn(words, said)
            self.assertNotIn(config["dev_secret"], said)
            self.assertNotIn("Traceback", said)

    def test_nobody_reads(self):
        watch = self.watch()
        watch.line()
        watch.process.stdout.close()
        self.gateway.join("u1003")
        self.gateway.leave("u1003")
        self.assertEqual((watch.process.wait(PATIENCE), watch.process.stderr.read()), (141, b""))

    def test_wrong_command_lines(self):
        config = json.dumps(self.config)
        for arguments, words in (
            (("--app", APP, "--count", "0"), "--count: expected at least 1"),
            (("--app", APP, "--for", "0"), "--for: expected more than 0 seconds"),
            (("--app", APP, "--for", "nan"), "--for: expected more than 0 seconds"),
            (("--app", APP, "--type", "joine"), "invalid choice: 'joine'"),
            ((), '"app_ids" is missing'),
            (("--app", APP, "--app", "b", "--group", "g"), "groups"),
        ):
            found = run("watch", *arguments, MEETGATE_CONFIG=config)
            self.assertEqual(found.returncode, 2, found.stderr)
            self.assertIn(words, found.stderr)
            self.assertNotIn("Traceback", found.stderr)
        other = json.dumps(self.gateway.sandbox.configurations["avd"])
        found = run("watch", "--app", APP, MEETGATE_CONFIG=other)
        self.assertEqual((found.returncode, "for avd, not for hst" in found.stderr), (2, True), found.stderr)

    def test_on_a_terminal(self):
        shown, code = on_a_terminal("watch", "--app", APP, "--count", "2", MEETGATE_CONFIG=json.dumps(self.config))
        self.assertEqual(code, 0, shown)
        lines = shown.splitlines()
        self.check(lines[0], "connected")
        self.check(lines[1], STATE % ("opened", 4))


class Lines(unittest.TestCase):
    def line(self, event, with_app=False):
        return event_lines.line(event, with_app)[21:]

    def test_whatever_stands_in_an_event(self):
        joined = {"type": "joined", "id": 20100, "app_id": "a", "group_id": "g\n\x1b[2J", "version": 1, "data": {"user_id": 7}}
        self.assertEqual(self.line(joined, True), "joined        group g\\n\\u001b[2J  user 7  app a")
        for data in (None, "masked", [], {}, {"user_id": None, "media_info": 1}):
            self.assertEqual(self.line({**joined, "group_id": GROUP, "data": data}), "joined        group g2001")
        for members, expected in (
            ({"media_id": "m", "media_type": 2}, "video m"),
            ({"media_id": "m", "media_type": 4}, "whiteboard m"),
            ({"media_id": "m", "media_type": 9}, "medium of type 9, m"),
            ({"media_id": "m"}, "medium m"),
        ):
            self.assertEqual(self.line({"type": "started", "group_id": "g", "data": members}), "started       group g  " + expected)
        for members, expected in (
            ({"record_id": "r", "record_statue": 6}, "  recording r  it is done"),
            ({"record_id": "r", "record_status": "7"}, "  recording r  it is suspended"),
            ({"record_id": "r", "record_statue": 99}, "  recording r  its state is 99"),
            ({}, ""),
        ):
            self.assertEqual(self.line({"type": "recording", "id": 20104, "group_id": "g", "data": members}), "recording     group g" + expected)
        self.assertEqual(self.line({"type": "other", "id": 1, "data": {"a": [1]}}), 'other         {"a":[1]}')
        for data in (None, {"group_list": 1}, {"group_list": [1, {"user_list": {}}]}):
            groups = 1 if isinstance(data, dict) and data["group_list"] != 1 else 0
            expected = "state         gap: %d group%s, 0 users, 0 broadcast, version 3" % (groups, "" if groups == 1 else "s")
            self.assertEqual(self.line({"type": "state", "version": 3, "reason": "gap", "data": data}), expected)


if __name__ == "__main__":
    unittest.main()
