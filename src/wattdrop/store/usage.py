"""What the ledger adds up to: totals with ranges, by whatever was asked, read from the sums.

Ranges: parts of the same cause add up over rows (rows of one model err together), different causes are independent; see
``engine.recorded``. A range of a month is thereby as wide as it should be: not the sum of the rows' ranges, which would be
too wide, nor that of independent rows, which would be far too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

from .columns import DIMENSIONS
from .database import Database
from .grouped import COLUMNS, Amount, Grouped, blocks

Period: TypeAlias = Literal["day", "week", "month"]
PERIODS: Final[tuple[str, ...]] = get_args(Period)
GROUPS: Final[Mapping[str, str]] = {
    "model": "model_id",
    "service": "service_id",
    "project": "project_id",
    "client": "client_id",
    "application": "application_id",
    "environment": "environment",
    "country": "country",
    "region": "region",
    "task": "task",
}
"""What usage can be grouped and filtered by, with the column of each."""


class Usage(NamedTuple):
    """What one group adds up to."""

    group: dict[str, str]  # period and groups as asked; '' where the rows did not say
    rows: int
    errors: int  # rows that could not be computed: they are in no amount
    input_tokens: int
    output_tokens: int
    costs: dict[str, float]  # by currency
    amounts: dict[str, Amount]  # by metric
    kept_rows: int
    """Rows that all this rests on: fewer than ``rows`` where the ledger kept a sample, which is scaled up."""


class Grouping(NamedTuple):
    """A way to split usage: without groups and period, not at all."""

    group_by: Sequence[str] = ()
    """Some of ``GROUPS``."""
    period: Period | None = None
    """Split by day, ISO week (``2026-W48``) or month, too."""

    @property
    def names(self) -> list[str]:
        """What a group of it is called by."""
        return ([self.period] if self.period else []) + list(self.group_by)

    def keys(self, rows: Sequence[Sequence[Any]]) -> list[tuple[str, ...]]:
        """The group of each sum."""
        wanted = [1 + DIMENSIONS.index(GROUPS[name]) for name in self.group_by]
        if self.period is None:
            return [tuple(row[at] for at in wanted) for row in rows]
        periods = {day: period_of(day, self.period) for day in {row[0] for row in rows}}
        return [(periods[row[0]], *(row[at] for at in wanted)) for row in rows]


class Stored(NamedTuple):
    """Which days a customer has rows of; empty texts where there are none."""

    first_day: str
    last_day: str


class UsageReader:
    """Answers questions about a customer's usage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def usage(
        self,
        customer_id: int,
        first_day: str,
        last_day: str,
        group_by: Sequence[str] = (),
        period: Period | None = None,
        only: Mapping[str, str] | None = None,
    ) -> list[Usage]:
        """The totals of each group, the largest energy first within each period; one of everything without groups.

        Parameters
        ----------
        first_day, last_day
            Such as ``2026-11-01``, both included, in UTC.
        group_by, period
            See ``Grouping``.
        only
            Rows that have these values, by names of ``GROUPS``.
        """
        return self.usages(customer_id, first_day, last_day, [Grouping(group_by, period)], only)[0]

    def usages(
        self,
        customer_id: int,
        first_day: str,
        last_day: str,
        groupings: Sequence[Grouping],
        only: Mapping[str, str] | None = None,
    ) -> list[list[Usage]]:
        """The same for several ways to split the same sums, which are read once."""
        tests = "".join(f" AND {GROUPS[name]} = ?" for name in only or {})
        found = self._database.rows(
            f"SELECT {', '.join(COLUMNS)} FROM usage_sum "  # noqa: S608 - ours
            f"WHERE customer_id = ? AND day >= ? AND day <= ?{tests} ORDER BY day, id",
            (customer_id, first_day, last_day, *(only or {}).values()),
        )
        split = [(grouping, Grouped()) for grouping in groupings]
        for grouping, grouped in split:
            if not grouping.names:
                grouped.have(())
        for block in blocks(found):
            for grouping, grouped in split:
                grouped.add(block, grouping.keys(block.rows))
        return [_usages(*one) for one in split]

    def stored(self, customer_id: int) -> Stored:
        """The first and the last day of which there are rows."""
        ((first, last),) = self._database.query(
            "SELECT MIN(day), MAX(day) FROM usage_sum WHERE customer_id = ?", (customer_id,)
        )
        return Stored(first or "", last or "")


def _usages(grouping: Grouping, grouped: Grouped) -> list[Usage]:
    amounts = grouped.amounts()
    usages = []
    for key, group in grouped.groups.items():
        rows, errors, input_tokens, output_tokens = group.counts
        usages.append(
            Usage(
                group=dict(zip(grouping.names, key, strict=True)),
                rows=rows,
                errors=errors,
                input_tokens=input_tokens,
                output_tokens=output_tokens,
                costs=group.costs,
                amounts=amounts[key],
                kept_rows=group.kept_rows,
            )
        )
    return sorted(
        usages,
        key=lambda one: (
            one.group.get(grouping.period or "", ""),
            -one.amounts["usage_energy_wh"].central,
            -one.rows,
        ),
    )


def period_of(day: str, period: Period) -> str:
    """The period that a day lies in.

    >>> period_of("2026-12-31", "week"), period_of("2026-12-31", "month")
    ('2026-W53', '2026-12')
    """
    if period == "day":
        return day
    if period == "month":
        return day[:7]
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"
