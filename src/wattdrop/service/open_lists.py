"""Lists out of the shipped catalog in which nothing is a customer's own: made once, kept compressed, sent without a key."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from ..catalog import Catalog
from .answers import send
from .bodies import check_accept


def send_open_list(
    request: Request, response: Response, catalog: Catalog, name: str, made: Callable[[Catalog], Any]
) -> None:
    """Send what ``made`` makes of the catalog; under its name it is made once for each state of the data."""
    check_accept(request)

    def encoded() -> tuple[bytes, bytes]:
        plain = msgspec.json.encode(made(catalog))
        return plain, gzip.compress(plain, mtime=0)

    plain, compressed = catalog.remembered(name, encoded)
    packed = "gzip" in (request.get_header("accept-encoding") or "")
    send(response, compressed if packed else plain)
    if packed:
        response.set_header("Content-Encoding", "gzip")
    response.set_header("x-wattdrop-catalog-digest", catalog.digest)
    response.set_header("Vary", "Accept-Encoding")
    response.set_header("Cache-Control", "no-cache")
