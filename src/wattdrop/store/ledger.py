"""The ledger: one row for each inference that was answered, and sums of them that usage is read from.

Both change in one transaction. A ``request_id`` that a customer has sent before changes nothing, whoever sends it again.
Rows are in a table of the database or in files beside it (``segments``); reading looks in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import StoreError
from .clock import now, written
from .columns import COLUMNS, DIMENSIONS, ENTITIES, IDS, METRICS
from .database import Database, Row, Transaction
from .rows import LedgerColumns, LedgerRow
from .segments import Segments, table_of
from .sums import add_sums

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "DIMENSIONS", "ENTITIES", "IDS", "METRICS", "Ledger", "LedgerRow"]


#: Small files are put together: so many at least, up to so many rows.
_FEWEST_MERGED: Final = 32
_SMALL_ROWS: Final = 250_000
_MOST_MERGED_ROWS: Final = 1_000_000
#: How long files that were replaced stay for those who are reading, and files that nobody lists for those who write them.
_STAY: Final = timedelta(hours=1)
#: For so long a row that is sent again is known again, where rows are in files.
_NAMES_DAYS: Final = 8


class Ledger:
    """Adds rows, reads them, erases them."""

    def __init__(
        self, database: Database, segments: Segments | None = None, rows_in_segments: bool = False
    ) -> None:
        self._database = database
        self._segments = segments
        self._in_segments = rows_in_segments
        self._causes: dict[str, int] = {}

    # --- adding ---

    def add(self, rows: Sequence[LedgerRow]) -> int:
        """Keep rows, all or none. Gives how many were new."""
        return self.add_columns(LedgerColumns.of(rows)) if rows else 0

    def add_columns(self, rows: LedgerColumns) -> int:
        """The same of rows as columns."""
        causes = self._numbered(set(rows.parts.names))
        if self._in_segments:
            return self._add_to_files(rows, causes)
        named = _Named.of(rows)  # before the transaction, in which others wait
        with self._database.transaction() as transaction:
            new = named.inserted(transaction)
            add_sums(transaction, rows, new, causes)
        return sum(new)

    def _add_to_files(self, rows: LedgerColumns, causes: Mapping[str, int]) -> int:
        import pyarrow as pa

        table = table_of(rows)
        # Other processes wait for a transaction, so files are written before it, as if every row were new: they mostly are.
        files = self._written(table)
        try:
            with self._database.transaction() as transaction:
                new = _unknown(transaction, rows)
                if not all(new):
                    self._files.remove(file.name for file in files)
                    files = self._written(table.filter(pa.array(new)))
                for file in files:
                    _list(transaction, file)
                add_sums(transaction, rows, new, causes)
        except BaseException:
            self._files.remove(file.name for file in files)
            raise
        return sum(new)

    def _numbered(self, names: set[str]) -> Mapping[str, int]:
        """The numbers of causes. Numbers are never taken back, so they may be remembered, and made apart."""
        unknown = sorted(names - self._causes.keys())
        if unknown:
            with self._database.transaction() as transaction:
                transaction.execute_many(
                    "INSERT INTO usage_cause (name) VALUES (?) ON CONFLICT (name) DO NOTHING",
                    [(name,) for name in unknown],
                )
            self._causes = dict(self._database.query("SELECT name, id FROM usage_cause"))
        return self._causes

    def _written(self, table: pa.Table) -> list[_File]:
        """Write files of rows, one a customer."""
        from pyarrow import compute

        files = []
        try:
            customers = compute.unique(table["customer_id"]).to_pylist()
            for customer_id in customers:
                some = table
                if len(customers) > 1:
                    some = table.filter(compute.equal(table["customer_id"], customer_id))
                days, moments = (compute.unique(some[name]).to_pylist() for name in ("day", "recorded_at"))
                name = self._files.write_tables([some])
                files.append(_File(customer_id, name, min(days), max(days), min(moments), len(some)))
        except BaseException:
            self._files.remove(file.name for file in files)
            raise
        return files

    @property
    def _files(self) -> Segments:
        if self._segments is None:
            raise StoreError("rows of the ledger are in files, and no folder of them was named")
        return self._segments

    # --- reading ---

    def count(self, customer_id: int | None = None) -> int:
        """How many rows there are."""
        where, parameters = ("", ()) if customer_id is None else (" AND customer_id = ?", (customer_id,))
        in_table = self._database.query(f"SELECT COUNT(*) FROM ledger WHERE 1 = 1{where}", parameters)  # noqa: S608 - ours
        in_files = self._database.query(
            f"SELECT COALESCE(SUM(row_count), 0) FROM ledger_segment WHERE replaced_at = ''{where}",  # noqa: S608
            parameters,
        )
        return int(in_table[0][0]) + int(in_files[0][0])

    def rows(
        self,
        customer_id: int,
        first_day: str = "",
        last_day: str = "9999",
        columns: Sequence[str] = COLUMNS,
        only: Mapping[str, str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """A customer's rows of some days, both ends included, in the order in which they came in.

        ``only``: rows with these values, by their columns.
        """
        equal = dict(only or {})
        for name in (*columns, *equal):
            if name not in COLUMNS:
                raise KeyError(name)
        tests = "".join(f" AND {name} = ?" for name in equal)
        found = self._database.rows(
            f"SELECT {', '.join(columns)} FROM ledger "  # noqa: S608 - names of columns of ours
            f"WHERE customer_id = ? AND day >= ? AND day <= ?{tests} ORDER BY id",
            (customer_id, first_day, last_day, *equal.values()),
        )
        for row in found:
            yield dict(zip(columns, row, strict=True))
        files = self._database.query(
            "SELECT name FROM ledger_segment WHERE customer_id = ? AND replaced_at = '' "
            "AND last_day >= ? AND first_day <= ? ORDER BY first_recorded_at, id",
            (customer_id, first_day, last_day),
        )
        wanted = list(dict.fromkeys((*columns, "day", *equal)))
        for (name,) in files:
            for table in self._files.tables(name, wanted):
                for one in table.to_pylist():
                    if first_day <= one["day"] <= last_day and equal.items() <= one.items():
                        yield {column: one[column] for column in columns}

    # --- erasing ---

    def erase(
        self,
        customer_id: int | None,
        *,
        client_id: str | None = None,
        project_id: str | None = None,
        before_day: str | None = None,
    ) -> int:
        """Forget rows and their sums: of a client, of a project, from before a day; what is given must all be so.

        Parameters
        ----------
        customer_id
            Whose; of every customer, where None: for the retention of the whole service.

        Returns
        -------
        int
            How many rows were forgotten.
        """
        if client_id is None and project_id is None and before_day is None:
            raise ValueError("say what to erase")
        what = _Erasure(customer_id, client_id, project_id, before_day)
        # Files first, each by itself: whoever is cut off here asks again, and finds the sums that say what is left.
        erased = 0
        for one in self._files_of(self._database, what):
            change = self._without(one, what)
            with self._database.transaction() as transaction:
                erased += change(transaction)
            self._remove_old(what)
        where, parameters = what.condition
        with self._database.transaction() as transaction:
            for one in self._files_of(transaction, what):  # what came in meanwhile
                erased += self._without(one, what)(transaction)
            erased += transaction.execute(f"DELETE FROM ledger WHERE {where}", parameters)  # noqa: S608 - texts of ours
            transaction.execute(f"DELETE FROM usage_sum WHERE {where}", parameters)  # noqa: S608
        self._remove_old(what)
        return erased

    def _remove_old(self, what: _Erasure) -> None:
        if what.old:
            self._files.remove(what.old)
            what.old.clear()

    def _files_of(self, asked: Database | Transaction, what: _Erasure) -> list[Any]:
        """Files that may hold such rows and were not looked at yet: replaced ones too, which are read by nobody soon."""
        tests = "1 = 1"
        parameters: list[Any] = []
        if what.customer_id is not None:
            tests, parameters = tests + " AND customer_id = ?", [*parameters, what.customer_id]
        if what.before_day is not None:
            tests, parameters = tests + " AND first_day < ?", [*parameters, what.before_day]
        found = asked.query(
            f"SELECT id, customer_id, name, first_recorded_at, replaced_at FROM ledger_segment WHERE {tests} ORDER BY id",  # noqa: S608 - ours
            parameters,
        )
        return [one for one in found if one[0] not in what.seen]

    def _without(self, listed: Any, what: _Erasure) -> Callable[[Transaction], int]:
        """Write what stays of a file into another one. Gives what to do in a transaction: it says how many rows went."""
        number, customer_id, name, recorded_at, replaced_at = listed
        what.seen.add(number)
        days: set[str] = set()
        before, after, kept = 0, 0, []
        for table in self._files.tables(name):
            before += len(table)
            left = table.filter(what.stays(table))
            if len(left):
                kept.append(left)
                after += len(left)
                days |= set(left.column("day").to_pylist())
        if before == after:
            return lambda _: 0
        again = self._files.write_tables(kept) if after and not replaced_at else ""

        def change(transaction: Transaction) -> int:
            if not transaction.execute("DELETE FROM ledger_segment WHERE id = ?", (number,)):
                what.old += [again] if again else []  # somebody was faster
                return 0
            what.old.append(name)
            if again:
                file = _File(customer_id, again, min(days), max(days), recorded_at, after)
                what.seen.add(_list(transaction, file))
            return 0 if replaced_at else before - after

        return change

    # --- keeping order ---

    def tidy(self) -> None:
        """Put small files together, sweep up those that count no more, forget old names."""
        if self._segments is None or not self._database.query("SELECT 1 FROM ledger_segment LIMIT 1"):
            return
        for (customer_id,) in self._database.query(
            "SELECT customer_id FROM ledger_segment WHERE replaced_at = '' AND row_count < ? GROUP BY customer_id "
            "HAVING COUNT(*) >= ?",
            (_SMALL_ROWS, _FEWEST_MERGED),
        ):
            while self._merge(customer_id):
                pass
        self._sweep()
        day = written(datetime.now(UTC) - timedelta(days=_NAMES_DAYS))[:10]
        self._database.execute("DELETE FROM ledger_name WHERE day < ?", (day,))

    def _merge(self, customer_id: int) -> bool:
        """Put the oldest small files of a customer together. False where that is not worth it."""
        found = self._database.query(
            "SELECT id, name, first_day, last_day, first_recorded_at, row_count FROM ledger_segment "
            "WHERE customer_id = ? AND replaced_at = '' AND row_count < ? ORDER BY first_recorded_at, id",
            (customer_id, _SMALL_ROWS),
        )
        chosen, rows = [], 0
        for one in found:
            if rows + one[5] > _MOST_MERGED_ROWS:
                break
            chosen.append(one)
            rows += one[5]
        if len(chosen) < _FEWEST_MERGED:
            return False
        name = self._files.write_tables(table for one in chosen for table in self._files.tables(one[1]))
        moment = now()
        with self._database.transaction() as transaction:
            replaced = sum(
                transaction.execute(
                    "UPDATE ledger_segment SET replaced_at = ? WHERE id = ? AND replaced_at = ''",
                    (moment, one[0]),
                )
                for one in chosen
            )
            if replaced == len(chosen):
                days = [day for one in chosen for day in one[2:4]]
                _list(transaction, _File(customer_id, name, min(days), max(days), chosen[0][4], rows))
            else:  # another process was faster, or erased some of them
                raise StoreError("files of the ledger changed while they were put together")
        return True

    def _sweep(self) -> None:
        """Delete files that were replaced a while ago, and those that nobody lists."""
        latest = written(datetime.now(UTC) - _STAY)
        old = self._database.query(
            "SELECT id, name FROM ledger_segment WHERE replaced_at <> '' AND replaced_at < ?", (latest,)
        )
        self._files.remove(name for _, name in old)
        with self._database.transaction() as transaction:
            transaction.execute_many("DELETE FROM ledger_segment WHERE id = ?", [(one,) for one, _ in old])
        left = self._files.older_than(_STAY)
        listed = {name for (name,) in self._database.query("SELECT name FROM ledger_segment")}
        self._files.remove(left - listed)


class _Erasure:
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
        if (
            self.customer_id is None
        ):  # the index begins with the customer: without one, every row would be read
            where = f"customer_id IN (SELECT customer_id FROM usage_sum) AND {where}"  # noqa: S608 - ours
        return where, values

    def stays(self, table: Any) -> Any:
        """For each row of a file whether it stays."""
        import pyarrow as pa

        columns = [(table.column(name).to_pylist(), value) for name, value in self._equal]
        gone = [all(column[at] == value for column, value in columns) for at in range(len(table))]
        if self.before_day is not None:
            days = table.column("day").to_pylist()
            gone = [one and day < self.before_day for one, day in zip(gone, days, strict=True)]
        return pa.array([not one for one in gone])


def _mark(name: str) -> str:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _File(NamedTuple):
    """What the list of files says of one."""

    customer_id: int
    name: str
    first_day: str
    last_day: str
    first_recorded_at: str
    row_count: int


def _list(transaction: Transaction, file: _File) -> int:
    """Let a file count from now on. Gives its number."""
    ((number,),) = transaction.query(
        "INSERT INTO ledger_segment (customer_id, name, first_day, last_day, first_recorded_at, row_count, replaced_at) "
        "VALUES (?, ?, ?, ?, ?, ?, '') RETURNING id",
        file,
    )
    return int(number)


def _unknown(transaction: Transaction, rows: LedgerColumns) -> list[bool]:
    """Note the names of rows. Gives for each row whether it was not known."""
    batches = rows.batches.listed()
    names = [batch or name for batch, name in zip(batches, rows["request_id"], strict=True)]
    mark_of = {name: _mark(name) for name in set(names)}
    marks = [
        (customer_id, mark_of[name])
        for customer_id, name in zip(rows.listed("customer_id"), names, strict=True)
    ]
    day = now()[:10]
    named = [(*mark, day) for mark in sorted(set(marks))]
    new = transaction.insert_new("ledger_name", ("customer_id", "name", "day"), named)
    found = []
    for mark, batch in zip(marks, batches, strict=True):
        found.append(mark in new)
        if not batch:
            new.discard(mark)  # of rows of the same name in one batch, the first
    return found


class _Named(NamedTuple):
    """Rows on their way into the table."""

    names: Sequence[Row]
    first: Mapping[Row, int]
    """Of each name, the first row that has it."""
    ordered: Sequence[Row]
    """Those rows in one order, so that two processes with the same rows wait for each other instead of for ever."""

    @classmethod
    def of(cls, rows: LedgerColumns) -> _Named:
        names = list(zip(rows.listed("customer_id"), rows["request_id"], strict=True))
        first = {name: at for at, name in reversed(list(enumerate(names)))}
        values = list(zip(*map(rows.listed, COLUMNS), strict=True))
        return cls(names, first, [values[first[name]] for name in sorted(first)])

    def inserted(self, transaction: Transaction) -> list[bool]:
        """Insert them. Gives for each row whether it was not there yet."""
        new = transaction.insert_new("ledger", COLUMNS, self.ordered)
        return [name in new and self.first[name] == at for at, name in enumerate(self.names)]
