"""``POST /v1/log_json``: calls that LiteLLM logs. It runs inside the user's call, so row problems are answered with 200."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import litellm
from ..engine import Estimate
from ..errors import TooLarge
from ..schema import NO_IMPACT, ModeledRow, check_row_count, parse_rows
from .answers import encode, send
from .bodies import read_json_body
from .context import Context
from .storing import storing


class LogJsonResource:
    """One answered row per logged call; a call that inferred nothing (cache hit, failure) has no impact and no error."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch of logged calls."""
        context = self._context
        keys, impacts, settings = context.keys, context.impacts, context.settings
        key = await keys.authorise(request, "impact")
        body = await read_json_body(request, settings.max_body_bytes)
        check_row_count(body, "rows", settings.max_rows)
        records = litellm.records_of(body, settings.max_rows)
        if len(records) > settings.max_rows:
            raise TooLarge(f"{len(records)} calls, at most {settings.max_rows} in one request", field="rows")
        inferred = [record.row for record in records if not record.skipped]

        def render(result: Estimate) -> bytes:
            answer = result.response()
            modelled = iter(answer.rows)
            answer.rows = [
                ModeledRow(total_impact=NO_IMPACT) if record.skipped else next(modelled) for record in records
            ]
            return encode(answer)

        keep = storing(request, True)
        send(
            response,
            await impacts.answer(key, response, keep, len(body), lambda: parse_rows(inferred), render),
        )
