"""``GET`` and ``POST /v1/explain``: every step to a row's numbers, with inputs, ranges and sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from ..engine import METHOD_VERSION, estimate
from ..engine.explained import explained
from ..errors import BadRequest, RowError
from ..schema import ImpactRow, parse_request, parse_rows
from ..schema.texts import fields_of_texts
from ..store import ApiKey
from .answers import send
from .bodies import check_accept, read_json_body
from .context import Context
from .impact import texts_of

#: An explanation is some hundred lines: more rows than this are asked for by mistake.
MOST_ROWS = 10


class ExplainResource:
    """Explains rows of the same shape as those of ``/v1/impact``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def on_get(self, request: Request, response: Response) -> None:
        """One row, its fields as query parameters; sizes of images separated by commas."""
        key = await self._admit(request)
        texts = texts_of(request)
        if not texts:
            raise BadRequest(
                "no row is given; send its fields as query parameters, such as ?model_id=gpt-4o&output_tokens=500",
                field="model_id",
            )
        await self._answer(key, response, parse_rows([fields_of_texts(texts)]))

    async def on_post(self, request: Request, response: Response) -> None:
        """Up to ten rows, in the body of ``/v1/impact``."""
        key = await self._admit(request)
        body = await read_json_body(request, self._context.settings.max_body_bytes)
        await self._answer(key, response, parse_request(body, MOST_ROWS))

    async def _admit(self, request: Request) -> ApiKey:
        key = await self._context.keys.authorise(request, "impact")
        check_accept(request)
        return key

    async def _answer(self, key: ApiKey, response: Response, rows: Sequence[ImpactRow | RowError]) -> None:
        await self._context.limits.take_rows(key, len(rows))
        result = estimate(rows, self._context.catalogs.of(key.customer_id))
        answers: list[dict[str, Any]] = []
        for number, row in enumerate(result.rows):
            if row.error is not None:
                error = {"code": row.error.code, "message": row.error.message, "field": row.error.field}
                answers.append({"error": {name: value for name, value in error.items() if value}})
            else:
                answers.append(explained(result, number))
        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", result.catalog_digest)
        send(response, msgspec.json.encode({"rows": answers, "has_errors": result.has_errors}))
