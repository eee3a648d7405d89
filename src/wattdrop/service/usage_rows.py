"""``/v1/usage/rows``: stored rows as a stream or a page at a time, and one of them with its explanation."""

from __future__ import annotations

import asyncio
import csv
import io
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from typing import Any, Final, cast

import msgspec
from falcon.asgi import Request, Response

from ..errors import BadRequest, NotFound
from ..schema import parse_rows
from ..schema.usage import (
    UsageAmount,
    UsageRow,
    UsageRowResponse,
    UsageRowsResponse,
    UsageRowsTotal,
)
from ..store.asked import FILTERS, ORDERS, Asked, Order, keys_of
from ..store.columns import METRICS
from ..store.pages import Added
from .answers import encode, send
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.operation import json_answer
from .explain import explanations
from .usage_access import (
    DAYS,
    DEMO,
    OF_CUSTOMER,
    Reading,
    chosen,
    is_true,
    known_texts,
    number_of,
    reading_of,
)
from .usage_questions import question_of

_FORMATS: Final = ("ndjson", "csv", "json")
_PAGED: Final = frozenset({"limit", "after", "sort"})
_ROWS: Final = frozenset({"from", "to", "format", "failed", "demo", "customer_id", *FILTERS, *_PAGED})
_ROW: Final = frozenset({"explain", "demo", "customer_id"})
_ROWS_PER_PIECE: Final = 500
_USUAL_LIMIT: Final = 50
_MOST_LIMIT: Final = 500
_OWN: Final = tuple(name for name in UsageRow.__struct_fields__ if name not in METRICS)
_MARK: Final = msgspec.json.Decoder(list[str | float])


class UsageRowsResource:
    """Rows of some days."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listUsageRows",
        "Usage",
        "Stored rows of some days",
        text="As a stream, every row a line, with its request, its results and what they rest on; or with `format=json` "
        "(or `limit`, `after` or `sort`) a page at a time, without request and basis, which `/v1/usage/rows/{request_id}` "
        "has.",
        scope="read",
        parameters=(
            *DAYS,
            *(Parameter(name, f"Only rows with this {name}.") for name in FILTERS),
            Parameter("failed", "Only rows that could not be computed.", {"type": "boolean"}),
            Parameter("format", "Form of the answer.", {"type": "string", "enum": list(_FORMATS)}),
            Parameter(
                "sort",
                "By time, or the largest first; then rows without amounts are left out. Default: newest.",
                {"type": "string", "enum": list(ORDERS)},
            ),
            Parameter(
                "limit",
                f"Most rows of a page. Default: {_USUAL_LIMIT}.",
                {"type": "integer", "minimum": 1, "maximum": _MOST_LIMIT},
            ),
            Parameter("after", "`next` of the page before."),
            DEMO,
            OF_CUSTOMER,
        ),
        answers={
            200: Answer(
                "The rows.",
                {
                    "application/x-ndjson": {"type": "string"},
                    "text/csv": {"type": "string"},
                    "application/json": UsageRowsResponse,
                },
            )
        },
        errors=(400, 401, 403, 429),
        examples=(
            Example("a month", "A month", query={"from": "2026-11-01", "to": "2026-11-30"}, recorded=False),
        ),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Lines of JSON, CSV, or a page."""
        reading = await reading_of(self._context, request)
        texts = known_texts(request, _ROWS)
        usual = "json" if _PAGED & texts.keys() else "ndjson"
        form = chosen({"format": usual, **texts}, "format", _FORMATS)
        if form == "json":
            asked, order, limit, after = _page_of(reading, texts)
            page = await reading.on_thread(lambda: _page(reading, asked, order, limit, after))
            send(response, encode(page))
            return
        if paged := sorted(_PAGED & texts.keys()):
            raise BadRequest(
                f"{paged[0]}: pages have format=json, {form} is a stream of all rows", field=paged[0]
            )
        rows = _all(reading, texts)
        response.stream = _stream(_csv_pieces(rows) if form == "csv" else _json_pieces(rows))
        response.content_type = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"


class UsageRowResource:
    """One stored row."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "getUsageRow",
        "Usage",
        "One stored row",
        text="By its `request_id`; where the request had none, lists of rows say which name it was given. With "
        "`explain=true` every step to its numbers, as `/v1/explain` tells it, with the method and catalog of now.",
        scope="read",
        parameters=(
            Parameter("request_id", "The row's name.", place="path", example="order-2345"),
            Parameter("explain", "Whether to explain its numbers.", {"type": "boolean"}),
            DEMO,
            OF_CUSTOMER,
        ),
        answers={200: json_answer("The row.", UsageRowResponse)},
        errors=(400, 401, 403, 404, 429),
        examples=(Example("one", "One row", path={"request_id": "order-2345"}, recorded=False),),
    )
    async def on_get(self, request: Request, response: Response, request_id: str) -> None:
        """Tell it."""
        reading = await reading_of(self._context, request)
        texts = known_texts(request, _ROW)
        explain = is_true(texts, "explain")
        found = await reading.on_thread(lambda: _one(reading, request_id, explain))
        if found is None:
            raise NotFound(f"no stored row has the request_id {request_id[:80]!r}")
        send(response, encode(found))


def _asked(reading: Reading, texts: Mapping[str, str]) -> Asked:
    question = question_of(texts)
    only = {name: texts[name] for name in FILTERS if name in texts}
    # What has a name of its own is found on whichever day it was; days are bounds where they are said.
    anytime = bool(only.keys() & {"trace_id", "session_id"})
    first = "" if anytime and "from" not in texts else question.first_day
    last = "9999" if anytime and "to" not in texts else question.last_day
    return Asked(reading.customer_id, first, last, only, is_true(dict(texts), "failed"))


def _page_of(reading: Reading, texts: dict[str, str]) -> tuple[Asked, Order, int, list[Any] | None]:
    limit = number_of({"limit": str(_USUAL_LIMIT), **texts}, "limit", _MOST_LIMIT)
    order = cast("Order", chosen(texts, "sort", ORDERS))
    after = _place(texts["after"], order) if "after" in texts else None
    return _asked(reading, texts), order, limit, after


def _page(
    reading: Reading, asked: Asked, order: Order, limit: int, after: list[Any] | None
) -> UsageRowsResponse:
    page = reading.pages.page(asked, order, limit, after)
    together = asked.only.keys() & {"trace_id", "session_id"}
    return UsageRowsResponse(
        rows=[_row(one) for one in page.rows],
        next=_name(page.next) if page.next else "",
        total=_total(reading.pages.added(asked)) if together else None,
    )


def _one(reading: Reading, request_id: str, explain: bool) -> UsageRowResponse | None:
    found = reading.pages.one(reading.customer_id, request_id)
    if found is None:
        return None
    request, basis = msgspec.json.decode(found["request"]), msgspec.json.decode(found["basis"])
    told = UsageRowResponse(row=_row(found), request=request, basis=basis)
    if explain:
        told.explanation = cast("Any", explanations(parse_rows([request]), reading.catalog)[0])
    return told


def _row(found: Mapping[str, Any]) -> UsageRow:
    """A row of the ledger on the wire."""
    fields = {name: found[name] for name in _OWN}
    for metric in METRICS:
        if found[metric] is not None:
            fields[metric] = UsageAmount(found[metric], found[f"{metric}_low"], found[f"{metric}_high"])
    return UsageRow(**fields)


def _total(added: Added) -> UsageRowsTotal:
    amounts = {
        metric: UsageAmount(amount.central, amount.low, amount.high)
        for metric, amount in added.amounts.items()
    }
    return UsageRowsTotal(
        rows=added.rows,
        errors=added.errors,
        input_tokens=added.input_tokens,
        output_tokens=added.output_tokens,
        **amounts,
    )


def _name(place: list[Any]) -> str:
    """Where a page begins, as clients hand it back."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _place(name: str, order: Order) -> list[Any]:
    try:
        place = _MARK.decode(urlsafe_b64decode(name + "=" * (-len(name) % 4)))
    except (ValueError, msgspec.DecodeError):
        place = []
    texts = [isinstance(part, str) for part in place]
    if texts != [key not in METRICS for key in keys_of(order)]:
        raise BadRequest("after: send the `next` of the page before, with the same sort", field="after")
    return place


# --- streams ---


def _all(reading: Reading, texts: dict[str, str]) -> Iterator[dict[str, Any]]:
    asked = _asked(reading, texts)
    only = {FILTERS[name]: value for name, value in asked.only.items()}
    rows = reading.ledger.rows(asked.customer_id, asked.first_day, asked.last_day, only=only)
    return (row for row in rows if not asked.failed or row["error"])


async def _stream(pieces: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """A database's cursor belongs to the thread that began it, so one thread reads the whole stream and ends it."""
    from concurrent.futures import ThreadPoolExecutor

    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, "wattdrop-export")
    try:
        while (piece := await loop.run_in_executor(thread, next, pieces, None)) is not None:
            yield piece
    finally:
        thread.submit(pieces.close)
        thread.shutdown(
            wait=False
        )  # where the client went away in the middle of a piece, nobody waits for it


def _json_pieces(rows: Iterator[dict[str, Any]]) -> Generator[bytes, None, None]:
    encoder = msgspec.json.Encoder()
    lines: list[bytes] = []
    for row in rows:
        row["request"], row["basis"] = (
            msgspec.Raw(row["request"].encode()),
            msgspec.Raw(row["basis"].encode()),
        )
        lines.append(encoder.encode(row) + b"\n")
        if len(lines) >= _ROWS_PER_PIECE:
            yield b"".join(lines)
            lines.clear()
    yield b"".join(lines)


def _csv_pieces(rows: Iterator[dict[str, Any]]) -> Generator[bytes, None, None]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow(row.values())
        if number % _ROWS_PER_PIECE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
