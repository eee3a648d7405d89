"""Paths as real clients write them: repeated slashes, trailing slashes, and templates that were never filled in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from ..errors import NotFound

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_ASCII: Final = "".join(map(chr, range(33, 127)))
_UNEXPANDED = re.compile(r"\{[A-Za-z]+\}")


def tidy(scope: Scope) -> Scope:
    """A base URL that ends in ``/`` makes ``//v1/impact``; it is answered as ``/v1/impact``, never redirected.

    HEAD is answered as GET is: the server leaves the body out. Programs that watch a service often ask so.
    """
    if scope["method"] == "HEAD":
        scope = {**scope, "method": "GET"}
    if "//" in scope["path"]:
        scope = {**scope, "path": re.sub(r"/{2,}", "/", scope["path"])}
    if not scope["query_string"].isascii():  # falcon fails on what is not UTF-8
        scope = {**scope, "query_string": quote(scope["query_string"], safe=_ASCII).encode()}
    return scope


def refuse_unexpanded(path: str) -> None:
    """Refuse ``/model/{modelId}``: the id was lost on the client's side, so no server can serve it. Name the way out."""
    if not _UNEXPANDED.search(path):
        return
    kind = path.strip("/").partition("/")[0]
    raise NotFound(
        f"the path {path[:100]} still holds its template: version 0.3.0 of the Python client never fills "
        f'in path parameters. Call client.execute_request("/{kind}/<id>", ...) with the id in the path',
        code="unexpanded_path_template",
    )
