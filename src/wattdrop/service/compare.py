"""``POST /v1/compare``: rows beside each other, and whether they differ by more than is not known of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from falcon.asgi import Request, Response

from ..catalog import Catalog
from ..engine import METHOD_VERSION, compare
from ..engine.compared import compared
from ..errors import RowError
from ..schema import ImpactRow
from ..schema.comparisons import MOST_COMPARED, CompareRequest, CompareResponse, parse_comparison
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .context import Context
from .description import Example, operation
from .description.operation import json_answer
from .description.rows import VERSIONS

_WORK = {"input_tokens": 1000, "output_tokens": 500}
_MODELS = [
    {"label": "large", "model_id": "llama_v31_405b", **_WORK},
    {"label": "small", "model_id": "llama_v31_8b", **_WORK},
]
_PLACES = [{"label": code, "model_id": "gpt-4o", **_WORK, "country": code} for code in ("PL", "FR")]


class CompareResource:
    """Compares rows of the same shape as those of ``/v1/impact``; none is stored."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._threads = ThreadPoolExecutor(1, "wattdrop-compare")

    @operation(
        "compare",
        "Impact",
        "Rows beside each other",
        text=f"The same work on 2 to {MOST_COMPARED} models, services, places or hours. Each row is answered with its "
        "totals and ranges, its rank, and its ratio to the row that has the least, with a range of its own: what is not "
        "known of both rows, such as the size of the model that they share, cancels in it. Nothing is stored.",
        scope="impact",
        body=CompareRequest,
        answers={200: json_answer("An answer for each row, in order.", CompareResponse, *VERSIONS)},
        errors=(400, 401, 403, 406, 413, 415, 429, 503),
        examples=(
            Example("models", "Two models", {"rows": _MODELS}),
            Example("places", "Two countries", {"rows": _PLACES}),
        ),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Compare the rows of a body."""
        key = await self._context.keys.authorise(request, "impact")
        check_accept(request)
        body = await read_json_body(request, self._context.settings.max_body_bytes)
        rows, labels = parse_comparison(body)
        await self._context.limits.take_rows(key, len(rows))
        catalog = self._context.catalogs.of(key.customer_id)
        answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, _answer, rows, labels, catalog
        )
        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", catalog.digest)
        send(response, answer)


def _answer(rows: Sequence[ImpactRow | RowError], labels: Sequence[str | None], catalog: Catalog) -> bytes:
    """The answer. The first one for a model takes some hundredths of a second, which other requests must not wait for."""
    return encode(compared(compare(rows, catalog), labels))
