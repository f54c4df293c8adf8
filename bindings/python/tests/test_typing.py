"""Type checkers: the package and a file of usages pass, and every wrong usage is shown."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import meetgate
from support import HERE

PACKAGE = os.path.dirname(os.path.abspath(meetgate.__file__))
USAGE = os.path.join(HERE, "typing", "usage.py")
WRONG = os.path.join(HERE, "typing", "wrong.py")
PYRIGHT = os.environ.get("MEETGATE_PYRIGHT")


def wrong_lines():
    with open(WRONG, encoding="utf-8") as file:
        return {number for number, line in enumerate(file, 1) if line.rstrip().endswith("# wrong")}


def run(*command):
    # Away from the checkout, so that no configuration of it is taken.
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, MYPYPATH=os.path.dirname(PACKAGE) if "site-packages" not in PACKAGE else "")
        return subprocess.run(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", timeout=600,
        )


@unittest.skipUnless(importlib.util.find_spec("mypy"), "mypy is not installed (pip install mypy)")
class Mypy(unittest.TestCase):
    def mypy(self, *arguments):
        version = "%d.%d" % sys.version_info[:2]
        return run(sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--python-version", version, *arguments)

    def test_the_package_and_the_usages_pass(self):
        found = self.mypy("-p", "meetgate")
        self.assertEqual((found.returncode, found.stdout), (0, ""))
        found = self.mypy(USAGE)
        self.assertEqual((found.returncode, found.stdout), (0, ""))

    def test_every_wrong_usage_is_shown(self):
        found = self.mypy(WRONG)
        shown = {int(number) for number in re.findall(r"wrong\.py:(\d+): error:", found.stdout)}
        self.assertEqual(shown, wrong_lines(), found.stdout)


@unittest.skipUnless(PYRIGHT, "MEETGATE_PYRIGHT names no pyright (npm install pyright)")
class Pyright(unittest.TestCase):
    def pyright(self, *files):
        found = run(PYRIGHT, "--outputjson", "--pythonpath", sys.executable, *files)
        report = json.loads(found.stdout)
        return [entry for entry in report["generalDiagnostics"] if entry["severity"] == "error"]

    def test_the_package_and_the_usages_pass(self):
        self.assertEqual(self.pyright(PACKAGE), [])
        self.assertEqual(self.pyright(USAGE), [])

    def test_every_wrong_usage_is_shown(self):
        found = self.pyright(WRONG)
        self.assertEqual({entry["range"]["start"]["line"] + 1 for entry in found}, wrong_lines(), found)


if __name__ == "__main__":
    unittest.main()
