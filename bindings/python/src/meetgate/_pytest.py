"""pytest finds it by itself: the fixture `meetgate_sandbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

import pytest

if TYPE_CHECKING:
    from .testing import Sandbox


@pytest.fixture(scope="session")
def meetgate_sandbox() -> Iterator[Sandbox]:
    """The sandbox, started once for all tests: `meetgate_sandbox.avd()` is a client of it."""
    from ._sandbox import NoSandbox
    from .testing import Sandbox

    try:
        sandbox = Sandbox()
    except NoSandbox as error:
        pytest.fail(str(error), pytrace=False)
    with sandbox:
        yield sandbox
