"""``GET`` and ``POST /v1/explain``: every step to a row's numbers, with inputs, ranges and sources."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..engine import METHOD_VERSION
from ..engine.api import estimate_checked
from ..engine.explained import explained
from ..errors import RowError
from ..schema import ImpactRow, parse_request, parse_rows
from ..schema.explanations import MOST_EXPLAINED, ExplainRequest, ExplainResponse
from ..store import ApiKey
from .answers import send
from .bodies import check_accept, read_json_body
from .context import Context
from .description import Example, operation
from .description.operation import json_answer
from .description.rows import QUERY, TEXT, VERSIONS
from .queries import fields_of, texts_of


class ExplainResource:
    """Explains rows of the same shape as those of ``/v1/impact``."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._threads = ThreadPoolExecutor(1, "wattdrop-explain")

    @operation(
        "explainRow",
        "Evidence",
        "Every step to one row's numbers",
        text="The row's fields are query parameters.",
        scope="impact",
        row_in_query=True,
        answers={200: json_answer("The explanation.", ExplainResponse, *VERSIONS)},
        errors=(400, 401, 403, 406, 429),
        examples=(Example("text", "A chat request", query=QUERY),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """One row, its fields as query parameters; sizes of images separated by commas."""
        key = await self._admit(request)
        await self._answer(key, response, parse_rows([fields_of(texts_of(request))]))

    @operation(
        "explain",
        "Evidence",
        "Every step to the numbers of a few rows",
        text=f"At most {MOST_EXPLAINED} rows. Each is answered with its totals, what was chosen where it left "
        f"something open, every "
        "formula as it ran with its inputs, and all sources in full.",
        scope="impact",
        body=ExplainRequest,
        answers={200: json_answer("An explanation for each row, in order.", ExplainResponse, *VERSIONS)},
        errors=(400, 401, 403, 406, 413, 415, 429, 503),
        examples=(Example("text", "A chat request", {"rows": [TEXT]}),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Up to ten rows, in the body of ``/v1/impact``."""
        key = await self._admit(request)
        body = await read_json_body(request, self._context.settings.max_body_bytes)
        await self._answer(key, response, parse_request(body, MOST_EXPLAINED))

    async def _admit(self, request: Request) -> ApiKey:
        key = await self._context.keys.authorise(request, "impact")
        check_accept(request)
        return key

    async def _answer(self, key: ApiKey, response: Response, rows: Sequence[ImpactRow | RowError]) -> None:
        await self._context.limits.take_rows(key, len(rows))
        catalog = self._context.catalogs.of(key.customer_id)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._threads, _explained, rows, catalog)
        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", catalog.digest)
        send(response, body)


def _explained(rows: Sequence[ImpactRow | RowError], catalog: Catalog) -> bytes:
    """The answer. The first one for a model takes a tenth of a second, which other requests must not wait for."""
    answers = explanations(rows, catalog)
    return msgspec.json.encode({"rows": answers, "has_errors": any("error" in one for one in answers)})


def explanations(rows: Sequence[ImpactRow | RowError], catalog: Catalog) -> list[dict[str, Any]]:
    """Of each row its explanation, or why it has none."""
    result = estimate_checked(rows, catalog)
    answers: list[dict[str, Any]] = []
    for number, row in enumerate(result.rows):
        if row.error is not None:
            error = {"code": row.error.code, "message": row.error.message, "field": row.error.field}
            answers.append({"error": {name: value for name, value in error.items() if value}})
        else:
            answers.append(explained(result, number))
    return answers
