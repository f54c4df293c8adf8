"""Where the sandbox is."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from typing import List

VARIABLE = "MEETGATE_SANDBOX"


class NoSandbox(Exception):
    """It is not installed."""


def program() -> str:
    """The path of meetgate-sandbox: the one that the variable names; else that of the wheel; else one on the PATH."""
    named = os.environ.get(VARIABLE)
    if named:
        return named
    try:
        # A wheel of its own, which may not be there.
        path = import_module("meetgate_sandbox").path
    except ImportError:
        found = shutil.which("meetgate-sandbox")
        if found is None:
            raise NoSandbox(
                "meetgate-sandbox is not here: pip install 'meetgate[sandbox]', or set %s to its path" % VARIABLE
            ) from None
        return found
    return str(path())


def run(arguments: List[str]) -> int:
    """In the place of this process, so that a signal reaches it."""
    command = [program(), *arguments]
    if sys.platform == "win32":
        import subprocess

        return subprocess.call(command)
    sys.stdout.flush()
    os.execv(command[0], command)
