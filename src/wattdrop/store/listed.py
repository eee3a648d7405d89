"""The list of the files that rows of the ledger are in, which is in the database."""

from __future__ import annotations

from typing import NamedTuple

from .database import Transaction


class File(NamedTuple):
    """What the list says of one."""

    customer_id: int
    name: str
    first_day: str
    last_day: str
    first_recorded_at: str
    row_count: int


def count_from_now(transaction: Transaction, file: File) -> int:
    """Let a file count from now on. Gives its number."""
    ((number,),) = transaction.query(
        "INSERT INTO ledger_segment (customer_id, name, first_day, last_day, first_recorded_at, row_count, replaced_at) "
        "VALUES (?, ?, ?, ?, ?, ?, '') RETURNING id",
        file,
    )
    return int(number)
