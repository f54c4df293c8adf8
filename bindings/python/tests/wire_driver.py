#!/usr/bin/env python3
"""Calls one operation through its generated method: wire_driver.py NAME CONFIG PARAMS

Prints the status, a line feed, and the reply exactly as it came. For the test that compares the languages on the wire."""

import json
import keyword
import re
import sys
from decimal import Decimal

import meetgate

CLIENTS = {"hst": meetgate.Hst, "youme": meetgate.Youme, "avd": meetgate.Avd}


def method_of(client, name):
    """`avd.room.del` is `avd.room.del_`."""
    found = client
    for part in name.split(".")[1:]:
        found = getattr(found, part + "_" if keyword.iskeyword(part) else part)
    return found


def argument_of(wire):
    """`UserId` is `user_id`, `from` is `from_`."""
    name = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", wire).lower()
    return name + "_" if keyword.iskeyword(name) else name


def arguments_of(params):
    """Decimals keep their digits: `0.50` must leave as `0.50`."""
    return {argument_of(wire): value for wire, value in json.loads(params, parse_float=Decimal).items()}


def main():
    name, config, params = sys.argv[1:]
    with CLIENTS[name.split(".")[0]].from_config(config) as client:
        try:
            status, reply = "OK", meetgate.text_of(method_of(client, name)(**arguments_of(params)))
        except meetgate.Error as error:
            status, reply = error.status, json.dumps(error.document, ensure_ascii=False)
    sys.stdout.buffer.write(("%s\n%s" % (status, reply)).encode())


if __name__ == "__main__":
    main()
