"""Every route of the running application, walked from its router, so that tests reach those that come later too."""

from __future__ import annotations

import re
from typing import NamedTuple

from falcon.inspect import RouteInfo, inspect_compiled_router, inspect_routes, register_router

from wattdrop.service.front import Front
from wattdrop.service.routing import Router

register_router(Router)(inspect_compiled_router)

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """One method of one path; templates are filled in."""

    method: str
    path: str
    template: str


def registered(front: Front) -> list[RouteInfo]:
    """As falcon knows them."""
    return inspect_routes(front.described)


def routes_of(front: Front) -> list[Route]:
    return [
        Route(
            method.method, re.sub(r"\{[^}]*\}", "x", re.sub(r"\{\w+:int\}", "99999", route.path)), route.path
        )
        for route in registered(front)
        for method in route.methods
        if method.method in _METHODS and not method.internal
    ]


def with_body(front: Front) -> list[Route]:
    """Those that read one."""
    return [route for route in routes_of(front) if route.method in ("POST", "PUT", "PATCH")]
