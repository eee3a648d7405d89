"""Rows in files (``segments``), looked for in those that may hold them. Files have no index: a page reads, newest first, as
many as it needs; a name or a trace reads all of the customer's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .asked import FILTERS, LISTED, Asked, Order, is_by_time, keys_of
from .columns import COLUMNS
from .database import Database
from .segments import Segments, named


class FilePages:
    """Reads them."""

    def __init__(self, database: Database, segments: Segments | None) -> None:
        self._database = database
        self._segments = segments

    def merged(
        self,
        rows: list[dict[str, Any]],
        asked: Asked,
        order: Order,
        most: int,
        after: Sequence[Any] | None,
    ) -> list[dict[str, Any]]:
        """The first ``most`` of rows of the table and of those in files."""
        keys, oldest = keys_of(order), order == "oldest"
        for name, first, last in self._listed(asked, oldest):
            full = len(rows) >= most and is_by_time(order)
            if full and (first > rows[-1]["day"] if oldest else last < rows[-1]["day"]):
                break
            for table in self._tables(name, LISTED):
                some = _matching(table, asked)
                some = some.filter(some[keys[0]].is_valid())
                some = some.sort_by([(key, "ascending" if oldest else "descending") for key in keys])
                some = some.slice(_passed(some, keys, after, oldest), most)
                rows = [*rows, *some.to_pylist()]
                rows.sort(key=lambda row: tuple(row[key] for key in keys), reverse=not oldest)
                del rows[most:]
        return rows

    def one(self, customer_id: int, request_id: str) -> dict[str, Any] | None:
        """The row of this name."""
        for row in self._rows(Asked(customer_id), COLUMNS, ("request_id", request_id)):
            return row
        return None

    def matching(self, asked: Asked) -> Iterator[dict[str, Any]]:
        """All of them."""
        return self._rows(asked, LISTED)

    def _rows(
        self, asked: Asked, columns: Sequence[str], *equal: tuple[str, str]
    ) -> Iterator[dict[str, Any]]:
        for name, _, _ in self._listed(asked):
            for table in self._tables(name, columns):
                yield from _matching(table, asked, *equal).to_pylist()

    def _listed(self, asked: Asked, oldest_first: bool = False) -> list[Any]:
        by = "first_day, id" if oldest_first else "last_day DESC, id DESC"
        return self._database.query(
            "SELECT name, first_day, last_day FROM ledger_segment WHERE customer_id = ? AND replaced_at = '' "  # noqa: S608
            f"AND last_day >= ? AND first_day <= ? ORDER BY {by}",
            (asked.customer_id, asked.first_day, asked.last_day),
        )

    def _tables(self, name: str, columns: Sequence[str]) -> Iterator[Any]:
        return named(self._segments).tables(name, columns)


def _matching(table: Any, asked: Asked, *equal: tuple[str, str]) -> Any:
    """The rows of a table that are asked for."""
    from pyarrow import compute

    days = table["day"]
    mask = compute.and_(
        compute.greater_equal(days, asked.first_day), compute.less_equal(days, asked.last_day)
    )
    for column, value in (*((FILTERS[name], value) for name, value in asked.only.items()), *equal):
        mask = compute.and_(mask, compute.equal(table[column], value))
    if asked.failed:
        mask = compute.and_(mask, compute.not_equal(table["error"], ""))
    return table.filter(mask)


def _passed(table: Any, keys: Sequence[str], after: Sequence[Any] | None, oldest: bool) -> int:
    """How many rows of a sorted table the pages before had."""
    if after is None:
        return 0
    mark = tuple(after)
    places = zip(*(table[key].to_pylist() for key in keys), strict=True)
    return sum(place <= mark if oldest else place >= mark for place in places)
