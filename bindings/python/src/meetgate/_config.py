"""A client's configuration on its way to the library, with the platform named in it."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from . import _json, _token_provider
from ._errors import CONFIGURATION, Subject
from ._token_provider import TokenProvider

#: A dict; the path of a file; or JSON text.
Config = Union[str, "os.PathLike[str]", Mapping[str, Any]]

#: With a byte order mark.
_BLANKS = "\ufeff \t\r\n"
_FILE = Subject(status="IO")
_EXPECTED = "expected a dict, the path of a JSON file, or JSON text"


def read(platform: str, config: Config) -> Tuple[bytes, Optional[TokenProvider]]:
    """The configuration for the library, and the token provider that a dict may hold.

    The library judges the configuration. Only the platform is added here, or refused if it is another one.
    """
    if isinstance(config, (str, os.PathLike)):
        return _json.c_string(_named(platform, text_of(config)), "configuration", Subject()), None
    if not isinstance(config, Mapping):
        raise Subject("configuration").refuse("%s, got %s" % (_EXPECTED, type(config).__name__))
    _check(platform, config.get("platform"))
    members: Dict[str, Any] = dict(config)
    if members.get("platform") is None:
        members["platform"] = platform
    provide = _token_provider.of_config(config)
    if provide is not None:
        members["token_provider"] = True
    return _json.encode(members, "configuration key", CONFIGURATION), provide


def text_of(config: Union[str, "os.PathLike[str]"]) -> str:
    """JSON text as it is; a file's, where it is a path. No path begins as JSON does."""
    if isinstance(config, str) and config.lstrip(_BLANKS)[:1] in ("{", "[", '"'):
        return config
    try:
        with open(config, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError:
        raise CONFIGURATION.refuse("the configuration file %s is not UTF-8" % os.fspath(config)) from None
    except (OSError, ValueError) as error:
        if isinstance(config, str) and not _may_be_a_path(config):
            # It may hold secrets, so it is not shown.
            raise CONFIGURATION.refuse("configuration: %s; this text is neither" % _EXPECTED) from None
        why = getattr(error, "strerror", None) or str(error)
        raise _FILE.refuse("the configuration file %s cannot be read: %s" % (os.fspath(config), why)) from None
    if not is_object(text):
        raise CONFIGURATION.refuse("the configuration file %s holds no JSON object" % os.fspath(config))
    return text


def is_object(text: str) -> bool:
    return text.lstrip(_BLANKS).startswith("{")


def _may_be_a_path(text: str) -> bool:
    return text.endswith(".json") or ("/" in text or os.sep in text) and not set(text) & set("\n\"{}[]=")


def members_of(text: str) -> Any:
    """JSON text read. The library skips a byte order mark, Python does not."""
    return json.loads(text[1:] if text.startswith("\ufeff") else text)


def async_threads(config: Config) -> int:
    """How many awaited calls run at once, by a configuration that the library has taken; not by a path."""
    from ._options import ASYNC_THREADS

    members: Any = members_of(config) if isinstance(config, str) else config
    given = members.get("async_threads")
    return ASYNC_THREADS if given is None else int(given)


def _named(platform: str, text: str) -> str:
    """The text with the platform added. Otherwise it stays as it is, so that the library sees every mistake in it."""
    try:
        members = members_of(text)
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
