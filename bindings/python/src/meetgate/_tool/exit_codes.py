"""What the command line ends with."""

from __future__ import annotations

from typing import Dict

from .._errors import Error

OK = 0
FAILED = 1
USAGE = 2
AUTH = 3
NETWORK = 4
PLATFORM = 5
#: As a shell has it for a program that Ctrl-C has ended.
INTERRUPTED = 130
#: And for one whose reader went away, such as `head`.
PIPE_CLOSED = 141

_OF_STATUS: Dict[str, int] = {
    "INVALID_ARGUMENT": USAGE,
    "INVALID_CONFIG": USAGE,
    "AUTH": AUTH,
    "NETWORK": NETWORK,
    "TLS": NETWORK,
    "TIMEOUT": NETWORK,
    "API": PLATFORM,
    "HTTP": PLATFORM,
    "PROTOCOL": PLATFORM,
}

TABLE = """\
Exit codes:
  0    all is well
  1    something else failed, such as a file or the token store
  2    the command line, a parameter or the configuration cannot be right; nothing was sent
  3    the platform refused the credentials, or no token could be had
  4    no connection, no trust (TLS), or no answer in time
  5    the platform answered with an error, or not as it documents
  130  stopped by Ctrl-C
  141  nobody reads the output any more"""


def of(error: Error) -> int:
    return _OF_STATUS.get(error.status, FAILED)
