"""``/v1/usage``: what a customer's requests add up to, by day, model, project, ...; and ``/v1/usage/rows``, one by one."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..errors import BadRequest, Forbidden
from ..schema.usage import ErasedResponse, UsageResponse
from ..store import ApiKey, Scope
from ..store.usage import GROUPS, PERIODS
from .answers import encode, send
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.operation import json_answer
from .impact import texts_of
from .usage_questions import question_of, usage_csv, usage_group

_FORMATS: Final = ("json", "csv")
_ROW_FORMATS: Final = ("ndjson", "csv")
_QUESTIONS: Final = frozenset({"from", "to", "group_by", "period", "format", "customer_id", *GROUPS})
_ERASURES: Final = frozenset({"client_id", "project_id", "before", "customer_id"})
_ROWS: Final = frozenset({"from", "to", "format", "customer_id"})
_ROWS_PER_PIECE: Final = 500

_DAY: Final = {"type": "string", "format": "date"}
_DAYS: Final = (
    Parameter("from", "First day, in UTC. Default: 29 days before `to`.", _DAY, example="2026-11-01"),
    Parameter("to", "Last day, in UTC. Default: today.", _DAY, example="2026-11-30"),
)
_OF_CUSTOMER: Final = Parameter(
    "customer_id", "Another customer's, for keys with the scope `admin`.", {"type": "integer"}
)


class UsageResource:
    """Tells and erases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "getUsage",
        "Usage",
        "What stored requests add up to",
        text="Totals with 90 % ranges that know which rows err together, by whatever is asked.",
        scope="read",
        parameters=(
            *_DAYS,
            Parameter(
                "group_by",
                f"Some of {', '.join((*GROUPS, *PERIODS))}, separated by commas.",
                example="project",
            ),
            Parameter("period", "Split by it, too.", {"type": "string", "enum": list(PERIODS)}),
            *(Parameter(name, f"Only rows with this {name}.") for name in GROUPS),
            Parameter("format", "Form of the answer.", {"type": "string", "enum": list(_FORMATS)}),
            _OF_CUSTOMER,
        ),
        answers={
            200: Answer("The totals.", {"application/json": UsageResponse, "text/csv": {"type": "string"}})
        },
        errors=(400, 401, 403, 429),
        examples=(
            Example(
                "by project",
                "A month by project",
                query={"from": "2026-11-01", "to": "2026-11-30", "group_by": "project"},
                recorded=False,
            ),
        ),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Totals with ranges; see ``usage_questions`` for what can be asked."""
        key = await self._context.keys.authorise(request, "read")
        texts = _texts(request, _QUESTIONS)
        form = _format(texts, _FORMATS)
        customer_id = _customer(key, texts, "read")
        question = question_of(texts)
        reader = self._context.store.usage

        def read() -> tuple[Any, Any]:
            days = (question.first_day, question.last_day)
            groups = reader.usage(customer_id, *days, question.group_by, question.period, question.only)
            return groups, reader.usage(customer_id, *days, only=question.only)

        groups, (total,) = await asyncio.to_thread(read)
        if form == "csv":
            send(response, usage_csv(question, groups).encode())
            response.content_type = "text/csv; charset=utf-8"
            return
        answer = UsageResponse(
            customer_id=customer_id,
            first_day=question.first_day,
            last_day=question.last_day,
            total=usage_group(total),
            groups=[usage_group(one) for one in groups] if question.group_by or question.period else [],
        )
        send(response, encode(answer))

    @operation(
        "eraseUsage",
        "Usage",
        "Erase stored rows and their sums",
        text="Of a client, of a project, or from before a day; all that is named must hold. There is no way back.",
        scope="write",
        parameters=(
            Parameter("client_id", "Rows of this client."),
            Parameter("project_id", "Rows of this project."),
            Parameter("before", "Rows from before this day.", _DAY),
            _OF_CUSTOMER,
        ),
        answers={200: json_answer("How many rows are gone.", ErasedResponse)},
        errors=(400, 401, 403, 429),
        examples=(Example("client", "A client that left", query={"client_id": "client-that-left"}),),
    )
    async def on_delete(self, request: Request, response: Response) -> None:
        """Erase rows and their sums: of a client, of a project, from before a day."""
        key = await self._context.keys.authorise(request, "write")
        texts = _texts(request, _ERASURES)
        customer_id = _customer(key, texts, "write")
        chosen: dict[str, Any] = {name: texts[name] for name in ("client_id", "project_id") if name in texts}
        if "before" in texts:
            chosen["before_day"] = question_of({"from": texts["before"], "to": "9999-12-31"}).first_day
        if not chosen:
            raise BadRequest("say what to erase: client_id, project_id or before", field="client_id")
        # What waits in the journal of this process belongs to what is erased, too.
        await asyncio.to_thread(self._context.recorder.flush)
        erased = await asyncio.to_thread(lambda: self._context.store.ledger.erase(customer_id, **chosen))
        send(response, encode(ErasedResponse(erased)))


class UsageRowsResource:
    """Every row of some days, as a stream."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @operation(
        "listUsageRows",
        "Usage",
        "Every stored row of some days",
        text="A row a line, with its request, its results and what they rest on.",
        scope="read",
        parameters=(
            *_DAYS,
            Parameter("format", "Form of the answer.", {"type": "string", "enum": list(_ROW_FORMATS)}),
            _OF_CUSTOMER,
        ),
        answers={
            200: Answer(
                "The rows, as they are read.",
                {"application/x-ndjson": {"type": "string"}, "text/csv": {"type": "string"}},
            )
        },
        errors=(400, 401, 403, 429),
        examples=(
            Example("a month", "A month", query={"from": "2026-11-01", "to": "2026-11-30"}, recorded=False),
        ),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Lines of JSON, or CSV."""
        key = await self._context.keys.authorise(request, "read")
        texts = _texts(request, _ROWS)
        form = _format(texts, _ROW_FORMATS)
        question = question_of(texts)
        rows = self._context.store.ledger.rows(
            _customer(key, texts, "read"), question.first_day, question.last_day
        )
        response.stream = _stream(_csv_pieces(rows) if form == "csv" else _json_pieces(rows))
        response.content_type = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"


async def _stream(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """A database's cursor belongs to the thread that began it, so one thread reads the whole stream."""
    from concurrent.futures import ThreadPoolExecutor

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "wattdrop-export") as thread:
        while (piece := await loop.run_in_executor(thread, next, pieces, None)) is not None:
            yield piece


def _json_pieces(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
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


def _csv_pieces(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
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


def _texts(request: Request, known: frozenset[str]) -> dict[str, str]:
    """The query parameters; one that nobody reads would give another answer than was asked for."""
    from difflib import get_close_matches

    texts = texts_of(request)
    for name in texts:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
            raise BadRequest(f"{name[:40]}: no such parameter; {hint}", code="unknown_field", field=name[:40])
    return texts


def _format(texts: dict[str, str], formats: tuple[str, ...]) -> str:
    form = texts.get("format") or formats[0]
    if form not in formats:
        raise BadRequest(f"format: expected {' or '.join(formats)}, got {form[:40]!r}", field="format")
    return form


def _customer(key: ApiKey, texts: dict[str, str], scope: Scope) -> int:
    """Whose usage is meant: the key's own; that of another for those who administer."""
    text = texts.get("customer_id", "").strip()
    if not text or text == str(key.customer_id):
        return key.customer_id
    if not text.isdecimal() or len(text) > 9:
        raise BadRequest(f"customer_id: expected a number, got {text[:40]!r}", field="customer_id")
    if "admin" not in key.scopes:
        raise Forbidden(f"customer_id: to {scope} what another customer has, a key needs the scope admin")
    return int(text)
