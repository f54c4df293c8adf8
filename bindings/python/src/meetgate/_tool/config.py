"""Where the command line's configuration comes from."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, Iterator, Optional, Tuple, Type, Union

from .. import _errors
from .._avd import Avd
from .._config import is_object, members_of
from .._hst import Hst
from .._youme import Youme
from . import given_files, spelling
from .tool_catalog import SECRET_KEYS
from .usage_error import UsageError

VARIABLE = "MEETGATE_CONFIG"
#: Before a secret key's name in capitals: `MEETGATE_SECRET_KEY`.
PREFIX = "MEETGATE_"

AnyClient = Union[Hst, Youme, Avd]
CLIENTS: Dict[str, Type[AnyClient]] = {"hst": Hst, "youme": Youme, "avd": Avd}


class NoConfiguration(UsageError):
    """None was given."""


def read(given: Optional[str], platform: Optional[str], otherwise: Optional[str] = None) -> Any:
    """One configuration. Where it holds those of several platforms, `platform` says which; `otherwise` is that of a configuration which
    does not say it."""
    text = given if given is not None else os.environ.get(VARIABLE)
    # One that is given but empty, such as an unset variable of a shell's, is a mistake, and not none.
    if text is None or (given is None and not text):
        raise NoConfiguration("no configuration: give --config, or set %s" % VARIABLE)
    config = _object(_content(text))
    if "platform" not in config and config and set(config) <= set(CLIENTS):
        name = platform or (next(iter(config)) if len(config) == 1 else otherwise)
        if name is None:
            raise UsageError("the configuration holds several platforms: say which with --platform")
        if name not in config:
            raise UsageError("the configuration holds nothing for %s" % name)
        config = dict(config[name], platform=name)
    if platform is not None or otherwise is not None:
        config.setdefault("platform", platform or otherwise)
    if config.get("platform") not in CLIENTS:
        raise UsageError('the configuration\'s "platform" must be one of %s' % ", ".join(CLIENTS))
    if platform is not None and config["platform"] != platform:
        raise UsageError("the configuration is for %s, not for %s" % (config["platform"], platform))
    for name, value in _secrets(config["platform"]):
        if name in config:
            raise UsageError('both the configuration and the variable %s have "%s": which one is meant?' % (PREFIX + name.upper(), name))
        config[name] = value
    return config


def _secrets(platform: str) -> Iterator[Tuple[str, str]]:
    """Those that the environment has, so that a configuration need not hold them."""
    for name in SECRET_KEYS[platform]:
        value = os.environ.get(PREFIX + name.upper())
        if value:
            yield name, value


def client_of(config: Any) -> AnyClient:
    try:
        client: AnyClient = CLIENTS[config["platform"]].from_config(config, parse_float=spelling.Number)
    except _errors.InvalidConfig:
        # The library does not know where they came from.
        variables = [PREFIX + name.upper() for name, _ in _secrets(config["platform"])]
        if variables:
            print("the configuration has keys from the environment: %s" % ", ".join(variables), file=sys.stderr)
        raise
    return client


def _content(text: str) -> str:
    if is_object(text):
        return text
    if any(sign in text for sign in '{"\n') and not os.path.exists(text):
        # JSON that is not whole, or is quoted twice, has secrets in it. The name of no file shows them.
        raise UsageError("the configuration is neither JSON, which begins with {, nor a file that is there")
    return given_files.text_of(text, "the configuration")


def _object(text: str) -> Dict[str, Any]:
    try:
        value = members_of(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("the configuration is not valid JSON: %s" % error) from None
    if not isinstance(value, dict):
        raise UsageError("the configuration is not a JSON object")
    return value
