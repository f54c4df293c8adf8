"""`import meetgate` is quick: slow modules are imported when a program needs them."""

import json
import os
import pickle
import subprocess
import sys
import unittest

import meetgate
from support import Server, always

PACKAGES = os.path.dirname(os.path.dirname(os.path.abspath(meetgate.__file__)))

#: Each takes a millisecond or more, and no synchronous call needs any of them.
SLOW = {
    "_asyncio", "argparse", "ast", "asyncio", "concurrent", "concurrent.futures", "contextvars", "dis", "email", "http",
    "inspect", "logging", "platform", "selectors", "shutil", "socket", "ssl", "subprocess", "sysconfig", "tempfile",
    "tokenize", "traceback", "urllib",
}  # fmt: skip


def loaded_by(program):
    """The modules that another Python has loaded after a program. Nothing is there before: neither site nor its paths."""
    program = "import sys; sys.path.insert(0, %r)\n%s\nprint(sorted(sys.modules))" % (PACKAGES, program)
    found = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", timeout=60,
    )
    if found.returncode != 0:
        raise AssertionError(found.stderr)
    return set(json.loads(found.stdout.splitlines()[-1].replace("'", '"')))


class Quick(unittest.TestCase):
    def test_the_import_loads_no_slow_module_and_no_client(self):
        loaded = loaded_by("import meetgate")
        self.assertEqual(loaded & SLOW, set())
        for module in ("_avd", "_avd_async", "_hst", "_youme", "_json", "types"):
            self.assertNotIn("meetgate." + module, loaded)

    def test_a_synchronous_call_loads_no_slow_module_and_no_other_client(self):
        with Server(always('{"ret":0}')) as server:
            loaded = loaded_by(
                "import meetgate\n"
                "with meetgate.Avd(base_url=%r, token='t') as avd:\n"
                "    avd.room.read(room_id='1')\n"
                "    avd.with_options(timeout_ms=9000).raw_call('GET', '/x')\n"
                "    avd.info()\n"
                "    try:\n"
                "        avd.room.read(room_id=True)\n"
                "    except meetgate.InvalidArgument as error:\n"
                "        assert error.operation == 'room.read'\n" % server.url
            )
            self.assertEqual(len(server.requests), 2)
        self.assertIn("meetgate._avd", loaded)
        self.assertEqual(loaded & SLOW, set())
        for module in ("_avd_async", "_hst", "_youme", "types"):
            self.assertNotIn("meetgate." + module, loaded)

    def test_an_awaited_client_is_imported_by_its_name_alone(self):
        self.assertEqual(loaded_by("from meetgate import AsyncAvd") & SLOW, set())


class Names(unittest.TestCase):
    """A name that is imported later is there like any other."""

    def test_every_name_can_be_had_in_every_way(self):
        program = (
            "import meetgate\n"
            "assert set(meetgate.__all__) <= set(dir(meetgate)), dir(meetgate)\n"
            "assert 'meetgate._avd' not in sys.modules\n"
            "from meetgate import AsyncAvd, Hst\n"
            "assert AsyncAvd.__module__ == Hst.__module__ == 'meetgate'\n"
            "assert meetgate.Hst is Hst\n"
            "from meetgate import *\n"
            "assert all(name in globals() for name in meetgate.__all__)\n"
        )
        loaded_by(program)

    def test_a_name_that_is_not_there_is_an_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "module 'meetgate' has no attribute 'Avdd'"):
            meetgate.Avdd
        with self.assertRaises(ImportError):
            from meetgate import Avdd  # noqa: F401

    def test_what_is_pickled_is_read_in_a_fresh_process(self):
        error = meetgate.NotFound({"status": "API", "message": "m", "code": 40004})
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            reply = avd.room.read(room_id="1")
        for thing in (error, reply, meetgate.Avd, meetgate.CallOptions):
            with self.subTest(type(thing)):
                loaded_by("import pickle; pickle.loads(%r)" % pickle.dumps(thing))


if __name__ == "__main__":
    unittest.main()
