"""What is printed runs: the guide's first program, and the example."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest

from support import ROOT, Sandbox


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Printed(unittest.TestCase):
    def run_beside_a_sandbox(self, program, *arguments, sandbox=None):
        """In a folder with the sandbox's first line in a file, as the guide says."""
        if sandbox is None:
            sandbox = Sandbox()
            self.addCleanup(sandbox.stop)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sandbox.json"), "w", encoding="utf-8") as file:
                file.write(sandbox.first_line)
            found = subprocess.run(
                [sys.executable, *program, *arguments], cwd=folder, encoding="utf-8", timeout=60,
                env=dict(os.environ, PYTHONIOENCODING="utf-8"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
        self.assertEqual(found.returncode, 0, found.stdout)
        return found.stdout

    def test_the_guide_begins_with_a_program_that_runs_and_prints_what_it_says(self):
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", read("docs", "guides", "python.md"), re.M | re.S)
        self.assertEqual(blocks[1], ("sh", "meetgate-sandbox > sandbox.json\n"))
        program = next(text for kind, text in blocks if kind == "python")
        expected = next(text for kind, text in blocks if kind == "text")
        self.assertEqual(self.run_beside_a_sandbox(["-c", program]), expected)

    def test_every_program_of_the_guides_is_python(self):
        guides = read("docs", "guides", "python.md") + read("docs", "guides", "events.md")
        for text in re.findall(r"^```python\n(.*?)^```$", guides, re.M | re.S):
            # Pieces may await outside a function.
            compile("async def piece():\n" + re.sub("^", "    ", text, flags=re.M), "guide", "exec")

    def test_the_guide_names_every_exception(self):
        import meetgate

        guide = read("docs", "guides", "python.md")
        for name in meetgate.__all__:
            found = getattr(meetgate, name)
            if isinstance(found, type) and issubclass(found, meetgate.Error):
                self.assertIn("`%s`" % name, guide + "`Error`")

    def test_the_guide_has_the_exit_codes_and_the_secret_keys_of_the_command_line(self):
        from meetgate._tool import exit_codes
        from meetgate._tool.tool_catalog import SECRET_KEYS

        guide = read("docs", "guides", "python.md")
        table = dict(re.findall(r"(?m)^\| (\d) \| (.*?)(?:; of .*)? \|$", guide))
        self.assertEqual(table, dict(re.findall(r"(?m)^  (\d) +(.*)$", exit_codes.TABLE)))
        for name in {name for names in SECRET_KEYS.values() for name in names}:
            self.assertIn("`MEETGATE_%s`" % name.upper(), guide)

    def test_the_commands_of_the_guides_are_taken(self):
        from meetgate._tool import COMMANDS, module

        guides = "".join(read("docs", "guides", name) for name in ("python.md", "operators.md", "events.md"))
        commands = re.findall(r"(?m)^meetgate (\w+) (.*?)(?: +#.*| < .*| >> .*| +[|] .*)?$", guides)
        self.assertGreater(len(commands), 10)
        for command, words in commands:
            self.assertIn(command, COMMANDS)
            module(command).parser().parse_intermixed_args(words.split())

    def test_the_example_runs_and_runs_again(self):
        program = [os.path.join(ROOT, "examples", "python", "quickstart.py")]
        sandbox = Sandbox()
        self.addCleanup(sandbox.stop)
        self.run_beside_a_sandbox(program, "sandbox.json", sandbox=sandbox)
        shown = self.run_beside_a_sandbox(program, "sandbox.json", sandbox=sandbox)
        for line in (
            "avd: a new room: 周会",
            "avd: avd answered 40004: no such room (房间号不存在)",
            "hst: user u1001 is online",
            "hst: usage records: 25",
            "youme: terminal-001 was in weekly-review",
            "avd: asked at once: 8 times, 3 participants",
        ):
            self.assertIn(line, shown)

    def test_the_example_of_a_test_passes_under_pytest(self):
        if importlib.util.find_spec("pytest") is None:
            self.skipTest("pytest is not installed")
        tests = os.path.join(ROOT, "examples", "python")
        found = subprocess.run(
            [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", tests], timeout=120,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"), encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self.assertEqual(found.returncode, 0, found.stdout)
        self.assertIn("2 passed", found.stdout)


if __name__ == "__main__":
    unittest.main()
