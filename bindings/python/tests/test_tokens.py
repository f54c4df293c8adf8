"""Tokens: shared, stored, given, provided, and what is told of them."""

import asyncio
import contextvars
import gc
import json
import os
import stat
import tempfile
import threading
import unittest

import meetgate
from support import ROOM, Sandbox, Server, answer
from test_library import python

DEAD = '{"ret":40003,"msg":"token invalid"}'


def token_of(request):
    """The token that a request to avd carries."""
    return request.line.split("token=")[1].split("&")[0].split(" ")[0]


def takes_only(*good):
    """An avd server that refuses all tokens but these."""
    return lambda request: answer('{"ret":0}' if token_of(request) in good else DEAD)


class TokenTest(unittest.TestCase):
    """With a sandbox of its own, since it counts fetches."""

    def setUp(self):
        self.sandbox = Sandbox("--control")
        self.addCleanup(self.sandbox.stop)

    def client(self, platform, **keys):
        of = {"hst": meetgate.Hst, "youme": meetgate.Youme, "avd": meetgate.Avd}[platform]
        client = of.from_config({**self.sandbox.configurations[platform], **keys})
        self.addCleanup(client.close)
        return client

    def fetches(self):
        counts = self.sandbox.control("GET", "/counts")
        return counts.get("avd.app.get_token", 0), counts.get("hst.access.token", 0)

    def use(self, client):
        if client.platform == "avd":
            return client.room.read(room_id=ROOM)
        return client.consuming.records(start_time=1588146896000, end_time=1590738896000, page=1, page_size=1)


class Info(TokenTest):
    def test_it_shows_generation_and_age_but_never_the_token(self):
        for platform in ("avd", "hst"):
            client = self.client(platform)
            before = client.info()
            self.assertEqual(before["platform"], platform)
            self.assertEqual(before["base_url"], self.sandbox.configurations[platform]["base_url"])
            self.assertEqual(before["token"], {"source": "fetched", "generation": 0})
            self.use(client)
            after = client.info()["token"]
            self.assertEqual((after["source"], after["generation"]), ("fetched", 1))
            self.assertTrue(0 <= after["age_ms"] < 60_000, after)
            # hst says how long its tokens live; avd does not.
            self.assertEqual("expires_in_ms" in after, platform == "hst")
            self.assertTrue(0 < after.get("expires_in_ms", 1) <= 7_200_000, after)
            shown = meetgate.text_of(client.info())
            keys = self.sandbox.configurations[platform]
            for secret in (self.token(platform), keys["secret_key" if platform == "avd" else "dev_secret"]):
                self.assertNotIn(secret, shown)
        self.assertEqual(self.fetches(), (1, 1))

    def token(self, platform):
        """The one that the sandbox gave out."""
        operation = {"avd": "avd.app.get_token", "hst": "hst.access.token"}[platform]
        (exchange,) = self.sandbox.control("GET", "/exchanges?secrets=1&operation=" + operation)
        reply = json.loads(exchange["reply"])
        return reply["token"] if platform == "avd" else reply["result"]["access_token"]

    def test_youme_has_a_clock_and_no_token(self):
        youme = self.client("youme")
        self.assertEqual(set(youme.info()), {"platform", "base_url", "clock_offset_s"})
        self.assertFalse(hasattr(youme, "set_token"))

    def test_a_closed_client_tells_nothing(self):
        client = self.client("avd")
        client.close()
        with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
            client.info()

    def test_an_address_to_be_discovered_is_absent(self):
        with meetgate.Hst(dev_id="d", dev_secret="0123456789abcdef") as hst:
            self.assertNotIn("base_url", hst.info())

    def test_the_awaited_clients(self):
        async def main():
            async with meetgate.AsyncHst.from_config(self.sandbox.configurations["hst"]) as hst:
                await hst.consuming.records(start_time=1, end_time=2, page=1, page_size=1)
                self.assertEqual(hst.info()["token"]["generation"], 1)
            async with meetgate.AsyncYoume.from_config(self.sandbox.configurations["youme"]) as youme:
                self.assertEqual(youme.info()["clock_offset_s"], 0)

        asyncio.run(main())


class Shared(TokenTest):
    def test_clients_of_one_account_share_one_token(self):
        for platform in ("avd", "hst"):
            clients = [self.client(platform) for _ in range(3)]
            threads = [threading.Thread(target=self.use, args=(client,)) for client in clients for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual({client.info()["token"]["generation"] for client in clients}, {1})
        self.assertEqual(self.fetches(), (1, 1))

    def test_a_token_that_died_is_renewed_once_for_all(self):
        clients = [self.client("hst") for _ in range(2)]
        for client in clients:
            self.use(client)
        self.sandbox.control("POST", "/tokens/expire")
        for client in clients:
            self.use(client)
            self.assertEqual(client.info()["token"]["generation"], 2)
        self.assertEqual(self.fetches(), (0, 2))

    def test_a_wrong_secret_does_not_ride_on_anothers_token(self):
        self.use(self.client("avd"))
        wrong = self.client("avd", secret_key="wrong")
        with self.assertRaises(meetgate.AuthError):
            self.use(wrong)
        with self.assertRaisesRegex(meetgate.AuthError, r"not tried again for \d+ ms"):
            self.use(wrong)
        self.assertEqual(self.fetches(), (2, 0), "refused keys are not tried again and again")


class Stored(TokenTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "tokens")

    @unittest.skipIf(os.name == "nt", "modes are POSIX")
    def test_a_store_is_a_private_file(self):
        for platform in ("avd", "hst"):
            client = self.client(platform, token_store={"file": self.folder})
            self.use(client)
            self.assertEqual(client.info()["token"]["store"], "file")
        files = os.listdir(self.folder)
        self.assertEqual(len([name for name in files if name.endswith(".token")]), 2, files)
        for name in files:
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.folder, name)).st_mode), 0o600, name)
        self.assertEqual(stat.S_IMODE(os.stat(self.folder).st_mode), 0o700)

    def test_processes_share_it(self):
        config = {**self.sandbox.configurations["hst"], "token_store": {"file": self.folder}}
        self.use(self.client("hst", token_store={"file": self.folder}))
        program = """
import json, meetgate, sys
with meetgate.Hst.from_config(sys.argv[1]) as hst:
    hst.consuming.records(start_time=1588146896000, end_time=1590738896000, page=1, page_size=1)
    print(hst.info()["token"]["source"])
"""
        for _ in range(2):
            found = python("-c", program, json.dumps(config))
            self.assertEqual(found.stdout.strip(), "fetched", found.stderr)
        self.assertEqual(self.fetches(), (0, 1))

    @unittest.skipIf(os.name == "nt", "modes are POSIX")
    def test_a_folder_that_others_can_write_is_refused(self):
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        for platform in ("avd", "hst"):
            client = self.client(platform, token_store={"file": self.folder})
            with self.assertRaises(meetgate.StoreError) as caught:
                self.use(client)
            self.assertEqual(caught.exception.status, "STORE")
            self.assertIn(self.folder, str(caught.exception))
        self.assertEqual((self.fetches(), os.listdir(self.folder)), ((0, 0), []))

    def test_what_cannot_be_right(self):
        for store, why in (
            ({"fil": self.folder}, '"token_store.fil"; did you mean "token_store.file"'),
            ({"file": 7}, "expected a string, got an integer"),
            ({"file": ""}, "empty"),
            ({}, 'either "file" or "redis"'),
            ({"file": self.folder, "redis": "redis://h"}, 'either "file" or "redis"'),
            ({"file": self.folder, "prefix": "p"}, '"prefix" goes with "redis" only'),
            ({"redis": "http://h"}, "redis://"),
            (self.folder, "expected an object"),
        ):
            with self.assertRaisesRegex(meetgate.InvalidConfig, why):
                self.client("hst", token_store=store)
        with self.assertRaisesRegex(meetgate.InvalidConfig, "only tokens that are fetched with keys are shared"):
            meetgate.Avd(base_url="http://10.0.0.5", token="t", token_store={"file": self.folder})
        self.client("avd", token_store={"file": self.folder})
        with self.assertRaisesRegex(meetgate.InvalidConfig, "another client of this account"):
            self.client("avd")


class Fixed(unittest.TestCase):
    def test_it_is_replaced(self):
        with Server(takes_only("second")) as server, meetgate.Avd(base_url=server.url, token="first") as avd:
            with self.assertRaises(meetgate.AuthError):
                avd.room.read(room_id="1")
            avd.set_token("second")
            self.assertEqual(avd.room.read(room_id="1")["ret"], 0)
            self.assertEqual(avd.with_options(timeout_ms=900).room.read(room_id="1")["ret"], 0)
            told = avd.info()["token"]
            self.assertEqual((told["source"], told["generation"]), ("fixed", 2))
        self.assertEqual([token_of(request) for request in server.requests], ["first", "second", "second"])

    def test_hst_takes_one_too(self):
        def script(request):
            self.assertIn("second", request.head)
            return answer('{"code":0,"result":{"records":[]}}')

        with Server(script) as server, meetgate.Hst(base_url=server.url, token="first") as hst:
            hst.set_token("second")
            hst.consuming.records(start_time=1, end_time=2, page=1, page_size=1)

    def test_what_cannot_be_right(self):
        with meetgate.Avd(base_url="http://10.0.0.5", token="t") as avd:
            for token in ("", "two words", "会", "a\nb"):
                with self.assertRaisesRegex(meetgate.InvalidArgument, "^token: expected printable ASCII") as caught:
                    avd.set_token(token)
                self.assertEqual((caught.exception.status, caught.exception.retryable), ("INVALID_ARGUMENT", False))
            for token, why in ((None, "expected a string"), ("a\0b", "NUL"), ("\ud800", "token is not UTF-8")):
                with self.assertRaisesRegex(meetgate.InvalidArgument, why):
                    avd.set_token(token)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
            avd.set_token("t")
        with meetgate.Avd(base_url="http://10.0.0.5", access_key="a", secret_key="bbbb") as avd:
            with self.assertRaisesRegex(meetgate.InvalidArgument, "expected a client whose configuration has a fixed"):
                avd.set_token("t")

    def test_the_awaited_clients(self):
        async def main():
            with Server(takes_only("second")) as server:
                async with meetgate.AsyncAvd(base_url=server.url, token="first") as avd:
                    avd.set_token("second")
                    self.assertEqual((await avd.room.read(room_id="1"))["ret"], 0)

        asyncio.run(main())


class Provided(unittest.TestCase):
    def serve(self, *good):
        server = Server(takes_only(*good))
        self.addCleanup(server.__exit__)
        return server

    def avd(self, server, provide, **keys):
        avd = meetgate.Avd(base_url=server.url, token_provider=provide, **keys)
        self.addCleanup(avd.close)
        return avd

    def test_it_is_asked_once_and_told_the_dead_token(self):
        asked = []

        def provide(dead_token):
            asked.append(dead_token)
            return "second" if dead_token == "first" else "first"

        avd = self.avd(self.serve("second"), provide)
        self.assertEqual(avd.info()["token"], {"source": "provided", "generation": 0})
        for _ in range(3):
            self.assertEqual(avd.room.read(room_id="1")["ret"], 0)
        self.assertEqual(asked, [None, "first"])
        self.assertEqual(avd.info()["token"]["generation"], 2)
        self.assertNotIn("second", meetgate.text_of(avd.info()))

    def test_a_lifetime_is_taken(self):
        for lifetime, least, most in ((7200, 7_100_000, 7_200_000), (90.5, 80_000, 90_000), (None, None, None)):
            avd = self.avd(self.serve("t"), lambda dead_token: ("t", lifetime))
            avd.room.read(room_id="1")
            left = avd.info()["token"].get("expires_in_ms")
            self.assertTrue(left is None if least is None else least < left <= most, left)

    def test_hst_takes_one_too(self):
        def script(request):
            self.assertIn("provided-token", request.head)
            return answer('{"code":0,"result":{"records":[]}}')

        with Server(script) as server:
            with meetgate.Hst(base_url=server.url, token_provider=lambda dead_token: "provided-token") as hst:
                hst.consuming.records(start_time=1, end_time=2, page=1, page_size=1)

    def test_many_threads_ask_once(self):
        asked, failed = [], []

        def provide(dead_token):
            asked.append(dead_token)
            threading.Event().wait(0.2)
            return "t"

        avd = self.avd(self.serve("t"), provide)

        def work():
            try:
                avd.room.read(room_id="1")
            except meetgate.Error as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((asked, failed), ([None], []))

    def test_what_it_raises_is_the_cause(self):
        def provide(dead_token):
            raise LookupError("the vault is closed")

        server = self.serve("t")
        avd = self.avd(server, provide)
        with self.assertRaisesRegex(meetgate.AuthError, "the token provider answered 1") as caught:
            avd.room.read(room_id="1")
        self.assertIsInstance(caught.exception.__cause__, LookupError)
        self.assertEqual(str(caught.exception.__cause__), "the vault is closed")
        with self.assertRaisesRegex(meetgate.AuthError, r"not tried again for \d+ ms") as caught:
            avd.room.read(room_id="1")
        self.assertIsNone(caught.exception.__cause__, "it was not asked")
        self.assertEqual(server.requests, [])

    def test_what_it_raises_in_another_thread_is_the_cause_there(self):
        causes = []

        def provide(dead_token):
            raise LookupError(threading.current_thread().name)

        avd = self.avd(self.serve(), provide)

        def work():
            try:
                avd.room.read(room_id="1")
            except meetgate.AuthError as error:
                causes.append((threading.current_thread().name, str(error.__cause__)))

        thread = threading.Thread(target=work, name="the asking one")
        thread.start()
        thread.join()
        self.assertEqual(causes, [("the asking one", "the asking one")])

    def test_an_interrupt_goes_on(self):
        def provide(dead_token):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.avd(self.serve(), provide).room.read(room_id="1")

    def test_what_it_gives_is_checked(self):
        for given, cause in (
            (None, TypeError),
            (b"t", TypeError),
            (("t", "7200"), TypeError),
            (("t", 1, 2), TypeError),
            (("t", 0), ValueError),
            (("t", float("nan")), ValueError),
            (("t", float("inf")), OverflowError),
            ("a\0b", ValueError),
            ("x" * 8192, ValueError),
            ("\ud800", UnicodeEncodeError),
            # The library itself says what is wrong with these.
            ("", type(None)),
            ("two words", type(None)),
            ("会", type(None)),
        ):
            with self.subTest(given):
                avd = self.avd(self.serve(), lambda dead_token: given)
                with self.assertRaises(meetgate.AuthError) as caught:
                    avd.room.read(room_id="1")
                self.assertIs(type(caught.exception.__cause__), cause, caught.exception)
        longest = "x" * 8191
        avd = self.avd(self.serve(longest), lambda dead_token: longest)
        self.assertEqual(avd.room.read(room_id="1")["ret"], 0)

    def test_it_must_not_call_its_own_client(self):
        def provide(dead_token):
            avd.room.read(room_id="1")

        avd = self.avd(self.serve(), provide)
        with self.assertRaises(meetgate.AuthError) as caught:
            avd.room.read(room_id="1")
        self.assertRegex(str(caught.exception.__cause__), "must not call the client")

    def test_it_may_call_another(self):
        server = self.serve("inner")
        inner = self.avd(server, lambda dead_token: "inner")
        outer = self.avd(server, lambda dead_token: "inner" if inner.room.read(room_id="1")["ret"] == 0 else "no")
        self.assertEqual(outer.room.read(room_id="1")["ret"], 0)

    def test_a_configuration_may_hold_it_or_announce_it(self):
        server = self.serve("t")
        with meetgate.Avd.from_config({"base_url": server.url, "token_provider": lambda dead_token: "t"}) as avd:
            self.assertEqual(avd.room.read(room_id="1")["ret"], 0)
        with meetgate.Avd.from_config(json.dumps({"base_url": server.url, "token_provider": True})) as avd:
            with self.assertRaisesRegex(meetgate.InvalidArgument, "no token provider was set"):
                avd.room.read(room_id="1")
            avd.set_token_provider(lambda dead_token: "t")
            self.assertEqual(avd.room.read(room_id="1")["ret"], 0)

    def test_it_can_be_replaced(self):
        server = self.serve("second")
        avd = self.avd(server, lambda dead_token: "first")
        avd.set_token_provider(lambda dead_token: "second")
        self.assertEqual(avd.room.read(room_id="1")["ret"], 0)

    def test_one_that_is_refused_leaves_the_one_before(self):
        server = self.serve("first")
        avd = self.avd(server, lambda dead_token: "first")
        with self.assertRaises(meetgate.InvalidArgument):
            avd.set_token_provider("second")
        self.assertEqual(avd.room.read(room_id="1")["ret"], 0)

    def test_what_cannot_be_right(self):
        async def awaited(dead_token):
            return "t"

        for provide, why in (("t", "expected a function, got str"), (awaited, "got a coroutine function")):
            with self.assertRaisesRegex(meetgate.InvalidConfig, '"token_provider": .*' + why):
                meetgate.Avd(base_url="http://10.0.0.5", token_provider=provide)
        with self.assertRaisesRegex(meetgate.InvalidConfig, "not both"):
            meetgate.Avd(base_url="http://10.0.0.5", token="t", token_provider=lambda dead_token: "t")
        with meetgate.Avd(base_url="http://10.0.0.5", token="t") as avd:
            with self.assertRaisesRegex(meetgate.InvalidArgument, 'expected a client whose configuration says "token_provider": true'):
                avd.set_token_provider(lambda dead_token: "t")
            for provide, why in (("t", "expected a function, got str"), (awaited, "got a coroutine function")):
                with self.assertRaisesRegex(meetgate.InvalidArgument, "^token_provider: .*" + why):
                    avd.set_token_provider(provide)

    def test_it_lives_as_long_as_the_calls_that_need_it(self):
        arrived, go_on, replies = threading.Event(), threading.Event(), []

        def provide(dead_token):
            arrived.set()
            go_on.wait(10)
            return "t"

        avd = meetgate.Avd(base_url=self.serve("t").url, token_provider=provide)
        read = avd.room.read
        thread = threading.Thread(target=lambda: replies.append(read(room_id="1")))
        thread.start()
        arrived.wait(10)
        avd.close()
        del avd, read, provide
        gc.collect()
        go_on.set()
        thread.join()
        self.assertEqual(replies, [{"ret": 0}])

    def test_a_client_that_nobody_closes_is_freed(self):
        gc.disable()
        self.addCleanup(gc.enable)
        gone = threading.Event()

        class Provide:
            def __call__(self, dead_token):
                return "t"

            def __del__(self):
                gone.set()

        avd = meetgate.Avd(base_url=self.serve("t").url, token_provider=Provide())
        avd.room.read(room_id="1")
        del avd
        self.assertTrue(gone.is_set(), "a cycle keeps it")

    def test_the_awaited_clients_ask_in_a_thread_of_their_pool(self):
        variable = contextvars.ContextVar("variable", default="none")
        seen = []

        def provide(dead_token):
            seen.append((variable.get(), threading.current_thread().name.split("_")[0]))
            return "t", 7200

        async def main():
            variable.set("mine")
            async with meetgate.AsyncAvd(base_url=self.serve("t").url, token_provider=provide) as avd:
                replies = await asyncio.gather(*(avd.room.read(room_id="1") for _ in range(8)))
                self.assertEqual(replies, [{"ret": 0}] * 8)
                self.assertEqual(avd.info()["token"]["source"], "provided")
                avd.set_token_provider(lambda dead_token: "other")

        asyncio.run(main())
        self.assertEqual(seen, [("mine", "meetgate-avd")])

    def test_what_it_raises_is_the_cause_of_what_is_awaited(self):
        def provide(dead_token):
            raise LookupError("the vault is closed")

        async def main():
            async with meetgate.AsyncAvd(base_url=self.serve().url, token_provider=provide) as avd:
                with self.assertRaises(meetgate.AuthError) as caught:
                    await avd.room.read(room_id="1")
                self.assertIsInstance(caught.exception.__cause__, LookupError)

        asyncio.run(main())


if __name__ == "__main__":
    unittest.main()
