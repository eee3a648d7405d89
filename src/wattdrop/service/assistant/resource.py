"""``/mcp``: streamable HTTP. Each request is answered by itself with JSON; there are no sessions and no streams.

The SDK speaks ASGI. It is given the request after the service has authorised and read it, so that keys, limits, log and
metrics are those of every other path.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from falcon.asgi import Request, Response

from ...engine import Estimate
from ...errors import NotFound
from ...schema import Error
from ...store import ApiKey
from ..answers import code_of, send_error
from ..bodies import read_body
from ..context import Context
from ..description import Answer, Example, operation
from ..description.operation import json_answer
from ..description.rows import STORING
from ..storing import Storing, storing
from .callers import Rows

if TYPE_CHECKING:
    from ...catalog import Catalog

#: Of the request as it came: what was decoded is another body, and the SDK has no use for a key.
_KEPT_BACK: Final = frozenset(
    {b"authorization", b"x-api-key", b"x-scope3-api-key", b"content-encoding", b"content-length"}
)
_BYTES_PER_ROW: Final = 300
_MESSAGE: Final[dict[str, Any]] = {"type": "object", "description": "A message of JSON-RPC 2.0."}


class AssistantResource:
    """Tools for assistants."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "assistant",
        "Integrations",
        "Tools for assistants",
        text="Model Context Protocol, streamable HTTP without sessions: one message of JSON-RPC, answered with "
        "JSON. `Accept` must "
        "name `application/json` and `text/event-stream`. Needs the package's extra `mcp` on the server.",
        scope="impact",
        parameters=STORING,
        body=_MESSAGE,
        answers={
            200: json_answer("The answer.", _MESSAGE),
            202: Answer("A notification, which has no answer."),
            **{
                status: json_answer("What is wrong with the message.", _MESSAGE) for status in (400, 406, 415)
            },
        },
        errors=(401, 403, 404, 413, 429, 503),
        examples=(
            Example(
                "tools",
                "List the tools",
                {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
                headers={"Accept": "application/json, text/event-stream"},
                recorded=False,
            ),
        ),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a message."""
        key = await self._context.keys.authorise(request, "impact")
        if find_spec("mcp") is None:
            raise NotFound(
                "/mcp needs one more package on the server: pip install 'wattdrop[mcp]'", code="missing_extra"
            )
        most_bytes = self._context.settings.max_body_bytes
        body = await read_body(request, most_bytes)
        # The first import takes a second, which other requests need not wait for.
        await asyncio.get_running_loop().run_in_executor(None, _import_sdk)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from .server import server_for

        server = server_for(Customer(self._context, key, response, storing(request, False)))
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=most_bytes
        )
        sent = _Sent()
        async with manager.run():
            await manager.handle_request(_scope(request), _received(body), sent)
        sent.put_into(response)


class Customer:
    """The holder of a key."""

    def __init__(self, context: Context, key: ApiKey, response: Response, storing: Storing) -> None:
        self._context = context
        self._key = key
        self._response = response
        self._storing = storing
        self.most_rows = context.settings.max_rows

    @property
    def catalog(self) -> Catalog:
        """With what the customer added."""
        return self._context.catalogs.of(self._key.customer_id)

    def may(self, scope: str) -> bool:
        """By the key's scopes."""
        return scope in self._key.scopes

    async def estimate(self, rows: Rows) -> Estimate:
        """As for every other path that estimates."""
        estimates: list[Estimate] = []

        def render(result: Estimate) -> bytes:
            estimates.append(result)
            return b""

        size_bytes = _BYTES_PER_ROW * len(rows)
        await self._context.impacts.answer(
            self._key, self._response, self._storing, size_bytes, lambda: rows, render
        )
        return estimates[0]


class _Sent:
    """What the SDK answers, collected."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._body = bytearray()

    async def __call__(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode().lower(), value.decode()) for name, value in message.get("headers", ())
            ]
        else:
            self._body += message.get("body", b"")

    def put_into(self, response: Response) -> None:
        is_json = self._body.lstrip().startswith(b"{")
        if self._status >= 400 and not is_json:  # the SDK says some things in plain text
            said = self._body.decode(errors="replace")[:200]
            message = said or "this is no message of the Model Context Protocol"
            send_error(response, self._status, Error(code=code_of(self._status), message=message))
            return
        response.status = self._status
        response.data = bytes(self._body)
        for name, value in self._headers:
            if name == "content-type":
                response.content_type = value
            elif name != "content-length":
                response.set_header(name, value)


def _import_sdk() -> None:
    from . import server  # noqa: F401

    # It tells at this level of every message; the service's own log has a line for each.
    logging.getLogger("mcp").setLevel(logging.WARNING)


def _scope(request: Request) -> dict[str, Any]:
    headers = [(name, value) for name, value in request.scope["headers"] if name not in _KEPT_BACK]
    return {**request.scope, "headers": headers}


def _received(body: bytes) -> Any:
    """The body once; then nothing, because whether the client is still there shows when it is answered."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}  # pragma: no cover

    return receive
