"""The database: one SQLite file by default, PostgreSQL where a URL names one. The same SQL runs on both.

SQL is written in SQLite's words; ``postgresql.py`` replaces placeholders and the names of types. Each thread has a
connection of its own, so that a long question delays no short one. What goes wrong is a ``StoreError``: the message is
fit for strangers, the log holds the cause.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from ..errors import StoreError

Row = tuple[Any, ...]
Parameters = Sequence[Any]
Connection = TypeVar("Connection")

POSTGRESQL_SCHEMES: Final = ("postgresql", "postgres")
_log = logging.getLogger(__name__)


class Duplicate(StoreError):
    """A row with this key exists. Whoever inserts says what that means."""


class Unstorable(StoreError):
    """A value that the database cannot hold. Trying again does not help."""


class Transaction(ABC):
    """Statements that happen together or not at all."""

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """The rows that a question gives."""

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Do something. Gives the number of rows that it touched."""

    @abstractmethod
    def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> int:
        """Do the same with each of many parameters. Gives the number of rows touched in all."""

    @abstractmethod
    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], conflict: str) -> list[Row]:
        """Insert many rows, in order. ``conflict``: the rest of the statement, from ON CONFLICT to RETURNING."""

    def insert_new(
        self, table: str, columns: Sequence[str], keys: Sequence[Row], rows: Iterable[Row]
    ) -> set[Row]:
        """Insert rows whose key, their first two columns, is not there yet. Gives the keys of those.

        Parameters
        ----------
        keys, rows
            Of each row the key, and the whole of it. Rows are read once, so that they need not all be made at a time.
        """
        key = ", ".join(columns[:2])
        rest = f"ON CONFLICT ({key}) DO NOTHING RETURNING {key}"
        return set(self.insert(table, columns, list(rows), rest))


class Database(ABC):
    """Where the service remembers. Safe to use from several threads."""

    dialect: str

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """The rows that a question gives."""

    @abstractmethod
    def rows(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """The same, a few at a time, for answers that do not fit into memory."""

    @abstractmethod
    def _transaction(self) -> Any:
        """A context manager that begins and ends one."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin; commit at the end of the block, undo everything where it raises."""
        with self._transaction() as transaction:
            yield transaction

    def mark(self) -> object | None:
        """Equal as long as no process has called ``change_mark``; None where that cannot be told cheaply."""
        return None

    def change_mark(self) -> None:  # noqa: B027 - where there is no mark there is nothing to change
        """Let every process see that something was written which is not looked up each time."""

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Do one thing in a transaction of its own."""
        with self.transaction() as transaction:
            return transaction.execute(sql, parameters)

    @property
    @abstractmethod
    def version(self) -> int:
        """Number of the last migration that was applied."""

    @property
    @abstractmethod
    def shown(self) -> str:
        """Its address without secrets, for people."""


def open_database(where: str | Path) -> Database:
    """Open or create the database and apply the migrations that it lacks.

    Parameters
    ----------
    where
        Path of an SQLite file, readable by its owner only, or ``postgresql://user:password@host/name``.

    Raises
    ------
    StoreError
        If it cannot be used; the message says what to set.
    """
    if isinstance(where, str) and is_url(where):
        from .postgresql import PostgresDatabase

        return PostgresDatabase(where)
    from .sqlite import SqliteDatabase

    return SqliteDatabase(Path(where))


def of_ended(connections: dict[threading.Thread, Connection]) -> list[Connection]:
    """Take out the connections of threads that have ended: nobody else will close them."""
    ended = [thread for thread in connections if not thread.is_alive()]
    return [connections.pop(thread) for thread in ended]


def is_url(where: str) -> bool:
    """Whether this is the address of a PostgreSQL database."""
    return where.partition("://")[0] in POSTGRESQL_SCHEMES


def without_password(url: str) -> str:
    """The address as it may be shown.

    >>> without_password("postgresql://ann:secret@db.example/wattdrop?password=secret")
    'postgresql://ann@db.example/wattdrop'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username
    return urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))


def failure(error: Exception) -> StoreError:
    """What went wrong while the service runs: the log names it, strangers learn that it did."""
    _log.warning("the database failed: %s", error)
    return StoreError("the database cannot be used at the moment; try again in a moment, the log says why")


def migrations() -> list[tuple[int, list[str]]]:
    """The numbered files, each as its statements."""
    folder = files("wattdrop.store").joinpath("migrations")
    scripts = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), statements(entry.read_text(encoding="utf-8"))) for name, entry in scripts]


def statements(script: str) -> list[str]:
    """A file of SQL in its statements, each of which ends with a semicolon at the end of a line; no comments."""
    lines = (line.partition("--")[0].rstrip() for line in script.splitlines())
    return [one for piece in ("\n".join(lines) + "\n").split(";\n") if (one := piece.strip())]
