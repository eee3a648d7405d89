"""``POST /v1/snowflake``: a Snowflake external function. Row numbers come back as they came, in order."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import snowflake
from ..engine import Estimate
from ..schema import check_row_count, parse_json, parse_rows
from ..schema.warehouses import SnowflakeRequest, SnowflakeResponse
from .answers import send
from .bodies import read_json_body
from .context import Context
from .description import Example, Parameter, operation
from .description.operation import json_answer
from .description.rows import ESTIMATED, POSITIONAL, STORING
from .impacts import Rows
from .storing import storing

#: Headers that SQL sets arrive under this prefix.
_KEY_HEADER = "sf-custom-api-key"


class SnowflakeResource:
    """Answers numbered rows. Snowflake decides how many come at a time, up to ``max_batch_rows``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "calculateImpactSnowflake",
        "Integrations",
        "Snowflake external function",
        text="Each row is its number and 17 to 21 arguments in the order of `POST /`; numbers come back as they came.",
        scope="impact",
        parameters=(Parameter(_KEY_HEADER, "The key, as SQL can send it.", place="header"), *STORING),
        body=SnowflakeRequest,
        answers={200: json_answer("Each number with its answer.", SnowflakeResponse, *ESTIMATED)},
        errors=(400, 401, 403, 413, 415, 429, 503),
        examples=(Example("one row", "One row", {"data": [[0, *POSITIONAL]]}),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch."""
        custom = (request.get_header(_KEY_HEADER) or "").strip()
        keys = self._context.keys
        key = await (keys.admit(custom, "impact") if custom else keys.authorise(request, "impact"))
        settings = self._context.settings
        body = await read_json_body(request, settings.max_body_bytes)
        data: list[object] = []

        def parse() -> Rows:
            check_row_count(body, "data", settings.max_batch_rows)
            data.extend(snowflake.data_of(parse_json(body)))
            return parse_rows(snowflake.rows_of(data))

        def render(result: Estimate) -> bytes:
            return snowflake.answer(data, result.response().rows)

        store = (request.get_header("sf-custom-store") or "").casefold() == "true"
        keep = storing(request, store, request.get_header("sf-external-function-query-batch-id") or "")
        send(response, await self._context.impacts.answer(key, response, keep, len(body), parse, render))
