"""What every request passes first and last: its id, its clock, its share of memory, its line in log, metrics and traces."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from http import HTTPStatus
from typing import Any, Final

from ..errors import BadRequest, WattdropError
from ..schema import Error, ErrorDetails
from . import limits, logs, metrics
from .answers import encode, unexpected
from .description.routes import DescribedApp
from .exchange import Exchange, Memory, begin, end
from .lifecycle import Lifecycle
from .paths import AsgiApp, Receive, Scope, Send, tidy
from .settings import Settings
from .tracing import Tracing

#: Only in log and metrics, as nginx has it: the connection closed before the request was here, so nobody was answered.
_CLIENT_GONE: Final = 499


class Front:
    """The outermost layer of the application."""

    def __init__(
        self,
        app: DescribedApp,
        lifecycle: Lifecycle,
        settings: Settings,
        tracing: Tracing | None = None,
    ) -> None:
        self._app: AsgiApp = app
        self.described = app
        self._memory = Memory(settings.max_buffered_bytes)
        self._most_body_bytes = settings.max_body_bytes
        self._tracing = tracing
        self.lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass other events on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope["method"], dict(reversed(scope["headers"])), self._memory)
        span = self._tracing.begin(scope, exchange) if self._tracing else None
        outer = begin(exchange)
        metrics.begun()

        async def counted_receive() -> Mapping[str, Any]:
            message = await receive()
            if message["type"] == "http.disconnect":
                exchange.gone = exchange.awaits_body
                if exchange.body_begun and exchange.awaits_body:  # half a body must not pass for a whole one
                    raise BadRequest("the connection closed before the body was complete")
                return message
            size = len(message.get("body", b""))
            exchange.body_begun = True
            exchange.awaits_body = message.get("more_body", False)
            exchange.body_bytes += size
            exchange.hold(size, self._most_body_bytes)
            return message

        def marked_send(message: dict[str, Any]) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = message["headers"]
                headers.append((b"x-request-id", exchange.id.encode()))
                if exchange.limits:
                    headers += limits.headers(exchange)
                if self.lifecycle.leaving:
                    headers.append((b"connection", b"close"))
            else:
                exchange.sent_bytes += len(message.get("body", b""))
            return send(message)

        try:
            await self._app(tidy(scope), counted_receive, marked_send)
        except asyncio.CancelledError:  # the time to drain is over
            if exchange.status:
                raise  # half an answer cannot be mended: the server closes the connection
            message = "the service stopped before the answer was ready; send the request again"
            await _send_error(marked_send, 503, WattdropError(message, code="stopping"), exchange.id)
        except Exception as error:
            # Before there is a request object nobody handles errors: the first bytes of a body may find no room.
            if exchange.status:
                raise
            told = error if isinstance(error, WattdropError) else unexpected(error)
            await _send_error(marked_send, told.status, told, exchange.id)
        finally:
            if exchange.gone or not exchange.status:
                exchange.status = _CLIENT_GONE
            exchange.finish()
            end(outer)
            metrics.answered(exchange)
            logs.access(exchange)
            if self._tracing:
                self._tracing.end(span, exchange)


def plain_error(error: WattdropError, request_id: str = "") -> bytes:
    """An error as a body, for places where no request object exists."""
    details = ErrorDetails(reason=error.reason, field=error.field, request_id=request_id or None)
    shown = details if details != ErrorDetails() else None
    return encode(Error(code=error.code, message=error.message, details=shown))


async def _send_error(send: Send, status: int, error: WattdropError, request_id: str) -> None:
    body = plain_error(error, request_id)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
