"""The embedded database: one SQLite file, opened by every process that needs it, brought up to date when opened."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from pathlib import Path

from ..errors import StoreError

Database = sqlite3.Connection

_BUSY_TIMEOUT_S = 10.0


def open_database(path: Path) -> Database:
    """Open or create the database, readable by its owner only, and apply the migrations that it lacks."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        database = sqlite3.connect(
            path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA foreign_keys = ON")
        _migrate(database)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"cannot use the database {path}: {error}; set WATTDROP_DATA_DIR to another folder"
        ) from error
    return database


def _migrate(database: Database) -> None:
    """Apply each numbered file once, in a transaction, so that two processes may start together."""
    database.execute("BEGIN IMMEDIATE")
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        for number, script in _migrations():
            if number > version:
                for statement in script.split(";\n"):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version = {number}")
        database.execute("COMMIT")
    except sqlite3.Error:
        database.execute("ROLLBACK")
        raise


def _migrations() -> list[tuple[int, str]]:
    folder = files("wattdrop.store").joinpath("migrations")
    scripts = sorted((entry.name, entry) for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), entry.read_text(encoding="utf-8")) for name, entry in scripts]
