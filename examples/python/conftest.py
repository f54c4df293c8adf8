"""A sandbox for each test that asks for one: pytest finds this file beside the tests."""

import pytest
from meetgate_sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running
