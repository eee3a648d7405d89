"""Which operations the service really has: read off the routes that the application registers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import falcon.asgi

from .objects import Served
from .operation import Operation

METHODS = ("get", "put", "post", "delete", "patch")


class Route(NamedTuple):
    """One method of one path."""

    path: str
    """As OpenAPI writes it: ``/model/{id}``, without the converters of the router."""
    method: str
    operation: Operation | None
    unlisted: str
    template: str
    """The router's path that answers it: one responder may answer for several paths of the description."""


class DescribedApp(falcon.asgi.App[Any, Any]):
    """A falcon application that remembers its routes, so that it can describe them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._resources: list[tuple[str, object, str]] = []

    def add_route(self, uri_template: str, resource: object, **options: Any) -> None:
        """Register a route, as falcon does."""
        super().add_route(uri_template, resource, **options)
        self._resources.append((uri_template, resource, options.get("suffix") or ""))

    def routes(self) -> Iterator[Route]:
        """Every method of every path, in the order of registration."""
        for template, resource, suffix in self._resources:
            own: Iterable[Served] = getattr(resource, "operations", ())
            answered = re.sub(r"\{(\w+):[^}]*\}", r"{\1}", template)
            for one in own:
                yield Route(one.path, one.method, one.operation, "", answered)
            for method in METHODS:
                if any(one.method == method for one in own):
                    continue
                responder = getattr(resource, f"on_{method}_{suffix}" if suffix else f"on_{method}", None)
                if responder is not None:
                    yield Route(
                        answered,
                        method,
                        getattr(responder, "operation", None),
                        getattr(responder, "unlisted", ""),
                        answered,
                    )


def listed(routes: Iterator[Route]) -> Mapping[tuple[str, str], Operation]:
    """Operations by path and method, without those that are left out."""
    return {(one.path, one.method): one.operation for one in routes if one.operation is not None}
