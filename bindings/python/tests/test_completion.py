"""Completion in the shells themselves, with a `meetgate` on the PATH."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

#: What is typed behind `meetgate `, where \t is the Tab key, and the words that the shell makes of the line then.
TYPED = (
    ("ca\t", ["call"]),
    ("call avd.room.rea\t", ["call", "avd.room.read"]),
    ("call 'avd.room.rea\t", ["call", "avd.room.read"]),
    ("ops avd.room.rea\t", ["ops", "avd.room.read"]),
    ("call avd.room.read roo\t1", ["call", "avd.room.read", "room_id=1"]),
    ("call --config f avd.room.read roo\t1", ["call", "--config", "f", "avd.room.read", "room_id=1"]),
    ("call avd.room.update enable_auto_avc=t\t", ["call", "avd.room.update", "enable_auto_avc=true"]),
    ("call avd.room.read --all\t", ["call", "avd.room.read", "--all-pages"]),
    ("doctor --platform y\t", ["doctor", "--platform", "youme"]),
    ("doctor --platform=y\t", ["doctor", "--platform=youme"]),
    ("recordings pu\t", ["recordings", "pull"]),
    ("bills ex\t", ["bills", "export"]),
    ("bills export --output av\t", ["bills", "export", "--output", "avd.json"]),
    ("rooms st\t", ["rooms", "stop-all"]),
    ("rooms stop-all --only vi\t", ["rooms", "stop-all", "--only", "views"]),
    ("wa\t", ["watch"]),
    ("watch --type jo\t", ["watch", "--type", "joined"]),
    ("watch --config av\t", ["watch", "--config", "avd.json"]),
    ("completion f\t", ["completion", "fish"]),
    ("call --config av\t", ["call", "--config", "avd.json"]),
    ("call --config=av\t", ["call", "--config=avd.json"]),
    ("call --config wi\t", ["call", "--config", "with space.json"]),
    ("call --config 'wi\t", ["call", "--config", "with space.json"]),
    ("call --config=wi\t", ["call", "--config=with space.json"]),
    ("call --config it\t", ["call", "--config", "it's $5.json"]),
    ("call --config 周\t", ["call", "--config", "周会.json"]),
    ("call --config sub\tin\t", ["call", "--config", "subfolder/in.json"]),
    ("call --config ~/av\t", ["call", "--config", "~/avd.json"]),
    ("download /x av\t", ["download", "/x", "avd.json"]),
    ("call avd.uploadfile file=wi\t", ["call", "avd.uploadfile", "file=with space.json"]),
    ("call avd.room.read @wi\t", ["call", "avd.room.read", "@with space.json"]),
    ("call avd.room.read @sub\tin\t", ["call", "avd.room.read", "@subfolder/in.json"]),
    ("raw GET /x --body @av\t", ["raw", "GET", "/x", "--body", "@avd.json"]),
    ("call avd.app.get_key_licence --param-file acc\twi\t", ["call", "avd.app.get_key_licence", "--param-file", "access_key=with space.json"]),
    ("call avd.app.get_key_licence --param-env acc\tTHE_ONLY_S\t", ["call", "avd.app.get_key_licence", "--param-env", "access_key=THE_ONLY_SECRET"]),
    # Nothing to complete.
    ("call nothing.x\t", ["call", "nothing.x"]),
    ("nothing x\t", ["nothing", "x"]),
    ("call avd.room.read room_id=av\t", ["call", "avd.room.read", "room_id=av"]),
)


class Shell:
    """An interactive one on a terminal of its own."""

    def __init__(self, command, folder, environment):
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._terminal)

    def shown(self, typed, last):
        """What the terminal shows up to `last`."""
        os.write(self._terminal, typed.encode())
        shown, end = "", time.monotonic() + 60
        while last not in shown:
            if not select.select([self._terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError("%r does not come after %r: %r" % (last, typed, shown))
            shown += os.read(self._terminal, 65536).decode("utf-8", "replace")
        return shown

    def words(self, typed):
        """The words of the completed line. The shell itself takes them apart."""
        control_a, control_e = "\x01", "\x05"
        shown = self.shown("meetgate " + typed + control_a + "printf '<%s>' " + control_e + " the end\n", "<the><end>")
        line = shown[shown.rindex("<meetgate>") : shown.rindex("<the><end>")]
        return line[1:-1].split("><")[1:]


class Completion(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.realpath(folder.name)
        programs = os.path.join(self.folder, "bin")
        os.makedirs(programs)
        os.makedirs(os.path.join(self.folder, "subfolder"))
        program = os.path.join(programs, "meetgate")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!%s\nimport sys\nfrom meetgate._tool import console\nsys.exit(console())\n" % sys.executable)
        os.chmod(program, 0o755)
        for name in ("avd.json", "with space.json", "it's $5.json", "周会.json", "subfolder/in.json"):
            open(os.path.join(self.folder, name), "w", encoding="utf-8").close()
        self.environment = {
            **os.environ, "PATH": programs + os.pathsep + os.environ["PATH"], "HOME": self.folder, "TERM": "xterm", "PS1": "> ",
            "LC_ALL": "C.UTF-8", "COLUMNS": "200", "THE_ONLY_SECRET": "s",
        }
        # Completion needs none of them.
        self.environment.pop("MEETGATE_CONFIG", None)

    def check(self, command, prepare):
        with Shell(command, self.folder, self.environment) as shell:
            shell.shown(prepare + "printf '%s' rea''dy\n", "ready")
            for typed, words in TYPED:
                expected = [word.replace("~", self.folder) for word in words]
                self.assertEqual(shell.words(typed), expected, typed)

    def test_bash(self):
        self.check(["bash", "--norc", "--noprofile", "-i"], "source <(meetgate completion bash)\n")

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed (Debian: apt-get install zsh)")
    def test_zsh(self):
        # A tone for nothing to complete is no matter of the test.
        prepare = "unsetopt beep; autoload -U compinit; compinit -u -D; source <(meetgate completion zsh)\n"
        self.check(["zsh", "-f", "-i"], prepare)

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed (Debian: apt-get install fish)")
    def test_fish(self):
        self.check(["fish", "--no-config"], "meetgate completion fish | source\n")

    def shell(self, *command):
        found = subprocess.run(
            command, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", timeout=120,
        )
        self.assertEqual(found.stderr, "")
        return found.stdout.splitlines()

    def bash(self, line):
        script = (
            "source <(meetgate completion bash); COMP_LINE=$1; COMP_POINT=${#1}; compopt() { :; }; _meetgate; printf '%s\\n' \"${COMPREPLY[@]}\""
        )
        return self.shell("bash", "--norc", "-c", script, "bash", line)

    def test_all_that_may_follow(self):
        self.assertEqual(set(self.bash("meetgate ")) & {"call", "ops", "raw", "--version"}, {"call", "ops", "raw", "--version"})
        self.assertIn("avd.room.mix_record.start", self.bash("meetgate call avd.room.mi"))
        self.assertEqual(self.bash("meetgate call avd.room.read "), ["room_id="])
        self.assertEqual(self.bash("meetgate call avd.room.read room_id=1 "), [""])
        self.assertEqual(self.bash("meetgate call avd.room.avc.start layout_mode="), ["0", "1", "2"])
        self.assertEqual(self.bash("meetgate doctor --platform "), ["avd", "hst", "youme"])
        self.assertEqual(self.bash("meetgate doctor --platform="), ["avd", "hst", "youme"])
        self.assertEqual(set(self.bash("meetgate call --config ")) & {"avd.json", "subfolder"}, {"avd.json", "subfolder"})
        self.assertEqual(self.bash("meetgate nothing "), [""])

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed (Debian: apt-get install fish)")
    def test_fish_tells_what_each_is_for(self):
        script = "meetgate completion fish | source; complete -C %s" % json.dumps("meetgate call avd.room.avc.start layout_mode=")
        found = self.shell("fish", "--no-config", "-c", script)
        self.assertEqual([text.split("\t")[0] for text in found], ["layout_mode=0", "layout_mode=1", "layout_mode=2"])
        self.assertIn("gallery", found[1].split("\t")[1])

    def test_asked_for_nothing_it_says_nothing(self):
        for arguments in ((), ("bash",), ("zsh",)):
            found = subprocess.run(["meetgate", "__complete", *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual((found.returncode, found.stdout), (2, b""))


if __name__ == "__main__":
    unittest.main()
