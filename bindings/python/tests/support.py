"""What the tests share: a sandbox, and a server that answers as a test scripts it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import unittest
import urllib.request
import warnings
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set

from meetgate import _errors

HERE = os.path.dirname(os.path.abspath(__file__))
#: The checkout; the package itself is tested wherever it is installed.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

ROOM = "12345123456"
APP = "8f14e45fceea467a9f36dedd4bea2543"


#: What no error of the library may show, in any test.
_secrets: Set[str] = set()
#: They would outlive a run that ends for that.
_running: List[subprocess.Popen[bytes]] = []


def _search_all_errors() -> None:
    made = _errors.of_text

    def of_text(status: str, text: bytes) -> Exception:
        error = made(status, text)
        shown = text.decode("utf-8", "replace") + str(error)
        for secret in _secrets:
            if secret in shown:
                # An exception would be one of the test's, and could be caught there.
                print("the secret %s is in an error: %s" % (secret, shown), file=sys.stderr, flush=True)
                for sandbox in _running:
                    sandbox.kill()
                os._exit(1)
        return error

    _errors.of_text = of_text


_search_all_errors()


class Sandbox:
    """A sandbox process. `configurations` are complete, one for each platform."""

    def __init__(self, *arguments: str) -> None:
        program = os.environ.get("MEETGATE_SANDBOX")
        if not program:
            raise RuntimeError("set MEETGATE_SANDBOX to the path of meetgate-sandbox")
        self._process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        _running.append(self._process)
        assert self._process.stdout is not None
        self.first_line = self._process.stdout.readline().decode()
        self.configurations: Dict[str, Dict[str, Any]] = json.loads(self.first_line)
        for platform, key in (("hst", "dev_secret"), ("youme", "app_secret"), ("youme", "rest_api_key"), ("avd", "secret_key")):
            _secrets.add(self.configurations[platform][key])

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control interface, which `--control` opens."""
        url = self.configurations["avd"]["base_url"] + "/_sandbox" + path
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=10) as reply:
            return json.loads(reply.read() or b"null")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class SandboxTest(unittest.TestCase):
    """Tests that share one sandbox."""

    sandbox: Sandbox

    @classmethod
    def setUpClass(cls) -> None:
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)


class Request(NamedTuple):
    line: str
    head: str
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1].split("?")[0]


Script = Callable[[Request], Optional[bytes]]


class Server:
    """Answers each request with what the script says; None is silence."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: List[socket.socket] = []
        self.requests: List[Request] = []
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        # A thread that waits in accept keeps the socket open: wake it.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            file = connection.makefile("rb")
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = file.readline()
                    if not line:
                        return
                    head += line
                text = head.decode("latin-1")
                length = 0
                for header in text.lower().split("\r\n"):
                    if header.startswith("content-length:"):
                        length = int(header.split(":")[1])
                request = Request(text.split("\r\n")[0], text, file.read(length))
                self.requests.append(request)
                answer = self._script(request)
                if answer is not None:
                    connection.sendall(answer)
        except (OSError, ValueError):
            return


def answer(body: str, status: str = "200 OK") -> bytes:
    payload = body.encode()
    head = "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(payload))
    return head.encode() + payload


def always(body: str, status: str = "200 OK") -> Script:
    return lambda request: answer(body, status)


def examples() -> List[Dict[str, str]]:
    with open(os.path.join(HERE, "examples.json"), encoding="utf-8") as file:
        found: List[Dict[str, str]] = json.load(file)["examples"]
    return found


def in_child(work: Callable[[], Any]) -> int:
    """Does something in a forked child, and ends it: its status, 0 where that went well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]
