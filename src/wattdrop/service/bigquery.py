"""``POST /``: a BigQuery remote function. Failures have BigQuery's own shape; a failing call costs its own reply only."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import bigquery
from ..engine import Estimate
from ..errors import Overloaded, RateLimited, Unauthorized, WattdropError
from ..schema import parse_json, parse_rows
from ..store import ApiKey
from .answers import send, unexpected
from .bodies import read_json_body
from .context import Context
from .storing import storing


class BigQueryResource:
    """Answers calls in their order. Batches have no limit of rows: BigQuery decides their size."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch of calls."""
        try:
            send(response, await self._answer(request, response))
        except Exception as error:  # noqa: BLE001 - a fault of ours has BigQuery's shape too
            told = error if isinstance(error, WattdropError) else unexpected(error)
            send(response, bigquery.error(told.message), told.status)
            if isinstance(error, Unauthorized):
                response.set_header("WWW-Authenticate", "Bearer")
            if isinstance(error, RateLimited | Overloaded):
                response.set_header("Retry-After", "1")

    async def _answer(self, request: Request, response: Response) -> bytes:
        body = await read_json_body(request, self._context.settings.max_body_bytes)
        decoded = parse_json(body)
        key = self._admitted(request, decoded)
        calls = bigquery.calls_of(decoded)

        def render(result: Estimate) -> bytes:
            return bigquery.replies(result.response().rows)

        # A query that estimates a log again is no new use; BigQuery repeats calls, and its requestId names them.
        keep = storing(request, bigquery.stores(decoded), bigquery.request_id_of(decoded))
        return await self._context.impacts.answer(
            key, response, keep, len(body), lambda: parse_rows(bigquery.rows_of(calls)), render
        )

    def _admitted(self, request: Request, decoded: object) -> ApiKey:
        """The key of the function's options; else that of the headers, where BigQuery puts an identity of its own."""
        key = bigquery.key_of(decoded)
        keys = self._context.keys
        return keys.admit(key, "impact") if key else keys.authorise(request, "impact")
