"""``/v1/usage``: what a customer's requests add up to, by day, model, project, ...; see ``usage_rows`` for one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from falcon.asgi import Request, Response

from ..engine import METHOD_VERSION
from ..errors import BadRequest
from ..schema.usage import ErasedResponse, UsageResponse
from ..store import Usage
from ..store.columns import METRICS
from ..store.usage import GROUPS, PERIODS, Grouping
from .answers import encode, send
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.operation import json_answer
from .usage_access import (
    DAY,
    DAYS,
    DEMO,
    OF_CUSTOMER,
    Reading,
    chosen,
    customer_of,
    known_texts,
    number_of,
    reading_of,
)
from .usage_questions import Question, question_of, usage_csv, usage_group, usage_table
from .usage_sheet import MEDIA_TYPE, usage_sheet

_FORMATS: Final = ("json", "csv", "xlsx")
_SORTS: Final = ("energy", "carbon", "water")
_MOST_GROUPS: Final = 10_000
_QUESTIONS: Final = frozenset(
    {"from", "to", "group_by", "period", "sort", "limit", "format", "customer_id", "demo", *GROUPS}
)
_ERASURES: Final = frozenset({"client_id", "project_id", "before", "customer_id"})


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
            *DAYS,
            Parameter(
                "group_by",
                f"Some of {', '.join((*GROUPS, *PERIODS))}, separated by commas.",
                example="project",
            ),
            Parameter("period", "Split by it, too.", {"type": "string", "enum": list(PERIODS)}),
            *(Parameter(name, f"Only rows with this {name}.") for name in GROUPS),
            Parameter(
                "sort", "Which amount puts the largest first.", {"type": "string", "enum": list(_SORTS)}
            ),
            Parameter(
                "limit",
                "Only so many groups, those with the largest sum over all periods; `group_count` says how many there are.",
                {"type": "integer", "minimum": 1, "maximum": _MOST_GROUPS},
            ),
            Parameter("format", "Form of the answer.", {"type": "string", "enum": list(_FORMATS)}),
            DEMO,
            OF_CUSTOMER,
        ),
        answers={
            200: Answer(
                "The totals.",
                {
                    "application/json": UsageResponse,
                    "text/csv": {"type": "string"},
                    MEDIA_TYPE: {"type": "string", "format": "binary"},
                },
            )
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
        reading = await reading_of(self._context, request)
        texts = known_texts(request, _QUESTIONS)
        form = chosen(texts, "format", _FORMATS)
        question = question_of(texts)
        sort = METRICS[_SORTS.index(chosen(texts, "sort", _SORTS))]
        limit = number_of(texts, "limit", _MOST_GROUPS) if "limit" in texts else None
        body = await reading.on_thread(lambda: _answered(reading, question, form, sort, limit))
        send(response, body)
        response.content_type = _MEDIA_TYPES[form]

    @operation(
        "eraseUsage",
        "Usage",
        "Erase stored rows and their sums",
        text="Of a client, of a project, or from before a day; all that is named must hold. There is no way back.",
        scope="write",
        parameters=(
            Parameter("client_id", "Rows of this client."),
            Parameter("project_id", "Rows of this project."),
            Parameter("before", "Rows from before this day.", DAY),
            OF_CUSTOMER,
        ),
        answers={200: json_answer("How many rows are gone.", ErasedResponse)},
        errors=(400, 401, 403, 429),
        examples=(Example("client", "A client that left", query={"client_id": "client-that-left"}),),
    )
    async def on_delete(self, request: Request, response: Response) -> None:
        """Erase rows and their sums: of a client, of a project, from before a day."""
        key = await self._context.keys.authorise(request, "write")
        texts = known_texts(request, _ERASURES)
        customer_id = customer_of(key, texts, "write")
        chosen: dict[str, Any] = {name: texts[name] for name in ("client_id", "project_id") if name in texts}
        if "before" in texts:
            chosen["before_day"] = question_of({"from": texts["before"], "to": "9999-12-31"}).first_day
        if not chosen:
            raise BadRequest("say what to erase: client_id, project_id or before", field="client_id")
        # What waits in the journal of this process belongs to what is erased, too.
        await asyncio.to_thread(self._context.recorder.flush)
        erased = await asyncio.to_thread(lambda: self._context.store.ledger.erase(customer_id, **chosen))
        send(response, encode(ErasedResponse(erased)))


_MEDIA_TYPES: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8", "xlsx": MEDIA_TYPE}


def _answered(reading: Reading, question: Question, form: str, sort: str, limit: int | None) -> bytes:
    """Read and write down, on a thread: a year of many groups takes a while."""
    found, (total,) = reading.usage.usages(
        reading.customer_id,
        question.first_day,
        question.last_day,
        [Grouping(question.group_by, question.period), Grouping()],
        question.only,
    )
    largest = _largest(question, found, sort)
    groups = sorted(
        found, key=lambda one: (one.group.get(question.period or "", ""), -one.amounts[sort].central)
    )
    if limit is not None:
        kept = set(largest[:limit])
        groups = [one for one in groups if _key(question, one) in kept]
    if form == "csv":
        return usage_csv(question, groups).encode()
    if form == "xlsx":
        return usage_sheet(usage_table(question, groups), _about(reading, question, total))
    stored = reading.usage.stored(reading.customer_id)
    answer = UsageResponse(
        customer_id=reading.customer_id,
        first_day=question.first_day,
        last_day=question.last_day,
        ledger=reading.keeps,
        stored_first_day=stored.first_day,
        stored_last_day=stored.last_day,
        total=usage_group(total),
        group_count=len(largest) if question.group_by else 0,
        groups=[usage_group(one) for one in groups] if question.group_by or question.period else [],
    )
    return encode(answer)


def _key(question: Question, usage: Usage) -> tuple[str, ...]:
    """What a group is called in every period."""
    return tuple(usage.group[name] for name in question.group_by)


def _largest(question: Question, groups: Sequence[Usage], sort: str) -> list[tuple[str, ...]]:
    """The groups whatever the period, those with the largest sum first."""
    sums: dict[tuple[str, ...], float] = {}
    for one in groups:
        key = _key(question, one)
        sums[key] = sums.get(key, 0.0) + one.amounts[sort].central
    return sorted(sums, key=lambda key: -sums[key])


def _about(reading: Reading, question: Question, total: Usage) -> Iterator[tuple[str, str]]:
    """What a sheet of numbers does not say by itself."""
    made_up = (
        "Requests are made up, as a demonstration; the amounts are computed of them."
        if reading.keeps == "demo"
        else ""
    )
    split = [*([question.period] if question.period else []), *question.group_by]
    facts: dict[str, Any] = {
        "Data": made_up or f"Stored requests of customer {reading.customer_id}",
        "Days": f"{question.first_day} to {question.last_day}, UTC, both included",
        "Split by": ", ".join(split) or "nothing: one total",
        "Filters": ", ".join(f"{name} = {value}" for name, value in question.only.items()) or "none",
        "Ranges": "_low_90 and _high_90 are the ends of 90 % ranges; rows that err together are counted as such.",
        "Units": "Wh, gCO2e and ml. Usage: electricity and its emissions and water. Embodied: making of the hardware.",
        "Rows": f"{total.rows}, of which {total.errors} could not be computed and are in no amount",
        "Kept rows": f"{total.kept_rows}: fewer than rows where the ledger keeps a sample, which is scaled up",
        "Method version": f"{METHOD_VERSION} of the service now; each stored row names the one that computed it",
        "Catalog digest": f"{reading.catalog.digest} of the service now; each stored row names its own",
        "Written at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    yield from facts.items()
