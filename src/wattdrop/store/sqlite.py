"""SQLite: one file that every process of a machine may open, in WAL mode, so that readers and one writer do not wait."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final

from ..errors import StoreError
from .database import (
    Database,
    Duplicate,
    Parameters,
    Row,
    Transaction,
    Unstorable,
    failure,
    migrations,
    of_ended,
)
from .shared_mark import SharedMark

_BUSY_TIMEOUT_S: Final = 10.0
_CLOSE_TIMEOUT_S: Final = 30.0
#: A row of the ledger takes more than a kilobyte: on pages of half the size, as usual, adding many takes a sixth longer.
_PAGE_BYTES: Final = 8192
#: Statements that a connection keeps ready. One with many rows takes up to a megabyte, and Python would keep 128.
_PREPARED: Final = 16
#: How many rows a statement names: few sizes, as statements stay prepared. 128 different ones of up to 200 rows took 90 MB.
_ROWS: Final = (200, 20, 1)
_OLDEST: Final = (3, 35, 0)  # RETURNING


class SqliteDatabase(Database):
    """A file, opened or created, brought up to date."""

    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = SharedMark(path.with_name(f"{path.name}-objects"))
        self._local = threading.local()
        self._all: dict[threading.Thread, sqlite3.Connection] = {}
        self._condition = threading.Condition()
        self._users = 0
        self._closed = False
        try:
            if sqlite3.sqlite_version_info < _OLDEST:
                raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; 3.35 or newer is needed")
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            self._migrate()
        except BaseException as error:
            self.close()
            if not isinstance(error, OSError | sqlite3.Error):
                raise
            if _is_locked(error):
                raise self._failure(error) from error
            raise StoreError(
                f"cannot use the database {path}: {error}; set WATTDROP_DATA_DIR to another folder"
            ) from error

    @contextmanager
    def _used(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection. It is not closed under its hands: SQLite would take the process with it."""
        with self._condition:
            if self._closed:
                raise StoreError(f"the database {self._path} was closed")
            self._users += 1
        try:
            yield self._connection()
        finally:
            with self._condition:
                self._users -= 1
                self._condition.notify_all()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            with self._condition:
                for one in of_ended(self._all):
                    one.close()
                self._all[threading.current_thread()] = connection
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")  # of a new file; others keep theirs
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_PREPARED,
        )
        connection.create_function("LOWER", 1, _lower, deterministic=True)
        return connection

    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """The rows that a question gives."""
        with self._used() as connection:
            try:
                return connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise self._failure(error) from error

    def rows(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """The same, a few at a time, on a connection of their own: whoever reads them may be another thread."""
        connection = self._connect()
        try:
            yield from connection.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._failure(error) from error
        finally:
            connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        with self._used() as connection:
            try:
                # IMMEDIATE: a transaction that reads first and writes later would be refused, not made to wait.
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise self._failure(error) from error
            try:
                yield _SqliteTransaction(connection)
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.IntegrityError):
                    raise Duplicate(f"exists: {error}") from error
                if isinstance(error, sqlite3.DataError | OverflowError):
                    raise Unstorable(f"cannot be stored: {error}") from error
                if isinstance(error, sqlite3.Error):
                    raise self._failure(error) from error
                raise

    def close(self) -> None:
        """Close every connection, once nobody uses one any more. Whoever asks later gets a ``StoreError``."""
        with self._condition:
            self._closed = True
            self._condition.wait_for(lambda: self._users == 0, _CLOSE_TIMEOUT_S)
            for connection in self._all.values() if self._users == 0 else ():
                connection.close()
            self._all.clear()

    def mark(self) -> object | None:
        """In memory that every process sees: a hundredth of what a question costs."""
        return self._mark.now()

    def change_mark(self) -> None:
        """Once it is committed."""
        self._mark.change()

    @property
    def version(self) -> int:
        """Number of the last migration that was applied."""
        with self._used() as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    @property
    def shown(self) -> str:
        """The path."""
        return str(self._path)

    def _failure(self, error: Exception) -> StoreError:
        if _is_locked(error):
            return StoreError(
                f"another process has held the database {self._path.name} locked for {_BUSY_TIMEOUT_S:g} seconds; "
                "end that process, or wait until it is done, and try again"
            )
        return failure(error)

    def _migrate(self) -> None:
        """Apply each numbered file once, in a transaction, so that two processes may start together."""
        newest = migrations()[-1][0]
        if self.version == newest:  # a disk that is full, or takes no writes, can still be read
            return
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")  # processes that start together wait here for the first
        try:
            version = self.version
            if version > newest:
                raise StoreError(
                    f"the database {self._path} was written by a newer version (its format is {version}, "
                    f"this version knows {newest}); install that version"
                )
            for number, script in migrations():
                if number > version:
                    for statement in script:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _lower(text: str | None) -> str | None:
    """SQLite's own knows the letters of English alone."""
    return None if text is None else text.lower()


def _is_locked(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class _SqliteTransaction(Transaction):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        return self._connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> int:
        return self._connection.executemany(sql, parameters).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], conflict: str) -> list[Row]:
        found: list[Row] = []
        for some in _blocks(rows, _ROWS):
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {_marks(some)} {conflict}"  # noqa: S608 - ours
            found += self.query(sql, list(chain.from_iterable(some)))
        return found

    def insert_new(
        self, table: str, columns: Sequence[str], keys: Sequence[Row], rows: Iterable[Row]
    ) -> set[Row]:
        # The transaction holds the file, and numbers of rows ascend: what is new lies above. RETURNING would take a
        # sixth longer, and asking first which keys are there reads the index twice.
        key = ", ".join(columns[:2])
        one = ", ".join("?" * len(columns))
        ((last,),) = self.query(f"SELECT COALESCE(MAX(rowid), 0) FROM {table}")  # noqa: S608 - ours
        count = self._connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({one}) ON CONFLICT ({key}) DO NOTHING",  # noqa: S608
            rows,
        ).rowcount
        if count == len(keys):  # as it mostly is
            return set(keys)
        return set(self.query(f"SELECT {key} FROM {table} WHERE rowid > ?", (last,)))  # noqa: S608


def _blocks(rows: Sequence[Row], sizes: Sequence[int]) -> Iterator[Sequence[Row]]:
    """Rows in order, in blocks of these sizes, the largest first; the last size is 1.

    >>> [len(block) for block in _blocks([(1,)] * 247, (100, 20, 1))]
    [100, 100, 20, 20, 1, 1, 1, 1, 1, 1, 1]
    """
    start = 0
    for size in sizes:
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size


def _marks(rows: Sequence[Row]) -> str:
    one = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([one] * len(rows))
