"""Arguments that cannot be right: each ends with 2, says why, and shows no secret."""

import json
import unittest

from support import Server, always
from test_command_line import run

SECRET = "hunter2-0123456"
PAGE = ("call", "hst.consuming.records", "start_time=1", "end_time=2")


class WrongArguments(unittest.TestCase):
    def refused(self, why, *arguments, **environment):
        found = run(*arguments, **{"MEETGATE_CONFIG": None, **environment})
        self.assertEqual(found.returncode, 2, found.stderr)
        self.assertIn(why, found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        self.assertNotIn(SECRET, found.stdout + found.stderr)
        return found

    def test_a_configuration_that_is_neither_json_nor_a_file(self):
        config = json.dumps({"platform": "avd", "base_url": "http://h", "access_key": "a", "secret_key": SECRET})
        for text in ("x" + config, "'%s'" % config, json.dumps(config), config[1:], "[%s]" % config, "x\n" + SECRET, "x" * 5000 + config):
            self.refused("neither JSON, which begins with {, nor a file", "call", "avd.room.list", "--config", text)
            self.refused("neither JSON, which begins with {, nor a file", "call", "avd.room.list", MEETGATE_CONFIG=text)
        self.refused("not valid JSON", "call", "avd.room.list", "--config", config[:-2])
        self.refused("not valid JSON", "call", "avd.room.list", "--config", '{"a":' + "[" * 100000)
        # A name that is only mistyped is told.
        self.refused("'avd.jsno'", "call", "avd.room.list", "--config", "avd.jsno")

    def test_a_value_without_a_name(self):
        for arguments in (
            ("call", "avd.room.list", "=" + SECRET), ("raw", "POST", "/x", "--form", "=" + SECRET),
            ("call", "avd.room.list", "--param-env", "=" + SECRET),
        ):
            self.refused("no name before =", *arguments, "--config", '{"platform":"avd","base_url":"http://h","token":"t"}')

    def test_keys_of_the_environment_that_do_not_go_with_the_configuration(self):
        config = json.dumps({"platform": "avd", "base_url": "http://h", "access_key": "a", "secret_key": "s"})
        for command in (("call", "avd.room.list"), ("raw", "GET", "/x")):
            found = self.refused("not both", *command, "--config", config, MEETGATE_TOKEN=SECRET)
            self.assertIn("keys from the environment: MEETGATE_TOKEN\n", found.stderr)
        found = self.refused("tokn", "call", "avd.room.list", "--config", '{"platform":"avd","base_url":"http://h","tokn":"t"}')
        self.assertNotIn("environment", found.stderr)

    def test_numbers_are_those_of_json(self):
        config = json.dumps({"platform": "hst", "base_url": "http://127.0.0.1:1", "token": "t", "max_attempts": 1})
        for number in ("1_000", " 1", "１", "+1", "01", "1.0", "", "--1", "9" * 5000):
            self.refused('"page"', *PAGE, "page=" + number, "page_size=1", "--config", config)
        with Server(always('{"code":0,"msg":"OK","result":[]}')) as server:
            config = json.dumps({"platform": "hst", "base_url": server.url, "token": "t"})
            found = run(*PAGE, "page=10", "page_size=1", "--config", config)
            self.assertEqual(found.returncode, 0, found.stderr)
            self.assertIn("page=10&", server.requests[0].line)

    def test_pages(self):
        self.refused("--page-size goes with --all-pages", *PAGE, "page=1", "--page-size", "5")
        for size in ("0", "-1"):
            self.refused("--page-size: expected at least 1", *PAGE, "--all-pages", "--page-size", size)

    def test_an_object_and_parameters_beside_it(self):
        for given in ("@file.json", "@-", '{"room_id":"1"}'):
            self.refused("stands alone", "call", "avd.room.read", given, "room_id=1")
            self.refused("stands alone", "call", "avd.room.read", "room_id=1", given)


if __name__ == "__main__":
    unittest.main()
