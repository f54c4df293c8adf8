"""Calls of a program that gevent has patched."""

import importlib.util
import json
import subprocess
import sys
import unittest

from support import ROOM, SandboxTest

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import gevent, json, sys, time, meetgate
config = json.loads(sys.argv[1])
avd = meetgate.Avd.from_config(config)
room = {"room_id": sys.argv[2]}
print(avd.room.read(**room)["ret"])
pool = gevent.get_hub().threadpool
print([call.get()["ret"] for call in [pool.spawn(avd.room.read, **room) for _ in range(3)]])
def provide(dead):
    time.sleep(0.05)
    return "t"
asked = meetgate.Avd(base_url=config["base_url"], token_provider=provide)
def refused():
    try:
        asked.room.read(**room)
    except meetgate.Error as error:
        return error.code
print([call.get() for call in [pool.spawn(refused) for _ in range(3)]])
"""


@unittest.skipUnless(importlib.util.find_spec("gevent"), "gevent is not installed")
class Gevent(SandboxTest):
    def test_calls_and_token_providers_of_a_patched_program(self):
        config = json.dumps(self.sandbox.configurations["avd"])
        command = [sys.executable, "-c", PROGRAM, config, ROOM]
        found = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=30)
        self.assertEqual(found.stdout, "0\n[0, 0, 0]\n[40003, 40003, 40003]\n")


if __name__ == "__main__":
    unittest.main()
