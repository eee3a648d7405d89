"""``/v1/usage``: what a customer's requests add up to, by day, model, project, ...; see ``usage_rows`` for one by one."""

from __future__ import annotations

import asyncio
from typing import Final

from falcon.asgi import Request, Response

from ..schema.usage import ErasedResponse, UsageResponse
from ..store.columns import METRICS
from ..store.usage import GROUPS, PERIODS
from .answers import encode, send
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.operation import json_answer
from .usage_access import (
    DAY,
    DAYS,
    DEMO,
    OF_CUSTOMER,
    chosen,
    customer_of,
    known_texts,
    number_of,
    reading_of,
)
from .usage_answers import MEDIA_TYPES, answered
from .usage_questions import erasure_of, question_of

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
            Parameter("format", "Form of the answer.", {"type": "string", "enum": list(MEDIA_TYPES)}),
            DEMO,
            OF_CUSTOMER,
        ),
        answers={
            200: Answer(
                "The totals.",
                {
                    "application/json": UsageResponse,
                    "text/csv": {"type": "string"},
                    MEDIA_TYPES["xlsx"]: {"type": "string", "format": "binary"},
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
        form = chosen(texts, "format", tuple(MEDIA_TYPES))
        question = question_of(texts)
        sort = METRICS[_SORTS.index(chosen(texts, "sort", _SORTS))]
        limit = number_of(texts, "limit", _MOST_GROUPS) if "limit" in texts else None
        body = await reading.on_thread(lambda: answered(reading, question, form, sort, limit))
        send(response, body)
        response.content_type = MEDIA_TYPES[form]

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
        what = erasure_of(texts)
        # What waits in the journal of this process belongs to what is erased, too.
        await asyncio.to_thread(self._context.recorder.flush)
        erased = await asyncio.to_thread(
            lambda: self._context.store.ledger.erase(customer_id, **what._asdict())
        )
        send(response, encode(ErasedResponse(erased)))
