"""``/v1/impact``: rows in, impact out. Row problems are answered inside a 200, beside the other rows.

``GET`` answers one row of query parameters, for spreadsheets whose formulas can fetch an address and nothing else.
"""

from __future__ import annotations

from falcon.asgi import Request, Response

from ..adapters import sheets
from ..engine import Estimate
from ..errors import BadRequest, NotAcceptable
from ..schema import ImpactRequest, ImpactResponse, parse_request, parse_rows
from .answers import encode, send
from .bodies import check_accept, read_json_body
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.operation import json_answer
from .description.rows import BATCHES, DEBUG, ESTIMATED, QUERY, RANGES, STORING
from .queries import fields_of, flag, texts_of
from .storing import storing

_CONTENT_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "value": "text/plain; charset=utf-8",
}


class ImpactResource:
    """Estimates batches."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "getImpactOfRow",
        "Impact",
        "Impact of one row, for spreadsheets",
        text="The row's fields are query parameters, also in their other spellings. In `csv` and `value` a row "
        "error is text, "
        "with status 200, so that a cell shows it.",
        scope="impact",
        parameters=(
            Parameter(
                "format",
                "Form of the answer.",
                {"type": "string", "enum": list(sheets.FORMATS), "default": "json"},
            ),
            Parameter(
                "metric",
                "What `format=value` answers.",
                {"type": "string", "enum": list(sheets.METRICS), "default": "energy"},
            ),
            Parameter(
                "key", "A key with the scope `impact`, where no header can be sent. Addresses are logged."
            ),
            DEBUG,
            RANGES,
            *STORING,
        ),
        row_in_query=True,
        answers={
            200: Answer(
                "The impact.",
                {
                    "application/json": ImpactResponse,
                    "text/csv": {"type": "string", "description": "A line of names and a line of numbers."},
                    "text/plain": {"type": "string", "description": "One number, or `error: ...`."},
                },
                ESTIMATED,
            )
        },
        errors=(400, 401, 403, 429),
        examples=(
            Example("json", "As JSON", query=QUERY),
            Example("csv", "As two lines of CSV", query={**QUERY, "format": "csv"}),
            Example("value", "As one number", query={**QUERY, "format": "value", "metric": "carbon"}),
        ),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """One row, as JSON, as two lines of CSV, or as one number."""
        texts = texts_of(request)
        keys, impacts = self._context.keys, self._context.impacts
        in_address = texts.get("key", "").strip()
        key = await (keys.admit(in_address, "impact") if in_address else keys.authorise(request, "impact"))
        form, metric = sheets.format_of(texts.get("format", "")), sheets.metric_of(texts.get("metric", ""))
        fields = {
            name: text for name, text in texts.items() if name not in sheets.OPTIONS and name != "store"
        }
        row = fields_of(fields)
        debug, ranges = flag(request, "debug"), flag(request, "ranges")

        def render(result: Estimate) -> bytes:
            if form == "json":
                return encode(result.response(debug, ranges))
            (row,) = result.response().rows
            return sheets.as_csv(row) if form == "csv" else sheets.as_value(row, metric)

        answer = await impacts.answer(
            key, response, storing(request, False), 0, lambda: parse_rows([row]), render
        )
        send(response, answer)
        response.content_type = _CONTENT_TYPES[form]
        response.cache_control = ["no-store"] if in_address else []

    @operation(
        "getImpact",
        "Impact",
        "Impact of a batch of rows",
        text='Rows of any mix of models and tasks; null and `""` mean that a field is absent. A row that cannot '
        "be computed "
        "carries an `error` and zero totals, `has_errors` is true, and the other rows are computed. Other "
        "spellings of fields "
        "that clients send are read too: `input_audio_duration_s`, `requestTime`, `request_time`, "
        "`start_time_utc`, "
        '`model_id_used`, `request_currency`, and `{"model": {"id": ...}, "hosting": {"service": ...}}`.',
        scope="impact",
        parameters=(DEBUG, RANGES, *STORING),
        body=ImpactRequest,
        answers={200: json_answer("An answer for each row, in order.", ImpactResponse, *ESTIMATED)},
        errors=(401, 403, 406, 413, 415, 429, 503),
        examples=BATCHES,
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a batch."""
        impacts, settings = self._context.impacts, self._context.settings
        key = await self._context.keys.authorise(request, "impact")
        check_accept(request)
        try:
            debug, ranges = flag(request, "debug"), flag(request, "ranges")
            body = await read_json_body(request, settings.max_body_bytes)
            answer = await impacts.answer(
                key,
                response,
                storing(request, True),
                len(body),
                lambda: parse_request(body, settings.max_rows),
                lambda result: encode(result.response(debug, ranges)),
                is_long=debug or ranges,
            )
        except BadRequest as error:
            # The contract knows no 400 here: its quick start defines 406 as "Invalid request format".
            raise NotAcceptable(
                error.message, code=error.code, reason=error.reason, field=error.field
            ) from None
        send(response, answer)
