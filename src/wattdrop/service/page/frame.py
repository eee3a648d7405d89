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
    "Vary": "Accept",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Frame(NamedTuple):
    """The document, and what its policy has to know of it."""

    content: Content
    policy: str


async def send_page(request: Request, response: Response, part: str) -> None:
    """Answer with the page; ``part`` is the folder of what the address shows, which is then asked for at once."""
    frame = await asyncio.get_running_loop().run_in_executor(None, _frame, part)
    for name, value in _HEADERS.items():
        response.set_header(name, value)
    response.set_header("Content-Security-Policy", frame.policy)
    send_if_new(request, response, frame.content)


@cache
def _frame(part: str) -> Frame:
    import_map = _import_map()
    replaced = {
        "import-map": import_map,
        "style": _style(part),
        "preloads": "\n    ".join(f'<link rel="modulepreload" href="{one}">' for one in _at_once(part)),
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


def _style(part: str) -> str:
    """What a part of the page has of styles beyond those that all share."""
    name = f"page/{part}/style.css"
    return f'<link rel="stylesheet" href="{address(name)}">' if name in files() else ""


def _at_once(part: str) -> list[str]:
    """The modules of one part of the page and what all parts share: asked for together, not one after the other."""
    folders = ("page", "page/parts", f"page/{part}")
    modules = [name for name in files() if name.endswith(".js") and name.rpartition("/")[0] in folders]
    packages = [f"vendor/{file}" for file in _BARE.values()]
    return [address(name) for name in (*modules, *packages) if name != _NO_MODULE]


def _policy(import_map: str) -> str:
    """The map is the one script inside the document: it is allowed by its hash, and nothing else is."""
    digest = b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
