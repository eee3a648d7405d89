"""The ledger: one row for each inference that was answered, and sums of them that usage is read from.

Both change in one transaction. A ``request_id`` that a customer has sent before changes nothing, whoever sends it again.
Rows are in a table of the database or in files beside it (``segments``); reading looks in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from .clock import now
from .columns import COLUMNS, DIMENSIONS, ENTITIES, IDS, METRICS
from .database import Database, Row, Transaction
from .erasing import Erasing, Erasure
from .listed import File, count_from_now
from .rows import LedgerColumns, LedgerRow
from .segments import Segments, named, table_of
from .sums import add_sums
from .tidying import tidy

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "DIMENSIONS", "ENTITIES", "IDS", "METRICS", "Ledger", "LedgerRow"]


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
                if not new.all():
                    self._files.remove(file.name for file in files)
                    files = self._written(table.filter(pa.array(new)))
                for file in files:
                    count_from_now(transaction, file)
                add_sums(transaction, rows, new, causes)
        except BaseException:
            self._files.remove(file.name for file in files)
            raise
        return int(new.sum())

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

    def _written(self, table: pa.Table) -> list[File]:
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
                files.append(File(customer_id, name, min(days), max(days), min(moments), len(some)))
        except BaseException:
            self._files.remove(file.name for file in files)
            raise
        return files

    @property
    def _files(self) -> Segments:
        return named(self._segments)

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

    # --- erasing and keeping order ---

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
        what = Erasure(customer_id, client_id, project_id, before_day)
        return Erasing(self._database, self._segments, what).run()

    def tidy(self) -> None:
        """Put small files together, sweep up those that count no more, forget old names."""
        if self._segments is not None:
            tidy(self._database, self._segments)


def _mark(name: str) -> str:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _unknown(transaction: Transaction, rows: LedgerColumns) -> Any:
    """Note the names of rows. Gives for each row whether it was not known."""
    import numpy as np

    batches, customer_ids = rows.batches, rows["customer_id"]
    # Rows of a request that have no names of their own are new or known together.
    _, first, kind_of_row = np.unique(
        customer_ids * len(batches.values) + batches.codes, return_index=True, return_inverse=True
    )
    named = np.array([text == "" for text in batches.values]).take(batches.codes)
    places = np.flatnonzero(named).tolist()
    request_ids = rows["request_id"]
    marks = {  # of rows of the same name the first
        (customer_id, _mark(request_ids[at])): at
        for at, customer_id in zip(reversed(places), reversed(customer_ids[named].tolist()), strict=True)
    }
    of_kinds = [(int(customer_ids[at]), _mark(batches.values[batches.codes[at]])) for at in first.tolist()]
    day = now()[:10]
    known = sorted({*marks, *(mark for mark, at in zip(of_kinds, first, strict=True) if not named[at])})
    new = transaction.insert_new(
        "ledger_name", ("customer_id", "name", "day"), known, [(*one, day) for one in known]
    )
    is_new = np.array([mark in new for mark in of_kinds]).take(kind_of_row)
    is_new &= ~named
    is_new[[at for mark, at in marks.items() if mark in new]] = True
    return is_new


class _Named(NamedTuple):
    """Rows on their way into the table."""

    names: Sequence[Row]
    first: Mapping[Row, int]
    """Of each name, the first row that has it."""
    ordered: Sequence[Row]
    """The names in one order, so that two processes with the same rows wait for each other instead of for ever."""
    columns: Sequence[Sequence[Any]]
    """Of the first rows, in that order. A row is put together when the database takes it, and is not kept."""

    @classmethod
    def of(cls, rows: LedgerColumns) -> _Named:
        import numpy as np

        names = list(zip(rows.listed("customer_id"), rows["request_id"], strict=True))
        first = {name: at for at, name in reversed(list(enumerate(names)))}
        ordered = sorted(first)
        places = np.array([first[name] for name in ordered], dtype=np.int64)
        return cls(names, first, ordered, [rows.listed(name, places) for name in COLUMNS])

    def inserted(self, transaction: Transaction) -> list[bool]:
        """Insert them. Gives for each row whether it was not there yet."""
        rows = zip(*self.columns, strict=True)
        new = transaction.insert_new("ledger", COLUMNS, self.ordered, rows)
        return [name in new and self.first[name] == at for at, name in enumerate(self.names)]
