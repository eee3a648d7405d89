"""``POST /v1/traces``: spans by OTLP over HTTP. The results are for the ledger; exporters read none."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from falcon.asgi import Request, Response

from ..adapters import otel
from ..engine import Estimate
from ..errors import RowError, UnsupportedMediaType, WattdropError
from ..schema import ImpactRow, parse_rows
from ..schema.responses import TraceError
from .answers import set_error_headers
from .bodies import read_body
from .context import Context
from .description import Answer, Example, operation
from .description.rows import ESTIMATED, STORING
from .storing import storing

_MOST_CALLS_REMEMBERED: Final = 50_000  # some 20 MB
_MOST_PROBLEMS_SHOWN: Final = 3
_PROBLEM_CHARACTERS: Final = 300

_BINARY: Final = {"type": "string", "format": "binary"}
_SPAN: Final = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "chat gpt-4o",
    "startTimeUnixNano": "1772359200000000000",
    "endTimeUnixNano": "1772359203000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "100"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "500"}},
    ],
}
_EXAMPLE: Final = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [_SPAN]}]}]}
_REQUEST: Final = {
    "type": "object",
    "properties": {"resourceSpans": {"type": "array", "items": {"type": "object"}}},
}
_ANSWER: Final = {
    "type": "object",
    "properties": {
        "partialSuccess": {
            "type": "object",
            "properties": {
                "rejectedSpans": {"type": ["string", "integer"]},
                "errorMessage": {"type": "string"},
            },
        }
    },
}


class TracesResource:
    """Takes spans. Those of model calls become rows; the others are taken and forgotten."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._counted = RecentCalls(_MOST_CALLS_REMEMBERED)

    @operation(
        "exportTraces",
        "Integrations",
        "Spans of OpenTelemetry",
        text="OTLP over HTTP, as JSON or protobuf; the answer has the encoding of the request. Spans of model "
        "calls become rows "
        "of the ledger; all others are taken and forgotten.",
        scope="impact",
        parameters=STORING,
        body={otel.JSON: _REQUEST, otel.PROTOBUF: _BINARY},
        answers={
            200: Answer(
                "Taken; `partialSuccess` says what was not understood.",
                {otel.JSON: _ANSWER, otel.PROTOBUF: _BINARY},
                ESTIMATED,
            )
        },
        errors=(400, 401, 403, 413, 415, 429, 503),
        error_shape=TraceError,
        examples=(Example("one call", "One chat request", _EXAMPLE),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch, or say why not, in the encoding of the request."""
        media_type = (request.content_type or "").partition(";")[0].strip().casefold()
        response.content_type = media_type if media_type == otel.PROTOBUF else otel.JSON
        try:
            response.data = await self._answer(request, response, media_type)
        except WattdropError as error:
            response.status = error.status
            set_error_headers(response, error)
            response.data = otel.failure(error.status, error.message, error.field, response.content_type)

    async def _answer(self, request: Request, response: Response, media_type: str) -> bytes:
        context = self._context
        key = await context.keys.authorise(request, "impact")
        if media_type not in (otel.JSON, otel.PROTOBUF):
            raise UnsupportedMediaType(
                f"Content-Type: {media_type[:60] or 'none'} is not read here; send {otel.PROTOBUF} or {otel.JSON}",
                field="Content-Type",
            )
        body = await read_body(request, context.settings.max_body_bytes)
        span_ids: list[str] = []
        counted: list[otel.Counted] = []

        def parse() -> Sequence[ImpactRow | RowError]:
            batch = otel.batch_of(
                otel.spans_of(body, media_type),
                lambda trace_id: self._counted.of(key.customer_id, trace_id),
            )
            span_ids.extend(batch.span_ids)
            counted.extend(batch.counted)
            return parse_rows(batch.rows)

        def render(result: Estimate) -> bytes:
            errors = result.resolution.errors
            self._counted.add(key.customer_id, counted)
            return otel.success(len(errors), _problems(errors, span_ids), media_type)

        keep = storing(request, True)
        return await context.impacts.answer(key, response, keep, len(body), parse, render)


class RecentCalls:
    """Calls of the traces that were sent last, so that a parent in a later request is not counted beside them.

    Each process remembers what it saw, and nothing across restarts.
    """

    def __init__(self, most_calls: int) -> None:
        self._most_calls = most_calls
        self._calls = 0
        self._traces: OrderedDict[tuple[int, str], dict[str, otel.Counted]] = OrderedDict()
        self._lock = threading.Lock()  # large bodies are read on a thread

    def of(self, customer_id: int, trace_id: str) -> list[otel.Counted]:
        """Calls of a trace below spans that had not come."""
        with self._lock:
            return list(self._traces.get((customer_id, trace_id), {}).values())

    def add(self, customer_id: int, counted: Sequence[otel.Counted]) -> None:
        """Remember calls; one that is sent again is the same one. The traces seen longest ago are forgotten first."""
        with self._lock:
            for one in counted:
                key = customer_id, one.trace_id
                calls = self._traces.setdefault(key, {})
                self._calls += one.id not in calls
                calls[one.id] = one
                self._traces.move_to_end(key)
                while self._calls > self._most_calls:
                    _, forgotten = self._traces.popitem(last=False)
                    self._calls -= len(forgotten)


def _problems(errors: dict[int, RowError], span_ids: Sequence[str]) -> str:
    """The first problems, each once with the span that has it."""
    first: dict[str, str] = {}
    for number, error in sorted(errors.items()):
        message = error.message[:_PROBLEM_CHARACTERS]
        first.setdefault(message, f"span {span_ids[number] or 'without id'}: {message} [{error.code}]")
        if len(first) > _MOST_PROBLEMS_SHOWN:
            break
    return "; ".join(list(first.values())[:_MOST_PROBLEMS_SHOWN])
