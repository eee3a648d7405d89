"""Rows of the ledger a page at a time, and one by its name.

The table answers by an index: the order of time, a trace, a session, a name. What else rows are filtered by has no index of
its own; the sums say on which days there are such rows, and only those days are read. Rows in files: ``file_pages``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .asked import FILTERS, LISTED, Asked, Order, is_by_time, keys_of
from .columns import COLUMNS, METRICS
from .database import Database
from .file_pages import FilePages
from .grouped import Amount
from .segments import Segments
from .usage import GROUPS

_COUNTED = (
    "SUM(weight), SUM(CASE WHEN error <> '' THEN weight ELSE 0 END), "
    "SUM(CASE WHEN error = '' THEN input_tokens * weight ELSE 0 END), "
    "SUM(CASE WHEN error = '' THEN output_tokens * weight ELSE 0 END)"
)
_ENDS = ("_low", "", "_high")


class Page(NamedTuple):
    """Rows, and where the next page begins; None where there is no more."""

    rows: list[dict[str, Any]]
    next: list[Any] | None


class Added(NamedTuple):
    """What rows that belong together add up to; ends of amounts are the sums of the rows' own ends."""

    rows: int
    errors: int
    input_tokens: int
    output_tokens: int
    amounts: dict[str, Amount]


class RowPages:
    """Reads them."""

    def __init__(self, database: Database, segments: Segments | None = None) -> None:
        self._database = database
        self._files = FilePages(database, segments)

    def page(
        self, asked: Asked, order: Order = "newest", limit: int = 50, after: Sequence[Any] | None = None
    ) -> Page:
        """At most ``limit`` rows; ``after`` is what the page before said is next."""
        keys = keys_of(order)
        days = self._days(asked, order, limit, after)
        if days == []:
            return Page([], None)
        tests, values = _tests(asked)
        if not is_by_time(order):
            tests.append(f"{keys[0]} IS NOT NULL")
        if after is not None:
            sign = ">" if order == "oldest" else "<"
            tests.append(f"({', '.join(keys)}) {sign} ({', '.join('?' * len(keys))})")
            values += after
        if days:
            tests.append(f"day IN ({', '.join('?' * len(days))})")
            values += days
        direction = "" if order == "oldest" else " DESC"
        found = self._database.query(
            f"SELECT {', '.join(LISTED)} FROM ledger WHERE {' AND '.join(tests)} "  # noqa: S608 - ours
            f"ORDER BY {', '.join(f'{key}{direction}' for key in keys)} LIMIT ?",
            [*values, limit + 1],
        )
        rows = [dict(zip(LISTED, row, strict=True)) for row in found]
        rows = self._files.merged(rows, asked, order, limit + 1, after)
        more = len(rows) > limit
        return Page(rows[:limit], [rows[limit - 1][key] for key in keys] if more else None)

    def one(self, customer_id: int, request_id: str) -> dict[str, Any] | None:
        """The row of this name, whole; None where there is none."""
        found = self._database.query(
            f"SELECT {', '.join(COLUMNS)} FROM ledger WHERE customer_id = ? AND request_id = ?",  # noqa: S608 - ours
            (customer_id, request_id),
        )
        return (
            dict(zip(COLUMNS, found[0], strict=True)) if found else self._files.one(customer_id, request_id)
        )

    def added(self, asked: Asked) -> Added:
        """What rows add up to that have no sums of their own, such as those of a trace."""
        tests, values = _tests(asked)
        columns = [f"SUM({metric}{end} * weight)" for metric in METRICS for end in _ENDS]
        (numbers,) = self._database.query(
            f"SELECT {_COUNTED}, {', '.join(columns)} FROM ledger WHERE {' AND '.join(tests)}",  # noqa: S608 - ours
            values,
        )
        sums = [value or 0 for value in numbers]
        for row in self._files.matching(asked):
            sums = [have + more for have, more in zip(sums, _counted(row), strict=True)]
        rows, errors, input_tokens, output_tokens, *ends_of_amounts = sums
        ranges = zip(*(iter(map(float, ends_of_amounts)),) * 3, strict=True)
        amounts = {metric: Amount(*ends) for metric, ends in zip(METRICS, ranges, strict=True)}
        return Added(int(rows), int(errors), int(input_tokens), int(output_tokens), amounts)

    def _days(self, asked: Asked, order: Order, limit: int, after: Sequence[Any] | None) -> list[str] | None:
        """The days that a page is on, by the sums; None where they need not be asked."""
        groups = {name: value for name, value in asked.only.items() if name in GROUPS}
        if len(groups) < len(asked.only) or not (groups or asked.failed):
            return None
        # Each day with failures has one at least; how many were kept of a sample the sums do not say.
        count, test = ("1", "error_count > 0") if asked.failed else ("SUM(kept_count)", "kept_count > 0")
        tests = "".join(f" AND {GROUPS[name]} = ?" for name in groups)
        first, last = asked.first_day, asked.last_day
        if after is not None and is_by_time(order):
            first, last = (after[0], last) if order == "oldest" else (first, after[0])
        found = self._database.query(
            f"SELECT day, {count} FROM usage_sum WHERE customer_id = ? AND day >= ? AND day <= ?{tests} "  # noqa: S608
            f"AND {test} GROUP BY day ORDER BY day{'' if order == 'oldest' else ' DESC'}",
            (asked.customer_id, first, last, *groups.values()),
        )
        if not is_by_time(order):
            return [day for day, _ in found]
        days: list[str] = []
        left = limit
        for day, rows in found:
            if left < 0:
                break
            days.append(day)
            # Of the day on which the page before ended nobody knows how many are left.
            left -= 0 if after is not None and day == after[0] else int(rows)
        return days


def _tests(asked: Asked) -> tuple[list[str], list[Any]]:
    """What rows of the table must be. Names that have an index are said not to be empty, as the index has it."""
    tests = ["customer_id = ?", "day >= ?", "day <= ?"]
    values: list[Any] = [asked.customer_id, asked.first_day, asked.last_day]
    for name, value in asked.only.items():
        tests.append(f"{FILTERS[name]} = ?")
        values.append(value)
        if name not in GROUPS:
            tests.append(f"{FILTERS[name]} <> ''")
    if asked.failed:
        tests.append("error <> ''")
    return tests, values


def _counted(row: dict[str, Any]) -> list[float]:
    """One row as the table's sums count it."""
    weight, failed = row["weight"], row["error"] != ""
    tokens = [0 if failed else row[name] * weight for name in ("input_tokens", "output_tokens")]
    amounts = [(row[f"{metric}{end}"] or 0.0) * weight for metric in METRICS for end in _ENDS]
    return [weight, weight if failed else 0, *tokens, *amounts]
