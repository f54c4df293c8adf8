"""`recordings pull` from hst: against a platform that answers as the vendor's pages say, and as they do not."""

import hashlib
import json
import os
import tempfile
import unittest
from urllib.parse import parse_qs, urlsplit

import meetgate
from meetgate._tool import hst_recordings
from support import APP, Sandbox, Server, answer
from test_command_line import run
from test_recordings import files_below


class Platform:
    """hst with these tasks, and these files of each."""

    def __init__(self, tasks, files, total=True, page_of=None):
        self.tasks, self.files, self.total = tasks, files, total
        self.page_of = page_of or (lambda rows, page, size: rows[(page - 1) * size : page * size])
        self.server = Server(self.script)
        self.config = json.dumps({"platform": "hst", "base_url": self.server.url, "token": "t"})

    def script(self, request):
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.line.split(" ")[1]).query).items()}
        if request.path.endswith("/record/task/list"):
            wanted = [
                task
                for task in self.tasks
                if query.get("record_id", task["record_id"]) == task["record_id"]
                and query.get("group_id", task["group_id"]) == task["group_id"]
                and query.get("status", str(task["status"])) == str(task["status"])
            ]
            rows = self.page_of(wanted, int(query["page"]), int(query["page_size"]))
            total = {"total_num": len(wanted)} if self.total else {}
            return answer(json.dumps({"code": 0, "msg": "10000", "record_list": rows, **total}))
        if request.path.endswith("/record/file/download/url"):
            found = self.files[query["record_id"]]
            if isinstance(found, int):
                return answer(json.dumps({"code": found, "msg": "x"}))
            rows = found[(int(query["page"]) - 1) * 2 : int(query["page"]) * 2]
            rows = [{**row, "url": self.server.url + row["url"]} for row in rows]
            return answer(json.dumps({"code": 0, "msg": "10000", "total_num": len(found), "page": 1, "data_list": rows}))
        content = content_of(request.path)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)


def content_of(path):
    return ("content of %s" % path).encode() * 100


def task(number, status=6, group="g1", start="2021-12-01 10:00:00", stop="2021-12-01 11:00:00"):
    return {"record_id": number, "group_id": group, "status": status, "start_time": start, "stop_time": stop, "file_name": "f"}


def file(url, **more):
    return {"url": url, "md5": hashlib.md5(content_of(url)).hexdigest(), "file_name": "weekly.mp4", "extent": "mp4", **more}


class HstRecordings(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.parent = made.name
        self.folder = os.path.join(made.name, "here")
        self.platforms = []

    def pull(self, platform, *arguments, code=0):
        if platform not in self.platforms:
            self.platforms.append(platform)
            self.addCleanup(platform.server.__exit__)
        found = run("recordings", "pull", self.folder, "--app", APP, "--config", platform.config, *arguments)
        self.assertEqual(found.returncode, code, found)
        return found

    def test_a_group_and_once_more(self):
        platform = Platform(
            [task("r1"), task("r2", status=2), task("r3", group="g2"), task("r4", status=-1)],
            {"r1": [file("/a"), file("/b"), file("/c", file_name="会议")]},
        )
        found = self.pull(platform, "--room", "g1")
        self.assertEqual(found.stdout.splitlines()[-1], "3 fetched, 0 there already, 0 failed")
        self.assertEqual(found.stderr, "1 recordings are not done yet: the same command fetches them later\n")
        files = files_below(self.folder)
        self.assertEqual(sorted(files.values()), [content_of(url) for url in ("/a", "/b", "/c")])
        self.assertEqual({os.path.dirname(name) for name in files}, {"g1/20211201T020000Z-r1"})
        self.assertIn("g1/20211201T020000Z-r1/会议.mp4", files)
        # Another address of the same file, such as one that was signed today.
        again = self.pull(Platform(platform.tasks, {"r1": platform.files["r1"]}), "--room", "g1")
        self.assertEqual(again.stdout.splitlines()[-1], "0 fetched, 3 there already, 0 failed")
        self.assertEqual(files_below(self.folder), files)
        # One of the same length that differs is no whole file.
        name = "g1/20211201T020000Z-r1/会议.mp4"
        with open(os.path.join(self.folder, name), "r+b") as changed:
            changed.write(b"X")
        again = self.pull(platform, "--room", "g1")
        self.assertEqual(again.stdout.splitlines()[-1], "1 fetched, 2 there already, 0 failed")
        self.assertEqual(files_below(self.folder), files)

    def test_an_md5_that_differs(self):
        platform = Platform([task("r1")], {"r1": [file("/a", md5="0" * 32), file("/b", file_name="b.mp4")]})
        found = self.pull(platform, "--room", "g1", "--json", code=1)
        lines = [json.loads(line) for line in found.stdout.splitlines()]
        self.assertEqual([line["result"] for line in lines], ["failed", "fetched"])
        self.assertEqual(lines[0]["error"]["status"], "PROTOCOL")
        self.assertEqual([os.path.basename(name) for name in files_below(self.folder)], ["b.mp4"])

    def test_an_md5_in_another_spelling(self):
        import base64

        digest = hashlib.md5(content_of("/a")).digest()
        for md5, said in ((digest.hex().upper(), ""), (base64.b64encode(digest).decode(), ""), ("none", "is none, and is not compared")):
            platform = Platform([task("r1")], {"r1": [file("/a", md5=md5)]})
            self.assertIn(said, self.pull(platform, "--room", "g1").stderr)

    def test_a_time(self):
        times = {
            "text": ("2021-12-01 10:00:00", "2021-12-01 11:00:00"),
            "seconds": (1638324000, "1638327600"),
            "milliseconds": (1638324000000, 1638327600000),
            "zone": ("2021-12-01T02:00:00Z", "2021-12-01T11:00:00+08:00"),
        }
        tasks = [task(number, start=start, stop=stop) for number, (start, stop) in times.items()]
        tasks += [task("before", stop="2021-12-01 09:59:59", start="2021-12-01 09:00:00"), task("after", start="2021-12-01 12:00:00", stop=0)]
        tasks += [task("unknown", start="yesterday", stop=None)]
        platform = Platform(tasks, {known["record_id"]: [file("/" + known["record_id"])] for known in tasks})
        found = self.pull(platform, "--from", "2021-12-01T10:00+08:00", "--to", "2021-12-01T11:00+08:00", "--json")
        self.assertEqual({json.loads(line)["record_id"] for line in found.stdout.splitlines()}, {*times, "unknown"})

    def test_one_recording(self):
        platform = Platform([task("r1"), task("r2"), task("r3", status=4), task("r4", status=-1)], {"r2": [file("/a")], "r1": 605030001})
        self.assertIn("1 fetched", self.pull(platform, "--task", "r2").stdout)
        for number, state in (("r3", "it is being encoded"), ("r4", "it failed")):
            self.assertIn("pending  recording %s: %s\n" % (number, state), self.pull(platform, "--task", number, code=1).stderr)
        self.assertEqual(json.loads(self.pull(platform, "--task", "r3", "--json", code=1).stdout)["state"], "it is being encoded")
        self.assertIn("no files of a recording r9", self.pull(platform, "--task", "r9", code=1).stderr)
        self.assertIn("605030001", self.pull(platform, "--task", "r1", code=1).stderr)

    def test_many_pages(self):
        tasks = [task("r%d" % number, status=2) for number in range(1234)]
        platform = Platform(tasks, {})
        self.assertIn("1234 recordings are not done yet", self.pull(platform, "--room", "g1").stderr)
        self.assertEqual(len(platform.server.requests), 3)
        # Without a total; and with pages that are shorter than they were asked for.
        self.assertIn("1234 recordings", self.pull(Platform(tasks, {}, total=False), "--room", "g1").stderr)
        shorter = Platform(tasks, {}, page_of=lambda rows, page, size: rows[(page - 1) * 100 : page * 100])
        self.assertIn("1234 recordings", self.pull(shorter, "--room", "g1").stderr)

    def test_pages_that_change_while_they_are_read(self):
        tasks = [task("r%d" % number, status=2) for number in range(600)]

        def shifted(by):
            def page_of(rows, page, size):
                moved = by if page > 1 else 0
                return rows[(page - 1) * size + moved : page * size + moved]

            return Platform(tasks, {}, page_of=page_of)

        # One more stands first when the second page is read: that begins with the last one of the first page.
        self.assertEqual(self.pull(shifted(-1), "--room", "g1").stderr, "600 recordings are not done yet: the same command fetches them later\n")
        # One fewer: a recording is on no page, and the count tells it.
        self.assertIn("hst counts 600 tasks and lists 599", self.pull(shifted(1), "--room", "g1").stderr)

    def test_a_platform_that_does_not_heed_the_page(self):
        tasks = [task("r%d" % number, status=2) for number in range(500)]
        platform = Platform(tasks, {}, total=False, page_of=lambda rows, page, size: rows)
        self.assertIn("once more", self.pull(platform, "--room", "g1", code=5).stderr)
        self.assertLess(len(platform.server.requests), 4)

    def test_no_text_leads_out_of_the_folder(self):
        evil = ["../../../out", "/etc/out", "..", "a\\..\\..\\out", "con", "a\nb", "x" * 300]
        tasks = [task(text, group=text) for text in evil]
        platform = Platform(tasks, {text: [file("/%d" % place, file_name=text, extent=text)] for place, text in enumerate(evil)})
        found = self.pull(platform, "--from", "1970-01-02")
        self.assertIn("%d fetched" % len(evil), found.stdout)
        self.assertEqual(os.listdir(self.parent), ["here"])
        self.assertEqual(len(files_below(self.folder)), len(evil))
        for name in files_below(self.folder):
            self.assertEqual(len(name.split("/")), 3)

    def test_answers_that_are_none(self):
        for tasks in ([{"status": 6}], [5], {"a": 1}, "text"):
            platform = Platform([], {}, page_of=lambda rows, page, size: tasks)
            self.assertIn("PROTOCOL", self.pull(platform, "--room", "g1", code=5).stderr)
        self.assertIn("0 fetched", self.pull(Platform([], {}), "--room", "g1").stdout)
        platform = Platform([task("r1")], {"r1": [file("/a", extent=5.5, md5=[], file_name=None)]})
        self.assertIn("1 fetched", self.pull(platform, "--room", "g1").stdout)

    def test_a_name_and_what_may_be_its_extension(self):
        for name, extent, made in (
            ("周会", "mp4", "周会.mp4"), ("周会", ".mp4", "周会.mp4"), ("周会.mp4", "mp4", "周会.mp4"), ("周会.MP4", "mp4", "周会.MP4"),
            ("周会", "1024", "周会"), ("周会", None, "周会"), (None, "mp4", "1.mp4"),
        ):  # fmt: skip
            self.assertEqual(hst_recordings._name({"file_name": name, "extent": extent}, "http://h/x/1.mp4?sign=2"), made)


class FromTheSandbox(unittest.TestCase):
    def test_a_recording_from_its_start_to_its_file(self):
        sandbox = Sandbox("--control")
        self.addCleanup(sandbox.stop)
        config = sandbox.configurations["hst"]
        with meetgate.Hst.from_config(config) as hst, tempfile.TemporaryDirectory() as folder:
            number = hst.call("hst.record.init", {"app_id": APP, "group_id": "g2001", "auto": {"type": 1}})["record_id"]
            arguments = ("recordings", "pull", folder, "--app", APP, "--config", json.dumps(config), "--task", number)
            found = run(*arguments)
            self.assertEqual((found.returncode, found.stdout.splitlines()[-1]), (1, "0 fetched, 0 there already, 0 failed, 1 not ready"))
            shown = run("rooms", "stop-all", "--app", APP, "--config", json.dumps(config), "--yes", "--json")
            self.assertIn(number, [json.loads(line).get("number") for line in shown.stdout.splitlines()])
            for _ in range(10):
                sandbox.control("POST", "/clock/advance", {"seconds": 20})
                found = run(*arguments)
                if found.returncode == 0:
                    break
            self.assertEqual(found.returncode, 0, found)
            self.assertTrue(all(files_below(folder).values()))


if __name__ == "__main__":
    unittest.main()
