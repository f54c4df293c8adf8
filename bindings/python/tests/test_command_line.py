"""The command line as people use it: in pipes, on a terminal, with secrets out of sight."""

import contextlib
import importlib.util
import io
import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import meetgate
from meetgate import _tool, testing
from support import ROOM, SandboxTest, Server, always, answer

HAS_RICH = importlib.util.find_spec("rich") is not None
TOOL = [sys.executable, "-m", "meetgate"]


def run(*arguments, stdin="", **environment):
    given = {**os.environ, **environment}
    given = {name: value for name, value in given.items() if value is not None}
    return subprocess.run(
        [*TOOL, *arguments], input=stdin, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", timeout=60,
    )


def interrupted(server, requests, *arguments, rest=0.0, **environment):
    """The code and the errors of a command that gets Ctrl-C when this server has had so many requests, and a moment after that."""
    with subprocess.Popen(
        [*TOOL, *arguments], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell has background programs ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        until = time.monotonic() + 30
        while len(server.requests) < requests and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(rest)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    return process.returncode, said.decode()


def on_a_terminal(*arguments, **environment):
    """What a terminal shows, and the exit code."""
    given = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **environment}
    given = {name: value for name, value in given.items() if value is not None and name != "NO_COLOR" or name in environment}
    terminal, its_end = pty.openpty()
    child = subprocess.Popen([*TOOL, *arguments], env=given, stdin=its_end, stdout=its_end, stderr=its_end, start_new_session=True)
    os.close(its_end)
    shown = b""
    while True:
        if not select.select([terminal], [], [], 60)[0]:
            child.kill()
            raise AssertionError("it did not end: %r" % shown)
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            # Nobody has the other end any more.
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return shown.decode("utf-8"), child.wait(60)


def plain(text):
    return re.sub("\x1b\\[[0-9;]*m", "", text)


def without_rich(folder):
    """For PYTHONPATH."""
    with open(os.path.join(folder, "rich.py"), "w", encoding="utf-8") as file:
        file.write("raise ImportError('not installed')\n")
    return os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))


class Recorder:
    """A client that remembers what it was called for."""

    def __init__(self, made):
        self.made = made

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def call_text(self, operation, params, options):
        self.made.append((operation, params))
        return "{}"


class Calls(SandboxTest):
    def tool(self, *arguments, code=0, stdin="", **environment):
        found = run(*arguments, stdin=stdin, **{"MEETGATE_CONFIG": self.sandbox.first_line, **environment})
        self.assertEqual(found.returncode, code, found.stdout + found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found

    def test_options_stand_anywhere(self):
        with tempfile.TemporaryDirectory() as folder:
            config = os.path.join(folder, "avd.json")
            with open(config, "w", encoding="utf-8") as file:
                json.dump(self.sandbox.configurations["avd"], file)
            for words in (
                ("avd.room.read", "--config", config, "room_id=" + ROOM, "--json"),
                ("--config", config, "--json", "avd.room.read", "room_id=" + ROOM),
                ("avd.room.read", "room_id=" + ROOM, "--json", "--config=" + config),
                ("--json", "avd.room.update", "--config", config, "room_id=" + ROOM, "--timeout-ms", "5000", "topic=周会"),
            ):
                found = self.tool("call", *words, MEETGATE_CONFIG=None)
                self.assertEqual(json.loads(found.stdout)["ret"], 0)
            found = self.tool("download", "--config", config, "/nothing", "--json", os.path.join(folder, "f"), code=5, MEETGATE_CONFIG=None)
            self.assertEqual(json.loads(found.stdout)["status"], "HTTP")

    def test_parameters_from_standard_input(self):
        found = self.tool("call", "avd.room.read", "@-", "--query", "/data/topic", stdin=json.dumps({"room_id": ROOM}))
        self.assertEqual(found.stdout, "周会\n")
        self.assertIn("not valid JSON", self.tool("call", "avd.room.read", "@-", stdin="", code=2).stderr)

    def test_the_help_of_an_operation(self):
        for arguments in (("call", "hst.consuming.records", "--help"), ("ops", "hst.consuming.records")):
            shown = self.tool(*arguments, MEETGATE_CONFIG=None).stdout
            for part in (
                "start_time (integer, milliseconds since 1970-01-01 UTC, required)",
                "page_size (integer, at most 100, required)",
                "Example\n  python -m meetgate call hst.consuming.records start_time=",
                "Source: ",
            ):
                self.assertIn(part, shown)
        shown = self.tool("call", "avd.sip.account.create", "--help", MEETGATE_CONFIG=None).stdout
        for part in ("password (string, required, secret): ", "Arguments are seen by all users", "--param-env password=PASSWORD number=1024 "):
            self.assertIn(part, shown)
        self.assertIn("  Rule: end_time must not be before start_time.\n", self.tool("ops", "hst.consuming.records").stdout)
        self.assertNotIn("Arguments are seen", self.tool("ops", "hst.consuming.records").stdout)
        found = self.tool("call", "avd.room.raed", "--help", code=2)
        self.assertIn("no operation is called avd.room.raed; did you mean avd.room.read", found.stderr)
        self.assertIn("NAME=VALUE", self.tool("call", "--help").stdout)

    def test_every_example_of_the_help_can_be_run(self):
        for operation in meetgate.catalog()["operations"]:
            name = operation["name"]
            example = re.search(r"Example\n  (.*)\n", self.tool_in_process("call", name, "--help")).group(1)
            words = shlex.split(example)
            self.assertEqual(words[:3], ["meetgate", "call", name])
            made = []
            secrets = [field["name"] for field in operation["params"] if field.get("secret")]
            variables = {secret.upper(): "rtmp://192.0.2.30/live" for secret in secrets}
            with mock.patch("meetgate._tool.config.client_of", lambda config: Recorder(made)), mock.patch.dict(os.environ, variables):
                with mock.patch("meetgate._tool.config.read", lambda given, platform: {"platform": platform}):
                    self.tool_in_process(*words[1:])
            for before, word in zip(words, words[1:]):
                if word.partition("=")[0] in secrets:
                    self.assertEqual(before, "--param-env", example)
            self.assertEqual(made[0][0], name)
            # The library takes its parameters.
            double = {"hst": testing.Hst, "youme": testing.Youme, "avd": testing.Avd}[name.split(".")[0]](lambda *_: {"ret": 0})
            if not any(field["type"] == "file" for field in operation["params"]):
                double.call(name, made[0][1])

    def tool_in_process(self, *arguments):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            self.assertEqual(_tool._run(list(arguments)), 0)
        return shown.getvalue()

    def test_one_part_of_an_answer(self):
        text = '{"ret":0,"a/b":{"~x":[1.50,{"y":null}]},"text":"周会"}'
        with Server(always(text)) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            for pointer, plain, as_json in (
                ("/text", "周会\n", '"周会"\n'),
                ("/a~1b/~0x/0", "1.50\n", "1.50\n"),
                ("/a~1b/~0x/1/y", "null\n", "null\n"),
                ("/a~1b/~0x", "[\n  1.50,\n  {\n    \"y\": null\n  }\n]\n", None),
                ("", None, text + "\n"),
            ):
                found = self.tool("call", "avd.room.list", "--query", pointer, "--config", config)
                if plain is not None:
                    self.assertEqual(found.stdout, plain)
                found = self.tool("call", "avd.room.list", "--query", pointer, "--config", config, "--json")
                if as_json is not None:
                    self.assertEqual(found.stdout, as_json)
            for pointer, why in (
                ("/txt", "the answer has no 'txt'; it has ret, a/b, text"),
                ("/a~1b/~0x/2", "/a~1b/~0x has no '2'; it is a list of 2".replace("~1", "/").replace("~0", "~")),
                ("/a~1b/~0x/01", "has no '01'"),
                ("/text/x", "/text holds nothing more"),
            ):
                found = self.tool("call", "avd.room.list", "--query", pointer, "--config", config, code=1)
                self.assertIn(why, found.stderr)
                self.assertEqual(found.stdout, "")
            for pointer in ("text", "/~2"):
                self.assertIn("--query", self.tool("call", "avd.room.list", "--query", pointer, "--config", config, code=2).stderr)

    def test_all_pages(self):
        def page_of(request):
            page = int(re.search(r"[?&]page=(\d+)", request.line).group(1))
            rows = [{"n": 2 * page - 1, "x": "1.10"}, {"n": 2 * page}] if page < 3 else [{"n": 5}]
            text = json.dumps({"code": 0, "msg": "OK", "result": {"list": rows}}).replace('"1.10"', "1.10")
            return answer(text)

        with Server(page_of) as server:
            config = json.dumps({"platform": "hst", "base_url": server.url, "token": "t"})
            times = ("start_time=1", "end_time=2")
            found = self.tool("call", "hst.consuming.records", *times, "--all-pages", "--page-size", "2", "--json", "--config", config)
            self.assertEqual([json.loads(line)["n"] for line in found.stdout.splitlines()], [1, 2, 3, 4, 5])
            self.assertIn('"x":1.10', found.stdout)
            found = self.tool("call", "hst.consuming.records", *times, "--all-pages", "--page-size", "2", "--config", config)
            self.assertEqual(len(json.loads(found.stdout)), 5)
            for words, why in (
                (("avd.room.list", "--all-pages"), "has no pages; those have: hst.consuming.records"),
                (("hst.consuming.records", *times, "page=1", "--all-pages"), "leave out page"),
                (("hst.consuming.records", *times, "--all-pages", "--query", "/x"), "--query"),
            ):
                self.assertIn(why, self.tool("call", *words, code=2).stderr)
        # With the largest page that the catalog knows, when none is given.
        with Server(page_of) as server:
            config = json.dumps({"platform": "hst", "base_url": server.url, "token": "t"})
            self.tool("call", "hst.consuming.records", *times, "--all-pages", "--config", config)
            self.assertIn("page_size=100", server.requests[0].line)

    def test_raw_requests(self):
        found = self.tool("raw", "get", "/sdkapi/v2/room/read", "--url-param", "room_id=" + ROOM, "--platform", "avd", "--query", "/data/topic")
        self.assertEqual(found.stdout, "周会\n")
        with Server(always('{"code":0,"msg":"OK","x":1.50}')) as server:
            config = json.dumps({"platform": "hst", "base_url": server.url, "token": "t"})
            found = self.tool("raw", "POST", "/x", "--body", "@-", "--json", "--config", config, stdin='{"n":0.10}')
            self.assertEqual(found.stdout, '{"code":0,"msg":"OK","x":1.50}\n')
            self.assertEqual(server.requests[0].body, b'{"n":0.10}')
            self.tool("raw", "POST", "/x", "--form", "a=1", "--form", "b=2", "--config", config)
            self.assertEqual(server.requests[1].body, b"a=1&b=2")
        self.assertIn("invalid choice: 'GOT'", self.tool("raw", "got", "/x", code=2).stderr)
        self.assertIn("--body is not valid JSON", self.tool("raw", "POST", "/x", "--body", "{", "--platform", "avd", code=2).stderr)
        self.assertIn("say which with --platform", self.tool("raw", "GET", "/x", code=2).stderr)

    def test_exit_codes(self):
        def of(code, *arguments, script=None, **more):
            with Server(script or always('{"ret":0}')) as server:
                config = {"platform": "avd", "base_url": server.url, "token": "t", "max_attempts": 1, **more}
                return self.tool("call", *arguments, "--config", json.dumps(config), code=code)

        of(0, "avd.room.list")
        of(2, "avd.room.read")
        of(2, "avd.room.list", tokn="t")
        of(3, "avd.room.list", script=always('{"ret":40001,"msg":"x"}'))
        of(4, "avd.room.list", base_url="http://127.0.0.1:1")
        of(4, "avd.room.list", script=lambda request: None, timeout_ms=100)
        of(4, "avd.room.list", base_url="https://127.0.0.1:1")
        of(5, "avd.room.list", script=always('{"ret":40004,"msg":"x"}'))
        of(5, "avd.room.list", script=always("<html>"))
        of(1, "avd.uploadfile", "file=/no/such/file.png")
        help_text = self.tool("--help").stdout
        for code in ("0", "1", "2", "3", "4", "5", "130", "141"):
            self.assertRegex(help_text, r"(?m)^  %s +\w" % code)

    def test_the_version(self):
        self.assertIn("meetgate %s\nlibmeetgate %s" % (meetgate.__version__, meetgate.library_version()), self.tool("--version").stdout)

    def test_near_misses(self):
        self.assertIn("did you mean call?", self.tool("cal", code=2).stderr)
        for words, near in ((("avd.room.raed",), "avd.room.read"), (("mixrecord.start",), "avd.room.mix_record.start"), (("hst.consumng.records",), "hst.consuming.records")):
            found = self.tool("ops", *words, code=1)
            self.assertIn("did you mean", found.stderr)
            self.assertIn(near, found.stderr)
        self.assertNotIn("did you mean", self.tool("ops", "xyzzy", code=1).stderr)

    def test_a_reader_that_goes_away(self):
        for arguments in (("ops",), ("ops", "--json"), ("call", "avd.room.get_record_list")):
            tool = subprocess.Popen(
                [*TOOL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "MEETGATE_CONFIG": self.sandbox.first_line},
            )
            tool.stdout.close()
            self.assertEqual(tool.stderr.read(), b"")
            tool.stderr.close()
            self.assertEqual(tool.wait(60), 141)

    def test_started_without_streams_and_with_a_full_disk(self):
        tool = "exec %s" % " ".join(shlex.quote(word) for word in TOOL)
        for command, code, shown in (
            (tool + " ops mix >&-", 0, ""),
            (tool + " ops raed >&-", 1, "did you mean"),
            (tool + " ops raed 2>&-", 1, ""),
            (tool + " call avd.room.read @- <&-", 2, "the parameters cannot be read: standard input is closed"),
            (tool + " call avd.room.read @- --config - < /dev/null", 2, "not valid JSON"),
            (tool + " call avd.room.read @- --config - <<< '{\"room_id\":\"1\"}'", 2, "is asked for twice"),
            (tool + " ops > /dev/full", 1, "No space left on device"),
        ):
            found = subprocess.run(
                ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                env={**os.environ, "MEETGATE_CONFIG": self.sandbox.first_line},
            )
            self.assertEqual(found.returncode, code, (command, found.stderr))
            self.assertIn(shown, found.stderr)
            self.assertNotIn("Traceback", found.stderr)
            self.assertNotIn("Exception ignored", found.stderr)

    def test_ctrl_c(self):
        with Server(lambda request: None) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            self.assertEqual(interrupted(server, 1, "call", "avd.room.list", "--config", config), (130, ""))

    def test_in_a_locale_without_chinese(self):
        found = self.tool("call", "avd.room.read", "room_id=" + ROOM, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING=None, PYTHONCOERCECLOCALE="0")
        self.assertIn("周会", found.stdout)


PROGRAM = os.path.join(os.path.dirname(sys.executable), "meetgate")


@unittest.skipUnless(os.path.exists(PROGRAM), "the package is not installed")
class Program(unittest.TestCase):
    def run_program(self, *arguments, **environment):
        return subprocess.run(
            [PROGRAM, *arguments], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60
        )

    def test_it_is_installed_under_its_name(self):
        self.assertIn("libmeetgate " + meetgate.library_version(), self.run_program("--version").stdout)
        self.assertIn("usage: meetgate COMMAND", self.run_program("--help").stdout)
        self.assertIn("\n  meetgate call avd.room.read", self.run_program("ops", "avd.room.read").stdout)

    def test_it_finds_out_why_there_is_no_library(self):
        found = self.run_program("doctor", MEETGATE_LIBRARY="/no/such")
        self.assertIn("failed   library: libmeetgate could not be loaded", found.stdout)
        self.assertEqual((found.returncode, found.stderr), (1, ""))
        found = self.run_program("ops", MEETGATE_LIBRARY="/no/such")
        self.assertIn("Run `meetgate doctor` to know more.", found.stderr)
        self.assertEqual(found.returncode, 1)


class Secrets(unittest.TestCase):
    SECRET = "hunter2-0123456"

    def test_parameters_from_a_file_standard_input_and_the_environment(self):
        with Server(always('{"ret":0}')) as server, tempfile.TemporaryDirectory() as folder:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            path = os.path.join(folder, "secret")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.SECRET + "\n")
            call = ("call", "avd.app.get_key_licence", "--config", config)
            for words, stdin, environment in (
                (("--param-file", "access_key=" + path), "", {}),
                (("--param-file", "access_key=-"), self.SECRET + "\n", {}),
                (("--param-env", "access_key=THE_KEY"), "", {"THE_KEY": self.SECRET}),
            ):
                found = run(*call, *words, stdin=stdin, **environment)
                self.assertEqual(found.returncode, 0, found.stderr)
                self.assertIn("access_key=" + self.SECRET, server.requests[-1].line)
            for words, why in (
                (("--param-file", "access_key=/no/such/file"), "the file of access_key cannot be read"),
                (("--param-env", "access_key=NOT_SET"), "access_key: the variable NOT_SET is not set"),
                (("--param-env", "access_key"), "expected NAME=VARIABLE"),
                (("access_key=1", "--param-file", "access_key=" + path), "access_key is given twice"),
            ):
                found = run(*call, *words)
                self.assertEqual(found.returncode, 2)
                self.assertIn(why, found.stderr)
                self.assertNotIn(self.SECRET, found.stderr)

    def test_keys_of_the_configuration_from_the_environment(self):
        with Server(always('{"ret":0}')) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url})
            found = run("call", "avd.room.list", "--config", config, MEETGATE_TOKEN=self.SECRET)
            self.assertEqual(found.returncode, 0, found.stderr)
            self.assertIn("token=" + self.SECRET, server.requests[0].line)
            both = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            found = run("call", "avd.room.list", "--config", both, MEETGATE_TOKEN=self.SECRET)
            self.assertEqual(found.returncode, 2)
            self.assertIn('both the configuration and the variable MEETGATE_TOKEN have "token"', found.stderr)
            self.assertNotIn(self.SECRET, found.stderr)
            # One of another platform does not matter.
            found = run("call", "avd.room.list", "--config", both, MEETGATE_APP_SECRET=self.SECRET)
            self.assertEqual(found.returncode, 0, found.stderr)

    def test_the_help_names_every_variable_and_warns_of_arguments(self):
        from meetgate._tool.tool_catalog import SECRET_KEYS

        shown = run("--help").stdout
        for name in {name for names in SECRET_KEYS.values() for name in names}:
            self.assertIn("MEETGATE_" + name.upper(), shown)
        self.assertIn("sees what stands in the arguments", shown)
        self.assertIn("sees what stands in the arguments", re.sub(r"\s+", " ", run("call", "--help").stdout))


class Terminal(SandboxTest):
    def shown(self, *arguments, code=0, **environment):
        text, ended = on_a_terminal(*arguments, **{"MEETGATE_CONFIG": self.sandbox.first_line, **environment})
        self.assertEqual(ended, code, text)
        return text

    @unittest.skipUnless(HAS_RICH, "rich is not installed (pip install 'meetgate[cli]')")
    def test_colours_and_tables(self):
        text = self.shown("call", "avd.room.read", "room_id=" + ROOM)
        self.assertIn("\x1b[", text)
        self.assertEqual(json.loads(plain(text))["data"]["topic"], "周会")
        self.assertRegex(plain(self.shown("ops", "mix_record")), r"operation +what it does")
        self.assertRegex(self.shown("call", "avd.room.read", "room_id=40400000000", code=5), "\x1b\\[[0-9;]*mAPI\x1b")

    @unittest.skipUnless(HAS_RICH, "rich is not installed (pip install 'meetgate[cli]')")
    def test_a_list_of_rows_is_a_table(self):
        with Server(always('{"ret":0,"rooms":[{"id":"1","x":1.50},{"id":"[red]2","x":null}]}')) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            text = plain(self.shown("call", "avd.room.list", "--query", "/rooms", MEETGATE_CONFIG=config))
            self.assertRegex(text, r"id +x")
            self.assertRegex(text, r"1 +1\.50")
            self.assertIn("[red]2", text)

    def test_no_colour_where_it_is_not_wanted(self):
        with tempfile.TemporaryDirectory() as folder:
            for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONPATH": without_rich(folder)}):
                for arguments, code in ((("call", "avd.room.read", "room_id=" + ROOM), 0), (("ops",), 0), (("call", "avd.room.read", "room_id=40400000000"), 5)):
                    self.assertNotIn("\x1b[", self.shown(*arguments, code=code, **environment))

    def test_json_is_byte_for_byte_on_a_terminal_too(self):
        with Server(always('{"ret":0,  "x":1.50}')) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            self.assertEqual(self.shown("call", "avd.room.list", "--json", MEETGATE_CONFIG=config), '{"ret":0,  "x":1.50}\r\n')

    def test_no_colour_in_a_pipe(self):
        found = run("call", "avd.room.read", "room_id=" + ROOM, MEETGATE_CONFIG=self.sandbox.first_line, FORCE_COLOR="1")
        self.assertNotIn("\x1b", found.stdout)


if __name__ == "__main__":
    unittest.main()
