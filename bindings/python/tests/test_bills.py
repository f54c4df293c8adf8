"""`bills export`: against the sandbox, and against platforms that count their pages oddly."""

import csv
import io
import json
import os
import re
import stat
import subprocess
import tempfile
import unittest

from meetgate._tool import times
from meetgate._tool.csv_cells import cell
from meetgate._tool.spelling import Number
from meetgate._tool.usage_error import UsageError
from support import APP, Sandbox, Server, answer
from test_command_line import TOOL, interrupted, on_a_terminal

SPAN = ("--from", "2020-01-01+08:00", "--to", "2020-12-31+08:00")


def query(request, name):
    return int(re.search(r"[?&]%s=(\d+)" % name, request.line).group(1))


def export(config, *arguments, **environment):
    """Its output as bytes."""
    return subprocess.run(
        [*TOOL, "bills", "export", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
        env={**os.environ, "MEETGATE_CONFIG": json.dumps(config), **environment},
    )  # fmt: skip


class Bills(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = made.name
        self.file = os.path.join(made.name, "账单.csv")

    def export(self, config, *arguments, code=0, **environment):
        found = export(config, *arguments, **environment)
        self.assertEqual(found.returncode, code, found)
        self.assertNotIn(b"Traceback", found.stderr)
        return found

    def rows(self, *arguments, **more):
        text = self.export(*arguments, **more).stdout.decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))


class FromTheSandbox(Bills):
    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.stop)
        self.config = self.sandbox.configurations["hst"]

    def test_all_pages_in_both_formats(self):
        rows = self.rows(self.config, *SPAN, "--page-size", "10")
        self.assertEqual(len(rows), 25)
        self.assertEqual(rows, self.rows(self.config, *SPAN))
        lines = self.export(self.config, *SPAN, "--json", "--page-size", "5").stdout.decode("utf-8").splitlines()
        spelled = [json.loads(line, parse_int=str, parse_float=str) for line in lines]
        self.assertEqual([dict(row) for row in rows], spelled)
        self.assertEqual(self.rows(self.config, "--from", "2020-05-01T00:00+08:00", "--to", "2020-05-01+08:00"), rows[1:2])
        self.assertEqual(self.rows(self.config, *SPAN, "--app", APP), rows)

    def test_the_lines_are_those_of_rfc_4180(self):
        text = self.export(self.config, *SPAN).stdout
        self.assertTrue(text.startswith(b"app_id,app_name,product_id,product_name,amount,price,charge_term,"))
        self.assertEqual(text.count(b"\r\n"), 26)
        self.assertEqual(text.count(b"\n"), 26)

    def test_a_file(self):
        found = self.export(self.config, *SPAN, "--output", self.file, "--bom")
        self.assertEqual(found.stdout.decode("utf-8"), "%s: 25 records\n" % self.file)
        with open(self.file, "rb") as file:
            written = file.read()
        self.assertEqual(written, b"\xef\xbb\xbf" + self.export(self.config, *SPAN).stdout)
        self.assertEqual(os.listdir(self.folder), ["账单.csv"])
        found = self.export(self.config, *SPAN, "--output", self.file, "--json")
        self.assertEqual(json.loads(found.stdout), {"file": self.file, "records": 25})
        self.assertEqual(self.export(self.config, *SPAN, "--output", "/dev/stdout").stdout[:6], b"app_id")

    def test_a_failure_leaves_the_old_file(self):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("old")
        os.chmod(self.file, 0o640)
        self.export({**self.config, "dev_secret": "wrong-wrong-wron"}, *SPAN, "--output", self.file, code=3)
        with open(self.file, encoding="utf-8") as file:
            self.assertEqual(file.read(), "old")
        self.assertEqual(os.listdir(self.folder), ["账单.csv"])
        self.export(self.config, *SPAN, "--output", self.file)
        if os.name != "nt":
            self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o640)

    def test_a_command_line_that_cannot_be_right(self):
        for more, said in (
            (("--from", "2020-01-01"), "with its zone"),
            (("--from", "1577808000"), "expected milliseconds"),
            (("--from", "2020-01-01+08:00", "--to", "yesterday"), "yesterday: expected"),
            (("--from", "2020-01-02+08:00", "--to", "2020-01-01+08:00"), "later than --to"),
            ((), "--from"),
            ((*SPAN, "--page-size", "0"), "--page-size"),
            ((*SPAN, "--page-size", "101"), "at most 100"),
            ((*SPAN, "--output", "/no/such/folder/file"), "there is no folder"),
        ):
            found = self.export(self.config, *more, code=2)
            self.assertIn(said, found.stderr.decode("utf-8"))
            self.assertEqual(found.stdout, b"")
        self.assertIn(b"is for avd, not for hst", self.export(self.sandbox.configurations["avd"], *SPAN, code=2).stderr)

    def test_outputs_that_take_nothing(self):
        words = [*TOOL, "bills", "export", *SPAN]
        environment = {**os.environ, "MEETGATE_CONFIG": json.dumps(self.config)}
        for path, code in ((os.devnull, 0), ("/dev/full", 1)):
            with open(path, "wb") as stdout:
                found = subprocess.run(words, stdout=stdout, stderr=subprocess.PIPE, env=environment, timeout=60)
            self.assertEqual(found.returncode, code, found.stderr)
        self.assertIn(b"No space left", self.export(self.config, *SPAN, "--output", "/dev/full", code=1).stderr)
        reading, writing = os.pipe()
        os.close(reading)
        found = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=60)
        os.close(writing)
        self.assertEqual((found.returncode, found.stderr), (141, b""))

    def test_in_a_locale_without_chinese(self):
        plain = self.export(self.config, *SPAN).stdout
        self.assertEqual(self.export(self.config, *SPAN, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii").stdout, plain)


class FromAScriptedServer(Bills):
    def served(self, page_of):
        """A platform whose page is the text of a list."""

        def script(request):
            rows = page_of(query(request, "page"), query(request, "page_size"))
            return None if rows is None else answer('{"code":0,"msg":"OK","result":{"list":%s}}' % rows)

        self.server = Server(script)
        self.addCleanup(self.server.__exit__)
        return {"platform": "hst", "base_url": self.server.url, "token": "t"}

    def test_every_digit_stays(self):
        numbers = ["0.10", "1.20", "1e400", "1E-7", "-0.5", "1.10E+2", "12345678901234567890.123456789", "9223372036854775807"]
        config = self.served(lambda page, size: "[%s]" % ",".join('{"amount":%s}' % number for number in numbers))
        self.assertEqual([row["amount"] for row in self.rows(config, *SPAN)], numbers)
        lines = self.export(config, *SPAN, "--json").stdout.decode().splitlines()
        self.assertEqual(lines, ['{"amount":%s}' % number for number in numbers])

    def test_texts_that_a_csv_file_must_quote(self):
        texts = ['a"b', "a,b", "a\nb", "a\r\nb", " a ", "", "周会", "\u2028", "'"]
        config = self.served(lambda page, size: json.dumps([{"app_name": text} for text in texts]))
        self.assertEqual([row["app_name"] for row in self.rows(config, *SPAN)], texts)
        config = self.served(lambda page, size: r'[{"app_name":"\ud800"}]')
        self.assertEqual(self.rows(config, *SPAN)[0]["app_name"], "\\ud800")
        self.assertEqual(json.loads(self.export(config, *SPAN, "--json").stdout), {"app_name": "\ud800"})

    def test_members_that_nobody_documents_and_members_that_are_missing(self):
        config = self.served(lambda page, size: '[{"x":{"y":[1.50]},"amount":null},{"=z":true}]')
        first, second = self.rows(config, *SPAN)
        self.assertEqual(list(first)[-2:], ["x", "'=z"])
        self.assertEqual((first["x"], first["amount"], first["'=z"], second["'=z"]), ('{"y":[1.50]}', "", "", "true"))

    def test_a_text_that_a_spreadsheet_would_run(self):
        texts = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "-5", "+8613800000000", "-5.50", "a=1"]
        config = self.served(lambda page, size: json.dumps([{"app_name": text, "amount": -1} for text in texts]))
        found = self.rows(config, *SPAN)
        self.assertEqual([row["app_name"] for row in found], ["'" + text for text in texts[:7]] + texts[7:])
        self.assertEqual({row["amount"] for row in found}, {"-1"})
        self.assertEqual([row["app_name"] for row in self.rows(config, *SPAN, "--exact-text")], texts)
        lines = self.export(config, *SPAN, "--json").stdout.splitlines()
        self.assertEqual([json.loads(line)["app_name"] for line in lines], texts)

    def test_nothing_at_all(self):
        config = self.served(lambda page, size: "[]")
        self.assertEqual(self.rows(config, *SPAN), [])
        self.assertTrue(self.export(config, *SPAN).stdout.startswith(b"app_id,"))
        self.assertEqual(self.export(config, *SPAN, "--json").stdout, b"")

    def test_answers_that_are_none(self):
        for rows in ("[5]", "[[]]", "{}", '"text"'):
            found = self.export(self.served(lambda page, size: rows), *SPAN, "--json", code=5)
            self.assertEqual(json.loads(found.stdout)["status"], "PROTOCOL")

    def test_a_last_page_that_is_full(self):
        def page_of(page, size):
            return json.dumps([{"total_time": number} for number in range((page - 1) * size, min(page * size, 20))])

        found = self.rows(self.served(page_of), *SPAN, "--page-size", "10")
        self.assertEqual([row["total_time"] for row in found], [str(number) for number in range(20)])

    def test_a_platform_that_does_not_heed_the_page(self):
        config = self.served(lambda page, size: json.dumps([{"total_time": number} for number in range(size)]))
        found = self.export(config, *SPAN, "--page-size", "10", code=5)
        self.assertIn(b"has the records of page 1 once more on page 2", found.stderr)
        self.assertEqual(found.stdout, b"")

    def test_pages_that_change_while_they_are_read(self):
        """The newest record stands first; one more comes while the second page is read."""
        records = list(range(100, 125))
        comes = [2]

        def page_of(page, size):
            rows = json.dumps([{"total_time": number} for number in records[(page - 1) * size : page * size]])
            if page == 1 and comes[0]:
                comes[0] -= 1
                records.insert(0, records[0] - 1)
            return rows

        config = self.served(page_of)
        found = self.rows(config, *SPAN, "--page-size", "10")
        self.assertEqual([int(row["total_time"]) for row in found], records)
        self.assertEqual(len(records), 27)
        comes[0] = 1000
        found = self.export(config, *SPAN, "--page-size", "10", "--output", self.file, code=1)
        self.assertIn(b"the records changed each time", found.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_page_that_fails(self):
        def page_of(page, size):
            return json.dumps([{"total_time": number} for number in range(size)]) if page == 1 else "broken"

        found = self.export(self.served(page_of), *SPAN, "--output", self.file, code=5)
        self.assertIn(b"PROTOCOL", found.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    @unittest.skipIf(os.name == "nt", "no terminal to be had")
    def test_on_a_terminal(self):
        config = self.served(lambda page, size: json.dumps([{"app_name": "\x1b]0;t\x07周"}] * (3 - page)))
        shown, code = on_a_terminal("bills", "export", *SPAN, "--page-size", "2", MEETGATE_CONFIG=json.dumps(config))
        self.assertEqual(code, 0)
        self.assertIn("\r2 records on 1 pages\x1b[K", shown)
        self.assertIn("\\u001b]0;t\\u0007周", shown)

    @unittest.skipIf(os.name == "nt", "signals are sent as on Unix")
    def test_ctrl_c_leaves_nothing(self):
        config = self.served(lambda page, size: json.dumps([{"total_time": number} for number in range(size)]) if page == 1 else None)
        ended = interrupted(self.server, 2, "bills", "export", *SPAN, "--output", self.file, MEETGATE_CONFIG=json.dumps(config))
        self.assertEqual(ended, (130, ""))
        self.assertEqual(os.listdir(self.folder), [])


class Spelling(unittest.TestCase):
    def test_cells(self):
        for value, text in ((None, ""), (True, "true"), (5, "5"), (Number("-1.50"), "-1.50"), ([Number("1.0")], "[1.0]"), ("=1", "'=1")):
            self.assertEqual(cell(value, False), text)

    def test_times(self):
        for text, is_end, found in (
            ("1638324000000", False, 1638324000000),
            ("2021-12-01T10:00+08:00", False, 1638324000000),
            ("2021-12-01T02:00:00.123456Z", True, 1638324000123),
            ("2021-12-01+08:00", False, 1638288000000),
            ("2021-12-01+08:00", True, 1638374399999),
            ("20211201Z", True, 1638403199999),
        ):
            self.assertEqual(times.milliseconds(text, is_end), found, text)
        for text in ("2021-12-01", "2021-12-01T10:00", "1638324000", "2021-13-01Z", "9999-12-31T23:59:59", "", "x"):
            with self.assertRaises(UsageError):
                times.milliseconds(text, False)


if __name__ == "__main__":
    unittest.main()
