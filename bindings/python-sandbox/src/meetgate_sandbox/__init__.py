"""The program meetgate-sandbox, which stands in for the platforms in tests."""

from __future__ import annotations

import os
import subprocess
import sys

__all__ = ["main", "path"]


def path() -> str:
    """Where it is."""
    name = "meetgate-sandbox.exe" if sys.platform == "win32" else "meetgate-sandbox"
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


def main() -> int:
    """Runs it in the place of this process."""
    command = [path(), *sys.argv[1:]]
    if sys.platform == "win32":
        return subprocess.call(command)
    os.execv(command[0], command)
