"""``POST /``: a BigQuery remote function. Failures have BigQuery's own shape; a failing call costs its own reply only."""

from __future__ import annotations

import falcon
from falcon.asgi import Request, Response

from ..adapters import bigquery
from ..engine import Estimate
from ..errors import WattdropError
from ..schema import check_row_count, parse_json, parse_rows
from ..schema.positional import POSITIONS
from ..schema.warehouses import ImpactBigQueryError, ImpactBigQueryRequest, ImpactBigQueryResponse
from ..store import ApiKey
from .answers import send, set_error_headers, unexpected
from .bodies import read_json_body
from .context import Context
from .description import Example, operation, unlisted
from .description.operation import json_answer
from .description.rows import ESTIMATED, POSITIONAL, STORING
from .impacts import Rows
from .page import send_page
from .storing import storing

_ORDER = ", ".join(f"`{name}`" for name in POSITIONS)


class BigQueryResource:
    """Answers calls in their order. BigQuery decides how many come at a time, up to ``max_batch_rows``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @unlisted("the web page")
    async def on_get(self, request: Request, response: Response) -> None:
        """A browser that opens the address of the service gets the page; everything else may only POST."""
        if "text/html" not in (request.get_header("accept") or ""):
            raise falcon.HTTPMethodNotAllowed(["POST"])
        await send_page(request, response, "calculator")

    @operation(
        "calculateImpactBigQuery",
        "Integrations",
        "BigQuery remote function",
        text=f"Each call holds 17 to 21 positional arguments in this order: {_ORDER}. SQL NULL and empty text mean absent; "
        "images are one text. A call that fails costs its own reply only. The key may be `userDefinedContext.api_key`, "
        "because BigQuery puts an identity of its own into the header.",
        scope="impact",
        parameters=STORING,
        body=ImpactBigQueryRequest,
        answers={200: json_answer("One text a call.", ImpactBigQueryResponse, *ESTIMATED)},
        errors=(400, 401, 403, 413, 415, 429, 500, 503),
        error_shape=ImpactBigQueryError,
        examples=(
            Example(
                "one call",
                "One call",
                {"requestId": "124ab1c", "caller": "//bigquery.googleapis.com/projects/p/jobs/p:US.j", "sessionUser":
                 "user@example.com", "calls": [POSITIONAL]},
            ),
        ),
    )  # fmt: skip
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
