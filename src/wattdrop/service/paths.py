"""Paths as real clients write them: repeated slashes, trailing slashes, and templates that were never filled in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import quote

from falcon.asgi import Request, Response

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


class RefuseUnexpanded:
    """The id was lost on the client's side, so no server can serve it; say so and name the way out."""

    async def process_request(self, request: Request, response: Response) -> None:
        """Refuse ``/model/{modelId}`` before any object could be picked for it."""
        if "{" not in request.path or not _UNEXPANDED.search(request.path):
            return
        kind = request.path.strip("/").partition("/")[0]
        raise NotFound(
            f"the path {request.path[:100]} still holds its template: version 0.3.0 of the Python client never fills "
            f'in path parameters. Call client.execute_request("/{kind}/<id>", ...) with the id in the path',
            code="unexpanded_path_template",
        )
