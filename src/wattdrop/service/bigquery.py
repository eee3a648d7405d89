"""``POST /``: a BigQuery remote function. Failures have BigQuery's own shape; a failing call costs its own reply only."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import bigquery
from ..engine import Estimate
from ..errors import WattdropError
from ..schema import check_row_count, parse_json, parse_rows
from ..store import ApiKey
from .answers import send, set_error_headers, unexpected
from .bodies import read_json_body
from .context import Context
from .impacts import Rows
from .storing import storing


class BigQueryResource:
    """Answers calls in their order. BigQuery decides how many come at a time, up to ``max_batch_rows``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch of calls."""
        try:
            send(response, await self._answer(request, response))
        except Exception as error:  # noqa: BLE001 - a fault of ours has BigQuery's shape too
            told = error if isinstance(error, WattdropError) else unexpected(error)
            send(response, bigquery.error(told.message), told.status)
            set_error_headers(response, told)

    async def _answer(self, request: Request, response: Response) -> bytes:
        settings = self._context.settings
        body = await read_json_body(request, settings.max_body_bytes)
        envelope = bigquery.envelope_of(body)
        key = await self._admitted(request, envelope)

        def parse() -> Rows:
            check_row_count(body, "calls", settings.max_batch_rows)
            return parse_rows(bigquery.rows_of(bigquery.calls_of(parse_json(body))))

        def render(result: Estimate) -> bytes:
            return bigquery.replies(result.response().rows)

        # A query that estimates a log again is no new use; BigQuery repeats calls, and its requestId names them.
        keep = storing(request, envelope.stores, envelope.name)
        return await self._context.impacts.answer(key, response, keep, len(body), parse, render)

    async def _admitted(self, request: Request, envelope: bigquery.Envelope) -> ApiKey:
        """The key of the function's options; else that of the headers, where BigQuery puts an identity of its own."""
        keys, key = self._context.keys, envelope.key
        return await (keys.admit(key, "impact") if key else keys.authorise(request, "impact"))
