"""`sandbox`: the platforms on this machine, for tests."""

from __future__ import annotations

import sys
from typing import List

from .. import _sandbox
from . import exit_codes

SUMMARY = "run the sandbox: the platforms on this machine, for tests (pip install 'meetgate[sandbox]')"


def run(given: List[str]) -> int:
    """With the program's own arguments; `--help` is its, too."""
    try:
        return _sandbox.run(given)
    except (_sandbox.NoSandbox, OSError) as error:
        print(error, file=sys.stderr)
        return exit_codes.FAILED
