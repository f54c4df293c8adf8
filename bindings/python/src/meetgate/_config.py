"""A client's configuration on its way to the library, with the platform named in it."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from . import _json, _token_provider
from ._errors import CONFIGURATION, Subject
from ._token_provider import TokenProvider

#: A dict, or JSON text.
Config = Union[str, Mapping[str, Any]]


def read(platform: str, config: Config) -> Tuple[bytes, Optional[TokenProvider]]:
    """The configuration for the library, and the token provider that a dict may hold.

    The library judges the configuration. Only the platform is added here, or refused if it is another one.
    """
    if isinstance(config, str):
        return _json.c_string(_named(platform, config), "configuration", Subject()), None
    if not isinstance(config, Mapping):
        raise Subject("configuration").refuse("expected a dict or JSON text, got %s" % type(config).__name__)
    _check(platform, config.get("platform"))
    members: Dict[str, Any] = dict(config)
    if members.get("platform") is None:
        members["platform"] = platform
    provide = _token_provider.of_config(config)
    if provide is not None:
        members["token_provider"] = True
    return _json.encode(members, "configuration key", CONFIGURATION), provide


def async_threads(config: Config) -> int:
    """How many awaited calls run at once, by a configuration that the library has taken."""
    from ._options import ASYNC_THREADS

    members = json.loads(config[1:] if config.startswith("\ufeff") else config) if isinstance(config, str) else config
    given = members.get("async_threads")
    return ASYNC_THREADS if given is None else int(given)


def _named(platform: str, text: str) -> str:
    """The text with the platform added. Otherwise it stays as it is, so that the library sees every mistake in it."""
    try:
        # The library skips a byte order mark, Python does not.
        members = json.loads(text[1:] if text.startswith("\ufeff") else text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(members, dict):
        return text
    if "platform" in members:
        _check(platform, members["platform"])
        return text
    return text.replace("{", '{"platform":"%s"%s' % (platform, "," if members else ""), 1)


def _check(platform: str, given: Any) -> None:
    if isinstance(given, str) and given != platform:
        raise CONFIGURATION.refuse(
            'configuration key "platform": expected "%s", because this is its client, or nothing; got "%s"' % (platform, given)
        )
