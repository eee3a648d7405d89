"""What can be asked about usage, from texts: for query parameters and the command line alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, NamedTuple, cast

from ..errors import BadRequest
from ..schema.usage import UsageAmount, UsageGroup
from ..store import Usage
from ..store.columns import METRICS
from ..store.usage import GROUPS, PERIODS, Period

#: Days that are told where none are named, today included.
USUAL_DAYS: Final = 30


class Question(NamedTuple):
    """Days, groups and filters."""

    first_day: str
    last_day: str
    group_by: Sequence[str]
    period: Period | None
    only: Mapping[str, str]


def question_of(texts: Mapping[str, str], today: date | None = None) -> Question:
    """Read ``from``, ``to``, ``group_by``, ``period`` and filters by names of groups.

    >>> question_of({"from": "2026-11-01", "to": "2026-11-30", "group_by": "model,week"}).period
    'week'

    Raises
    ------
    BadRequest
        If something is wrong; the message names it and what is right.
    """
    today = today or datetime.now(UTC).date()
    last = _day(texts["to"], "to") if texts.get("to", "").strip() else today
    usual = date.fromordinal(max(last.toordinal() - (USUAL_DAYS - 1), 1))  # no day lies before the first
    first = _day(texts["from"], "from") if texts.get("from", "").strip() else usual
    if first > last:
        raise BadRequest(f"from: {first} is after to, {last}", field="from")
    names = [name.strip() for name in texts.get("group_by", "").split(",") if name.strip()]
    period = texts.get("period", "").strip()
    for name in names:
        if name in PERIODS and not period:
            period = name
        elif name not in GROUPS:
            expected = ", ".join((*GROUPS, *PERIODS))
            raise BadRequest(f"group_by: {name[:40]!r} is none of {expected}", field="group_by")
    if period and period not in PERIODS:
        raise BadRequest(f"period: expected {', '.join(PERIODS)}, got {period[:40]!r}", field="period")
    groups = list(dict.fromkeys(name for name in names if name in GROUPS))
    only = {name: texts[name] for name in GROUPS if name in texts}
    return Question(
        first.isoformat(), last.isoformat(), groups, cast("Period", period) if period else None, only
    )


class Erasure(NamedTuple):
    """What is to be forgotten, for ``Ledger.erase``: all that is given must hold."""

    client_id: str | None
    project_id: str | None
    before_day: str | None


def erasure_of(texts: Mapping[str, str]) -> Erasure:
    """Read ``client_id``, ``project_id`` and ``before``.

    What is there but empty is refused, not left out: it comes of scripts whose variable is not set, and there is no way
    back.

    >>> erasure_of({"client_id": "ann", "before": "2026-01-01"})
    Erasure(client_id='ann', project_id=None, before_day='2026-01-01')

    Raises
    ------
    BadRequest
        If nothing is named, or nothing by its name; the message says which.
    """
    given = {name: texts[name] for name in ("client_id", "project_id", "before") if name in texts}
    if not given:
        raise BadRequest("say what to erase: client_id, project_id or before", field="client_id")
    for name, text in given.items():
        if not text.strip():
            raise BadRequest(f"{name}: is empty; say what to erase, or leave it out", field=name)
    before = _day(given["before"], "before").isoformat() if "before" in given else None
    return Erasure(given.get("client_id"), given.get("project_id"), before)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadRequest(
            f"{field}: expected a day such as 2026-11-01, got {text.strip()[:40]!r}", field=field
        ) from None


def usage_group(usage: Usage) -> UsageGroup:
    """Usage as the wire has it."""
    amounts = {
        metric: UsageAmount(amount.central, amount.low, amount.high)
        for metric, amount in usage.amounts.items()
    }
    return UsageGroup(
        group=usage.group,
        rows=usage.rows,
        errors=usage.errors,
        kept_rows=usage.kept_rows,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        costs=usage.costs,
        **amounts,
    )


class Table(NamedTuple):
    """Usage as lines with a head, one line a group."""

    head: list[str]
    rows: list[list[str | float]]


def usage_table(question: Question, usages: Sequence[Usage]) -> Table:
    """For files: every amount with its ends, and a column for each currency."""
    names = ([question.period] if question.period else []) + list(question.group_by)
    currencies = sorted({currency for usage in usages for currency in usage.costs})
    ends = [f"{metric}{end}" for metric in METRICS for end in ("", "_low_90", "_high_90")]
    costs = [f"cost_{currency or 'unknown'}" for currency in currencies]
    head = [*names, "rows", "errors", "input_tokens", "output_tokens", *ends, "kept_rows", *costs]
    rows: list[list[str | float]] = []
    for usage in usages:
        amounts = [usage.amounts[metric] for metric in METRICS]
        rows.append(
            [
                *(usage.group[name] for name in names), usage.rows, usage.errors, usage.input_tokens, usage.output_tokens,
                *(value for amount in amounts for value in (amount.central, amount.low, amount.high)), usage.kept_rows,
                *(usage.costs.get(currency, "") for currency in currencies),
            ]
        )  # fmt: skip
    return Table(head, rows)


def usage_csv(question: Question, usages: Sequence[Usage]) -> str:
    """The same as CSV."""
    import csv
    import io

    table = usage_table(question, usages)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows(table.rows)
    return text.getvalue()
