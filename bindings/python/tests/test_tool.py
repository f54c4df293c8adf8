"""python -m meetgate: call, ops, doctor."""

import json
import os
import socket
import tempfile
import unittest

import meetgate
from support import ROOM, SandboxTest, Server, always
from test_library import python


class Tool(SandboxTest):
    def run_tool(self, *arguments, code=0, **environment):
        found = python("-m", "meetgate", *arguments, **{"MEETGATE_CONFIG": self.sandbox.first_line, **environment})
        self.assertEqual(found.returncode, code, found.stdout + found.stderr)
        self.assertNotIn("Traceback", found.stderr)
        return found

    def test_call_with_names_and_values(self):
        found = self.run_tool("call", "avd.room.read", "room_id=" + ROOM)
        self.assertEqual(json.loads(found.stdout)["data"]["topic"], "周会")
        self.assertIn('\n    "topic": "周会"', found.stdout)
        found = self.run_tool(
            "call", "hst.app.create", "app_name=会议", "consumption_limit=5", 'service=[{"service_id":3}]'
        )
        self.assertEqual(json.loads(found.stdout)["result"]["consumption_limit"], 5)
        found = self.run_tool("call", "avd.room.update", "room_id=" + ROOM, "enable_auto_avc=true")
        self.assertEqual(json.loads(found.stdout)["ret"], 0)

    def test_call_with_json_or_a_file(self):
        params = json.dumps({"room_id": ROOM})
        text = self.run_tool("call", "avd.room.read", params, "--json").stdout
        self.assertEqual(json.loads(text)["ret"], 0)
        self.assertIn('"topic":"周会"', text)
        with tempfile.TemporaryDirectory() as folder:
            config, file = os.path.join(folder, "config.json"), os.path.join(folder, "params.json")
            for path, content in ((file, params), (config, json.dumps(self.sandbox.configurations["avd"]))):
                with open(path, "w", encoding="utf-8") as out:
                    out.write(content)
            arguments = ("call", "avd.room.read", "@" + file, "--config", config, "--json")
            self.assertEqual(self.run_tool(*arguments, MEETGATE_CONFIG=None).stdout, text)

    def test_a_byte_order_mark_is_no_part_of_what_is_given(self):
        with tempfile.TemporaryDirectory() as folder, Server(always('{"ret":0}')) as server:
            text = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            config, params = os.path.join(folder, "config.json"), os.path.join(folder, "params.json")
            for path, content in ((config, text), (params, '{"room_id":"1"}')):
                with open(path, "w", encoding="utf-8-sig") as file:
                    file.write(content)
            self.run_tool("call", "avd.room.read", "@" + params, "--config", config)
            self.run_tool("call", "avd.room.read", "room_id=1", "--config", "\ufeff" + text)
        self.assertEqual(len(server.requests), 2)

    def test_decimals_are_printed_as_they_came(self):
        with Server(always('{"ret":0,"x":1.20,"y":[],"z":[1,null]}')) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            found = self.run_tool("call", "avd.room.list", "--config", config)
            self.assertIn('"x": 1.20,', found.stdout)
            found = self.run_tool("call", "avd.room.list", "--config", config, "--json")
            self.assertEqual(found.stdout, '{"ret":0,"x":1.20,"y":[],"z":[1,null]}\n')

    def test_a_failed_call(self):
        found = self.run_tool("call", "avd.room.read", "room_id=40400000000", code=5)
        self.assertIn("API: avd answered 40004: no such room\n  code: 40004\n  class: not_found\n  meaning_zh: 房间号不存在\n", found.stderr)
        found = self.run_tool("call", "avd.room.read", "room_id=40400000000", "--json", code=5)
        self.assertEqual(json.loads(found.stdout)["code"], 40004)
        found = self.run_tool("call", "avd.room.read", "room=1", code=2)
        self.assertIn('did you mean "room_id"', found.stderr)
        config = '{"platform":"avd","base_url":"http://h","tokn":"t"}'
        found = self.run_tool("call", "avd.room.list", "--config", config, code=2)
        self.assertIn('INVALID_CONFIG: unknown configuration key "tokn"; did you mean "token"?', found.stderr)
        with Server(lambda request: None) as server:
            config = json.dumps({"platform": "avd", "base_url": server.url, "token": "t"})
            found = self.run_tool("call", "avd.room.list", "--config", config, "--timeout-ms", "200", code=4)
            self.assertIn("TIMEOUT: ", found.stderr)
            self.assertIn("it may be repeated", found.stderr)

    def test_a_command_line_that_cannot_be_right(self):
        for arguments, why in (
            (["call", "room.read"], "begins with one of hst, youme, avd"),
            (["call", "avd.room.read", "room_id"], "expected NAME=VALUE"),
            (["call", "avd.room.read", "room_id=1", "room_id=2"], "given twice"),
            (["call", "avd.room.read", "{"], "not valid JSON"),
            (["call", "avd.room.read", "@/no/such/file"], "cannot be read"),
            (["call", "avd.room.read", "--config", "/no/such/file"], "cannot be read"),
            (["call", "avd.room.read", "--config", '{"platform":"hst"}'], "is for hst, not for avd"),
            (["call"], "the operation is missing"),
            ([], "required"),
        ):
            self.assertIn(why, self.run_tool(*arguments, code=2).stderr)
        self.assertIn("no configuration", self.run_tool("call", "avd.room.list", code=2, MEETGATE_CONFIG=None).stderr)

    def test_ops(self):
        operations = meetgate.catalog()["operations"]
        self.assertEqual(len(self.run_tool("ops").stdout.splitlines()), len(operations))
        found = self.run_tool("ops", "mix_record", "start").stdout
        self.assertIn("avd.room.mix_record.start", found)
        self.assertNotIn("hst.", found)
        self.assertIn("avd.room.mix_record.start", self.run_tool("ops", "混屏录制").stdout)
        shown = self.run_tool("ops", "avd.room.read").stdout
        for part in ("GET /sdkapi/v2/room/read", "room_id (string, required)", "40004  no such room (房间号不存在)", "Source: "):
            self.assertIn(part, shown)
        self.assertEqual(json.loads(self.run_tool("ops", "avd.room.read", "--json").stdout)[0]["name"], "avd.room.read")
        self.assertIn("nothing in the catalog", self.run_tool("ops", "no such thing", code=1).stderr)

    def doctor(self, *arguments, code=0, **environment):
        found = self.run_tool("doctor", "--json", *arguments, code=code, **environment)
        return {finding["check"]: finding for finding in json.loads(found.stdout)}

    def test_doctor_finds_nothing_wrong(self):
        for platform in ("hst", "youme", "avd"):
            findings = self.doctor("--platform", platform)
            checks = ["library", "ABI", "version", "configuration", "roots", "proxy", "token store", "name"]
            checks += ["connection", "TLS", "clock", "credentials"]
            self.assertEqual(list(findings), checks)
            self.assertEqual({f["result"] for f in findings.values()}, {"ok", "skipped"})
        text = self.run_tool("doctor", "--platform", "avd").stdout
        self.assertIn("ok       credentials: avd.app.get_licence_info succeeded\n", text)
        self.assertEqual(self.doctor("--platform", "hst", "--no-credentials")["credentials"]["result"], "skipped")

    def failed(self, check, config, platform="avd"):
        findings = self.doctor("--config", json.dumps(dict(config, platform=platform)), code=1)
        self.assertEqual(findings[check]["result"], "failed", findings)
        self.assertEqual(list(findings)[-1], check)
        self.assertTrue(findings[check]["advice"])
        return findings[check]

    def test_doctor_says_what_is_wrong_and_what_to_do(self):
        avd = self.sandbox.configurations["avd"]
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.failed("configuration", dict(avd, timeout_ms=0))
        self.failed("name", dict(avd, base_url="http://no-such-host.invalid"))
        self.failed("connection", dict(avd, base_url="http://127.0.0.1:%d" % port))
        # The sandbox's own port speaks no TLS.
        self.failed("TLS", dict(avd, base_url=avd["base_url"].replace("http:", "https:")))
        self.assertIn("secret_key", self.failed("credentials", dict(avd, secret_key="wrong"))["advice"])
        hst = dict(self.sandbox.configurations["hst"], dev_secret="0123456789abcdef")
        self.assertIn("dev_secret", self.failed("credentials", hst, "hst")["advice"])
        youme = dict(self.sandbox.configurations["youme"], app_secret="wrong")
        self.assertIn("request_id", self.failed("credentials", youme, "youme")["advice"])
        with Server(always("<html>", "404 Not Found")) as server:
            self.assertIn("base_url", self.failed("credentials", {"base_url": server.url, "token": "t"})["advice"])

    def test_doctor_fails_with_a_configuration_that_it_cannot_read(self):
        with tempfile.TemporaryDirectory() as folder:
            binary = os.path.join(folder, "binary.json")
            with open(binary, "wb") as file:
                file.write(b"\xff\xfe{")
            for given in ("/no/such/file", folder, binary, "", "{", "{}", '{"platform":"zoom"}', self.sandbox.first_line):
                findings = self.doctor("--config", given, code=1)
                self.assertEqual(list(findings)[-1], "configuration", given)
                self.assertEqual(findings["configuration"]["result"], "failed", given)
        findings = self.doctor(code=1, MEETGATE_CONFIG="/no/such/file")
        self.assertEqual(findings["configuration"]["result"], "failed")

    def test_doctor_tells_roots_proxy_and_token_store(self):
        def told(config, code=0, platform="avd", **environment):
            config = json.dumps(dict(config, platform=platform))
            findings = self.doctor("--no-credentials", "--config", config, code=code, **environment)
            return {name: finding["detail"] for name, finding in findings.items()}, findings

        avd = self.sandbox.configurations["avd"]
        details, _ = told(avd)
        self.assertEqual([details[name] for name in ("roots", "proxy")], ["bundled", "none"])
        self.assertIn("one process", details["token store"])
        with tempfile.TemporaryDirectory() as folder:
            details, _ = told(dict(avd, token_store={"file": os.path.join(folder, "tokens")}))
            self.assertEqual(details["token store"], "file")
        self.assertEqual(told({"base_url": avd["base_url"], "token": "t"})[0]["token store"], "the token is fixed")
        self.assertIn("no tokens", told(self.sandbox.configurations["youme"], platform="youme")[0]["token store"])
        details, _ = told(dict(avd, tls={"roots": "none", "pin_sha256": ["00" * 32, "11" * 32], "server_name": "a.lan"}))
        self.assertEqual(details["roots"], "none, 2 pins, the server is a.lan")
        _, findings = told(dict(avd, tls={"insecure": True, "insecure_reason": "a trial"}))
        self.assertEqual(findings["roots"]["result"], "warning")
        self.assertIn("a trial", findings["roots"]["detail"])

    def test_doctor_goes_the_way_of_the_configuration(self):
        avd = self.sandbox.configurations["avd"]
        port = avd["base_url"].rpartition(":")[2]

        def doctor(code=0, **members):
            config = json.dumps(dict(avd, platform="avd", **members))
            return self.doctor("--config", config, code=code, NO_PROXY=None, no_proxy=None)

        there = "http://meet.invalid:" + port
        findings = doctor(base_url=there, resolve={"meet.invalid": "127.0.0.1"})
        self.assertEqual(findings["name"]["detail"], "meet.invalid is 127.0.0.1 (by resolve)")
        self.assertEqual(findings["credentials"]["result"], "ok")
        self.assertEqual(doctor(bind="127.0.0.1")["connection"]["result"], "skipped")
        with Server(always("no", "407 Proxy Authentication Required")) as proxy:
            address = proxy.url.replace("//", "//user:hidden-word@")
            findings = doctor(code=1, base_url=there, proxy=address)
            self.assertIn("CONNECT meet.invalid", proxy.requests[0].line)
        self.assertEqual(findings["proxy"]["detail"], proxy.url + " (by proxy)")
        self.assertIn("the proxy 127.0.0.1", findings["connection"]["detail"])
        self.assertEqual(findings["TLS"]["result"], "failed")
        self.assertIn("password", findings["TLS"]["advice"])
        self.assertNotIn("hidden-word", json.dumps(findings))

    def test_doctor_without_a_configuration_or_a_library(self):
        for variable in (None, ""):
            findings = self.doctor(MEETGATE_CONFIG=variable)
            self.assertEqual(findings["configuration"]["result"], "skipped")
        findings = self.doctor(MEETGATE_LIBRARY="/no/such/library.so", code=1)
        self.assertEqual(list(findings), ["system", "library"])
        self.assertIn("tried /no/such/library.so", findings["library"]["detail"])
        self.assertIn("MEETGATE_LIBRARY", findings["library"]["advice"])
        found = self.run_tool("ops", code=1, MEETGATE_LIBRARY="/no/such/library.so")
        self.assertIn("doctor", found.stderr)

    def test_doctor_sees_a_wrong_clock(self):
        def script(request):
            body = '{"Status":"OK","ErrorCode":0}'
            head = "HTTP/1.1 200 OK\r\nDate: Tue, 10 Dec 2019 10:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % len(body)
            return (head + ("" if request.line.startswith("HEAD") else body)).encode()

        with Server(script) as server:
            config = {"platform": "youme", "base_url": server.url, "app_key": "k", "app_secret": "s", "rest_api_key": "r"}
            findings = self.doctor("--config", json.dumps(config))
        self.assertEqual(findings["clock"]["result"], "warning")
        self.assertIn("NTP", findings["clock"]["advice"])


if __name__ == "__main__":
    unittest.main()
