"""What is said of usage, in every form: the totals and the groups that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from ..engine import METHOD_VERSION
from ..schema.usage import UsageResponse
from ..store import Usage
from ..store.usage import Grouping
from .answers import encode
from .usage_access import Reading
from .usage_questions import Question, usage_csv, usage_group, usage_table
from .usage_sheet import MEDIA_TYPE, usage_sheet

MEDIA_TYPES: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8", "xlsx": MEDIA_TYPE}
"""By the names of forms."""


def answered(reading: Reading, question: Question, form: str, sort: str, limit: int | None) -> bytes:
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
