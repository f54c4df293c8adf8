"""What the command line makes of answers and errors that are out of the ordinary."""

import importlib.util
import json
import os
import subprocess
import unittest

from support import Server, always
from test_command_line import TOOL, on_a_terminal, plain, run

HAS_RICH = importlib.util.find_spec("rich") is not None


def configuration(server, platform="avd"):
    return json.dumps({"platform": platform, "base_url": server.url, "token": "t"})


class AnswersShown(unittest.TestCase):
    def call(self, server, *more, code=0):
        found = run("call", "avd.room.list", "--config", configuration(server), *more)
        self.assertEqual(found.returncode, code, found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found

    def test_numbers_stay_as_they_are_spelled(self):
        numbers = ["1e400", "1E-7", "-0", "1.10E+2", "9" * 5000]
        with Server(always('{"ret":0,"numbers":[%s]}' % ",".join(numbers))) as server:
            for index, number in enumerate(numbers):
                self.assertEqual(self.call(server, "--query", "/numbers/%d" % index).stdout, number + "\n")
            self.assertIn("    1.10E+2,\n    %s\n" % numbers[-1], self.call(server).stdout)

    def test_rows_of_pages_keep_their_digits(self):
        with Server(always('{"code":0,"msg":"OK","result":[{"fee":1.10E+2}]}')) as server:
            times = ("start_time=1", "end_time=2")
            found = run("call", "hst.consuming.records", *times, "--all-pages", "--json", "--config", configuration(server, "hst"))
            self.assertEqual(found.stdout, '{"fee":1.10E+2}\n')

    def test_a_page_without_rows_is_an_error_that_programs_can_read(self):
        with Server(always('{"code":0,"msg":"OK","result":{"sum":1.50}}')) as server:
            times = ("start_time=1", "end_time=2")
            found = run("call", "hst.consuming.records", *times, "--all-pages", "--json", "--config", configuration(server, "hst"))
            self.assertEqual(found.returncode, 5, found.stderr)
            self.assertEqual(json.loads(found.stdout)["status"], "PROTOCOL")
            self.assertIn('"sum":1.50', found.stdout)

    def test_an_answer_that_is_nested_too_deep(self):
        text = '{"ret":0,"a":%s%s}' % ("[" * 20000, "]" * 20000)
        with Server(always(text)) as server:
            for more in ((), ("--query", "/a")):
                found = self.call(server, *more, code=1)
                self.assertIn("nested too deep", found.stderr)
                self.assertEqual(found.stdout, "")
            self.assertEqual(self.call(server, "--json").stdout, text + "\n")

    def test_a_pointer_that_leads_into_a_value_does_not_show_it(self):
        with Server(always('{"ret":0,"token":"hunter2","n":1,"b":true,"z":null}')) as server:
            for name, kind in (("token", "a text"), ("n", "a number"), ("b", "true or false"), ("z", "null")):
                found = self.call(server, "--query", "/%s/x" % name, code=1)
                self.assertEqual(found.stderr, "/%s holds nothing more: it is %s\n" % (name, kind))

    def test_a_platform_cannot_write_to_the_terminal_what_it_likes(self):
        hostile = r"\u001b]0;title\u0007\u009b31m\u007f周\n会"
        shown = r"\u001b]0;title\u0007\u009b31m\u007f周"
        with Server(always('{"ret":0,"text":"%s","rows":[{"%s":"%s"}]}' % (hostile, hostile, hostile))) as server:
            for environment in ({}, {"NO_COLOR": "1"}):
                for pointer in ("/text", "/rows", ""):
                    text, code = on_a_terminal("call", "avd.room.list", "--config", configuration(server), "--query", pointer, **environment)
                    self.assertEqual(code, 0)
                    self.assertIn(shown, plain(text))
                    for control in "\x1b\x07\x9b\x7f":
                        self.assertNotIn(control, plain(text))
            # A program gets what the platform sent.
            self.assertEqual(self.call(server, "--query", "/text").stdout, "\x1b]0;title\x07\x9b31m\x7f周\n会\n")
        with Server(always('{"ret":40004,"msg":"%s"}' % hostile)) as server:
            text, code = on_a_terminal("call", "avd.room.list", "--config", configuration(server))
            self.assertEqual(code, 5)
            for control in "\x07\x9b\x7f":
                self.assertNotIn(control, plain(text))
            self.assertNotIn("\x1b]", text)

    @unittest.skipUnless(HAS_RICH, "rich is not installed (pip install 'meetgate[cli]')")
    def test_a_narrow_terminal_cuts_nothing_off(self):
        with Server(always('{"ret":0,"rows":[{"number":"%s","other":"%s"}]}' % ("12345" * 10, "x" * 50))) as server:
            text, _ = on_a_terminal("call", "avd.room.list", "--config", configuration(server), "--query", "/rows", COLUMNS="40")
            lines = plain(text).splitlines()
            self.assertEqual("".join("".join(c for c in line if c.isdigit()) for line in lines), "12345" * 10)
            self.assertNotIn("…", text)
            # Where no table has room, it is JSON.
            for columns in ("0", "1", "29"):
                text, _ = on_a_terminal("call", "avd.room.list", "--config", configuration(server), "--query", "/rows", COLUMNS=columns)
                self.assertEqual(json.loads(text)[0]["number"], "12345" * 10)

    def test_rich_is_not_imported_for_a_pipe(self):
        found = run("ops", PYTHONPROFILEIMPORTTIME="1")
        self.assertIn("meetgate._tool.terminal", found.stderr)
        self.assertNotIn("rich", found.stderr)

    def test_nobody_reads_what_is_wrong(self):
        for arguments in (("nothing",), ("call", "avd.room.list", "--query", "x"), ("call", "avd.room.raed", "--help"), ("ops", "xyzzy")):
            reading, writing = os.pipe()
            os.close(reading)
            found = subprocess.run([*TOOL, *arguments], stdout=subprocess.DEVNULL, stderr=writing, timeout=60)
            os.close(writing)
            self.assertEqual(found.returncode, 141, arguments)


if __name__ == "__main__":
    unittest.main()
