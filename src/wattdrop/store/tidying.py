"""Keeping files of the ledger in order: small ones are put together, those that count no more are swept up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ..errors import StoreError
from .clock import now, written
from .database import Database
from .listed import File, count_from_now
from .segments import Segments

#: Small files are put together: so many at least, up to so many rows.
_FEWEST_MERGED: Final = 32
_SMALL_ROWS: Final = 250_000
_MOST_MERGED_ROWS: Final = 1_000_000
#: How long files that were replaced stay for those who are reading, and files that nobody lists for those who write them.
_STAY: Final = timedelta(hours=1)
#: For so long a row that is sent again is known again, where rows are in files.
_NAMES_DAYS: Final = 8


def tidy(database: Database, files: Segments) -> None:
    """Put small files together, sweep up those that count no more, forget old names."""
    day = written(datetime.now(UTC) - timedelta(days=_NAMES_DAYS))[:10]
    database.execute("DELETE FROM ledger_name WHERE day < ?", (day,))
    if not database.query("SELECT 1 FROM ledger_segment LIMIT 1"):
        return
    for (customer_id,) in database.query(
        "SELECT customer_id FROM ledger_segment WHERE replaced_at = '' AND row_count < ? GROUP BY customer_id "
        "HAVING COUNT(*) >= ?",
        (_SMALL_ROWS, _FEWEST_MERGED),
    ):
        while _merge(database, files, customer_id):
            pass
    _sweep(database, files)


def _merge(database: Database, files: Segments, customer_id: int) -> bool:
    """Put the oldest small files of a customer together. False where that is not worth it."""
    found = database.query(
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
    names = [one[1] for one in chosen]
    first = files.schema(names[0])
    alike = all(files.schema(name).equals(first) for name in names[1:])  # those of older versions may differ
    name = files.write_tables(table for name in names for table in files.tables(name, as_stored=alike))
    moment = now()
    with database.transaction() as transaction:
        replaced = sum(
            transaction.execute(
                "UPDATE ledger_segment SET replaced_at = ? WHERE id = ? AND replaced_at = ''",
                (moment, one[0]),
            )
            for one in chosen
        )
        if replaced == len(chosen):
            days = [day for one in chosen for day in one[2:4]]
            count_from_now(transaction, File(customer_id, name, min(days), max(days), chosen[0][4], rows))
        else:  # another process was faster, or erased some of them
            raise StoreError("files of the ledger changed while they were put together")
    return True


def _sweep(database: Database, files: Segments) -> None:
    """Delete files that were replaced a while ago, and those that nobody lists."""
    latest = written(datetime.now(UTC) - _STAY)
    old = database.query(
        "SELECT id, name FROM ledger_segment WHERE replaced_at <> '' AND replaced_at < ?", (latest,)
    )
    files.remove(name for _, name in old)
    with database.transaction() as transaction:
        transaction.execute_many("DELETE FROM ledger_segment WHERE id = ?", [(one,) for one, _ in old])
    left = files.older_than(_STAY)
    listed = {name for (name,) in database.query("SELECT name FROM ledger_segment")}
    files.remove(left - listed)
