"""Closing, threads, forks, memory."""

import gc
import os
import pickle
import threading
import time
import unittest

import meetgate
from support import ROOM, SandboxTest, Server, always, answer, in_child

CONFIG = {"base_url": "http://127.0.0.1:1", "token": "t"}
ROUNDS = 20_000


class Closing(unittest.TestCase):
    def test_closing_twice_does_nothing(self):
        avd = meetgate.Avd(**CONFIG)
        self.assertFalse(avd.closed)
        avd.close()
        avd.close()
        self.assertTrue(avd.closed)
        self.assertIn("closed", repr(avd))

    def test_a_closed_client_refuses(self):
        with meetgate.Avd(**CONFIG) as avd:
            view = avd.with_options(timeout_ms=5)
        for call in (
            lambda: avd.room.read(room_id="1"),
            lambda: view.room.read(room_id="1"),
            lambda: avd.call("avd.room.list"),
            lambda: avd.raw_call("GET", "/x"),
        ):
            with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
                call()

    def test_idle_connections_are_closed(self):
        with Server(always('{"ret":0}')) as server, meetgate.Avd(base_url=server.url, token="t") as avd:
            for opened in (1, 1, 2):
                if opened == 2:
                    avd.close_idle()
                avd.room.list()
                self.assertEqual(avd.stats()["connections_opened"], opened)
        with self.assertRaisesRegex(meetgate.InvalidArgument, "this client is closed"):
            avd.close_idle()

    def test_calls_in_flight_end(self):
        with Server(lambda request: None) as server:
            avd = meetgate.Avd(base_url=server.url, token="t")
            stop = meetgate.Cancel()
            ended = []

            def work(of):
                try:
                    ended.append(of.room.read(room_id="1"))
                except meetgate.Error as error:
                    ended.append(error)

            # With a cancel of their own, too.
            clients = [avd] * 4 + [avd.with_options(cancel=stop)] * 4
            threads = [threading.Thread(target=work, args=(of,)) for of in clients]
            for thread in threads:
                thread.start()
            while len(server.requests) < 8:
                time.sleep(0.001)
            handle = avd._calls.handle
            start = time.monotonic()
            avd.close()
            for thread in threads:
                thread.join()
            self.assertLess(time.monotonic() - start, 0.1)
            self.assertEqual([type(error) for error in ended], [meetgate.Cancelled] * 8)
            self.assertIsNone(handle._pointer, "not freed with the last call")
            with self.assertRaises(meetgate.InvalidArgument):
                avd.room.read(room_id="1")

    def test_closing_while_threads_begin_calls(self):
        with Server(always('{"ret":0}')) as server:
            for _ in range(50):
                avd = meetgate.Avd(base_url=server.url, token="t")
                ended = []

                def work():
                    try:
                        while True:
                            avd.room.read(room_id="1")
                    except meetgate.Error as error:
                        ended.append(type(error))

                threads = [threading.Thread(target=work) for _ in range(4)]
                for thread in threads:
                    thread.start()
                avd.close()
                for thread in threads:
                    thread.join()
                self.assertEqual(set(ended) - {meetgate.Cancelled, meetgate.InvalidArgument}, set())
                self.assertIsNone(avd._calls.handle._pointer)

    def test_threads_may_close_while_others_call(self):
        for _ in range(50):
            avd = meetgate.Avd(**CONFIG)

            def work():
                try:
                    avd.room.read(room_id=True)
                except meetgate.InvalidArgument:
                    pass

            threads = [threading.Thread(target=target) for target in (work, avd.close, work, avd.close)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertIsNone(avd._calls.handle._pointer)

    def test_a_client_that_nobody_closes_is_freed(self):
        gc.disable()
        self.addCleanup(gc.enable)
        avd = meetgate.Avd(**CONFIG)
        freed = []
        handle = avd._calls.handle
        free = handle._library.client_free

        class Watch:
            def __getattr__(self, name):
                return getattr(meetgate.library(), name)

            def client_free(self, pointer):
                freed.append(pointer)
                free(pointer)

        handle._library = Watch()
        del handle, avd
        self.assertEqual(len(freed), 1, "a cycle keeps it")

    def test_a_client_cannot_be_pickled(self):
        with meetgate.Avd(**CONFIG) as avd, self.assertRaises(TypeError):
            pickle.dumps(avd)


@unittest.skipUnless(hasattr(os, "fork"), "this system has no fork")
class Forks(SandboxTest):
    def test_a_child_is_refused_and_makes_its_own(self):
        config = self.sandbox.configurations["avd"]
        avd = meetgate.Avd.from_config(config)
        self.addCleanup(avd.close)
        avd.room.read(room_id=ROOM)

        def child():
            for call in (lambda: avd.room.read(room_id=ROOM), lambda: avd.raw_call("GET", "/x")):
                try:
                    call()
                except meetgate.Forked as error:
                    assert error.status == "FORKED"
                else:
                    raise AssertionError("not refused")
            avd.close()
            with meetgate.Avd.from_config(config) as own:
                assert own.room.read(room_id=ROOM)["ret"] == 0

        self.assertEqual(in_child(child), 0)
        self.assertEqual(avd.room.read(room_id=ROOM)["ret"], 0)

    def test_a_lock_that_another_thread_holds_does_not_stop_the_child(self):
        avd = meetgate.Avd(**CONFIG)
        self.addCleanup(avd.close)

        def child():
            try:
                avd.room.read(room_id="1")
            except meetgate.Forked:
                avd.close()
                return
            raise AssertionError("not refused")

        with avd._calls.handle._lock:
            self.assertEqual(in_child(child), 0)


@unittest.skipUnless(os.path.exists("/proc/self/statm"), "memory is measured on Linux only")
class Memory(unittest.TestCase):
    """Each round makes a client, fails a call on it, and frees it."""

    LIMIT = 2 << 20

    def rounds(self, count, one):
        for _ in range(count):
            one()

    def growth(self, one, warm, count):
        self.rounds(warm, one)
        gc.collect()
        before = _resident()
        start = time.monotonic()
        self.rounds(count, one)
        gc.collect()
        grown = _resident() - before
        print("\n%d rounds in %.1f s, grown by %d KiB" % (count, time.monotonic() - start, grown >> 10))
        return grown

    def test_creating_and_freeing_leaves_nothing_behind(self):
        def one():
            client = meetgate.Avd(**CONFIG)
            try:
                client.room.read(room_id=True)
            except meetgate.InvalidArgument:
                pass
            client.close()

        self.assertLess(self.growth(one, 2000, ROUNDS), self.LIMIT)

    def test_asking_a_provider_leaves_nothing_behind(self):
        def provide(dead_token):
            raise LookupError(dead_token)

        def one():
            client = meetgate.Avd(base_url=CONFIG["base_url"], token_provider=provide)
            try:
                client.room.read(room_id="1")
            except meetgate.AuthError:
                pass
            client.close()

        self.assertLess(self.growth(one, 1000, ROUNDS // 4), self.LIMIT)

    def test_calling_leaves_nothing_behind(self):
        with Server(always('{"ret":0,"data":"%s"}' % ("周" * 3000))) as server:
            with meetgate.Avd(base_url=server.url, token="t") as avd:
                def one():
                    avd.room.read(room_id="1")
                    del server.requests[:]

                self.assertLess(self.growth(one, 300, 2000), self.LIMIT)


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    unittest.main()
