"""What is the same for many, kept as it is and compressed, and sent as each client takes it."""

from __future__ import annotations

import gzip
import hashlib
from typing import NamedTuple

from falcon.asgi import Request, Response

from .bodies import is_refused


class Content(NamedTuple):
    """Bytes of a media type, as they are and compressed, and a tag that changes when they do."""

    media_type: str
    plain: bytes
    compressed: bytes
    tag: str


def content_of(media_type: str, plain: bytes) -> Content:
    """Compress it once; a process keeps it."""
    tag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
    return Content(media_type, plain, gzip.compress(plain, 9, mtime=0), tag)


def send_content(request: Request, response: Response, content: Content) -> None:
    """Send the bytes, compressed to whom takes that. How long they are kept, and who may see them, the caller says."""
    _say_what(response, content)
    if _takes_gzip(request.get_header("accept-encoding") or ""):
        response.set_header("Content-Encoding", "gzip")
        response.data = content.compressed
    else:
        response.data = content.plain


def send_if_new(request: Request, response: Response, content: Content) -> None:
    """The same under an address whose content may change: it is asked for again, and who has it already is told so."""
    response.set_header("Cache-Control", "no-cache")
    response.set_header("ETag", content.tag)
    if content.tag in (request.get_header("if-none-match") or ""):
        _say_what(response, content)
        response.status = 304
        return
    send_content(request, response, content)


def _takes_gzip(header: str) -> bool:
    for part in header.split(","):
        name, *parameters = (piece.strip().casefold() for piece in part.split(";"))
        if name == "gzip":
            return not is_refused(parameters)
    return False


def _say_what(response: Response, content: Content) -> None:
    response.content_type = content.media_type
    response.set_header("X-Content-Type-Options", "nosniff")
    response.append_header("Vary", "Accept-Encoding")
