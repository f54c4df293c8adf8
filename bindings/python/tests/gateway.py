"""What the tests of events share: the sandbox's gateway, and what happens in its groups."""

import http.client
import json
import unittest
from urllib.parse import urlencode, urlsplit

import meetgate
from support import APP, Sandbox

GROUP = "g2001"


def has_events():
    """Whether the library was built with them."""
    with meetgate.Hst(base_url="http://127.0.0.1:9", token="t") as hst:
        try:
            hst.events(app_ids=["a"], dev_id="d").close()
        except meetgate.InvalidArgument as error:
            if "built without events" in str(error):
                return False
            raise
    return True


class Gateway:
    """A sandbox of its own, and a connection to its control interface that is kept."""

    def __init__(self):
        self.sandbox = Sandbox("--control")
        config = self.sandbox.configurations["hst"]
        self.config = config
        self._control = http.client.HTTPConnection(urlsplit(config["base_url"]).netloc, timeout=10)

    def stop(self):
        self._control.close()
        self.sandbox.stop()

    def control(self, method, path, body=None):
        self._control.request(method, "/_sandbox" + path, None if body is None else json.dumps(body))
        reply = self._control.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise AssertionError(text)
        return json.loads(text or b"null")

    def join(self, user, group=GROUP):
        self.control("POST", "/hst/groups/users", {"app_id": APP, "group_id": group, "user_id": user})

    def leave(self, user, group=GROUP):
        self.control("DELETE", "/hst/groups/users?" + urlencode({"app_id": APP, "group_id": group, "user_id": user}))

    def start(self, user, medium, kind, group=GROUP):
        body = {"app_id": APP, "group_id": group, "user_id": user, "media_id": medium, "media_type": kind}
        self.control("POST", "/hst/groups/media", body)

    def stop_medium(self, user, medium, kind, group=GROUP):
        members = {"app_id": APP, "group_id": group, "user_id": user, "media_id": medium, "media_type": kind}
        self.control("DELETE", "/hst/groups/media?" + urlencode(members))

    def cut(self):
        self.control("DELETE", "/hst/gateway/sessions")

    def sessions(self):
        return self.control("GET", "/hst/gateway/sessions")

    def fault(self, name, kind, times=1):
        self.control("POST", "/faults", {"operation": "hst.gateway." + name, "kind": kind, "times": times})


class GatewayTest(unittest.TestCase):
    gateway: Gateway

    def setUp(self):
        if not has_events():
            self.skipTest("the library was built without events")
        self.gateway = Gateway()
        self.addCleanup(self.gateway.stop)
        self.config = self.gateway.config
