"""What the ledger adds up to: totals with ranges, by whatever was asked, read from the sums.

Ranges: parts of the same cause add up over rows (rows of one model err together), different causes are independent; see
``engine.recorded``. A range of a month is thereby as wide as it should be: not the sum of the rows' ranges, which would be
too wide, nor that of independent rows, which would be far too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from .columns import DIMENSIONS, METRICS
from .database import Database
from .parts import SAMPLING, add_part, unpacked
from .sums import SUMS

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


class Amount(NamedTuple):
    """A total with the ends of its 90 % range."""

    low: float
    central: float
    high: float


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
        group_by
            Some of ``GROUPS``.
        period
            Split by day, ISO week (``2026-W48``) or month, too.
        only
            Rows that have these values, by names of ``GROUPS``.
        """
        columns = [GROUPS[name] for name in group_by]
        tests = "".join(f" AND {GROUPS[name]} = ?" for name in only or {})
        found = self._database.rows(
            f"SELECT day, {', '.join((*DIMENSIONS, *SUMS))}, parts FROM usage_sum "  # noqa: S608 - ours
            f"WHERE customer_id = ? AND day >= ? AND day <= ?{tests} ORDER BY day, id",
            (customer_id, first_day, last_day, *(only or {}).values()),
        )
        wanted = [DIMENSIONS.index(column) + 1 for column in columns]
        groups: dict[tuple[str, ...], _Group] = {}
        if not group_by and period is None:
            groups[()] = _Group()
        for row in found:
            key = tuple(row[at] for at in wanted)
            if period:
                key = (period_of(row[0], period), *key)
            groups.setdefault(key, _Group()).add(row)
        names = ([period] if period else []) + list(group_by)
        usages = [group.usage(dict(zip(names, key, strict=True))) for key, group in groups.items()]
        return sorted(
            usages,
            key=lambda one: (
                one.group.get(period or "", ""),
                -one.amounts["usage_energy_wh"].central,
                -one.rows,
            ),
        )


_CURRENCY: Final = 1 + DIMENSIONS.index("currency")
_FIRST_SUM: Final = 1 + len(DIMENSIONS)
_Z90: Final = NormalDist().inv_cdf(0.95)
_WIDEST: Final = 100.0  # a width that says nothing is told as e to the 100, which every number can hold


class _Group:
    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0]
        self.kept_rows = 0
        self.costs: dict[str, float] = {}
        self.totals = [0.0] * len(METRICS)
        self.parts: dict[int, list[float]] = {}

    def add(self, row: Sequence[object]) -> None:
        sums: Sequence[float] = row[_FIRST_SUM : _FIRST_SUM + len(SUMS)]  # type: ignore[assignment]
        self.counts = [have + int(more) for have, more in zip(self.counts, sums[:4], strict=True)]
        currency = str(row[_CURRENCY])
        if sums[4]:
            self.costs[currency] = self.costs.get(currency, 0.0) + sums[4]
        self.totals = [have + more for have, more in zip(self.totals, sums[5:-1], strict=True)]
        self.kept_rows += int(sums[-1])
        for cause, part in unpacked(row[-1]).items():  # type: ignore[arg-type]
            add_part(self.parts, cause, part)

    def usage(self, group: dict[str, str]) -> Usage:
        amounts = {}
        variance = self.parts.pop(SAMPLING, [0.0] * (2 * len(METRICS)))
        for at, metric in enumerate(METRICS):
            of_sample = _Z90**2 * variance[at]
            down = math.sqrt(math.fsum(part[at] ** 2 for part in self.parts.values()) + of_sample)
            up = math.sqrt(
                math.fsum(part[at + len(METRICS)] ** 2 for part in self.parts.values()) + of_sample
            )
            amounts[metric] = _amount(self.totals[at], down, up)
        rows, errors, input_tokens, output_tokens = self.counts
        return Usage(group, rows, errors, input_tokens, output_tokens, self.costs, amounts, self.kept_rows)


def _amount(total: float, down: float, up: float) -> Amount:
    if not total > 0.0:
        return Amount(total, total, total)
    down, up = (min(width / total, _WIDEST) for width in (down, up))
    return Amount(total * math.exp(-down), total, total * math.exp(up))


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
