"""``POST /v1/log_json``: calls that LiteLLM logs. It runs inside the user's call, so row problems are answered with 200."""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import litellm
from ..engine import Estimate
from ..errors import TooLarge
from ..schema import NO_IMPACT, ImpactResponse, ModeledRow, check_row_count, parse_rows
from .answers import encode, send
from .bodies import read_json_body
from .context import Context
from .description import Example, operation
from .description.operation import json_answer
from .description.rows import ESTIMATED, STORING
from .storing import storing

_CALL = {"type": "object", "description": "A row of the Scope3 logger, or a standard logging payload."}
_BODY = {
    "anyOf": [
        {"type": "object", "required": ["rows"], "properties": {"rows": {"type": "array", "items": _CALL}}},
        {"type": "array", "items": _CALL},
        _CALL,
    ]
}
_LOGGED = {
    "model": "gpt-4o-mini",
    "custom_llm_provider": "openai",
    "call_type": "acompletion",
    "prompt_tokens": 20,
    "completion_tokens": 80,
}


class LogJsonResource:
    """One answered row per logged call; a call that inferred nothing (cache hit, failure) has no impact and no error."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "logJson",
        "Integrations",
        "Calls that LiteLLM logs",
        text="What LiteLLM's Scope3 logger and its generic API callback send: `{\"rows\": [...]}`, a list, one "
        "object, or one object "
        "a line. Fields that are not known are tags and change nothing. A cache hit or a failed call has no "
        "impact and no error.",
        scope="impact",
        parameters=STORING,
        body=_BODY,
        answers={200: json_answer("An answer for each call, in order.", ImpactResponse, *ESTIMATED)},
        errors=(400, 401, 403, 413, 415, 429, 503),
        examples=(
            Example(
                "logger",
                "The Scope3 logger",
                {"rows": [{"model_id": "gpt-4o", "managed_service_id": "openai", "input_tokens": 12, "output_tokens": 40,
                           "request_currency": "USD", "scope3_team": "search"}]},
            ),
            Example("callback", "The generic API callback", [_LOGGED]),
        ),
    )  # fmt: skip
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
