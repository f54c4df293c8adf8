"""Tokens given or provided by the program, as only Python does it.

What a client does with its token stands in tests/fixtures/tokens.toml, for all languages."""

import asyncio
import contextvars
import gc
import json
import os
import tempfile
import threading
import unittest

import meetgate
from support import ROOM, Sandbox, Server, answer

DEAD = '{"ret":40003,"msg":"token invalid"}'


def token_of(request):
    """The token that a request to avd carries."""
    return request.line.split("token=")[1].split("&")[0].split(" ")[0]


def takes_only(*good):
    """An avd server that refuses all tokens but these."""
    return lambda request: answer('{"ret":0}' if token_of(request) in good else DEAD)


class TokenTest(unittest.TestCase):
    """With a sandbox of its own."""

    def setUp(self):
        self.sandbox = Sandbox()
        self.addCleanup(self.sandbox.stop)

    def client(self, platform, **keys):
        of = {"hst": meetgate.Hst, "youme": meetgate.Youme, "avd": meetgate.Avd}[platform]
        client = of.from_config({**self.sandbox.configurations[platform], **keys})
        self.addCleanup(client.close)
        return client


class Info(TokenTest):
    def test_youme_has_a_clock_and_no_token(self):
        youme = self.client("youme")
        self.assertEqual(set(youme.info()), {"platform", "base_url", "clock_offset_s", "tls"})
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


class Stored(TokenTest):
    def test_a_store_is_a_keyword_or_a_member(self):
        with tempfile.TemporaryDirectory() as folder:
            store = {"file": os.path.join(folder, "tokens")}
            config = {name: key for name, key in self.sandbox.configurations["avd"].items() if name != "platform"}
            for client in (meetgate.Avd(**config, token_store=store), self.client("avd", token_store=store)):
                with client:
                    self.assertEqual(client.room.read(room_id=ROOM)["ret"], 0)
                    self.assertEqual(client.info()["token"]["store"], "file")
        with self.assertRaisesRegex(meetgate.InvalidConfig, 'did you mean "token_store.file"'):
            self.client("hst", token_store={"fil": folder})


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

    def test_what_cannot_be_right(self):
        with meetgate.Avd(base_url="http://10.0.0.5", token="t") as avd:
            for token, why in ((None, "expected a string"), ("a\0b", "NUL"), ("\ud800", "token: expected text, got half of a surrogate pair")):
                with self.assertRaisesRegex(meetgate.InvalidArgument, why):
                    avd.set_token(token)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
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

    def test_a_lifetime_is_taken(self):
        for lifetime, least, most in ((7200, 7_100_000, 7_200_000), (90.5, 80_000, 90_000), (None, None, None)):
            avd = self.avd(self.serve("t"), lambda dead_token: ("t", lifetime))
            avd.room.read(room_id="1")
            left = avd.info()["token"].get("expires_in_ms")
            self.assertTrue(left is None if least is None else least < left <= most, left)

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
        failed = "^the token provider failed: it raised LookupError: the vault is closed"
        with self.assertRaisesRegex(meetgate.AuthError, failed + "$") as caught:
            avd.room.read(room_id="1")
        self.assertIsInstance(caught.exception.__cause__, LookupError)
        self.assertEqual(str(caught.exception.__cause__), "the vault is closed")
        with self.assertRaisesRegex(meetgate.AuthError, failed + r" \(.*not tried again for \d+ ms\)$") as caught:
            avd.room.read(room_id="1")
        self.assertIsNone(caught.exception.__cause__, "it was not asked")
        self.assertEqual(server.requests, [])

    def test_all_who_wait_learn_what_it_raised(self):
        asked, told = [], []

        def provide(dead_token):
            asked.append(dead_token)
            threading.Event().wait(0.2)
            raise KeyError("vault")

        avd = self.avd(self.serve(), provide)

        def work():
            try:
                avd.room.read(room_id="1")
            except meetgate.AuthError as error:
                told.append("the token provider failed: it raised KeyError: 'vault'" in str(error))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((asked, told), ([None], [True] * 8))

    def test_whatever_it_raises_has_a_name(self):
        class Silent(Exception):
            def __str__(self):
                raise ValueError

        for raised, named in (
            (LookupError(), "it raised LookupError"),
            (Silent(), "it raised Silent"),
            (LookupError("两\nlines"), "it raised LookupError: 两 lines"),
            (LookupError("a\0b"), "it raised LookupError: a b"),
            (LookupError("\ud800"), "it raised LookupError: \\ud800"),
            (LookupError("x " * 50000), "it raised LookupError: " + "x " * 500 + "x…"),
            (LookupError("会" * 100000), "it raised LookupError: " + "会" * 333 + "…"),
        ):
            with self.subTest(named):

                def provide(dead_token):
                    raise raised

                with self.assertRaises(meetgate.AuthError) as caught:
                    self.avd(self.serve(), provide).room.read(room_id="1")
                self.assertEqual(str(caught.exception), "the token provider failed: " + named)
                self.assertIs(caught.exception.__cause__, raised)

    def test_what_it_raises_shows_no_token(self):
        def provide(dead_token):
            if dead_token is None:
                return "a-token-that-nobody-takes"
            raise LookupError("no news of " + dead_token)

        # The platform's refusal stands, since there is no other token to try.
        with self.assertRaisesRegex(meetgate.ApiError, "LookupError: no news of [*]{3}[)]$"):
            self.avd(self.serve(), provide).room.read(room_id="1")

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
                if caught.exception.__cause__ is not None:
                    said = "the token provider failed: " + str(caught.exception.__cause__).replace("\0", " ")
                    self.assertEqual(str(caught.exception), said)
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
        arrived, go_on, ended = threading.Event(), threading.Event(), []

        def provide(dead_token):
            arrived.set()
            go_on.wait(10)
            ended.append("provider")
            return "t"

        avd = meetgate.Avd(base_url=self.serve("t").url, token_provider=provide)
        read = avd.room.read

        def work():
            try:
                read(room_id="1")
            except meetgate.Cancelled:
                ended.append("call")

        thread = threading.Thread(target=work)
        thread.start()
        arrived.wait(10)
        avd.close()
        del avd, read, provide, work
        gc.collect()
        go_on.set()
        thread.join()
        self.assertEqual(ended, ["provider", "call"])

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
