"""Calls that go right, on all three platforms."""

import ctypes
import decimal
import inspect
import json
import os
import re
import threading
import unittest

import meetgate
from meetgate._library import library
from support import APP, HERE, ROOM, ROOT, Sandbox, SandboxTest, Server, always, examples
from wire_driver import CLIENTS, argument_of, arguments_of, method_of


class Calls(SandboxTest):
    def setUp(self):
        config = self.sandbox.configurations
        self.avd = meetgate.Avd.from_config(config["avd"])
        self.hst = meetgate.Hst.from_config(config["hst"])
        self.youme = meetgate.Youme.from_config(config["youme"])
        for client in (self.avd, self.hst, self.youme):
            self.addCleanup(client.close)

    def test_a_method_returns_the_answer_as_a_dict(self):
        reply = self.avd.room.read(room_id=ROOM)
        self.assertIsInstance(reply, dict)
        self.assertEqual((reply["ret"], reply["data"]["topic"]), (0, "周会"))

    def test_the_text_of_an_answer_is_what_was_sent(self):
        body = '{"ret":0,  "data" : {"price":1.20}}\n'
        with Server(always(body)) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            reply = avd.room.read(room_id="1")
            self.assertEqual(meetgate.text_of(reply), body)
            self.assertEqual(avd.call_text("avd.room.read", {"room_id": "1"}), body)
            with self.assertRaises(TypeError):
                meetgate.text_of(dict(reply))

    def test_decimals_keep_their_digits_on_request(self):
        body = '{"ret":0,"price":1.20,"id":9007199254740993}'
        with Server(always(body)) as server:
            with meetgate.Avd(base_url=server.url, token="t", parse_float=decimal.Decimal) as avd:
                reply = avd.call("avd.room.read", {"room_id": "1"})
        self.assertEqual(str(reply["price"]), "1.20")
        self.assertEqual(reply["id"], 9007199254740993)

    def test_64_bit_integers_survive(self):
        reply = self.hst.online.user.state(app_id=APP, msg_id=9007199254740993)
        self.assertEqual(reply["result"]["msg_id"], 9007199254740993)

    def test_chinese_and_emoji_travel_both_ways(self):
        self.avd.room.create(user_id="16", room_id="12345123457", topic="周会 🙂")
        self.assertEqual(self.avd.room.read(room_id="12345123457")["data"]["topic"], "周会 🙂")
        self.avd.room.del_(room_id="12345123457")

    def test_calling_by_name_is_the_same(self):
        self.assertEqual(self.avd.call("avd.room.read", {"room_id": ROOM}), self.avd.room.read(room_id=ROOM))

    def test_what_is_none_is_left_out(self):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            avd.room.update(room_id="1", topic=None, user_id="16")
        self.assertEqual(server.requests[0].line.split(" ")[1], "/sdkapi/v2/room/update?token=t&room_id=1&user_id=16")

    def test_any_path_can_be_called(self):
        reply = self.avd.raw_call("GET", "/sdkapi/v2/room/read", query={"room_id": ROOM})
        self.assertEqual(reply["data"]["topic"], "周会")
        reply = self.youme.raw_call("POST", "/v2/video/count_qos_by_day", body={"QueryDate": "20191210"})
        self.assertEqual(reply["ErrorCode"], 0)

    def test_options_hold_for_what_with_options_returns(self):
        with Server(always('{"ret":0,"data":"%s"}' % ("x" * 4000))) as server:
            with meetgate.Avd(base_url=server.url, token="t") as avd:
                small = avd.with_options(max_reply_bytes=1024)
                with self.assertRaises(meetgate.LimitError):
                    small.room.read(room_id="1")
                with self.assertRaises(meetgate.LimitError):
                    small.with_options(timeout_ms=9000).room.read(room_id="1")
                with self.assertRaises(meetgate.LimitError):
                    avd.call("avd.room.read", {"room_id": "1"}, {"max_reply_bytes": 1024})
                self.assertEqual(avd.room.read(room_id="1")["ret"], 0)

    def test_options_hold_for_raw_calls_too(self):
        with Server(always('{"ret":0,"data":"%s"}' % ("x" * 4000))) as server:
            with meetgate.Avd(base_url=server.url, token="t") as avd:
                with self.assertRaises(meetgate.LimitError):
                    avd.with_options(max_reply_bytes=1024).raw_call("GET", "/x")
                with self.assertRaises(meetgate.LimitError):
                    avd.raw_call("GET", "/x", options={"max_reply_bytes": 1024})
                with self.assertRaisesRegex(meetgate.InvalidArgument, 'did you mean "timeout_ms"'):
                    avd.raw_call("GET", "/x", options={"timeout": 1})
                self.assertEqual(avd.raw_call("GET", "/x")["ret"], 0)
        with Server(lambda request: None) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            with self.assertRaises(meetgate.Timeout):
                avd.raw_call("GET", "/x", options={"timeout_ms": 100})

    def test_bills_are_read_page_by_page(self):
        span = {"start_time": 1588146896000, "end_time": 1590738896000}
        for size in (1, 7, 25, 100):
            rows = list(self.hst.consuming.iter_records(page_size=size, **span))
            self.assertEqual(len(rows), 25, size)
        self.assertEqual(rows[0]["app_id"], APP)
        with self.assertRaises(meetgate.BadRequest):
            list(self.hst.consuming.iter_records(page_size=0, **span))

    def test_pages_end_with_the_first_short_one_wherever_the_rows_are(self):
        for result in ("[%s]", '{"total":3,"rows":[%s]}'):
            def script(request, result=result):
                page = int(request.line.split("page=")[1].split("&")[0])
                rows = ["{}", "{}"] if page == 1 else ["{}"]
                return always('{"code":0,"result":%s}' % (result % ",".join(rows)))(request)

            with Server(lambda r: always('{"code":0,"result":{"access_token":"t"}}')(r) if "token" in r.path else script(r)) as server:
                with meetgate.Hst(base_url=server.url, dev_id="d", dev_secret="0123456789abcdef") as hst:
                    self.assertEqual(len(list(hst.consuming.iter_records(start_time=1, end_time=2, page_size=2))), 3)
            self.assertEqual(sum("/records" in request.path for request in server.requests), 2)

    def test_a_page_without_rows_is_a_protocol_error(self):
        def script(request):
            return always('{"code":0,"result":{"access_token":"t"}}')(request)

        with Server(script) as server:
            with meetgate.Hst(base_url=server.url, dev_id="d", dev_secret="0123456789abcdef") as hst:
                with self.assertRaises(meetgate.ProtocolError):
                    next(hst.consuming.iter_records(start_time=1, end_time=2))

    def test_threads_share_a_client(self):
        failures = []

        def work():
            try:
                for _ in range(5):
                    assert self.avd.room.read(room_id=ROOM)["ret"] == 0
                    assert self.hst.online.user.state(app_id=APP, msg_id=1)["code"] == 0
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_a_token_that_died_is_renewed_unseen(self):
        self.hst.online.user.state(app_id=APP, msg_id=1)
        with meetgate.Hst.from_config(self.sandbox.configurations["hst"]) as other:
            other.access.token()
        self.assertEqual(self.hst.online.user.state(app_id=APP, msg_id=1)["code"], 0)


class Generated(unittest.TestCase):
    """The methods are those of the catalog: all of them, with its parameters, documented."""

    def test_every_operation_has_its_method_twice(self):
        awaited = {"hst": meetgate.AsyncHst, "youme": meetgate.AsyncYoume, "avd": meetgate.AsyncAvd}
        keys = {
            "hst": {"dev_id": "d", "dev_secret": "0123456789abcdef"},
            "youme": {"app_key": "k", "app_secret": "s", "rest_api_key": "r"},
            "avd": {"base_url": "http://127.0.0.1:1", "token": "t"},
        }
        operations = meetgate.catalog()["operations"]
        self.assertTrue(operations)
        for kind in (CLIENTS, awaited):
            clients = {name: of(**keys[name]) for name, of in kind.items()}
            for operation in operations:
                with self.subTest(operation["name"], kind=kind is awaited):
                    method = method_of(clients[operation["platform"]], operation["name"])
                    self.assertEqual(inspect.iscoroutinefunction(method), kind is awaited)
                    parameters = inspect.signature(method).parameters
                    names = {field["name"]: argument_of(field["name"]) for field in operation["params"]}
                    self.assertEqual(set(parameters), set(names.values()))
                    for field in operation["params"]:
                        name = names[field["name"]]
                        parameter = parameters[name]
                        self.assertEqual(parameter.kind, parameter.KEYWORD_ONLY)
                        self.assertEqual(parameter.default is parameter.empty, field["required"])
                        self.assertIn(name + ": ", method.__doc__)
                        is_said = "Sent as `%s`." % field["name"] in " ".join(method.__doc__.split())
                        self.assertEqual(is_said, name != field["name"])
                    head = operation.get("danger", operation["summary"]).rstrip(".")
                    self.assertTrue(" ".join(method.__doc__.split()).startswith(head))
                    self.assertIn("Request: %s %s" % (operation["method"], operation["path"]), method.__doc__)


class Wire(unittest.TestCase):
    """What a method sends is, byte for byte, what the C function sends."""

    KEYS = {
        "hst": {"dev_id": "dev", "dev_secret": "0123456789abcdef"},
        "youme": {"app_key": "k", "app_secret": "s", "rest_api_key": "r"},
        "avd": {"token": "fixed=="},
    }

    def test_every_worked_example_succeeds_in_the_sandbox(self):
        os.chdir(os.path.join(ROOT, "tests", "fixtures"))
        self.addCleanup(os.chdir, HERE)
        for example in examples():
            platform = example["name"].split(".")[0]
            sandbox = Sandbox()
            try:
                with self.subTest(example["name"]), CLIENTS[platform].from_config(sandbox.configurations[platform]) as client:
                    reply = method_of(client, example["name"])(**arguments_of(example["params"]))
                    self.assertEqual(set(json.loads(example["reply"])) - set(reply), set())
            finally:
                sandbox.stop()

    def test_every_worked_example_leaves_as_from_c(self):
        c = ctypes.CDLL(library().path)
        os.chdir(os.path.join(ROOT, "tests", "fixtures"))
        self.addCleanup(os.chdir, HERE)

        # What differs from request to request, whoever makes it.
        volatile = re.compile(rb"(curtime|checksum|seq)=[^& ]*|meetgate-[0-9a-f]{16}|(?i:authorization: [^\r]*)")

        def normal(request):
            return volatile.sub(b"*", request.head.encode("latin-1") + request.body)

        for example in examples():
            name, params, reply = example["name"], example["params"], example["reply"]
            platform = name.split(".")[0]
            if name == "avd.app.get_token":
                keys = {"access_key": "a", "secret_key": "bbbb"}
            else:
                keys = self.KEYS[platform]

            def script(request, reply=reply):
                if request.path == "/access/token":
                    return always('{"code":0,"result":{"access_token":"t","timeout":7200}}')(request)
                return always(reply)(request)

            with self.subTest(name), Server(script) as server:
                config = {"base_url": server.url, **keys}
                client = ctypes.c_void_p()
                text = json.dumps({"platform": platform, **config}).encode()
                self.assertEqual(c.meetgate_client_new(text, ctypes.byref(client), None), 0)
                out = ctypes.c_void_p()
                function = getattr(c, "meetgate_" + name.replace(".", "_"))
                function.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
                status = function(client, params.encode(), ctypes.byref(out))
                told = ctypes.string_at(out.value).decode()
                c.meetgate_string_free(out)
                c.meetgate_client_free(client)
                self.assertEqual(status, 0, told)
                from_c, server.requests[:] = list(server.requests), []

                with CLIENTS[platform].from_config(config) as client:
                    answer = method_of(client, name)(**arguments_of(params))
                self.assertEqual(meetgate.text_of(answer), told)
                self.assertEqual([normal(r) for r in server.requests], [normal(r) for r in from_c])


if __name__ == "__main__":
    unittest.main()
