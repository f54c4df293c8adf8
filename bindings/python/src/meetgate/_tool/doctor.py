"""`doctor`: tells and checks everything from the library to the credentials, and gives advice at each step that fails."""

from __future__ import annotations

import argparse
import email.utils
import http.client
import json
import socket
import ssl
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Union
from urllib.parse import urlsplit

from .. import _errors
from .._avd import Avd
from .._library import Library, LibraryError, describe_system, library
from .._options import FIRST_ADDRESS
from .._version import ABI_VERSION, __version__
from . import arguments, config
from .usage_error import UsageError

SECONDS = 5.0

#: The keys of a configuration that say how to get to a server and whom to trust there.
WAY = ("tls", "proxy", "bind", "resolve", "ip_version", "headers", "user_agent")


class Finding(NamedTuple):
    check: str
    #: ok, warning, failed, skipped
    result: str
    detail: str
    advice: str = ""


SUMMARY = "tell roots, proxy and token store, check library, name, connection, TLS, clock and credentials, and say what to do"


def parser() -> argparse.ArgumentParser:
    made = arguments.parser("doctor", "Tells and checks everything from the library to the credentials. Exit code 1 where a check failed.")
    arguments.add_config(made)
    arguments.add_platform(made)
    made.add_argument(
        "--no-credentials",
        action="store_true",
        help="do not try the credentials (on hst the trial fetches a token, which kills the account's older one)",
    )
    made.add_argument("--json", action="store_true", help="print the findings as JSON")
    return made


def run(given: List[str]) -> int:
    options = arguments.parse(parser(), given)
    findings: List[Finding] = []

    def report(finding: Finding) -> bool:
        findings.append(finding)
        if not options.json:
            print("%-8s %s: %s" % (finding.result, finding.check, finding.detail))
            if finding.advice:
                print("         %s" % finding.advice)
        return finding.result != "failed"

    _examine(options, report)
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False))
    return 1 if any(finding.result == "failed" for finding in findings) else 0


def _examine(options: argparse.Namespace, report: Callable[[Finding], bool]) -> None:
    if not _library(report):
        return
    try:
        members = config.read(options.config, options.platform)
    except config.NoConfiguration as error:
        report(Finding("configuration", "skipped", str(error), "The rest needs one: see --help."))
        return
    except UsageError as error:
        report(Finding("configuration", "failed", str(error), "See --help, and docs/reference/configuration.md."))
        return
    try:
        client = config.client_of(members)
    except _errors.Error as error:
        report(Finding("configuration", "failed", str(error), "The keys: docs/reference/configuration.md."))
        return
    with client:
        report(Finding("configuration", "ok", members["platform"]))
        known: Dict[str, Any] = dict(client.info())
        _tell(known, report)
        if not _reach(_address(members), members, known, report):
            return
        if options.no_credentials:
            report(Finding("credentials", "skipped", "--no-credentials"))
            return
        report(_credentials(client, members))
        _tell_again(dict(client.info()), report)


def _tell(known: Dict[str, Any], report: Callable[[Finding], bool]) -> None:
    """What the library makes of the configuration. It has checked it, so nothing here fails."""
    report(_roots(known.get("tls", {})))
    report(Finding("proxy", "ok", _proxy(known)))
    token = known.get("token")
    if token is None:
        report(Finding("token store", "skipped", "%s has no tokens" % known["platform"]))
    elif token["source"] != "fetched":
        report(Finding("token store", "skipped", "the token is %s" % token["source"]))
    elif "store" in token:
        report(Finding("token store", "ok", token["store"]))
    else:
        report(Finding("token store", "ok", "none: only the clients of one process share the token"))


def _tell_again(known: Dict[str, Any], report: Callable[[Finding], bool]) -> None:
    """What the library learned by the trial of the credentials."""
    warning = known.get("token", {}).get("warning")
    if warning is not None:
        report(Finding("token", "warning", warning, "See the guide on credentials."))
    offset = known.get("clock_offset_s")
    if offset:
        report(Finding("clock offset", "ok", "%+d s: the platform's clock against this machine's, as it signs" % offset))


def _roots(tls: Dict[str, Any]) -> Finding:
    if "insecure" in tls:
        advice = "Anybody in between can read tokens and keys. A pin is safer: see the guide on private networks."
        return Finding("roots", "warning", "no certificate is verified: %s" % tls["insecure"], advice)
    parts = [str(tls.get("roots", "bundled"))]
    for number, one, many in (
        (tls.get("authorities"), "certificate of tls.ca_file and tls.ca_pem", "certificates of tls.ca_file and tls.ca_pem"),
        (tls.get("pins"), "pin", "pins"),
    ):
        if number:
            parts.append("%d %s" % (number, one if number == 1 else many))
    if tls.get("client_certificate"):
        parts.append("with a certificate of the client")
    if "server_name" in tls:
        parts.append("the server is %s" % tls["server_name"])
    return Finding("roots", "ok", ", ".join(parts))


def _proxy(known: Dict[str, Any]) -> str:
    proxy = known.get("proxy")
    if proxy is None:
        return "none"
    by = " (by %s)" % proxy["source"] if "source" in proxy else ""
    if "address" in proxy:
        return "%s%s" % (proxy["address"], by)
    return ("past every proxy" if by else "none in the environment") + by


def _library(report: Callable[[Finding], bool]) -> bool:
    try:
        found: Library = library()
    except LibraryError as error:
        report(Finding("system", "ok", describe_system()))
        tried = "".join("; tried %s: %s" % attempt for attempt in error.tried)
        advice = (
            "Install a wheel of meetgate for this system, or build the library "
            "(cargo rustc --release --lib --crate-type cdylib) and set MEETGATE_LIBRARY to its path. "
            "Processor, width and libc of the library must be this system's."
        )
        return report(Finding("library", "failed", error.problem + tried, advice))
    report(Finding("library", "ok", "%s (%s)" % (found.path, found.how)))
    report(Finding("ABI", "ok", str(ABI_VERSION)))
    if found.version() == __version__:
        return report(Finding("version", "ok", __version__))
    detail = "the library is %s, the package %s" % (found.version(), __version__)
    return report(Finding("version", "warning", detail, "They fit, but the catalogs may differ: take both from one release."))


def _address(members: Dict[str, Any]) -> str:
    """Where the first request goes."""
    given = members.get("base_url") or members.get("discovery_url")
    return str(given or FIRST_ADDRESS[members["platform"]])


def _reach(address: str, members: Dict[str, Any], known: Dict[str, Any], report: Callable[[Finding], bool]) -> bool:
    url = urlsplit(address)
    is_tls = url.scheme == "https"
    proxy = known.get("proxy", {}).get("address")
    # With a proxy on the way, this machine connects to nothing else.
    first = urlsplit(proxy or address)
    port = first.port or (443 if first.scheme == "https" else 1080 if first.scheme.startswith("socks") else 80)
    addresses = _name(first.hostname or "", port, members, report)
    if not addresses:
        return False
    if not report(_connection(addresses, first.hostname or "", port, members, proxy)):
        return False
    if not report(_tls(url.scheme, url.netloc, members)):
        return False
    if proxy is not None:
        report(Finding("clock", "skipped", "the server's time is not read through a proxy"))
    else:
        report(_clock(members["platform"], addresses[0], port, url.netloc, is_tls))
    return True


def _name(host: str, port: int, members: Dict[str, Any], report: Callable[[Finding], bool]) -> List[str]:
    """The addresses of a host, as `resolve` or the system has them; none if that failed."""
    given = {str(name).lower(): value for name, value in (members.get("resolve") or {}).items()}
    fixed = given.get("%s:%d" % (host, port), given.get(host))
    if fixed is not None:
        addresses = [str(address) for address in (fixed if isinstance(fixed, list) else [fixed])]
        report(Finding("name", "ok", "%s is %s (by resolve)" % (host, ", ".join(addresses))))
        return addresses
    family = {"4": socket.AF_INET, "6": socket.AF_INET6}.get(members.get("ip_version") or "", socket.AF_UNSPEC)
    try:
        found = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)})
    except (OSError, UnicodeError) as error:
        advice = "Is the name right, and does this machine's DNS know it? An address of numbers, or the key resolve, needs no DNS."
        report(Finding("name", "failed", "%s: %s" % (host, error), advice))
        return []
    report(Finding("name", "ok", "%s is %s" % (host, ", ".join(found))))
    return found


def _connection(addresses: List[str], host: str, port: int, members: Dict[str, Any], proxy: Optional[str]) -> Finding:
    where = "%s%s port %d" % ("the proxy " if proxy else "", host, port)
    if members.get("bind"):
        return Finding("connection", "skipped", "%s: the library alone connects from %s" % (where, members["bind"]))
    problem: Optional[OSError] = None
    for address in addresses:
        try:
            socket.create_connection((address, port), SECONDS).close()
            return Finding("connection", "ok", where)
        except OSError as error:
            problem = error
    advice = "Is the port right, is the server up, and does no firewall stand between? Some networks need the key proxy."
    return Finding("connection", "failed", "%s: %s" % (where, problem), advice)


def _tls(scheme: str, netloc: str, members: Dict[str, Any]) -> Finding:
    """By the library itself, which goes its own way and trusts whom it is told to; with a token that is none, so that
    nothing is given away."""
    way = {key: members[key] for key in WAY if key in members}
    config: Any = {"base_url": "%s://%s" % (scheme, netloc), "token": "meetgate-doctor", "timeout_ms": int(SECONDS * 1000), **way}
    with Avd.from_config(config) as probe:
        try:
            probe.raw_call("GET", "/")
        except _errors.TlsError as error:
            advice = (
                "A certificate that is self-signed or of a private authority is trusted with tls.ca_file or tls.pin_sha256, "
                "one of an authority of this system with tls.roots: see the guide on private networks."
            )
            return Finding("TLS", "failed", str(error), advice)
        except (_errors.NetworkError, _errors.Timeout) as error:
            advice = "Is this port one for https?" if scheme == "https" else "Is this port one for http?"
            if members.get("proxy"):
                advice = "Does the proxy let this through, and has it the right user and password?"
            return Finding("TLS", "failed", str(error), advice)
        except _errors.Error:
            pass
    if scheme != "https":
        return Finding("TLS", "skipped", "plain http", "Tokens and keys travel unencrypted: use it inside your network only.")
    return Finding("TLS", "ok", "the server is trusted")


def _clock(platform: str, address: str, port: int, netloc: str, is_tls: bool) -> Finding:
    connection: Union[http.client.HTTPConnection, http.client.HTTPSConnection]
    if is_tls:
        # Whom the library trusts it has checked itself, with settings that Python does not know. Only a date is read here.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(address, port, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(address, port, timeout=SECONDS)
    try:
        connection.request("HEAD", "/", headers={"Host": netloc})
        date = connection.getresponse().getheader("Date")
    except (OSError, http.client.HTTPException) as error:
        return Finding("clock", "skipped", "the server's time could not be read: %s" % error)
    finally:
        connection.close()
    parsed = email.utils.parsedate_tz(date) if date else None
    if parsed is None:
        return Finding("clock", "skipped", "the server's answer has no date")
    offset = round(time.time() - email.utils.mktime_tz(parsed))
    if abs(offset) <= 60:
        return Finding("clock", "ok", "%+d s from the server's" % offset)
    advice = "Set this machine's clock right (NTP)."
    if platform == "youme":
        advice += " The library signs with the server's time meanwhile, at the cost of a repeated call."
    return Finding("clock", "warning", "%+d s from the server's" % offset, advice)


def _credentials(client: config.AnyClient, members: Dict[str, Any]) -> Finding:
    """One call that changes nothing but, on hst, the token."""
    # The day is the platform's, which is in UTC+8 (Y19).
    today = time.strftime("%Y%m%d", time.gmtime(time.time() + 8 * 3600))
    trial = {
        "hst": ("hst.access.token", {}),
        "youme": ("youme.count_qos_by_day", {"QueryDate": today}),
        "avd": ("avd.app.get_licence_info", {}),
    }
    operation, params = trial[members["platform"]]
    try:
        client.call_text(operation, params)
    except _errors.AuthError as error:
        keys = {
            "hst": "Check dev_id and dev_secret in the platform's console.",
            "youme": "Check app_key, app_secret and rest_api_key.",
            "avd": "Check access_key and secret_key, or the token, with the site's administrator.",
        }
        return Finding("credentials", "failed", str(error), keys[members["platform"]])
    except _errors.ApiError as error:
        refused = "The platform took the request and refused it."
        if members["platform"] == "youme":
            refused += " It documents no numbers: check keys and clock, and quote request_id %s." % error.request_id
            return Finding("credentials", "failed", str(error), refused)
        return Finding("credentials", "warning", "%s: %s" % (operation, error), refused + " The credentials are good.")
    except _errors.Error as error:
        return Finding("credentials", "failed", "%s: %s" % (error.status, error), _advice(error))
    return Finding("credentials", "ok", "%s succeeded" % operation)


def _advice(error: _errors.Error) -> str:
    advice: Optional[str] = {
        "HTTP": "Is base_url the platform's, and not a proxy's or another server's?",
        "PROTOCOL": "Something answers that is not the platform: is base_url right?",
        "STORE": "Is the folder of token_store this user's and closed to others, or does its redis answer?",
        "TIMEOUT": "The server does not answer in time: is it overloaded, or is timeout_ms short?",
    }.get(error.status)
    return advice or "See the error numbers in docs/reference."
