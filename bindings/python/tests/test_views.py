"""Configurations from everywhere, views of a client, and what the package shows of itself."""

import importlib.metadata
import inspect
import json
import os
import pathlib
import sys
import tempfile
import typing
import unittest

import meetgate
from meetgate import testing
from support import Server, always


class Views(unittest.TestCase):
    def test_leaving_one_leaves_the_client_alone(self):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            with avd.with_options(timeout_ms=5000) as view:
                view.room.list()
                view.close()
                with view.with_options(max_attempts=1) as second:
                    second.room.list()
            self.assertFalse(avd.closed)
            avd.room.list()
            view.room.list()
        self.assertTrue(avd.closed)
        self.assertTrue(view.closed)
        with self.assertRaisesRegex(meetgate.Error, "closed"):
            view.room.list()

    def test_options_reach_the_groups_of_the_view_only(self):
        with testing.Avd({"avd.room.list": {"ret": 0}}) as avd:
            # The group is made before the view.
            avd.room.list()
            facts = meetgate.Facts()
            avd.with_options(facts=facts).room.list()
            self.assertEqual(facts.attempts, 1)
            facts.attempts = 0
            avd.room.list()
            self.assertEqual(facts.attempts, 0)

    def test_a_subclass_keeps_what_it_has(self):
        class Ours(meetgate.Avd):
            def __init__(self, name):
                super().__init__(base_url="http://127.0.0.1:9", token="t")
                self.name = name

        with Ours("first") as avd:
            self.assertEqual(avd.with_options(timeout_ms=1).name, "first")


class Awaited(unittest.IsolatedAsyncioTestCase):
    async def test_leaving_one_leaves_the_client_alone(self):
        with Server(always('{"ret":0}')) as server:
            async with meetgate.AsyncAvd(base_url=server.url, token="t") as avd:
                async with avd.with_options(timeout_ms=5000) as view:
                    await view.room.list()
                    await view.close()
                await avd.room.list()
                await avd.download("/x", os.path.join(tempfile.mkdtemp(), "x"))
            self.assertTrue(view.closed)


class Configurations(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(text)
        return path

    def test_from_a_path_a_text_and_a_dict(self):
        members = {"base_url": "http://127.0.0.1:9", "token": "t"}
        path = self.file("avd.json", b"\xef\xbb\xbf" + json.dumps(members).encode())
        for config in (path, pathlib.Path(path), os.path.relpath(path), json.dumps(members), "\n " + json.dumps(members), members):
            with meetgate.Avd.from_config(config) as avd:
                self.assertEqual(avd.info()["base_url"], "http://127.0.0.1:9")
            client = meetgate.AsyncAvd.from_config(config)
            self.assertEqual(client.info()["base_url"], "http://127.0.0.1:9")

    def test_a_file_that_is_none(self):
        for kind, config, why in (
            (meetgate.IoError, os.path.join(self.folder, "avd.json"), "the configuration file .*avd.json cannot be read: No such file"),
            (meetgate.IoError, "avd.json", "the configuration file avd.json cannot be read: No such file"),
            (meetgate.IoError, pathlib.Path(self.folder), "cannot be read: Is a directory"),
            (meetgate.InvalidConfig, self.file("a", b"base_url=x"), "the configuration file .* holds no JSON object"),
            (meetgate.InvalidConfig, self.file("b", b""), "holds no JSON object"),
            (meetgate.InvalidConfig, self.file("c", b'{"token":"\xff"}'), "is not UTF-8"),
            (meetgate.InvalidConfig, "secret_key=hunter2", "this text is neither"),
            (meetgate.InvalidConfig, "", "this text is neither"),
        ):
            with self.assertRaisesRegex(kind, why) as caught:
                meetgate.Avd.from_config(config)
            self.assertNotIn("hunter2", str(caught.exception))

    def test_raw_calls_in_any_case(self):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            avd.raw_call("get", "/x")
            avd.raw_call("Post", "/x", body={})
            self.assertEqual([request.line.split(" ")[0] for request in server.requests], ["GET", "POST"])


class Hints(unittest.TestCase):
    def test_they_resolve_on_everything_public(self):
        seen, methods = set(), []

        def look(kind):
            if kind in seen:
                return
            seen.add(kind)
            typing.get_type_hints(kind)
            for name in dir(kind):
                member = inspect.getattr_static(kind, name)
                if name.startswith("_") and name != "__init__":
                    continue
                if isinstance(member, property):
                    typing.get_type_hints(member.fget)
                found = getattr(kind, name)
                if inspect.isclass(found):
                    look(found)
                elif inspect.isfunction(found) or inspect.ismethod(found):
                    typing.get_type_hints(found)
                    methods.append(name)

        for module in (meetgate, testing):
            for name in module.__all__:
                found = getattr(module, name)
                if inspect.isclass(found):
                    look(found)
                elif inspect.isfunction(found):
                    typing.get_type_hints(found)
        operations = len(meetgate.catalog()["operations"])
        # Each blocking and awaited.
        self.assertGreater(len(methods), 2 * operations)

    def test_what_they_say(self):
        hints = typing.get_type_hints(meetgate.Avd.room.read)
        self.assertEqual(hints["room_id"], str)
        self.assertEqual(hints["return"].__name__, "RoomReadReply")

    @unittest.skipIf(sys.version_info < (3, 11), "typing.NotRequired came with Python 3.11")
    def test_what_a_platform_may_leave_out(self):
        from meetgate.types import avd

        self.assertEqual(avd.RoomLiveStartReply.__optional_keys__, {"data"})
        self.assertIn("ret", avd.RoomLiveStartReply.__required_keys__)


class Package(unittest.TestCase):
    def test_dir_shows_what_is_public(self):
        shown = {name for name in dir(meetgate) if not name.startswith("_")}
        self.assertEqual(shown, {name for name in meetgate.__all__ if not name.startswith("_")})
        for name in meetgate.__all__:
            self.assertTrue(hasattr(meetgate, name), name)

    def test_the_version(self):
        self.assertRegex(meetgate.__version__, r"^\d+\.\d+\.\d+")
        self.assertEqual(meetgate.library_version(), meetgate.__version__)

    def test_what_an_index_shows_of_it(self):
        try:
            about = importlib.metadata.metadata("meetgate")
        except importlib.metadata.PackageNotFoundError:
            self.skipTest("the package is not installed")
        self.assertEqual(about["Version"], meetgate.__version__)
        self.assertIn("# meetgate for Python", about.get_payload())
        classifiers = about.get_all("Classifier")
        self.assertIn("Typing :: Typed", classifiers)
        self.assertIn("Topic :: Communications :: Conferencing", classifiers)
        self.assertEqual(set(about.get_all("Provides-Extra")), {"cli", "sandbox"})
        self.assertEqual(len(about.get_all("Project-URL")), 3)
        scripts = importlib.metadata.distribution("meetgate").entry_points
        self.assertIn(("meetgate", "meetgate._tool:console"), {(script.name, script.value) for script in scripts})
        files = {str(file) for file in importlib.metadata.files("meetgate")}
        for licence in ("meetgate/LICENSE-MIT", "meetgate/LICENSE-APACHE"):
            self.assertIn(licence, files)


if __name__ == "__main__":
    unittest.main()
