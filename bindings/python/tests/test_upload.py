"""Uploads: from a path, and from anything that can be read."""

import asyncio
import io
import os
import pathlib
import tempfile
import unittest

import meetgate
from support import ROOT, SandboxTest, Server, always

WELCOME = os.path.join(ROOT, "tests", "fixtures", "welcome.png")


class Uploads(SandboxTest):
    def setUp(self):
        self.avd = meetgate.Avd.from_config(self.sandbox.configurations["avd"])
        self.addCleanup(self.avd.close)
        with open(WELCOME, "rb") as file:
            self.content = file.read()

    def test_the_sandbox_takes_a_path_and_a_file_object(self):
        self.assertEqual(self.avd.uploadfile(file=WELCOME)["ret"], 0)
        self.assertEqual(self.avd.uploadfile(file=pathlib.Path(WELCOME))["ret"], 0)
        with open(WELCOME, "rb") as file:
            self.assertEqual(self.avd.uploadfile(file=file)["ret"], 0)

    def sent(self, file):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            avd.uploadfile(file=file)
        return server.requests[0].body

    def test_a_file_object_sends_what_is_left_to_read_under_its_name(self):
        memory = io.BytesIO(b"before" + self.content)
        memory.seek(6)
        memory.name = "/somewhere/else/周会.png"
        for source in (memory, pathlib.Path(WELCOME)):
            body = self.sent(source)
            self.assertIn(b"\r\n\r\n" + self.content + b"\r\n--", body)
        memory.seek(6)
        self.assertIn('filename="周会.png"'.encode(), self.sent(memory))

    def test_the_temporary_copy_is_gone_afterwards(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(os.rmdir, folder)
        tempfile.tempdir, before = folder, tempfile.tempdir
        self.addCleanup(setattr, tempfile, "tempdir", before)
        memory = io.BytesIO(self.content)
        memory.name = "a.png"
        self.avd.uploadfile(file=memory)
        memory.name = "a.crx"
        with self.assertRaises(meetgate.InvalidArgument):
            self.avd.uploadfile(file=memory)
        self.assertEqual(os.listdir(folder), [])

    def test_what_cannot_be_uploaded(self):
        with self.assertRaises(meetgate.IoError):
            self.avd.uploadfile(file="/no/such/file.png")
        with self.assertRaisesRegex(meetgate.InvalidArgument, "has no name"):
            self.avd.uploadfile(file=io.BytesIO(b"x"))
        text = io.StringIO("x")
        text.name = "a.png"
        with self.assertRaisesRegex(meetgate.InvalidArgument, "reading bytes"):
            self.avd.uploadfile(file=text)

    def test_awaited(self):
        async def main():
            async with meetgate.AsyncAvd.from_config(self.sandbox.configurations["avd"]) as avd:
                with open(WELCOME, "rb") as file:
                    return await avd.uploadfile(file=file)

        self.assertEqual(asyncio.run(main())["ret"], 0)


if __name__ == "__main__":
    unittest.main()
