"""Which resource answers a path, noted with the request; what the router needs no search for it finds at once."""

from __future__ import annotations

from typing import Any

from falcon.routing import CompiledRouter

from .exchange import UNKNOWN_PATH, current
from .paths import refuse_unexpanded

_Found = tuple[object, Any, dict[str, Any], str | None]


class Router(CompiledRouter):
    """Falcon's router; middleware would do the same at the price of a coroutine for each request."""

    def __init__(self) -> None:
        super().__init__()
        self._plain: dict[str, _Found] = {}
        """Paths without parameters that were asked for."""

    def find(self, uri: str, req: Any = None) -> _Found | None:
        """Find it, and note which path of ours it is: ``/model/{id}``, never the path as sent."""
        found = self._plain.get(uri)
        if found is None:
            if "{" in uri:
                refuse_unexpanded(uri)
            found = super().find(uri, req)
            if found is None:
                return None
            if found[3] == uri:
                self._plain[uri] = found
        current().template = found[3] or UNKNOWN_PATH
        return found
