"""`python -m meetgate`: calls operations, searches the catalog, and finds out why nothing works."""

from __future__ import annotations

import sys

from ._tool import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
