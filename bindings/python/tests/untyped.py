"""Operations of hst that a catalog may not have yet, called by their paths. With a catalog that has them, this does nothing."""

from __future__ import annotations

import contextlib
import io
from typing import Any, NamedTuple
from unittest import mock

from meetgate import _catalog, _tool
from meetgate._tool import config

PATHS = {
    "hst.record.task.list": ("GET", "/v1/record/task/list"),
    "hst.record.file.download.url": ("GET", "/v1/record/file/download/url"),
    "hst.record.finish": ("POST", "/v1/record/finish"),
    "hst.live.list": ("GET", "/v1/live/list"),
    "hst.live.stop": ("POST", "/v1/live/stop"),
}

IS_TYPED = all(_catalog.operation(operation) is not None for operation in PATHS)


class ByPath:
    """A client that sends these operations as raw calls."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def __enter__(self) -> ByPath:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def with_options(self, **options: Any) -> ByPath:
        return ByPath(self._client.with_options(**options))

    def call(self, operation: str, params: Any) -> Any:
        method, path = PATHS[operation]
        given = {name: value for name, value in params.items() if value is not None}
        return self._client.raw_call(method, path, **{"query" if method == "GET" else "body": given})


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str


def tool(*arguments: str) -> Ended:
    """The command line in this process."""
    made = config.client_of
    client_of = made if IS_TYPED else lambda configuration: ByPath(made(configuration))
    out, err = io.StringIO(), io.StringIO()
    with mock.patch("meetgate._tool.config.client_of", client_of), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _tool.main(list(arguments))
    return Ended(code, out.getvalue(), err.getvalue())
