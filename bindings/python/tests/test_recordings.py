"""`recordings pull`: against the sandbox, and against listings that no honest server makes."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import meetgate
from meetgate._tool.avd_recordings import of_listing
from meetgate._tool.recording_files import LONGEST, RecordedFile, component, fits, paths
from support import ROOM, Sandbox, Server, answer
from test_command_line import interrupted
from test_library import python

#: What the sandbox has from the start.
STARTED = "20211201T020000Z"
OTHER_ROOM = "50000000000"
SOURCE = "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64"


def files_below(folder):
    """What lies there: the content, by the path from there on."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder).replace(os.sep, "/")] = file.read()
    return found


class Pulls(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.parent = made.name
        self.folder = os.path.join(made.name, "录制", "here")

    def pull(self, config, *arguments, code=0):
        found = python("-m", "meetgate", "recordings", "pull", self.folder, "--config", json.dumps(config), *arguments)
        self.assertEqual(found.returncode, code, found.stdout + found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found

    def lines(self, *arguments, code=0):
        return [json.loads(line) for line in self.pull(*arguments, "--json", code=code).stdout.splitlines()]


class FromTheSandbox(Pulls):
    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox("--control")
        self.addCleanup(self.sandbox.stop)
        self.config = self.sandbox.configurations["avd"]

    def plan(self, kind, times=None, **more):
        fault = {"operation": "avd.attachment", "kind": kind, **more}
        return self.sandbox.control("POST", "/faults", fault if times is None else {**fault, "times": times})

    def test_a_room_and_once_more(self):
        found = self.pull(self.config, "--room", ROOM)
        self.assertEqual(found.stdout.splitlines()[-1], "5 fetched, 0 there already, 0 failed")
        self.assertEqual(found.stderr, "")
        files = files_below(self.folder)
        place = "%s/%s-%s" % (ROOM, STARTED, SOURCE)
        self.assertEqual(
            sorted(name for name in files if name.startswith(place)),
            ["%s/%s-%s.%s" % (place, ROOM, SOURCE, kind) for kind in ("mp3", "mp4", "tms")],
        )
        self.assertEqual({name.split("/")[0] for name in files}, {ROOM})
        self.assertTrue(all(files.values()))
        again = self.pull(self.config, "--room", ROOM)
        self.assertEqual(again.stdout.splitlines()[-1], "0 fetched, 5 there already, 0 failed")
        self.assertEqual(files_below(self.folder), files)

    def test_what_is_not_whole_is_fetched_anew(self):
        self.pull(self.config, "--room", ROOM)
        files = files_below(self.folder)
        name = next(name for name in files if name.endswith(".mp3"))
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(b"half")
        os.remove(os.path.join(self.folder, next(name for name in files if name.endswith(".tms"))))
        found = self.pull(self.config, "--room", ROOM)
        self.assertEqual(found.stdout.splitlines()[-1], "2 fetched, 3 there already, 0 failed")
        self.assertEqual(files_below(self.folder), files)

    def test_json_has_a_line_for_each_file(self):
        lines = self.lines(self.config, "--room", ROOM)
        self.assertEqual({line["result"] for line in lines}, {"fetched"})
        for line in lines:
            self.assertEqual(os.path.getsize(line["file"]), line["bytes"])
            self.assertEqual((line["room_id"], line["start_time"], line["end_time"]), (ROOM, 1638324000, 1638325200))
        self.assertEqual({line["resumed_from"] for line in lines}, {0})
        again = self.lines(self.config, "--room", ROOM)
        self.assertEqual({line["result"] for line in again}, {"there"})
        self.assertEqual([line["file"] for line in again], [line["file"] for line in lines])

    def test_a_time_of_all_rooms(self):
        lines = self.lines(self.config, "--from", "1638324000", "--to", "1638325200")
        self.assertEqual({line["room_id"] for line in lines}, {ROOM, OTHER_ROOM})
        self.assertEqual(len(lines), 8)
        for more in (("--from", "1638325201"), ("--from", "0", "--to", "1638323999")):
            if more[1] == "0":
                more = ("--from", "1970-01-02", *more[2:])
            self.assertIn("0 fetched, 0 there already, 0 failed", self.pull(self.config, *more).stdout)
        whole_day = self.lines(self.config, "--from", "2021-12-01T02:00Z", "--to", "2021-12-01")
        self.assertEqual({line["result"] for line in whole_day}, {"there"})
        self.assertEqual(self.lines(self.config, "--room", ROOM, "--from", "2022-01-01"), [])

    def test_one_recording(self):
        lines = self.lines(self.config, "--room", ROOM, "--task", SOURCE)
        self.assertEqual({line["record_id"] for line in lines}, {SOURCE})
        self.assertEqual(len(lines), 3)
        # Where nobody says in which room, the list of the server leads there.
        again = self.lines(self.config, "--task", SOURCE)
        self.assertEqual({line["result"] for line in again}, {"there"})
        self.assertEqual([line["file"] for line in again], [line["file"] for line in lines])
        for more in ((), ("--room", ROOM)):
            self.assertIn("40090", self.pull(self.config, "--task", "404", *more, code=5).stderr)

    def test_a_recording_that_runs_yet(self):
        with meetgate.Avd.from_config(self.config) as avd:
            number = avd.room.mix_record.start(room_id=ROOM, enable_audio_record=True)["record_id"]
            for more in ((), ("--room", ROOM)):
                found = self.pull(self.config, "--task", number, *more, code=1)
                self.assertEqual(found.stderr, "pending  recording %s: it is running\n" % number)
                self.assertEqual(found.stdout, "0 fetched, 0 there already, 0 failed, 1 not ready\n")
            self.assertEqual([line["state"] for line in self.lines(self.config, "--task", number, code=1)], ["it is running"])

    def test_what_was_cut_is_gone_on_with(self):
        """The first file is cut, and then the server does not come back in time."""
        config = {**self.config, "max_attempts": 1}
        self.plan("close", when="in_body", acted=True, times=1)
        self.plan("http", status=404, times=1)
        found = self.pull(config, "--room", ROOM, code=1)
        self.assertIn("failed", found.stderr)
        self.assertEqual(found.stdout.splitlines()[-1], "4 fetched, 0 there already, 1 failed")
        self.assertTrue([name for name in files_below(self.folder) if name.endswith(".meetgate-part")])
        lines = self.lines(config, "--room", ROOM)
        (fetched,) = [line for line in lines if line["result"] == "fetched"]
        self.assertGreater(fetched["resumed_from"], 0)
        self.assertEqual(len(files_below(self.folder)), 5)
        self.assertFalse([name for name in files_below(self.folder) if "meetgate-part" in name])

    def test_one_failure_does_not_stop_the_others(self):
        self.plan("http", status=404, times=1)
        lines = self.lines(self.config, "--room", ROOM, code=1)
        self.assertEqual([line["result"] for line in lines].count("failed"), 1)
        self.assertEqual(len(lines), 5)
        (failed,) = [line for line in lines if line["result"] == "failed"]
        self.assertIn("status", failed["error"])
        self.assertFalse(os.path.exists(failed["file"]))

    def test_a_list_that_fails(self):
        self.assertIn("HTTP", self.failing_list("http", status=404).stderr)
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.get_record", "kind": "number", "code": 40043, "times": 1})
        lines = self.lines(self.config, "--from", "1638324000", "--to", "1638325200", code=1)
        self.assertEqual([line["error"]["code"] for line in lines if line["result"] == "failed"], [40043])
        # The other room is fetched all the same, and what the list of the server itself has.
        self.assertEqual({line["room_id"] for line in lines if line["result"] == "fetched"}, {ROOM, OTHER_ROOM})

    def failing_list(self, kind, **more):
        self.sandbox.control("POST", "/faults", {"operation": "avd.room.get_record", "kind": kind, "times": 1, **more})
        return self.pull(self.config, "--room", ROOM, code=5)

    def test_what_ends_all_of_it_says_the_exit_code(self):
        self.pull({**self.config, "secret_key": "wrong"}, "--room", ROOM, code=3)
        self.pull({**self.config, "base_url": "http://127.0.0.1:1", "max_attempts": 1}, "--room", ROOM, code=4)
        found = self.pull({**self.config, "bas_url": "http://127.0.0.1:1"}, "--room", ROOM, code=2)
        self.assertIn("INVALID_CONFIG", found.stderr)

    def test_a_room_that_is_not_there(self):
        found = self.pull(self.config, "--room", "40400000000", code=5)
        self.assertIn("API: ", found.stderr)
        self.assertEqual(files_below(self.parent), {})

    def test_a_command_line_that_cannot_be_right(self):
        for more, said in (
            ((), "give --room"),
            (("--to", "1638324000"), "give --room"),
            (("--from", "yesterday"), "yesterday: expected seconds"),
            (("--from", "2021-13-01"), "expected seconds"),
            (("--from", "2021-12-02", "--to", "2021-12-01"), "later than --to"),
        ):
            self.assertIn(said, self.pull(self.config, *more, code=2).stderr)
        for platform, said in (("hst", "give --app"), ("youme", "youme has no recordings")):
            self.assertIn(said, self.pull(self.sandbox.configurations[platform], "--room", "1", code=2).stderr)
        self.assertIn("--app is for hst", self.pull(self.config, "--room", ROOM, "--app", "a", code=2).stderr)
        self.assertIn("there whole is left alone", " ".join(python("-m", "meetgate", "recordings", "pull", "-h").stdout.replace("already ", "").split()))

    def test_a_folder_that_cannot_be_made(self):
        with open(os.path.join(self.parent, "录制"), "wb"):
            pass
        lines = self.lines(self.config, "--room", ROOM, code=1)
        self.assertEqual({line["error"]["status"] for line in lines}, {"IO"})
        self.assertEqual(len(lines), 5)


class FromAHostileServer(Pulls):
    def served(self, recordings, content=b"x" * 1000, head=""):
        def script(request):
            if "/room/get_record" in request.path:
                return answer(json.dumps({"ret": 0, "record_files": recordings(self.server.url), "data": []}))
            told = "HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (head, len(content))
            return told.encode() + content

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        return {"base_url": self.server.url, "token": "t"}

    def test_no_text_leads_out_of_the_folder(self):
        evil = ["../../../out", "/etc/out", "..", ".", "", "a\\..\\..\\out", "C:\\out", "con", "a\nb\x1b[31m", "\u202eexe.4pm", "x" * 300, "录" * 200]

        def recordings(url):
            return [
                {
                    "room_id": text,
                    "record_id": text,
                    "start_time": "1638324000",
                    "down_url": "%s/%d?file=%s" % (url, place, text.replace("\n", "").replace("\x1b", "")),
                    "transcode_files": {
                        "down_url": ["%s/%d-t" % (url, place)],
                        "file_infos": [{"file_name": text, "file_size": "1000"}],
                    },
                }
                for place, text in enumerate(evil)
            ]

        lines = self.lines(self.served(recordings), "--room", "1")
        self.assertEqual(len(lines), 2 * len(evil))
        self.assertEqual({line["result"] for line in lines}, {"fetched"})
        files = files_below(self.folder)
        self.assertEqual(len(files), 2 * len(evil))
        self.assertEqual(os.listdir(self.parent), ["录制"])
        self.assertEqual(os.listdir(os.path.join(self.parent, "录制")), ["here"])
        for name in files:
            self.assertEqual(len(name.split("/")), 3)
            self.assertTrue(all(part.isprintable() and not part.startswith(".") for part in name.split("/")), name)
        # Also where the server is known by another address.
        again = self.lines(self.served(recordings), "--room", "1")
        self.assertEqual({line["result"] for line in again}, {"there"})
        self.assertEqual(set(files_below(self.folder)), set(files))

    def test_files_of_one_name_stay_apart(self):
        def recordings(url):
            return [
                {"room_id": "1", "record_id": "r", "start_time": 5, "transcode_files": [
                    {"download_url": "%s/%d/audio.mp3" % (url, place)} for place in range(3)
                ] + [{"download_url": url + "/3/Audio.MP3"}]},
            ]

        lines = self.lines(self.served(recordings), "--room", "1")
        self.assertEqual(len({line["file"].lower() for line in lines}), 4)
        self.assertEqual(len(files_below(self.folder)), 4)

    def test_a_file_of_another_size_is_a_failure(self):
        def recordings(url):
            infos = [{"file_name": "a.mp4", "file_size": "16.367M"}, {"file_name": "b.mp4", "file_size": "0.001M"}]
            files = {"down_url": [url + "/a.mp4", url + "/b.mp4"], "file_infos": infos}
            return [{"room_id": "1", "record_id": "r", "start_time": "5", "transcode_files": files}]

        config = self.served(recordings)
        found = self.pull(config, "--room", "1", code=1)
        self.assertIn("1000 bytes came, and the platform lists 16.367M", found.stderr)
        self.assertEqual([name.split("/")[-1] for name in files_below(self.folder)], ["b.mp4"])
        self.pull(config, "--room", "1", "--no-size-check")
        self.assertEqual(len(files_below(self.folder)), 2)

    def test_an_md5_that_the_server_tells_is_compared(self):
        def recordings(url):
            return [{"room_id": "1", "record_id": "r", "down_url": url + "/a.mp4"}]

        wrong = "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        found = self.pull(self.served(recordings, head=wrong), "--room", "1", code=1)
        self.assertIn("PROTOCOL", found.stderr)
        self.assertEqual(files_below(self.folder), {})

    def test_listings_that_are_none(self):
        for odd in (None, "text", [None, 5, {}], [{"down_url": 5.5}], [{"transcode_files": [[]]}], [{"transcode_files": {"down_url": {}}}]):
            self.assertIn("0 failed", self.pull(self.served(lambda url: odd), "--room", "1").stdout)
        for url in ("file:///etc/passwd", "x", "http://[", "ftp://x/y"):
            found = self.pull(self.served(lambda _: [{"down_url": url}]), "--room", "1", code=1)
            self.assertIn("INVALID_ARGUMENT", found.stderr)
        self.assertEqual(files_below(self.folder), {})

    def test_a_token_goes_only_on_request(self):
        config = self.served(lambda url: [{"room_id": "1", "record_id": "r", "down_url": url + "/a.mp4"}])
        self.pull(config, "--room", "1")
        self.assertNotIn("token=", [request.line for request in self.server.requests if "a.mp4" in request.line][0])
        os.remove(os.path.join(self.folder, *next(iter(files_below(self.folder))).split("/")))
        self.pull(config, "--room", "1", "--token")
        self.assertIn("token=t", [request.line for request in self.server.requests if "a.mp4" in request.line][1])

    @unittest.skipIf(os.name == "nt", "no terminal to be had")
    def test_a_bar_with_the_name_on_a_terminal(self):
        import pty

        config = self.served(lambda url: [{"room_id": "1", "record_id": "r", "down_url": url + "/a.mp4"}])
        terminal, end = pty.openpty()
        command = [sys.executable, "-m", "meetgate", "recordings", "pull", self.folder, "--room", "1", "--config", json.dumps(config)]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=end, check=True, timeout=30)
        os.close(end)
        shown = os.read(terminal, 65536).decode()
        os.close(terminal)
        self.assertIn("1/unknown-r/a.mp4 [%s] 0.0 of 0.0 MB, 100 %%" % ("#" * 30), shown)

    @unittest.skipIf(os.name == "nt", "signals are sent as on Unix")
    def test_ctrl_c_stops_all_of_it(self):
        def script(request):
            if "/room/get_record" in request.path:
                urls = [self.server.url + "/%d.mp4" % number for number in range(3)]
                return answer(json.dumps({"ret": 0, "record_files": [{"room_id": "1", "transcode_files": {"down_url": urls}}]}))
            return b"HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 4000\r\n\r\n" + b"x" * 1000

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        config = {"base_url": self.server.url, "token": "t"}
        ended = interrupted(self.server, 2, "recordings", "pull", self.folder, "--room", "1", "--config", json.dumps(config), rest=0.2)
        self.assertEqual(ended, (130, "stopped; the same command goes on with what is there\n"))
        self.assertEqual(len(self.server.requests), 2)
        self.assertEqual([len(content) for name, content in files_below(self.folder).items() if name.endswith("-part")], [1000])


class Names(unittest.TestCase):
    def test_a_name_that_is_one_stays(self):
        for text in ("12345123456", "a150e71f957144a5b0ded9205fa1001d", "周会 (1).mp4", "mini_B5CE28B3-AD1C_v1.mp4", "a.b.c"):
            self.assertEqual(component(text), text)

    def test_what_differs_stays_different(self):
        texts = ["a/b", "a\\b", "a_b", "a:b", "nul", "_nul", "NUL.txt", "", "_", ".", "..", "...", " ", "a.", "a", "x" * 300, "x" * 301]
        made = [component(text) for text in texts]
        self.assertEqual(len({name.lower() for name in made}), len(texts), made)
        for name in made:
            self.assertLessEqual(len(name.encode()), LONGEST)
            self.assertNotIn("/", name)
        self.assertTrue(component("x" * 300 + ".mp4").endswith(".mp4"))

    def test_a_file_has_one_place_whatever_else_is_listed(self):
        def file(url, name="a.mp4"):
            return RecordedFile(url, "1", "r", 5, None, name, None)

        one, two = file("http://x/1"), file("http://x/2", "A.MP4")
        first, second = paths([one, two]), paths([two, one])
        self.assertEqual(first, second)
        self.assertEqual(len(first), 2)
        self.assertEqual(list(paths([one])), ["1/19700101T000005Z-r/a.mp4"])

    def test_the_shapes_of_a_list(self):
        object_of_lists = {"down_url": ["http://x/1.mp4"], "file_infos": [{"file_name": "n.mp4", "file_size": "1.0M"}]}
        list_of_objects = [{"download_url": "http://x/1.mp4", "file_size": "1.0M"}]
        for files, name in ((object_of_lists, "n.mp4"), (list_of_objects, "1.mp4")):
            recording = {"room_id": 1, "down_url": "http://x/?file=/a/%E5%BD%95.tms", "file_size": "9M", "transcode_files": files}
            found = list(of_listing([recording]))
            self.assertEqual([(file.name, file.size, file.room_id) for file in found], [(name, "1.0M", "1"), ("录.tms", None, "1")])
        self.assertEqual(len(list(of_listing([{"down_url": "http://x/1", "transcode_files": {}}]))), 1)

    def test_sizes(self):
        for count, size in ((17162043, "16.367M"), (16367000, "16.367M"), (246000, "0.234M"), (10, "10"), (10, None), (5, "big"), (0, "0.000M"), (2000, "2KB")):
            self.assertTrue(fits(count, size), (count, size))
        for count, size in ((163, "16.367M"), (18000000, "16.367M"), (20, "10"), (9, "1.0K")):
            self.assertFalse(fits(count, size), (count, size))


if __name__ == "__main__":
    unittest.main()
