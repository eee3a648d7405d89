"""Everything that is remembered, in one place."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .customers import Customers
from .database import Database, open_database
from .entities import Entities
from .keys import Keys
from .ledger import Ledger
from .pages import RowPages
from .segments import Segments
from .usage import UsageReader


class Store(NamedTuple):
    """One database and what is kept in it."""

    database: Database
    keys: Keys
    customers: Customers
    entities: Entities
    ledger: Ledger
    usage: UsageReader
    pages: RowPages

    def ping(self) -> str:
        """Ask the database anything: an empty text. Raises ``StoreError`` where it does not answer."""
        self.database.query("SELECT 1")
        return ""

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_store(
    where: str | Path, secret: bytes, segments: str | Path = "", rows_in_segments: bool = False
) -> Store:
    """Open or create the database ``where`` (see ``open_database``) with the secret that its keys are hashed with.

    ``segments`` is the folder of rows that are in files; new rows go there, too, with ``rows_in_segments``.

    Raises
    ------
    StoreError
        If it cannot be used, or was filled with another secret.
    """
    database = open_database(where)
    files = Segments(segments) if segments else None
    try:
        return Store(
            database,
            Keys(database, secret),
            Customers(database),
            Entities(database),
            Ledger(database, files, rows_in_segments),
            UsageReader(database),
            RowPages(database, files),
        )
    except BaseException:
        database.close()
        raise
