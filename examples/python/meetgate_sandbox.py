"""A sandbox for scripts and tests: the three conferencing platforms in one local process.

It needs Python 3.9 or newer, its standard library, and the program ``meetgate-sandbox``::

    cargo build --release --package meetgate-sandbox

and then::

    from meetgate_sandbox import Sandbox

    with Sandbox() as sandbox:
        print(sandbox.base_url)
        print(sandbox.configurations["avd"])     # what a meetgate client is made from
        sandbox.add_fault("avd.room.read", "http", status=502, times=2)
        ...
        assert sandbox.counts()["avd.room.read"] == 3

For pytest, put this file and ``conftest.py`` beside your tests: each test that has an argument ``sandbox`` gets a fresh one.

What the sandbox can do is told by ``meetgate-sandbox --help`` and by docs/reference/sandbox.md.
"""

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

__all__ = ["Sandbox", "SandboxError"]

_TLS_OPTIONS = ("--tls", "--tls-client-certificates", "--ca-file")
_SECONDS_TO_STOP = 5
_SECONDS_TO_ANSWER = 30


class SandboxError(Exception):
    """The sandbox did not start, or refused a call of its control interface; the text says why."""


class Sandbox:
    """One running sandbox. It starts when a ``with`` block is entered and stops when the block is left.

    ``program`` is the path of ``meetgate-sandbox``. Without it, the environment variable ``MEETGATE_SANDBOX`` is
    looked at, then ``target/release`` and ``target/debug`` of this checkout (or of ``CARGO_TARGET_DIR``), then the
    search path. ``options`` are more arguments for it, for example ``"--avd-token-lifetime", "5"``.
    """

    def __init__(self, program=None, options=()):
        self._program = program
        self._options = [str(option) for option in options]
        self._process = None
        self._opener = None
        #: The first line: a complete client configuration for each of ``hst``, ``youme`` and ``avd``.
        self.configurations = None
        #: Where it listens, for example ``http://127.0.0.1:40123``.
        self.base_url = None
        #: With ``--tls``: the second line's ``tls``, with the private CA's certificate as ``ca_pem``. Else ``None``.
        self.tls = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Starts it, and returns when it takes calls. Entering a ``with`` block does this."""
        if self._process is not None:
            raise SandboxError("this sandbox is running already")
        program = find_program(self._program)
        command = [str(program), "--listen", "127.0.0.1:0", "--control", *self._options]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        except OSError as error:
            raise SandboxError(f"{program} cannot be started: {error}") from error
        try:
            self.configurations = self._read_line()
            self.base_url = self.configurations["avd"]["base_url"]
            if any(option.split("=")[0] in _TLS_OPTIONS for option in self._options):
                self.tls = self._read_line()["tls"]
            self._opener = _opener(self.tls)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Stops it. Leaving a ``with`` block does this; a second time does nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _read_line(self):
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise SandboxError(f"the sandbox ended with exit code {code}; what it said is on standard error")
        return json.loads(line)

    # What was called

    def exchanges(self, operation=None, secrets=False):
        """The last calls and their answers, oldest first: a list of dictionaries.

        ``operation`` picks those of one operation (``avd.room.read``) or platform (``avd.*``). Secrets are masked
        unless ``secrets`` is true.
        """
        query = {"operation": operation, "secrets": "1" if secrets else None}
        return self.control("GET", "/exchanges", query=query)

    def clear_exchanges(self):
        """Forgets the calls so far."""
        self.control("DELETE", "/exchanges")

    def counts(self):
        """How many calls of each operation arrived: ``{"avd.room.create": 3}``."""
        return self.control("GET", "/counts")

    def acted_counts(self):
        """On how many calls of each operation the platform acted."""
        return self.control("GET", "/counts/acted")

    def clear_counts(self):
        """Counts from 0 again."""
        self.control("DELETE", "/counts")

    # Bad days

    def add_fault(self, operation, kind, **members):
        """Plans a fault, and returns its id.

        ``add_fault("avd.room.read", "http", status=502, times=2)``, ``add_fault("*", "latency", ms=200)``,
        ``add_fault("avd.room.create", "close", when="in_head", acted=True, times=1)``.
        """
        return self.control("POST", "/faults", {"operation": operation, "kind": kind, **members})["id"]

    def faults(self):
        """The planned faults, with their ids."""
        return self.control("GET", "/faults")

    def remove_fault(self, fault_id):
        """Removes one fault."""
        self.control("DELETE", f"/faults/{fault_id}")

    def clear_faults(self):
        """Removes all faults."""
        self.control("DELETE", "/faults")

    def expire_tokens(self):
        """All hst and avd tokens die now."""
        self.control("POST", "/tokens/expire")

    # Time

    def clock_offset(self):
        """How many seconds the sandbox's clock is ahead of the machine's."""
        return self.control("GET", "/clock")["offset_s"]

    def set_clock_offset(self, seconds):
        """Sets the sandbox's clock so many seconds ahead of the machine's; negative, behind."""
        self.control("PUT", "/clock", {"offset_s": seconds})

    def advance_clock(self, seconds):
        """Moves the sandbox's clock on: tokens age, devices answer, conversions finish."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    # People, and the administrator

    def join(self, room_id, user_id, **more):
        """avd: somebody joins an open room. ``more``: ``user_name``, ``type`` (web, pc, ...), ``user_data``."""
        self.control("POST", "/avd/participants", {"room_id": room_id, "user_id": user_id, **more})

    def leave(self, room_id, user_id):
        """avd: somebody leaves a room."""
        self.control("DELETE", "/avd/participants", query={"room_id": room_id, "user_id": user_id})

    def say(self, room_id, user_id, message, to=None):
        """avd: somebody in a room writes a message, to everybody or to one; returns its id."""
        body = {"room_id": room_id, "user_id": user_id, "message": message, "to": to}
        return self.control("POST", "/avd/chat", body)["id"]

    def avd_site(self):
        """avd: what the administrator has set for the whole site."""
        return self.control("GET", "/avd/site")

    def set_avd_site(self, **settings):
        """avd: sets some of it: ``composed_view``, ``company``, ``licence_service``."""
        return self.control("PUT", "/avd/site", settings)

    def set_presence(self, app_id, user_id, online, **more):
        """hst: a user signs in or out. ``more``: ``mutex_type``, ``terminal_seq_num``, ``company_id``."""
        body = {"app_id": app_id, "user_id": user_id, "state": int(online), **more}
        self.control("PUT", "/hst/users", body)

    def reset(self):
        """The world, the clock, the faults and the record as they were at start."""
        self.control("POST", "/reset")

    def control(self, method, path, body=None, query=None):
        """Any call of the control interface, ``path`` below ``/_sandbox``. Returns its answer."""
        if self._opener is None or self._process is None:
            raise SandboxError("the sandbox is not running")
        given = {name: value for name, value in (query or {}).items() if value is not None}
        url = f"{self.base_url}/_sandbox{path}" + ("?" + urllib.parse.urlencode(given) if given else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        try:
            with self._opener.open(request, timeout=_SECONDS_TO_ANSWER) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise SandboxError(json.load(error)["error"]) from None


def find_program(program=None):
    """The path of ``meetgate-sandbox``: what is given, or the first place where there is one."""
    given = program or os.environ.get("MEETGATE_SANDBOX")
    if given:
        return Path(given)
    name = "meetgate-sandbox.exe" if os.name == "nt" else "meetgate-sandbox"
    checkout = Path(__file__).resolve().parent.parent.parent
    target = checkout / os.environ.get("CARGO_TARGET_DIR", "target")
    for place in (target / "release" / name, target / "debug" / name):
        if place.is_file():
            return place
    found = shutil.which(name)
    if found:
        return Path(found)
    raise SandboxError(
        "there is no meetgate-sandbox: build it with 'cargo build --release --package meetgate-sandbox', "
        "or name it in the environment variable MEETGATE_SANDBOX"
    )


def _opener(tls):
    """Opens URLs of this machine: never through a proxy, and with TLS by the private CA alone."""
    handlers = [urllib.request.ProxyHandler({})]
    if tls is not None:
        context = ssl.create_default_context(cadata=tls["ca_pem"])
        with tempfile.TemporaryDirectory() as folder:
            # The library wants files. It is the sandbox's own throw-away certificate.
            certificate = Path(folder, "client.pem")
            certificate.touch(mode=0o600)
            certificate.write_text(tls["client_certificate_pem"] + tls["client_key_pem"])
            context.load_cert_chain(certificate)
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return urllib.request.build_opener(*handlers)
