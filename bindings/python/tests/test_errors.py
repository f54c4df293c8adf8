"""What goes wrong: each failure is the exception that it should be, with all that is known of it."""

import pickle
import re
import socket
import threading
import unittest

import meetgate
from meetgate import _errors
from meetgate._library import library
from support import ROOM, SandboxTest, Server, always, answer


def avd_at(server, **keys):
    return meetgate.Avd(base_url=server.url, token="fixed-token==", **keys)


class Documents(SandboxTest):
    def test_an_error_says_all_that_is_known(self):
        with meetgate.Avd.from_config(self.sandbox.configurations["avd"]) as avd:
            with self.assertRaises(meetgate.NotFound) as caught:
                avd.room.read(room_id="40400000000")
        error = caught.exception
        self.assertIsInstance(error, meetgate.ApiError)
        self.assertIsInstance(error, meetgate.Error)
        self.assertEqual(
            (error.status, error.platform, error.operation, error.code), ("API", "avd", "room.read", 40004)
        )
        self.assertEqual((error.meaning, error.meaning_zh), ("no such room", "房间号不存在"))
        self.assertEqual((error.http_status, error.attempts, error.retryable), (200, 1, False))
        self.assertEqual(error.reply, {"msg": "no such room", "ret": 40004})
        self.assertEqual((error.platform_message, error.reply_text), ("no such room", None))
        self.assertEqual((error.request_id, error.clock_offset_s), (None, None))
        self.assertEqual(str(error), "avd answered 40004: no such room")
        self.assertEqual(error.document["code"], 40004)

    def test_an_error_can_be_pickled(self):
        with meetgate.Avd.from_config(self.sandbox.configurations["avd"]) as avd:
            with self.assertRaises(meetgate.NotFound) as caught:
                avd.room.read(room_id="40400000000")
        again = pickle.loads(pickle.dumps(caught.exception))
        self.assertIs(type(again), meetgate.NotFound)
        self.assertEqual((again.code, str(again)), (40004, str(caught.exception)))

    def test_a_failed_youme_call_has_its_request_id_and_the_clock(self):
        config = dict(self.sandbox.configurations["youme"], app_secret="wrong")
        with meetgate.Youme.from_config(config) as youme:
            with self.assertRaises(meetgate.Error) as caught:
                youme.count_qos_by_day(query_date="20191210")
        self.assertTrue(caught.exception.request_id)
        self.assertIn(caught.exception.clock_offset_s, (-1, 0, 1))

    def test_wrong_keys_are_an_auth_error(self):
        for platform, key in (("avd", "secret_key"), ("hst", "dev_secret")):
            config = dict(self.sandbox.configurations[platform], **{key: "0123456789abcdef"})
            of = {"avd": meetgate.Avd, "hst": meetgate.Hst}[platform]
            with of.from_config(config) as client, self.assertRaises(meetgate.AuthError) as caught:
                client.call({"avd": "avd.room.list", "hst": "hst.access.token"}[platform])
            self.assertEqual(caught.exception.status, "AUTH")


class Classes(unittest.TestCase):
    def test_every_status_of_the_library_has_an_exception(self):
        names = [library().status_name(status) for status in range(1, 100)]
        # ABSENT is of the JSON functions, which only C needs.
        self.assertEqual({name for name in names if name not in ("UNKNOWN", "ABSENT")}, set(_errors.OF_STATUS))
        self.assertEqual(len(set(_errors.OF_STATUS.values())), len(_errors.OF_STATUS))

    def test_every_class_of_the_catalog_has_an_exception(self):
        errors = meetgate.catalog()["errors"]
        classes = {error["class"] for table in errors.values() for error in table}
        # The library decides by itself when credentials were refused: that is the status AUTH.
        self.assertLessEqual(classes - {"auth", "token_dead"}, set(_errors.OF_KIND))
        for name, exception in _errors.OF_KIND.items():
            error = _errors.of_document({"status": "API", "class": name})
            self.assertEqual((type(error), error.kind), (exception, name))

    def test_without_a_class_that_is_known_it_is_an_api_error(self):
        # The last: on avd, 40003 with a fresh token means another thing than a dead token (T60).
        for document in ({"platform": "youme", "code": 7}, {"class": "new"}, {}, {"platform": "avd", "code": 40003}):
            self.assertIs(type(_errors.of_document({"status": "API", **document})), meetgate.ApiError)

    def test_the_class_chooses_no_exception_of_another_status(self):
        self.assertIs(type(_errors.of_document({"status": "AUTH", "class": "not_found"})), meetgate.AuthError)

    def test_a_status_that_is_not_known_yet_is_an_error(self):
        self.assertIs(type(_errors.of_document({"status": "NOVEL", "message": "m"})), meetgate.Error)
        self.assertEqual(str(_errors.of_text("INTERNAL", b"")), "the library gave no error document")

    def test_tracebacks_name_the_exceptions_as_programs_do(self):
        for name in meetgate.__all__:
            found = getattr(meetgate, name)
            if isinstance(found, type) and issubclass(found, meetgate.Error):
                self.assertEqual((found.__module__, found.__name__), ("meetgate", name))
                self.assertTrue(found.__doc__)


class Failures(unittest.TestCase):
    def raised(self, kind, script, operation="avd.room.read", params=None, options=None):
        with Server(script) as server, avd_at(server) as avd, self.assertRaises(kind) as caught:
            avd.call(operation, params or {"room_id": ROOM}, options)
        self.assertIs(type(caught.exception), kind)
        return caught.exception

    def test_numbers(self):
        for number, kind, name in (
            (40002, meetgate.BadRequest, "bad_request"),
            (40004, meetgate.NotFound, "not_found"),
            (40005, meetgate.Conflict, "conflict"),
            (40070, meetgate.Forbidden, "forbidden"),
            (10914, meetgate.Unsupported, "unsupported"),
            (10912, meetgate.ServerError, "server"),
            (99999, meetgate.ApiError, None),
        ):
            error = self.raised(kind, always('{"ret":%d,"msg":"m"}' % number))
            self.assertEqual((error.code, error.kind, error.platform_message), (number, name, "m"))

    def test_a_busy_platform_may_be_asked_again_where_it_only_reads(self):
        busy = always('{"ret":41001,"msg":"busy"}')
        self.assertTrue(self.raised(meetgate.PlatformBusy, busy).retryable)
        self.assertFalse(self.raised(meetgate.PlatformBusy, busy, "avd.room.del").retryable)

    def test_a_dead_fixed_token_is_an_auth_error(self):
        self.assertEqual(self.raised(meetgate.AuthError, always('{"ret":40003}')).code, 40003)

    def test_a_number_that_a_fresh_token_did_not_cure_is_an_api_error(self):
        def script(request):
            token = request.path.endswith("get_token")
            return answer('{"ret":0,"token":"t"}' if token else '{"ret":40003,"msg":"no such room_id"}')

        with Server(script) as server:
            with meetgate.Avd(base_url=server.url, access_key="a", secret_key="bbbb") as avd:
                with self.assertRaises(meetgate.ApiError) as caught:
                    avd.room.read(room_id="1")
        self.assertEqual((type(caught.exception), caught.exception.code), (meetgate.ApiError, 40003))
        self.assertIsNone(caught.exception.kind)

    def test_silence_is_a_timeout(self):
        error = self.raised(meetgate.Timeout, lambda request: None, options={"timeout_ms": 200})
        self.assertEqual((error.status, error.retryable), ("TIMEOUT", True))

    def test_an_answer_that_is_not_json(self):
        error = self.raised(meetgate.ProtocolError, always("<html>维护中</html>"))
        self.assertEqual((error.reply, error.reply_text), (None, "<html>维护中</html>"))
        error = self.raised(meetgate.HttpError, always("<html>502</html>", "502 Bad Gateway"))
        self.assertEqual((error.http_status, error.retryable), (502, True))

    def test_a_redirect_names_its_target_and_a_busy_server_its_pause(self):
        redirect = b"HTTP/1.1 302 Found\r\nLocation: https://login.example/in?key=secret\r\nContent-Length: 0\r\n\r\n"
        error = self.raised(meetgate.HttpError, lambda request: redirect)
        self.assertEqual((error.http_status, error.location, error.kind), (302, "https://login.example/in", None))
        busy = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n"
        error = self.raised(meetgate.HttpError, lambda request: busy)
        self.assertEqual((error.retryable, error.retry_after_ms, error.location), (True, 2000, None))

    def test_a_call_that_is_refused_was_sent_no_time(self):
        with meetgate.Avd(base_url="http://127.0.0.1:1", token="t") as avd, self.assertRaises(meetgate.InvalidArgument) as caught:
            avd.room.read(room_id=True)
        self.assertEqual(caught.exception.attempts, 0)

    def test_an_answer_that_python_cannot_hold(self):
        error = self.raised(meetgate.ProtocolError, always('{"ret":0,"deep":%s%s}' % ("[" * 100000, "]" * 100000)))
        self.assertEqual((error.platform, error.operation), ("avd", "room.read"))
        with Server(always('{"ret":0,"n":1.5,"token":"a secret"}')) as server, avd_at(server, parse_float=int) as avd:
            self.assertIn("1.5", avd.call_text("avd.room.read", {"room_id": ROOM}))
            with self.assertRaisesRegex(meetgate.ProtocolError, "^avd.room.read: the answer cannot be read in Python") as caught:
                avd.room.read(room_id=ROOM)
        self.assertEqual(caught.exception.operation, "room.read")
        self.assertNotIn("a secret", repr(caught.exception))

    def test_an_answer_beyond_the_bound(self):
        self.raised(meetgate.LimitError, always('{"ret":0,"x":"%s"}' % ("x" * 4000)), options={"max_reply_bytes": 1024})

    def test_nobody_listening(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with meetgate.Avd(base_url="http://127.0.0.1:%d" % port, token="t") as avd:
            with self.assertRaises(meetgate.NetworkError) as caught:
                avd.room.del_(room_id="1")
        self.assertTrue(caught.exception.retryable)

    def test_no_tls_where_https_is_expected(self):
        listener = socket.create_server(("127.0.0.1", 0))

        def refuse():
            connection, _ = listener.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        with meetgate.Avd(base_url="https://127.0.0.1:%d" % listener.getsockname()[1], token="t") as avd:
            with self.assertRaises(meetgate.TlsError):
                avd.room.read(room_id="1")
        thread.join()
        listener.close()

    def test_secrets_are_masked(self):
        with Server(always('{"ret":40082,"msg":"fixed-token==","password":"word of the server"}')) as server:
            with avd_at(server) as avd, self.assertRaises(meetgate.ServerError) as caught:
                avd.room.read(room_id="1")
        shown = repr(caught.exception) + str(caught.exception.document)
        self.assertNotIn("fixed-token", shown)
        self.assertNotIn("word of the server", shown)
        self.assertNotRegex(repr(avd), re.compile("fixed-token|127"))


if __name__ == "__main__":
    unittest.main()
