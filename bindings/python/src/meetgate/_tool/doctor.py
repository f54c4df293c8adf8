"""`doctor`: checks everything from the library to the credentials, and gives advice at each step that fails."""

from __future__ import annotations

import argparse
import email.utils
import http.client
import json
import socket
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional
from urllib.parse import urlsplit

from .. import _errors
from .._avd import Avd
from .._library import Library, LibraryError, describe_system, library
from .._options import FIRST_ADDRESS
from .._version import ABI_VERSION, __version__
from . import config

SECONDS = 5.0


class Finding(NamedTuple):
    check: str
    #: ok, warning, failed, skipped
    result: str
    detail: str
    advice: str = ""


def add_to(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="check library, name, connection, TLS, clock and credentials, and say what to do"
    )
    parser.add_argument("--config", metavar="CONFIG", help="the configuration: JSON, a file, or -")
    parser.add_argument("--platform", choices=sorted(config.CLIENTS), help="which one, where it holds several")
    parser.add_argument(
        "--no-credentials",
        action="store_true",
        help="do not try the credentials (on hst the trial fetches a token, which kills the account's older one)",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
    except config.UsageError as error:
        report(Finding("configuration", "skipped", str(error), "The rest needs one: see --help."))
        return
    try:
        client = config.client_of(members)
    except _errors.Error as error:
        report(Finding("configuration", "failed", str(error), "The keys: docs/reference/configuration.md."))
        return
    with client:
        report(Finding("configuration", "ok", members["platform"]))
        if not _reach(_address(members), members, report):
            return
        if options.no_credentials:
            report(Finding("credentials", "skipped", "--no-credentials"))
        else:
            report(_credentials(client, members))


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


def _reach(address: str, members: Dict[str, Any], report: Callable[[Finding], bool]) -> bool:
    url = urlsplit(address)
    host, is_tls = url.hostname or "", url.scheme == "https"
    port = url.port or (443 if is_tls else 80)
    try:
        found = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError) as error:
        advice = "Is the name right, and does this machine's DNS know it? An address of numbers needs no DNS."
        return report(Finding("name", "failed", "%s: %s" % (host, error), advice))
    report(Finding("name", "ok", "%s is %s" % (host, ", ".join(found))))
    try:
        socket.create_connection((host, port), SECONDS).close()
    except OSError as error:
        advice = "Is the port right, is the server up, and does no firewall stand between? Proxies are not supported yet."
        return report(Finding("connection", "failed", "%s port %d: %s" % (host, port, error), advice))
    report(Finding("connection", "ok", "%s port %d" % (host, port)))
    if not report(_tls(url.scheme, url.netloc)):
        return False
    report(_clock(members["platform"], host, port, is_tls))
    return True


def _tls(scheme: str, netloc: str) -> Finding:
    """By the library itself, which has authorities of its own; with a token that is none, so that nothing is given away."""
    if scheme != "https":
        return Finding("TLS", "skipped", "plain http", "Tokens and keys travel unencrypted: use it inside your network only.")
    probe = Avd(base_url="%s://%s" % (scheme, netloc), token="meetgate-doctor", timeout_ms=int(SECONDS * 1000))
    with probe:
        try:
            probe.raw_call("GET", "/")
        except _errors.TlsError as error:
            advice = (
                "The library trusts the public authorities only. A self-signed certificate or one of a private authority "
                "cannot be configured yet: use the http port inside your network."
            )
            return Finding("TLS", "failed", str(error), advice)
        except (_errors.NetworkError, _errors.Timeout) as error:
            return Finding("TLS", "failed", str(error), "Is this port one for https?")
        except _errors.Error:
            pass
    return Finding("TLS", "ok", "the certificate is trusted")


def _clock(platform: str, host: str, port: int, is_tls: bool) -> Finding:
    kind = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = kind(host, port, timeout=SECONDS)
    try:
        connection.request("HEAD", "/")
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
