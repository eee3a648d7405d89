"""The body of a stream on its way to its answer: decompressed as it arrives, kept in a file, cut into blocks of lines."""

from __future__ import annotations

import asyncio
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Final

from falcon.asgi import Request

from ..errors import BadRequest, TooLarge

#: What is kept in memory before a temporary file is begun.
SPOOL_BYTES: Final = 4_000_000
_READ_BYTES: Final = 65_536
_MOST_LINE_BYTES: Final = 1_000_000
_GZIP_WINDOW_BITS: Final = 31


async def chunks_of(request: Request, compressed: bool, most_bytes: int) -> AsyncIterator[bytes]:
    """The body as it arrives, decompressed; ``most_bytes`` 0 is no limit."""
    size, inflating = 0, _Inflating() if compressed else None
    while chunk := await request.stream.read(_READ_BYTES):
        for part in inflating.pieces(chunk) if inflating else (chunk,):
            size += len(part)
            if most_bytes and size > most_bytes:
                raise TooLarge(f"the stream is over {most_bytes} bytes; send less at a time")
            yield part
    if inflating and not inflating.is_whole:
        raise BadRequest("the gzip body ends too early", code="invalid_encoding")


class _Inflating:
    """A gzip body as it arrives: member after member, because files of gzip may be put together."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)

    @property
    def is_whole(self) -> bool:
        """Whether the body may end here."""
        return self._member.eof

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Pieces of bounded size, whatever the ratio."""
        try:
            while chunk:
                if self._member.eof:
                    self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)
                yield self._member.decompress(chunk, _READ_BYTES)
                chunk = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise BadRequest(f"the body is not gzip: {error}", code="invalid_encoding") from None


class Spool:
    """Bytes on their way from a client to its answer: in memory while they are few, else in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by close()
        self._written = 0
        self._ended = False
        self._news = asyncio.Event()

    async def fill(self, body: AsyncIterator[bytes]) -> None:
        """Read everything that the client sends. What is wrong with it is raised here, after what was right."""
        try:
            async for chunk in body:
                self._file.seek(self._written)
                self._written += self._file.write(chunk)
                self._news.set()
        finally:
            self._ended = True
            self._news.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What has arrived, then what arrives."""
        read = 0
        while True:
            while read < self._written:
                self._file.seek(read)
                chunk = self._file.read(_READ_BYTES)
                read += len(chunk)
                yield chunk
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


async def blocks_of(body: AsyncIterator[bytes], most_rows: int) -> AsyncIterator[list[bytes]]:
    """Lines in blocks, as many as have arrived, at most so many; empty lines are left out."""
    rest = b""
    async for chunk in body:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MOST_LINE_BYTES:
            raise TooLarge(f"a line is over {_MOST_LINE_BYTES} bytes; send one row a line")
        kept = [line for line in lines if line.strip()]
        for start in range(0, len(kept), most_rows):
            yield kept[start : start + most_rows]
    if rest.strip():
        yield [rest]
