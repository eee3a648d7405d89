"""Reading what a client sends: media type, encoding and size, each refused in its own way before anything is parsed."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable
from functools import lru_cache

from falcon.asgi import BoundedStream, Request

from ..errors import BadRequest, NotAcceptable, TooLarge, UnsupportedMediaType
from .exchange import current

_GZIP_WINDOW_BITS = 31  # 15 bits of window, plus 16 for a gzip header
_READ_BYTES = 65536
_MOST_MEMBERS = (
    1000  # what follows a member is copied for the next: without a bound, empty ones cost their square
)


def read_json_body(request: Request, most_bytes: int) -> Awaitable[bytes]:
    """The body, decompressed, of at most ``most_bytes`` before and after."""
    _check_media_type(request.content_type)
    return read_body(request, most_bytes)


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The same for any media type."""
    compressed = is_compressed(request)
    length = request.content_length
    if length is None:
        body = await _of_unknown_length(request.stream, most_bytes)
    elif length <= most_bytes:
        body = await request.stream.readall()
    else:
        raise _too_large(most_bytes)
    if not compressed:
        return body
    unpacked = gunzip(body, most_bytes)
    current().hold(len(unpacked), 2 * most_bytes)
    return unpacked


def is_compressed(request: Request) -> bool:
    """Whether the body is gzip; any other encoding is refused."""
    if b"content-encoding" not in current().sent or not (header := request.get_header("content-encoding")):
        return False
    encoding = header.strip().casefold()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise UnsupportedMediaType(
            f"Content-Encoding: {encoding[:40]} is not read here; send gzip or none", field="Content-Encoding"
        )
    return encoding != "identity"


def check_accept(request: Request) -> None:
    """Refuse clients that take no JSON."""
    if b"accept" not in current().sent:
        return
    accept = request.get_header("accept") or ""
    if accept.strip() in ("", "*/*"):
        return
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().casefold() for piece in part.split(";"))
        if media_type in ("application/json", "application/*", "*/*") and not is_refused(parameters):
            return
    raise NotAcceptable("the answer is application/json, which the Accept header leaves out", field="Accept")


def gunzip(body: bytes, most_bytes: int) -> bytes:
    """Decompress without ever holding more than the limit, so that a small bomb stays small."""
    parts: list[bytes] = []
    size = members = 0
    while body:
        member = zlib.decompressobj(_GZIP_WINDOW_BITS)
        try:
            part = member.decompress(body, most_bytes - size + 1)
        except zlib.error as error:
            raise BadRequest(f"the body is not gzip: {error}", code="invalid_encoding") from None
        size += len(part)
        members += 1
        if size > most_bytes:
            raise TooLarge(f"the body is over {most_bytes} bytes after decompression")
        if members > _MOST_MEMBERS:
            raise TooLarge(f"the gzip body has over {_MOST_MEMBERS} members; compress it as one")
        if not member.eof:
            raise BadRequest("the gzip body ends too early", code="invalid_encoding")
        parts.append(part)
        body = member.unused_data
    return b"".join(parts)


async def _of_unknown_length(stream: BoundedStream, most_bytes: int) -> bytes:
    body = bytearray()
    while chunk := await stream.read(_READ_BYTES):
        body += chunk
        if len(body) > most_bytes:
            raise _too_large(most_bytes)
    return bytes(body)


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge(f"the body is over {most_bytes} bytes; send fewer rows a request")


@lru_cache(maxsize=64)  # clients write it in few ways
def _check_media_type(header: str | None) -> None:
    if not header:
        return
    media_type, *parameters = (piece.strip().casefold() for piece in header.split(";"))
    if media_type != "application/json":
        raise UnsupportedMediaType(
            f"Content-Type: {media_type[:60]} is not read here; send application/json", field="Content-Type"
        )
    charset = next((value for value in parameters if value.startswith("charset=")), "charset=utf-8")
    if charset.partition("=")[2].strip('"') not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(
            f"Content-Type: {charset[:40]} is not read here; send UTF-8", field="Content-Type"
        )


def is_refused(parameters: list[str]) -> bool:
    """``;q=0`` means: anything but this."""
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    return quality.strip("0.") == "" and quality != ""
