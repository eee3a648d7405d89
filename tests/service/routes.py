"""Every route of the running application, walked from its router, so that tests reach those that come later too."""

from __future__ import annotations

import re
from typing import NamedTuple

import falcon.inspect

from wattdrop.service.front import Front

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """One method of one path; templates are filled in."""

    method: str
    path: str
    template: str


def routes_of(front: Front) -> list[Route]:
    app = front
    while not hasattr(app, "add_route"):
        app = app._app
    return [
        Route(
            method.method, re.sub(r"\{[^}]*\}", "x", re.sub(r"\{\w+:int\}", "99999", route.path)), route.path
        )
        for route in falcon.inspect.inspect_routes(app)
        for method in route.methods
        if method.method in _METHODS and not method.internal
    ]


def with_body(front: Front) -> list[Route]:
    """Those that read one."""
    return [route for route in routes_of(front) if route.method in ("POST", "PUT", "PATCH")]
