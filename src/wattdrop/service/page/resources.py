"""The parts of the page that have an address of their own, and ``/web/...``: the files that it loads."""

from __future__ import annotations

import asyncio

from falcon.asgi import Request, Response

from ...errors import NotFound
from ..content import send_content
from ..description import unlisted
from .files import PREFIX, by_address
from .frame import send_page


class PagePart:
    """An address of the page; its script shows the part that belongs to it."""

    def __init__(self, part: str) -> None:
        self._part = part

    @unlisted("the web page")
    async def on_get(self, request: Request, response: Response) -> None:
        """Send the page."""
        await send_page(request, response, self._part)


class FileResource:
    """Sends a file under the name that holds its hash; under that name it never changes."""

    @unlisted("files of the page")
    async def on_get(self, request: Request, response: Response, name: str) -> None:
        """Send one."""
        known = await asyncio.get_running_loop().run_in_executor(None, by_address)
        file = known.get(PREFIX + name)
        if file is None:
            raise NotFound(f"the page has no file {name[:80]!r}")
        response.set_header("Cache-Control", "public, max-age=31536000, immutable")
        response.set_header("Cross-Origin-Resource-Policy", "same-origin")
        send_content(request, response, file.content)
