"""``GET /docs``: the description as a page to read and try, from files of the package alone.

The viewer is Swagger UI: of four that were tried the only one that runs without inline styles and scripts; it is released
every few weeks, and its operations are buttons that a keyboard reaches. docs/decisions/0006-swagger-ui.md compares.
"""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path
from typing import Final

from falcon.asgi import Request, Response

from ...errors import NotFound
from ..content import Content, content_of, send_if_new
from .operation import Answer, operation, unlisted

WEB: Final = Path(__file__).parent.parent / "web"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing evaluated, nothing from elsewhere; ``data:`` images are icons in Swagger UI's style sheet."""

_PAGE: Final = "docs.html"
_FILES: Final = {
    _PAGE: "text/html; charset=utf-8",
    "docs.css": "text/css; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "swagger-ui/swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}
_PATHS: Final = {Path(name).name: name for name in _FILES if name != _PAGE}


class PageResource:
    """The page itself."""

    @operation(
        "docs",
        "Service",
        "This description as a page",
        text="To read and to try, with your own key; works offline.",
        answers={200: Answer("The page.", {"text/html": {"type": "string"}})},
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Send it."""
        await _send(request, response, _PAGE)
        response.set_header("Content-Security-Policy", POLICY)
        response.set_header("Referrer-Policy", "no-referrer")


class AssetResource:
    """The files that the page loads."""

    @unlisted("files of the page")
    async def on_get(self, request: Request, response: Response, name: str) -> None:
        """Send one."""
        if name not in _PATHS:
            raise NotFound(f"the page has no file {name[:80]!r}")
        await _send(request, response, _PATHS[name])


async def _send(request: Request, response: Response, name: str) -> None:
    asset = await asyncio.get_running_loop().run_in_executor(None, _asset, name)
    send_if_new(request, response, asset)


@cache
def _asset(name: str) -> Content:
    """Read once; a process keeps it."""
    return content_of(_FILES[name], (WEB / name).read_bytes())
