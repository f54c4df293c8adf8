"""The boundary: what cannot be right never reaches the platform, and never hurts."""

import asyncio
import ctypes
import decimal
import enum
import inspect
import math
import os
import re
import unittest

import meetgate
from meetgate._library import library
from support import Server, always


class Refused(unittest.TestCase):
    def setUp(self):
        self.server = Server(always('{"ret":0}'))
        self.addCleanup(self.server.__exit__)
        self.avd = meetgate.Avd(base_url=self.server.url, token="t")
        self.addCleanup(self.avd.close)

    def refused(self, why, *arguments):
        with self.assertRaisesRegex(meetgate.InvalidArgument, why) as caught:
            self.avd.call(*arguments)
        self.assertEqual(caught.exception.status, "INVALID_ARGUMENT")
        self.assertEqual(self.server.requests, [])

    def test_operations(self):
        self.refused('did you mean "avd.room.create"', "avd.room.creat")
        self.refused('did you mean "avd.room.create"', "room.create")
        self.refused("unknown operation", "")
        self.refused("NUL", "avd.room.read\0x")
        self.refused("operation: expected text, got half of a surrogate pair", "avd.\ud800")
        self.refused("expected a string, got NoneType", None)
        self.refused("expected a string, got bytes", b"avd.room.read")
        self.refused("hst", "hst.access.token")

    def test_parameters(self):
        self.refused('"room_id" is missing', "avd.room.read")
        self.refused('"room_id" is missing', "avd.room.read", {"room_id": None})
        self.refused('did you mean "room_id"', "avd.room.read", {"room_idd": "1"})
        self.refused('"room_id": expected a string, got a boolean', "avd.room.read", {"room_id": True})
        self.refused('parameter "room_id": expected text, got half of a surrogate pair', "avd.room.read", {"room_id": "\ud800"})
        self.refused("expected a string, got bytes", "avd.room.read", {"room_id": b"1"})
        self.refused("expected a string, got object", "avd.room.read", {"room_id": object()})
        self.refused("names that are strings", "avd.room.read", {1: "1"})
        self.refused("got null", "avd.room.mix_record.start", {"room_id": "1", "videos": [{"x": None}]})
        self.refused("finite", "avd.room.mix_record.start", {"room_id": "1", "videos": [{"x": math.nan}]})
        self.refused("finite", "avd.room.mix_record.start", {"room_id": "1", "videos": [{"x": decimal.Decimal("inf")}]})
        self.refused("64-bit", "avd.room.mix_record.get", {"room_id": "1", "record_type": 2**63})
        self.refused('"record_type"', "avd.room.mix_record.get", {"room_id": "1", "record_type": 10**5000})
        self.refused("cannot be sent|nested", "avd.room.mix_record.start", {"room_id": "1", "videos": _loop()})

    def test_options(self):
        self.refused('did you mean "timeout_ms"', "avd.room.read", {"room_id": "1"}, {"timeout": 1})
        self.refused("from 1 to 86400000", "avd.room.read", {"room_id": "1"}, {"timeout_ms": 0})

    def test_an_argument_in_the_platforms_spelling_is_told_its_name_in_python(self):
        with meetgate.Youme(app_key="k", app_secret="s", rest_api_key="r") as youme:
            for given in ({"UserId": "1", "begin_time": "1", "end_time": "2"}, {"UserId": "1"}):
                with self.assertRaisesRegex(TypeError, "'UserId': in Python it is 'user_id'"):
                    youme.query_instance_all_records_by_time(**given)
            with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'nonsense'"):
                youme.count_qos_by_day(query_date="20191210", nonsense=1)
            self.assertEqual(
                list(inspect.signature(youme.query_room_info).parameters), ["room_id", "begin_time", "end_time"]
            )
            self.assertIn("Sent as `RoomId`.", youme.query_room_info.__doc__)

        async def ask():
            async with meetgate.AsyncAvd(base_url="http://127.0.0.1:1", token="t") as avd:
                self.assertTrue(inspect.iscoroutinefunction(avd.room.get_chat_message_log))
                await avd.room.get_chat_message_log(room_id="1", fromId="16")

        with self.assertRaisesRegex(TypeError, "'fromId': in Python it is 'from_id'"):
            asyncio.run(ask())

    def test_methods_take_keywords_only(self):
        with self.assertRaises(TypeError):
            self.avd.room.read("1")
        with self.assertRaises(TypeError):
            self.avd.room.read(room="1")

    def test_raw_calls(self):
        for method, path, more in (
            ("TRACE", "/x", {}),
            ("GET", "//evil.example/x", {}),
            ("GET", "http://evil.example/", {}),
            ("GET", "/x?y=1", {}),
            ("GET", "/x", {"body": {}}),
            ("POST", "/x", {"body": {}, "form": {}}),
        ):
            with self.assertRaises(meetgate.InvalidArgument):
                self.avd.raw_call(method, path, **more)
        self.assertEqual(self.server.requests, [])


class Taken(unittest.TestCase):
    def sent(self, operation, params):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            avd.call(operation, params)
        request = server.requests[0]
        return request.line.split(" ")[1] + " " + request.body.decode()

    def test_numbers_leave_as_given(self):
        videos = [{"x": decimal.Decimal("0.50"), "y": 0.1, "w": 1, "h": 1e22}]
        sent = self.sent("avd.room.avc.select_media", {"room_id": "1", "videos": videos})
        self.assertIn("%7B%22x%22%3A0.50%2C%22y%22%3A0.1%2C%22w%22%3A1%2C%22h%22%3A1e%2B22%7D", sent)

    def test_what_python_has_for_the_same(self):
        class Kind(enum.IntEnum):
            VIDEO = 1

        class Text(str):
            pass

        self.assertIn("record_type=1", self.sent("avd.room.mix_record.get", {"room_id": Text("1"), "record_type": Kind.VIDEO}))
        sent = self.sent("avd.room.mix_record.start", {"room_id": "1", "audio_user_ids": ("16", "周")})
        self.assertIn("%5B%2216%22%2C%22%E5%91%A8%22%5D", sent)


class Configuration(unittest.TestCase):
    def test_what_cannot_be_right(self):
        base = {"base_url": "http://10.0.0.5", "token": "t"}
        for keys, why in (
            ({"base_url": "ftp://10.0.0.5", "token": "t"}, "http or https"),
            ({"base_url": "http://10.0.0.5"}, "credentials are missing"),
            ({**base, "timeout_ms": 0}, "from 1 to"),
            ({**base, "http_method": "put"}, "auto, get, post"),
            ({**base, "user_agent": "a\nb"}, "control character"),
            ({**base, "user_agent": "a\0b"}, "control character"),
        ):
            with self.assertRaisesRegex(meetgate.InvalidConfig, why):
                meetgate.Avd(**keys)
        with self.assertRaisesRegex(meetgate.InvalidConfig, "exactly 16 bytes"):
            meetgate.Hst(dev_id="d", dev_secret="short")
        with self.assertRaises(TypeError):
            meetgate.Avd(base_url="http://10.0.0.5", token="t", timeout=1)
        with self.assertRaisesRegex(meetgate.InvalidConfig, "async_threads"):
            meetgate.AsyncAvd(**base, async_threads=0)
        with self.assertRaisesRegex(meetgate.InvalidConfig, '"token": expected text, got half of a surrogate pair'):
            meetgate.Avd(base_url="http://10.0.0.5", token="\udfff")

    def test_from_text_and_from_a_dict(self):
        text = '{"platform":"avd","base_url":"http://10.0.0.5","token":"t"}'
        meetgate.Avd.from_config(text).close()
        meetgate.Avd.from_config({"base_url": "http://10.0.0.5", "token": "t"}).close()
        with self.assertRaisesRegex(meetgate.InvalidConfig, 'did you mean "token"'):
            meetgate.Avd.from_config({"base_url": "http://10.0.0.5", "tokn": "t"})
        with self.assertRaisesRegex(meetgate.InvalidConfig, 'missing: expected "dev_id" and "dev_secret", or "token"'):
            meetgate.AsyncHst.from_config({})
        with self.assertRaisesRegex(meetgate.InvalidConfig, '"dev_id" is missing'):
            meetgate.AsyncHst.from_config({"dev_secret": "0123456789abcdef"})

    def test_the_library_reads_a_text_and_says_what_is_wrong_with_it(self):
        for kind, broken, why in (
            (meetgate.InvalidArgument, "{", "not valid JSON: it ends too early"),
            (meetgate.InvalidArgument, "[]", "expected a JSON object, got an array"),
            (meetgate.InvalidArgument, '"avd"', "expected a JSON object, got a string"),
            (meetgate.InvalidArgument, "[" * 100000, "not valid JSON"),
            (meetgate.InvalidArgument, '{"token":"t","token":"u"}', '"token" appears twice'),
            (meetgate.InvalidConfig, '{"platform":7}', '"platform": expected one of hst, youme, avd'),
            (meetgate.InvalidConfig, {"platform": 7}, '"platform": expected one of hst, youme, avd'),
            (meetgate.InvalidConfig, "{}", '"base_url" is missing'),
        ):
            with self.subTest(str(broken)[:20]), self.assertRaisesRegex(kind, why):
                meetgate.Avd.from_config(broken)

    def test_what_only_python_sees(self):
        for kind, config, why in (
            (meetgate.InvalidConfig, '{"platform":"hst"}', '"platform": expected "avd", because this is its client'),
            (meetgate.InvalidConfig, {"platform": "hst"}, '"platform": expected "avd", because this is its client'),
            (meetgate.InvalidArgument, "{}\0", "holds a NUL character"),
            (meetgate.InvalidArgument, b"{}", "expected a dict, the path of a JSON file, or JSON text, got bytes"),
        ):
            with self.subTest(config), self.assertRaisesRegex(kind, why):
                meetgate.Avd.from_config(config)

    def test_a_byte_order_mark_before_a_text_is_no_part_of_it(self):
        for text in ('{"base_url":"http://10.0.0.5","token":"t"}', '{"platform":"avd","base_url":"http://10.0.0.5","token":"t"}'):
            meetgate.Avd.from_config("\ufeff" + text).close()

    def test_a_key_without_a_value_is_left_out(self):
        meetgate.Avd.from_config({"platform": None, "base_url": "http://10.0.0.5", "token": "t", "timeout_ms": None}).close()

    def test_every_key_of_the_catalog_is_taken(self):
        meetgate.Avd(
            base_url="http://10.0.0.5",
            access_key="a",
            secret_key="bbbb",
            token_store={"file": "/no/such/folder"},
            token_timeout_ms=5000,
            http_method="post",
            upload_token=False,
            timeout_ms=1000,
            connect_timeout_ms=500,
            max_reply_bytes=4096,
            validate=False,
            user_agent="tests",
        ).close()
        meetgate.Youme(
            app_key="k", app_secret="s", rest_api_key="r", identifier="i", api_version="v2", service_name="video"
        ).close()
        meetgate.Hst(
            dev_id="d", dev_secret="0123456789abcdef", discovery_url="https://10.0.0.5/x", discovery_app_id="i"
        ).close()
        for of, address in ((meetgate.Avd, "http://10.0.0.5:9609"), (meetgate.Hst, "http://10.0.0.5:28000")):
            of(base_url=address, token="t").close()
            of(base_url=address, token_provider=lambda dead_token: "t").close()


class Documents(unittest.TestCase):
    """An error that only Python can see has the members that the library gives an error of the same kind."""

    def setUp(self):
        self.avd = meetgate.Avd(base_url="http://127.0.0.1:1", token="t")
        self.addCleanup(self.avd.close)

    def document(self, call, value):
        with self.assertRaises(meetgate.Error) as caught:
            call(value)
        return caught.exception.document

    def test_they_are_the_same_but_for_the_reason(self):
        avd = self.avd
        for call, subject in (
            (lambda value: avd.room.read(room_id=value), 'avd.room.read: parameter "room_id": '),
            (lambda value: avd.raw_call("GET", value), 'raw call: member of the request "path": '),
            (lambda value: avd.raw_call("GET", "/x", options={"timeout_ms": value}), 'options: option "timeout_ms": '),
            (lambda value: avd.with_options(timeout_ms=value).room.list(), 'options: option "timeout_ms": '),
            (lambda value: meetgate.youme_checksum(app_secret=value, rest_api_key="r"), 'youme checksum: parameter "app_secret": '),
            (lambda value: meetgate.Avd(base_url=value, token="t"), 'configuration key "base_url": '),
        ):
            with self.subTest(subject):
                ours, theirs = self.document(call, b"bytes"), self.document(call, [])
                self.assertRegex(ours["message"], "expected .*, got bytes$")
                self.assertIn("got an array", theirs["message"])
                self.assertIn(subject, theirs["message"])
                self.assertTrue(ours["message"].startswith(subject), ours["message"])
                self.assertEqual({**ours, "message": ""}, {**theirs, "message": ""})

    def test_one_place_makes_them(self):
        package = os.path.dirname(meetgate.__file__)
        makers = []
        for folder, _, names in os.walk(package):
            for name in names:
                if name.endswith(".py"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        makers += [name] * len(re.findall(r"""["']retryable["']\]? ?(?::|=(?!=))""", file.read()))
        self.assertEqual(makers, ["_errors.py"])


class Boundary(unittest.TestCase):
    """Below the methods: NULL, bytes that are not UTF-8, and text that is not JSON, straight into the C functions."""

    def test_null(self):
        status, client, error = library().client_new(None)
        self.assertEqual((library().status_name(status), client), ("INVALID_ARGUMENT", None))
        self.assertIn(b"config_json is NULL", error)
        status, error = library().call_with(None, b"avd.room.read", b"{}", None, None)
        self.assertIn(b"client is NULL", error)
        library().client_free(None)
        library()._string_free(None)

    def test_not_utf8_and_not_json(self):
        config = b'{"platform":"avd","base_url":"http://10.0.0.5","token":"t"}'
        _, client, _ = library().client_new(config)
        self.addCleanup(library().client_free, client)
        for broken, why in ((b"\xff", b"is not UTF-8"), (b"{", b"not valid JSON"), (b"[]", b"expected a JSON object")):
            self.assertIn(why, library().client_new(broken)[2])
            for options in (None, broken):
                params = broken if options is None else b'{"room_id":"1"}'
                status, error = library().call_with(client, b"avd.room.read", params, options, None)
                self.assertEqual(library().status_name(status), "INVALID_ARGUMENT")
                self.assertIn(why, error)
            self.assertIn(why, library().raw_call_with(client, broken, None, None)[1])

    def test_every_function_has_its_types(self):
        for name in ("_client_new", "client_free", "_call_with", "_raw_call_with", "_string_free", "_status_name"):
            self.assertTrue(getattr(library(), name).argtypes, name)
        self.assertIs(library()._catalog.restype, ctypes.c_void_p)


def _loop():
    loop = []
    loop.append(loop)
    return loop


if __name__ == "__main__":
    unittest.main()
