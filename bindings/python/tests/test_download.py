"""Downloads: what becomes of the file, progress, cancelling, awaiting, and the command line."""

import asyncio
import hashlib
import json
import os
import pathlib
import tempfile
import threading
import unittest

import meetgate
from support import Server, always, answer
from test_library import python

CONTENT = bytes(range(256)) * 4096


def file_server(request):
    """A file that is known by its ETag, also in part."""
    head = "Content-Type: video/mp4\r\nETag: \"one\"\r\n"
    ranges = [line for line in request.head.split("\r\n") if line.lower().startswith("range:")]
    if not ranges:
        return ("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (head, len(CONTENT))).encode() + CONTENT
    start = int(ranges[0].split("=")[1].rstrip("-").split("-")[0])
    body = CONTENT[start:]
    told = "Content-Range: bytes %d-%d/%d\r\nContent-Length: %d\r\n\r\n" % (start, len(CONTENT) - 1, len(CONTENT), len(body))
    return ("HTTP/1.1 206 Partial Content\r\n%s%s" % (head, told)).encode() + body


class Downloads(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "1.mp4")

    def served(self, script=file_server):
        server = Server(script)
        self.addCleanup(server.__exit__)
        return server

    def client(self, server, kind=meetgate.Avd):
        return kind(base_url=server.url, token="t")

    def content(self):
        with open(self.file, "rb") as file:
            return file.read()

    def test_a_file_is_fetched_whole(self):
        server = self.served()
        told = []
        md5 = hashlib.md5(CONTENT).hexdigest()
        with self.client(server) as avd:
            reply = avd.download(
                server.url + "/1.mp4", pathlib.Path(self.file), md5=md5, progress=lambda *step: told.append(step)
            )
            self.assertEqual(self.content(), CONTENT)
            self.assertEqual((reply["bytes"], reply["resumed_from"], reply["md5"]), (len(CONTENT), 0, md5))
            self.assertEqual(told[-1], (len(CONTENT), len(CONTENT)))
            self.assertEqual(avd.download("/1.mp4", self.file)["bytes"], len(CONTENT))
            with self.assertRaises(meetgate.IoError):
                avd.download("/1.mp4", self.file, overwrite=False)
            with self.assertRaises(meetgate.LimitError):
                avd.download("/1.mp4", self.file + "2", max_bytes=10)

    def test_what_progress_raises_ends_it_and_the_next_goes_on(self):
        server = self.served()

        def stop(count, total):
            raise KeyError("enough") from ValueError("its cause")

        with self.client(server) as avd:
            with self.assertRaisesRegex(KeyError, "enough") as caught:
                avd.download("/1.mp4", self.file, progress=stop)
            self.assertIsInstance(caught.exception.__cause__, ValueError)
            self.assertFalse(os.path.exists(self.file))
            avd.download("/1.mp4", self.file)
        self.assertEqual(self.content(), CONTENT)

    def test_a_cancel_ends_it(self):
        def slow(request):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"

        cancel = meetgate.Cancel()
        with self.client(self.served(slow)) as avd:
            threading.Timer(0.2, cancel.trigger).start()
            with self.assertRaises(meetgate.Cancelled):
                avd.with_options(cancel=cancel).download("/1.mp4", self.file)
        self.assertFalse(os.path.exists(self.file))

    def test_options_of_calls_hold_or_are_refused(self):
        silent = self.served(lambda request: None)
        with self.client(silent) as avd:
            with self.assertRaises(meetgate.Timeout):
                avd.with_options(timeout_ms=200).download("/1.mp4", self.file)
            with self.assertRaisesRegex(meetgate.InvalidArgument, "max_reply_bytes"):
                avd.with_options(max_reply_bytes=2000).download("/1.mp4", self.file)
            for wrong in (5, None, b"x", "a\0b"):
                with self.assertRaisesRegex(meetgate.InvalidArgument, "file"):
                    avd.download("/1.mp4", wrong)
            with self.assertRaisesRegex(meetgate.InvalidArgument, "progress: expected a function"):
                avd.download("/1.mp4", self.file, progress=5)
            with self.assertRaisesRegex(meetgate.InvalidArgument, "md_5"):
                avd.download("/1.mp4", self.file, md_5="0" * 32)
            with self.assertRaisesRegex(meetgate.InvalidArgument, "facts"):
                avd.with_options(facts=meetgate.Facts()).download("/1.mp4", self.file)
            self.assertEqual(len(silent.requests), 1)

    def test_progress_may_use_and_close_the_client(self):
        server = self.served()
        avd = self.client(server)
        told = []

        def use(count, total):
            told.append(avd.info()["platform"])
            avd.close()

        with self.assertRaises(meetgate.Cancelled):
            avd.download("/1.mp4", self.file, progress=use)
        self.assertEqual(told, ["avd"])

    def test_awaited(self):
        server = self.served()
        told = []

        async def fetch():
            async with self.client(server, meetgate.AsyncAvd) as avd:
                return await avd.download("/1.mp4", self.file, progress=lambda *step: told.append(step))

        self.assertEqual(asyncio.run(fetch())["bytes"], len(CONTENT))
        self.assertEqual((self.content(), told[-1]), (CONTENT, (len(CONTENT), len(CONTENT))))

    def tool(self, server, *arguments, code=0):
        config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
        found = python("-m", "meetgate", "download", "/1.mp4", self.file, "--config", config, *arguments)
        self.assertEqual(found.returncode, code, found.stdout + found.stderr)
        return found

    def test_the_command_line(self):
        server = self.served()
        found = self.tool(server)
        self.assertIn("1.mp4: %d bytes in " % len(CONTENT), found.stdout)
        self.assertEqual((found.stderr, self.content()), ("", CONTENT))
        self.assertEqual(json.loads(self.tool(server, "--json").stdout)["bytes"], len(CONTENT))
        self.assertIn("IO: ", self.tool(server, "--no-overwrite", code=1).stderr)
        self.assertIn("PROTOCOL: ", self.tool(server, "--no-resume", "--md5", "0" * 32, code=5).stderr)
        self.assertIn("LIMIT: ", self.tool(server, "--no-resume", "--max-bytes", "9", code=1).stderr)

    @unittest.skipIf(os.name == "nt", "no terminal to be had")
    def test_a_bar_on_a_terminal(self):
        import pty
        import subprocess
        import sys

        server = self.served()
        config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
        terminal, end = pty.openpty()
        command = [sys.executable, "-m", "meetgate", "download", "/1.mp4", self.file, "--config", config]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=end, check=True, timeout=30)
        os.close(end)
        shown = os.read(terminal, 65536).decode()
        os.close(terminal)
        self.assertIn("[%s] 1.0 of 1.0 MB, 100 %%" % ("#" * 30), shown)


if __name__ == "__main__":
    unittest.main()
