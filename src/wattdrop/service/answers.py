"""Writing what a client gets: JSON in the contract's shapes, for results and for every kind of failure."""

from __future__ import annotations

import logging
from typing import Any

import falcon
import msgspec
from falcon.asgi import App, Request, Response

from ..errors import (
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthorized,
    UnsupportedMediaType,
    WattdropError,
)
from ..schema import Error, ErrorDetails
from . import metrics
from .exchange import current

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()

_LATER = (429, 503)
_CODES_OF_STATUS = {
    kind.status: kind.default_code
    for kind in (NotFound, MethodNotAllowed, NotAcceptable, TooLarge, UnsupportedMediaType)
}


def encode(answer: msgspec.Struct) -> bytes:
    """Any answer as JSON. Absent fields are left out; NaN cannot occur, and would be null rather than invalid."""
    return _encoder.encode(answer)


def send(response: Response, body: bytes, status: int = 200) -> None:
    """Put a JSON body into a response."""
    response.status = status
    response.content_type = "application/json"
    response.data = body


def send_error(response: Response, status: int, error: Error) -> None:
    """Put an error into a response."""
    send(response, encode(error), status)


def add_error_handlers(app: App[Any, Any]) -> None:
    """One shape for everything that can fail. The most general handler is added first: later ones win."""
    app.add_error_handler(Exception, _unexpected)
    app.add_error_handler(falcon.HTTPError, _from_falcon)
    app.add_error_handler(WattdropError, _from_ours)


async def _from_ours(request: Request, response: Response, error: WattdropError, _: dict[str, Any]) -> None:
    details = ErrorDetails(reason=error.reason, field=error.field) if error.reason or error.field else None
    send_error(response, error.status, Error(code=error.code, message=error.message, details=details))
    set_error_headers(response, error)


def set_error_headers(response: Response, error: WattdropError) -> None:
    """What an error says beside its body: how to authorise, when to come again."""
    if isinstance(error, Unauthorized):
        response.set_header("WWW-Authenticate", "Bearer")
    if isinstance(error, RateLimited):
        response.set_header("Retry-After", str(error.retry_after_s))
    elif error.status in _LATER:
        response.set_header("Retry-After", "1")


def code_of(status: int) -> str:
    """The code of an error that another library made."""
    return _CODES_OF_STATUS.get(status, "bad_request" if status < 500 else "internal_error")


async def _from_falcon(
    request: Request, response: Response, error: falcon.HTTPError, _: dict[str, Any]
) -> None:
    for name, value in dict(error.headers or {}).items():
        response.set_header(name, value)
    code = code_of(error.status_code)
    message = error.description or error.title or code.replace("_", " ")
    if error.status_code == 404:
        message = f"no such path: {request.path[:200]}"
    if error.status_code == 405:
        message = f"{request.method} is not possible on {request.path[:200]}"
    send_error(response, error.status_code, Error(code=code, message=message))


def unexpected(error: Exception) -> WattdropError:
    """Note a fault of ours, and give what the client is told of it: nothing but where to look."""
    exchange = current()
    metrics.failed()
    named = {"request_id": exchange.id}
    _log.error("%s %s failed", exchange.method, exchange.template, exc_info=error, extra=named)
    return WattdropError("the service failed on this request; its log says why, under the request_id")


async def _unexpected(request: Request, response: Response, error: Exception, _: dict[str, Any]) -> None:
    told = unexpected(error)
    details = ErrorDetails(request_id=current().id)
    send_error(response, told.status, Error(code=told.code, message=told.message, details=details))
