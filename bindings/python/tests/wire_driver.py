#!/usr/bin/env python3
"""Does what a test says, line by line, by the generated methods: see tests/drivers/mod.rs for the lines and the answers."""

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


class Script:
    """A token provider that gives scripted answers, and keeps the dead tokens that it was told."""

    def __init__(self, answers):
        self.answers = json.loads(answers)
        self.told = []

    def __call__(self, dead_token):
        answer = self.answers[min(len(self.told), len(self.answers) - 1)]
        self.told.append(dead_token)
        if "token" not in answer:
            raise LookupError(answer["fails"])
        return answer["token"], answer.get("lifetime_s")


class Session:
    def __init__(self):
        self.clients = {}
        self.scripts = {}

    def obey(self, line):
        verb, name, rest = (line + " ").split(" ", 2)
        return getattr(self, verb)(name, rest[:-1]) or ""

    def new(self, name, config):
        self.free(name, "")
        self.clients[name] = CLIENTS[json.loads(config)["platform"]].from_config(config)

    def call(self, name, rest):
        operation, params = rest.split(" ", 1)
        return meetgate.text_of(method_of(self.clients[name], operation)(**arguments_of(params)))

    def set_token(self, name, token):
        self.clients[name].set_token(token)

    def provide(self, name, answers):
        self.scripts[name] = Script(answers)
        self.clients[name].set_token_provider(self.scripts[name])

    def asked(self, name, _):
        return json.dumps(self.scripts[name].told)

    def info(self, name, _):
        return meetgate.text_of(self.clients[name].info())

    def free(self, name, _):
        if name in self.clients:
            self.clients.pop(name).close()


def main():
    session = Session()
    for line in sys.stdin.buffer:
        try:
            status, reply = "OK", session.obey(line.decode().rstrip("\n"))
        except meetgate.Error as error:
            status, reply = error.status, json.dumps(error.document, ensure_ascii=False)
        answer = reply.encode()
        sys.stdout.buffer.write(b"%s %d\n%s\n" % (status.encode(), len(answer), answer))
        sys.stdout.buffer.flush()
    for client in session.clients.values():
        client.close()


if __name__ == "__main__":
    main()
