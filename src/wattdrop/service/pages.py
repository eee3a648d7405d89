"""Pages of long lists: ``limit`` and ``offset`` in the address, the number of all and the address of the next in headers.

In headers, because strict clients refuse fields that the contract does not have.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from falcon.asgi import Request

from ..errors import BadRequest
from ..schema.entities import LIST_LIMIT
from ..store.windows import Window

_MOST_OFFSET: Final = 10_000_000


def window_of(request: Request) -> Window:
    """The part that a request asks for; the first page where it does not say."""
    return Window(
        _whole(request, "limit", LIST_LIMIT, 1, LIST_LIMIT), _whole(request, "offset", 0, 0, _MOST_OFFSET)
    )


def headers_of(request: Request, window: Window, total: int) -> dict[str, str]:
    """How many entries there are in all, and where the next page is."""
    headers = {"x-total-count": str(total)}
    next_offset = window.offset + window.limit
    if next_offset < total:
        query = {**request.params, "limit": window.limit, "offset": next_offset}
        headers["link"] = f'<{request.path}?{urlencode(query, doseq=True)}>; rel="next"'
    return headers


def _whole(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.get_param(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise BadRequest(
            f"{name}: expected a whole number from {least} to {most:,}, got {text[:40]!r}", field=name
        )
    return int(text)
