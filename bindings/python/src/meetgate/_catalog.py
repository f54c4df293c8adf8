"""The catalog as the library tells it."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from ._library import library


def document() -> Dict[str, Any]:
    """All of it."""
    found: Dict[str, Any] = json.loads(library().catalog())
    return found


def operation(name: str) -> Optional[Dict[str, Any]]:
    """One operation; None where there is none of that name."""
    found: Dict[str, Any]
    for found in document()["operations"]:
        if found["name"] == name:
            return found
    return None


def kinds(name: str) -> Dict[str, str]:
    """The types of an operation's parameters; none of an operation that is none."""
    found = operation(name)
    return {} if found is None else {field["name"]: field["type"] for field in found["params"]}
