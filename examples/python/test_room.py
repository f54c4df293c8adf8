"""Tests of a program that uses meetgate, against the sandbox. Run them with ``pytest`` in this folder.

They need the packages ``pytest`` and ``meetgate`` (``pip install ./bindings/python``) and the program ``meetgate-sandbox``;
``meetgate_sandbox.py`` says where it is looked for.
"""

import meetgate
import pytest


def test_a_room_that_is_created_can_be_read(sandbox):
    with meetgate.Avd.from_config(sandbox.configurations["avd"]) as avd:
        room_id = avd.room.create(user_id="16", topic="周会")["room_id"]
        assert avd.room.read(room_id=room_id)["data"]["topic"] == "周会"


def test_what_is_done_when_the_platform_fails(sandbox):
    sandbox.add_fault("avd.room.read", "number", code=41002, times=1)
    with meetgate.Avd.from_config(sandbox.configurations["avd"]) as avd:
        # The client would repeat what only reads, and the failure would not be seen.
        with pytest.raises(meetgate.ApiError) as raised:
            avd.with_options(max_attempts=1).room.read(room_id="12345123456")
        assert raised.value.code == 41002
        assert avd.room.read(room_id="12345123456")["ret"] == 0
