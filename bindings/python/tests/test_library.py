"""Finding the library, and refusing the wrong one."""

import os
import subprocess
import sys
import tempfile
import unittest

import meetgate
from meetgate import _library
from meetgate._version import ABI_VERSION


def python(*arguments, **environment):
    """Another Python, with the same way to the package and another environment."""
    changed = dict(os.environ, PYTHONIOENCODING="utf-8")
    for name, value in environment.items():
        changed.pop(name, None)
        if value is not None:
            changed[name] = value
    return subprocess.run(
        [sys.executable, *arguments], env=changed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", timeout=60,
    )


class Finding(unittest.TestCase):
    def test_the_library_in_use_is_named_and_fits(self):
        self.assertTrue(_library.library().path)
        self.assertEqual(meetgate.library_version(), meetgate.__version__)

    def test_a_library_that_is_not_there_fails_the_import_and_says_what_was_tried(self):
        found = python("-c", "import meetgate", MEETGATE_LIBRARY="/no/such/libmeetgate.so")
        self.assertEqual(found.returncode, 1)
        self.assertIn("meetgate.LibraryError: libmeetgate could not be loaded", found.stderr)
        self.assertIn("tried /no/such/libmeetgate.so (MEETGATE_LIBRARY):", found.stderr)
        for part in ("this is %s" % _library.describe_system(), "set MEETGATE_LIBRARY"):
            self.assertIn(part, found.stderr)

    def test_a_file_that_is_no_library(self):
        found = python("-c", "import meetgate", MEETGATE_LIBRARY=__file__)
        self.assertIn("tried %s (MEETGATE_LIBRARY):" % __file__, found.stderr)

    def test_without_a_name_it_is_looked_for_beside_the_package_and_by_the_system(self):
        with tempfile.TemporaryDirectory() as folder:
            package = os.path.join(folder, "meetgate")
            os.mkdir(package)
            source = os.path.dirname(_library.__file__)
            for name in os.listdir(source):
                if name.endswith(".py") and name != "__init__.py":
                    os.symlink(os.path.join(source, name), os.path.join(package, name))
            open(os.path.join(package, "__init__.py"), "w").close()
            # abspath of a link is the link's: it looks in the new folder.
            program = "import sys; sys.path.insert(0, %r); from meetgate._library import library; print(library().how)" % folder
            found = python("-c", program, MEETGATE_LIBRARY=None, PYTHONPATH=None)
            self.assertIn("tried %s: no such file" % os.path.join(package, _library.file_names()[0]), found.stderr)
            self.assertIn("(default search)", found.stderr)
            os.symlink(_real_library(), os.path.join(package, _library.file_names()[0]))
            found = python("-c", program, MEETGATE_LIBRARY=None, PYTHONPATH=None)
            self.assertEqual(found.stdout.strip(), "beside the package", found.stderr)
            os.remove(os.path.join(package, _library.file_names()[0]))
            os.symlink(_real_library(), os.path.join(folder, "libmeetgate.so.0"))
            found = python("-c", program, MEETGATE_LIBRARY=None, PYTHONPATH=None, LD_LIBRARY_PATH=folder)
            self.assertEqual(found.stdout.strip(), "default search", found.stderr)

    def test_the_abi_is_checked_at_import(self):
        # The version module is loaded first, and says that another ABI is wanted.
        program = (
            "import sys, types\n"
            "version = types.ModuleType('meetgate._version')\n"
            "version.__version__, version.ABI_VERSION, version.TOKEN_REASON = '0', %d, 0\n"
            "sys.modules['meetgate._version'] = version\n"
            "import meetgate\n" % (ABI_VERSION + 1)
        )
        found = python("-c", program)
        self.assertEqual(found.returncode, 1)
        expected = "its ABI is %d, this package needs %d" % (ABI_VERSION, ABI_VERSION + 1)
        self.assertIn(expected, found.stderr)

    def test_a_library_that_is_another(self):
        found = python("-c", "import meetgate", MEETGATE_LIBRARY="libc.so.6")
        self.assertIn("it has no function meetgate_abi_version", found.stderr)


HOOKS = os.environ.get("MEETGATE_LIBRARY_WITH_TEST_HOOKS")


class Panics(unittest.TestCase):
    @unittest.skipUnless(HOOKS, "MEETGATE_LIBRARY_WITH_TEST_HOOKS names no library that can panic")
    def test_a_panic_comes_back_as_an_error_and_the_library_goes_on(self):
        program = """
import ctypes, meetgate
from meetgate import _errors
from meetgate._library import library

def panic():
    function = library()._panic
    reply = ctypes.c_void_p()
    status = function(ctypes.byref(reply))
    raise _errors.of_text(library().status_name(status), library()._take(reply.value))

library()._panic = ctypes.CDLL(library().path).meetgate_test_panic
for _ in range(3):
    try:
        panic()
    except meetgate.InternalError as error:
        assert "contained" in str(error), error
    with meetgate.Avd(base_url="http://127.0.0.1:1", token="t") as avd:
        try:
            avd.room.read(room_id="1")
        except meetgate.NetworkError:
            print("works")
"""
        found = python("-c", program, MEETGATE_LIBRARY=HOOKS)
        self.assertEqual((found.returncode, found.stdout.split()), (0, ["works"] * 3), found.stderr)


def _real_library():
    path = _library.library().path
    return os.path.abspath(path)


if __name__ == "__main__":
    unittest.main()
