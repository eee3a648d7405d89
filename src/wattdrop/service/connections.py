"""One connection of a client, with the limits that uvicorn leaves out: heads without end, clients that send or read too
slowly, too many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ..errors import BadRequest, Overloaded, WattdropError
from . import metrics
from .front import plain_error
from .gathering import Gathering
from .pace import Pace
from .settings import Settings

#: A body that brings fewer bytes than this in ``read_seconds`` is held up on purpose, or by a dead line.
_LEAST_BYTES: Final = 256

#: What may follow an answer that was given before the body had come (413, 401, ...) until the connection is closed.
_MOST_DISCARDED_BYTES: Final = 100_000_000


_VERSIONS: Final = frozenset({"1.0", "1.1"})


class _AfterTheHead:
    """Listens to the parser that reads a request a second time: its head is known, what follows it is not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_known = True
        self.on_body, self.on_message_complete = connection.on_body, connection.on_message_complete

    def on_message_begin(self) -> None:
        """A head begins."""
        if not self._is_known:
            self._connection.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Or a part of it."""
        if not self._is_known:
            self._connection.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        if not self._is_known:
            self._connection.on_header(name, value)

    def on_headers_complete(self) -> None:
        """The body begins."""
        if self._is_known:
            self._is_known = False
        else:
            self._connection.on_headers_complete()


class Connection(HttpToolsProtocol):
    """Made by ``protocol_of`` for the settings of the process.

    What a request calls five times of uvicorn's is called by its class: Python 3.11 makes an object for each ``super()``.
    """

    settings: Settings
    counted: Callable[[], None] | None = None
    """Called when there is one more or one less."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        seconds = self.settings.read_seconds
        self._reading = Pace(self.loop, seconds, self._is_sending, self._sends_too_slowly)
        self._writing = Pace(self.loop, seconds, self._is_taking, self._takes_too_slowly)
        self._idle = Pace(self.loop, self.timeout_keep_alive, lambda: False, self.timeout_keep_alive_handler)
        self._in_message = self._in_head = self._begins = False
        self._chunk_bytes = 0
        self._head_bytes = 0  # of the chunks that brought the head so far
        self._fields = 0  # of the head; what comes later are trailers
        self._received_bytes = 0  # since the last look at the clock
        self._discarded_bytes = 0
        self._untaken_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head, or refuse: more than so many are not kept."""
        self._gathering = Gathering(transport, self.loop)
        super().connection_made(self._gathering)
        self._count()
        if len(self.connections) > self.settings.max_connections:
            message = "the service has as many open connections as it may; try again in a moment"
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, Overloaded(message))
        else:
            self._reading.start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._reading.end()
        self._writing.end()
        self._idle.end()
        super().connection_lost(exc)
        self._count()

    def _count(self) -> None:
        counted = type(self).counted
        if counted is not None:
            counted()

    def data_received(self, data: bytes) -> None:
        """Parse, then see whether the head has become too large, or what follows the body."""
        self._idle.stop()
        size = len(data)
        if self.transport.is_closing() or (self._in_message and self._discards(size)):
            return
        self._received_bytes += size
        self._chunk_bytes = size
        self._parse(data)
        if self._in_head:
            # Of the chunk in which a head begins, an unknown part may be of the request before.
            self._head_bytes += self._bytes_of_head() if self._begins else size
            self._begins = False
            if self._head_bytes > self.settings.max_head_bytes:
                self._refuse_head()
        elif self.headers and len(self.headers) > self._fields:
            self._check_head()

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offered:
            self._stay(data[offered.args[0] :])
        except HttpParserError:
            self.send_400_response("")

    def _stay(self, rest: bytes) -> None:
        """Go on in HTTP/1.1 where a client offers another protocol, as Java's and curl's do (h2c): a request may have a
        body nevertheless, which the parser that met the offer takes for the other protocol. Another reads it.
        """
        framing = (b"content-length", b"transfer-encoding")
        fields = b"".join(b"%s: %s\r\n" % pair for pair in self.headers if pair[0] in framing)
        self.parser = HttpRequestParser(_AfterTheHead(self))
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % fields)
        self._parse(rest)

    def on_message_begin(self) -> None:
        """A head begins."""
        HttpToolsProtocol.on_message_begin(self)
        self._in_message = self._in_head = self._begins = True
        self._head_bytes = self._discarded_bytes = 0
        self._reading.start()

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        if self.parser.get_http_version() not in _VERSIONS:
            raise ValueError("another version")  # answered as what is no request
        self._in_head = False
        self._fields = len(self.headers)
        if self._head_bytes + self._chunk_bytes > self.settings.max_head_bytes:
            self._check_head()
            if self.transport.is_closing():
                raise ValueError("the head was refused")  # the parser reads no further
        HttpToolsProtocol.on_headers_complete(self)

    def on_message_complete(self) -> None:
        """The request is here; answering it may take its time."""
        if self.parser.should_upgrade():  # only its head is
            return
        self._in_message = False
        self._reading.stop()
        HttpToolsProtocol.on_message_complete(self)

    def on_response_complete(self) -> None:
        """Let the answer go: others that are ready at the same time must not hold it up. Then begin the next request.

        What uvicorn does here, but for the clock: it makes and cancels a timer of the loop with every request, which
        costs a twentieth of one.
        """
        self._gathering.flush()
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        else:
            self._idle.start()

    def pause_writing(self) -> None:
        """The client does not take what is written, for now."""
        super().pause_writing()
        self._untaken_bytes = self.transport.get_write_buffer_size()
        self._writing.start()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._writing.stop()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP, in the shape of every other error."""
        self._refuse(HTTPStatus.BAD_REQUEST, BadRequest("this is not an HTTP/1.1 request"))

    def _is_sending(self) -> bool:
        """Whether the body makes progress. Where we read no further ourselves, the client is not to blame."""
        received, self._received_bytes = self._received_bytes, 0
        in_body = self._in_message and not self._in_head
        return in_body and (self.flow.read_paused or received >= _LEAST_BYTES)

    def _sends_too_slowly(self) -> None:
        if not self._in_message:  # nothing was sent at all
            metrics.refused("idle")
            self.transport.close()
            return
        if self._is_answered() and not self._in_head:  # its own answer was sent before the body had come
            self.transport.close()
            return
        message = f"the request did not arrive within {self.settings.read_seconds} s; send it in one go"
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, WattdropError(message, code="request_timeout"))

    def _is_taking(self) -> bool:
        before, self._untaken_bytes = self._untaken_bytes, self.transport.get_write_buffer_size()
        return self._untaken_bytes < before

    def _takes_too_slowly(self) -> None:
        metrics.refused("not_taken")
        self.transport.abort()

    def _discards(self, size: int) -> bool:
        """Count what still comes after its answer; True where it is too much."""
        if self._in_message and not self._in_head and self._is_answered():
            self._discarded_bytes += size
            if self._discarded_bytes > _MOST_DISCARDED_BYTES:
                self.transport.close()
                return True
        return False

    def _is_answered(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None at first, whatever uvicorn's type says
        return cycle is not None and cycle.response_complete

    def _is_being_answered(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def _bytes_of_head(self) -> int:
        """Of its complete parts, trailers included."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _check_head(self) -> None:
        if self._bytes_of_head() > self.settings.max_head_bytes:
            self._refuse_head()

    def _refuse_head(self) -> None:
        message = f"the request line and headers are over {self.settings.max_head_bytes} bytes"
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, WattdropError(message, code="head_too_large")
        )

    def _refuse(self, status: HTTPStatus, error: WattdropError) -> None:
        """Answer, unless another answer is under way, and close."""
        if self.transport.is_closing():
            return
        metrics.refused(error.code)
        if not self._is_being_answered():
            body = plain_error(error)
            retry = "retry-after: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\n{retry}connection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self.transport.close()


def protocol_of(settings: Settings, counted: Callable[[], None] | None = None) -> type[asyncio.Protocol]:
    """The class of connections under these settings."""
    told = None if counted is None else staticmethod(counted)
    return type("Connection", (Connection,), {"settings": settings, "counted": told})
