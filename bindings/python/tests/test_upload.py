"""Uploads: from a path, and from anything that can be read, with their progress told."""

import asyncio
import gc
import gzip
import io
import os
import pathlib
import tempfile
import threading
import unittest
import weakref

import meetgate
from support import ROOT, SandboxTest, Server, always, answer

WELCOME = os.path.join(ROOT, "tests", "fixtures", "welcome.png")
CONTENT = bytes(range(256)) * 2000


class Unseekable(io.RawIOBase):
    """As a pipe."""

    name = "pipe.png"

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._content.readinto(buffer)


class ToTheSandbox(SandboxTest):
    def setUp(self):
        self.avd = meetgate.Avd.from_config(self.sandbox.configurations["avd"])
        self.addCleanup(self.avd.close)

    def test_it_takes_a_path_a_file_object_and_bytes(self):
        self.assertEqual(self.avd.uploadfile(file=WELCOME)["ret"], 0)
        self.assertEqual(self.avd.uploadfile(file=pathlib.Path(WELCOME))["ret"], 0)
        with open(WELCOME, "rb") as file:
            self.assertEqual(self.avd.uploadfile(file=file)["ret"], 0)

    def test_what_was_sent_comes_back(self):
        url = self.avd.uploadfile(file=("周会.png", CONTENT))["download_url"]
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "1.png")
            self.avd.download(url, file)
            self.assertEqual(pathlib.Path(file).read_bytes(), CONTENT)

    def test_awaited(self):
        async def main():
            async with meetgate.AsyncAvd.from_config(self.sandbox.configurations["avd"]) as avd:
                told = []
                with open(WELCOME, "rb") as file:
                    await avd.with_options(progress=lambda *step: told.append(step)).uploadfile(file=file)
                return told

        size = os.path.getsize(WELCOME)
        self.assertEqual(asyncio.run(main())[-1], (size, size))


class Uploads(unittest.TestCase):
    def setUp(self):
        self.server = Server(always('{"ret":0}'))
        self.addCleanup(self.server.__exit__)
        self.avd = meetgate.Avd(base_url=self.server.url, token="t")
        self.addCleanup(self.avd.close)

    def assert_sent(self, name, content=CONTENT):
        body = self.server.requests[-1].body
        self.assertTrue(b"\r\n\r\n" + content + b"\r\n--" in body, "the content is another")
        self.assertIn(('filename="%s"' % name).encode(), body)

    def test_bytes_with_a_name(self):
        wide = memoryview(bytearray(CONTENT))
        for content in (CONTENT, bytearray(CONTENT), wide, wide.cast("H")):
            self.avd.uploadfile(file=("周会.png", content))
            self.assert_sent("周会.png")
        self.avd.call("avd.uploadfile", {"file": ("every-other.png", wide[::2])})
        self.assert_sent("every-other.png", CONTENT[::2])
        self.avd.call("avd.uploadfile", {"file": ("empty.png", b"")})
        self.assert_sent("empty.png", b"")

    def test_a_file_object_sends_what_is_left_to_read_under_its_name(self):
        memory = io.BytesIO(b"before" + CONTENT)
        memory.name = "/somewhere/else/memory.png"
        memory.seek(6)
        self.avd.uploadfile(file=memory)
        self.assert_sent("memory.png")
        memory.seek(6)
        self.avd.uploadfile(file=("another.png", memory))
        self.assert_sent("another.png")
        self.avd.uploadfile(file=("a.png", memory))
        self.assert_sent("a.png", b"")

    def test_a_file_object_that_cannot_seek_is_copied_first(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        tempfile.tempdir, before = folder, tempfile.tempdir
        self.addCleanup(setattr, tempfile, "tempdir", before)
        self.avd.uploadfile(file=Unseekable(CONTENT))
        self.assert_sent("pipe.png")
        # It can seek, but not from its end.
        self.avd.uploadfile(file=("unpacked.png", gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(CONTENT)))))
        self.assert_sent("unpacked.png")
        incoming, outgoing = os.pipe()
        os.write(outgoing, b"through a pipe")
        os.close(outgoing)
        with os.fdopen(incoming, "rb") as file:
            self.avd.uploadfile(file=("../pipe.png", file))
        self.assertIn(b"through a pipe", self.server.requests[-1].body)

    def test_progress_of_anything(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "path.png")
            pathlib.Path(path).write_bytes(CONTENT)
            with open(path, "rb") as file:
                for source in (path, file, ("a.png", CONTENT), Unseekable(CONTENT)):
                    told, threads = [], set()

                    def take(count, total):
                        told.append((count, total))
                        threads.add(threading.get_ident())

                    self.avd.with_options(progress=take).uploadfile(file=source)
                    self.assertEqual(told[-1], (len(CONTENT), len(CONTENT)), source)
                    self.assertEqual(threads, {threading.get_ident()})

    def test_progress_of_no_upload_is_refused(self):
        with self.assertRaisesRegex(meetgate.InvalidArgument, "takes no file"):
            self.avd.call("avd.room.read", {"room_id": "1"}, {"progress": print})
        with self.assertRaisesRegex(meetgate.InvalidArgument, "a raw call has no file"):
            self.avd.raw_call("GET", "/x", options={"progress": print})
        with self.assertRaisesRegex(meetgate.InvalidArgument, "expected a function, got int"):
            self.avd.with_options(progress=5)
        self.assertEqual(self.server.requests, [])

    def test_the_options_of_a_call_hold(self):
        facts = meetgate.Facts()
        reply = self.avd.with_options(facts=facts).uploadfile(file=("a.png", CONTENT))
        self.assertEqual((reply, facts.http_status), ({"ret": 0}, 200))
        self.assertGreater(facts.sent_bytes, len(CONTENT))
        stop = meetgate.Cancel()
        with self.assertRaises(meetgate.Cancelled):
            self.avd.with_options(cancel=stop, progress=lambda *_: stop.trigger()).uploadfile(file=("a.png", CONTENT))
        with self.assertRaisesRegex(meetgate.Timeout, "") as caught:
            self.avd.with_options(timeout_ms=1, progress=lambda *_: None).uploadfile(file=Unseekable(CONTENT * 20))
        self.assertEqual(caught.exception.operation, "uploadfile")

    def test_what_a_function_raises_comes_out(self):
        class Broken(io.BytesIO):
            name = "a.png"

            def read(self, size=-1):
                raise OSError("of read") from ValueError("its cause")

        with self.assertRaisesRegex(OSError, "of read") as caught:
            self.avd.uploadfile(file=Broken(CONTENT))
        self.assertIsInstance(caught.exception.__cause__, ValueError)

        def stop(count, total):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.avd.with_options(progress=stop).uploadfile(file=("a.png", CONTENT))

    def test_a_read_that_gives_what_was_not_asked_for(self):
        class Odd(io.BytesIO):
            name = "a.png"
            gives = b""

            def read(self, size=-1):
                return self.gives

        odd = Odd(CONTENT)
        with self.assertRaises(meetgate.IoError):
            self.avd.uploadfile(file=odd)
        odd.gives = CONTENT * 10
        with self.assertRaisesRegex(ValueError, "bytes where"):
            self.avd.uploadfile(file=odd)
        for odd.gives in ("text", None):
            with self.assertRaisesRegex(meetgate.InvalidArgument, "reading bytes"):
                self.avd.uploadfile(file=odd)

    def test_what_cannot_be_uploaded(self):
        with self.assertRaises(meetgate.IoError):
            self.avd.uploadfile(file="/no/such/file.png")
        nameless = io.BytesIO(b"x")
        numbered = io.BytesIO(b"x")
        numbered.name = 5
        for file in (nameless, numbered):
            with self.assertRaisesRegex(meetgate.InvalidArgument, '"file": the file object has no name; give a tuple'):
                self.avd.uploadfile(file=file)
        text = io.StringIO("x")
        text.name = "a.png"
        with open(__file__, encoding="utf-8") as file:
            for wrong in (text, file, ("a.png", text)):
                with self.assertRaisesRegex(meetgate.InvalidArgument, "reading bytes"):
                    self.avd.uploadfile(file=wrong)
        for name in ("", 5, b"a.png", None):
            with self.assertRaisesRegex(meetgate.InvalidArgument, '"file": expected a name beside the file'):
                self.avd.uploadfile(file=(name, b"x"))
        for wrong in (("a.png", "text"), ("a.png",), ("a.png", b"x", 5), ("a.crx", b"x"), ("\ud800.png", b"x"), ("a\0.png", b"x")):
            with self.assertRaises(meetgate.InvalidArgument):
                self.avd.uploadfile(file=wrong)
        self.assertEqual(self.server.requests, [])

    def test_plain_bytes_are_told_how_to_go(self):
        for content in (b"x", bytearray(b"x"), memoryview(b"x")):
            expected = r'parameter "file": expected a path, a file object, or a tuple of a name and bytes, .*, got %s' % type(content).__name__
            with self.assertRaisesRegex(meetgate.InvalidArgument, expected):
                self.avd.uploadfile(file=content)
        for params, expected in (
            ({"room_id": b"1"}, '"room_id": expected a string, got bytes$'),
            ({"room_id": "1", "other": b"1"}, '"other": expected what JSON has: .*, got bytes$'),
        ):
            with self.assertRaisesRegex(meetgate.InvalidArgument, expected):
                self.avd.call("avd.room.read", params)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "takes no file"):
            self.avd.call("avd.room.read", {"room_id": ("1", b"1")})

    def test_many_threads(self):
        def send():
            for _ in range(5):
                self.avd.uploadfile(file=("a.png", CONTENT))

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.server.requests), 40)

    def test_nothing_of_it_is_kept(self):
        class Kept(io.BytesIO):
            name = "a.png"

        def stop(count, total):
            raise KeyError("enough")

        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        file = Kept(CONTENT)
        self.avd.uploadfile(file=file)
        with self.assertRaises(KeyError):
            self.avd.with_options(progress=stop).uploadfile(file=file)
        gone = weakref.ref(file)
        del file
        self.assertIsNone(gone())


if __name__ == "__main__":
    unittest.main()
