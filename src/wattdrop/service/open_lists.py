"""Lists out of the shipped catalog in which nothing is a customer's own: made once, kept compressed, sent without a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from ..catalog import Catalog
from .bodies import check_accept
from .content import Content, content_of, send_if_new


def send_open_list(
    request: Request, response: Response, catalog: Catalog, name: str, made: Callable[[Catalog], Any]
) -> None:
    """Send what ``made`` makes of the catalog; under its name it is made once for each state of the data."""
    check_accept(request)

    def content() -> Content:
        return content_of("application/json", msgspec.json.encode(made(catalog)))

    response.set_header("x-wattdrop-catalog-digest", catalog.digest)
    send_if_new(request, response, catalog.remembered(name, content))
