"""The frame of the page: one HTML document for every address of it, under a policy that lets nothing in from elsewhere."""

from __future__ import annotations

import asyncio
import hashlib
import json
from base64 import b64encode
from functools import cache
from typing import Final, NamedTuple

from falcon.asgi import Request, Response

from ..content import Content, content_of, send_if_new
from .files import PREFIX, WEB, address, files

_BARE: Final = {"preact": "preact.js", "preact/hooks": "preact-hooks.js", "htm": "htm.js"}
"""Packages as scripts name them."""
_NO_MODULE: Final = "page/early.js"
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Vary": "Accept, Accept-Encoding",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Frame(NamedTuple):
    """The document, and what its policy has to know of it."""

    content: Content
    policy: str


async def send_page(request: Request, response: Response) -> None:
    """Answer with the page; which of its parts is shown, the script reads off the address."""
    frame = await asyncio.get_running_loop().run_in_executor(None, _frame)
    for name, value in _HEADERS.items():
        response.set_header(name, value)
    response.set_header("Content-Security-Policy", frame.policy)
    send_if_new(request, response, frame.content)


@cache
def _frame() -> Frame:
    import_map = _import_map()
    replaced = {
        "import-map": import_map,
        "preloads": "\n    ".join(f'<link rel="modulepreload" href="{one}">' for one in _at_once()),
    }
    text = (WEB / "page" / "index.html").read_text(encoding="utf-8")
    for name, file in files().items():
        text = text.replace(f'"{PREFIX}{name}"', f'"{file.address}"')
    for name, value in replaced.items():
        text = text.replace(f"<!-- {name} -->", value)
    return Frame(content_of("text/html; charset=utf-8", text.encode()), _policy(import_map))


def _import_map() -> str:
    """From the names that scripts use to the addresses with hashes."""
    scripts = {PREFIX + name: file.address for name, file in files().items()}
    bare = {name: address(f"vendor/{file}") for name, file in _BARE.items()}
    return json.dumps({"imports": {**bare, **scripts}}, separators=(",", ":"))


def _at_once() -> list[str]:
    """The modules of the page and the packages that they import: asked for together, not one after the other."""
    imported = {f"vendor/{file}" for file in _BARE.values()}
    return [
        file.address
        for name, file in files().items()
        if name in imported or (name.startswith("page/") and name.endswith(".js") and name != _NO_MODULE)
    ]


def _policy(import_map: str) -> str:
    """The map is the one script inside the document: it is allowed by its hash, and nothing else is."""
    digest = b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
