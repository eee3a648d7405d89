"""Forgetting rows of the ledger and their sums, in the table and in files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .database import Database, Transaction
from .listed import File, count_from_now
from .segments import Segments, named


class Erasure:
    """What is to be forgotten."""

    def __init__(
        self, customer_id: int | None, client_id: str | None, project_id: str | None, before_day: str | None
    ) -> None:
        self.customer_id = customer_id
        self.before_day = before_day
        self._equal = [
            (name, value)
            for name, value in (("client_id", client_id), ("project_id", project_id))
            if value is not None
        ]
        self.seen: set[int] = set()
        """Files that were looked at, by their numbers."""
        self.old: list[str] = []
        """Files that do not count any more."""

    @property
    def condition(self) -> tuple[str, list[Any]]:
        """For the tables."""
        tests = [(f"{name} = ?", value) for name, value in self._equal]
        if self.customer_id is not None:
            tests.append(("customer_id = ?", self.customer_id))  # type: ignore[arg-type]
        if self.before_day is not None:
            tests.append(("day < ?", self.before_day))
        where, values = " AND ".join(test for test, _ in tests), [value for _, value in tests]
        # The index begins with the customer: without one, every row would be read.
        if self.customer_id is None:
            where = f"customer_id IN (SELECT customer_id FROM usage_sum) AND {where}"  # noqa: S608 - ours
        return where, values

    @property
    def columns(self) -> list[str]:
        """Those of a file that say whether a row stays."""
        return [*(name for name, _ in self._equal), "day"]

    def stays(self, table: Any) -> Any:
        """For each row of a file whether it stays."""
        import pyarrow as pa

        columns = [(table.column(name).to_pylist(), value) for name, value in self._equal]
        gone = [all(column[at] == value for column, value in columns) for at in range(len(table))]
        if self.before_day is not None:
            days = table.column("day").to_pylist()
            gone = [one and day < self.before_day for one, day in zip(gone, days, strict=True)]
        return pa.array([not one for one in gone])


class Erasing:
    """Does it."""

    def __init__(self, database: Database, segments: Segments | None, what: Erasure) -> None:
        self._database = database
        self._segments = segments
        self._what = what

    def run(self) -> int:
        """Gives how many rows were forgotten."""
        # Files first, each by itself: whoever is cut off here asks again, and finds the sums that say what is left.
        erased = 0
        for one in self._listed(self._database):
            change = self._without(one)
            with self._database.transaction() as transaction:
                erased += change(transaction)
            self._remove_old()
        where, parameters = self._what.condition
        with self._database.transaction() as transaction:
            for one in self._listed(transaction):  # what came in meanwhile
                erased += self._without(one)(transaction)
            erased += transaction.execute(f"DELETE FROM ledger WHERE {where}", parameters)  # noqa: S608 - texts of ours
            transaction.execute(f"DELETE FROM usage_sum WHERE {where}", parameters)  # noqa: S608
        self._remove_old()
        return erased

    def _remove_old(self) -> None:
        if self._what.old:
            named(self._segments).remove(self._what.old)
            self._what.old.clear()

    def _listed(self, asked: Database | Transaction) -> list[Any]:
        """Files that may hold such rows and were not looked at yet: replaced ones too, which are read by nobody soon."""
        tests = "1 = 1"
        parameters: list[Any] = []
        if self._what.customer_id is not None:
            tests, parameters = tests + " AND customer_id = ?", [*parameters, self._what.customer_id]
        if self._what.before_day is not None:
            tests, parameters = tests + " AND first_day < ?", [*parameters, self._what.before_day]
        found = asked.query(
            f"SELECT id, customer_id, name, first_recorded_at, replaced_at FROM ledger_segment WHERE {tests} ORDER BY id",  # noqa: S608 - ours
            parameters,
        )
        return [one for one in found if one[0] not in self._what.seen]

    def _without(self, listed: Any) -> Callable[[Transaction], int]:
        """Write what stays of a file into another one. Gives what to do in a transaction: it says how many rows went."""
        number, customer_id, name, recorded_at, replaced_at = listed
        what, files = self._what, named(self._segments)
        what.seen.add(number)
        days: set[str] = set()
        before = after = 0
        # Of most files nothing goes: no more is read than says so.
        for table in files.tables(name, what.columns):
            left = table.filter(what.stays(table))
            before, after = before + len(table), after + len(left)
            days |= set(left.column("day").to_pylist())
        if before == after:
            return lambda _: 0
        again = ""
        if after and not replaced_at:
            again = files.write_tables(
                left
                for table in files.tables(name, as_stored=True)
                if len(left := table.filter(what.stays(table)))
            )

        def change(transaction: Transaction) -> int:
            if not transaction.execute("DELETE FROM ledger_segment WHERE id = ?", (number,)):
                what.old += [again] if again else []  # somebody was faster
                return 0
            what.old.append(name)
            if again:
                file = File(customer_id, again, min(days), max(days), recorded_at, after)
                what.seen.add(count_from_now(transaction, file))
            return 0 if replaced_at else before - after

        return change
