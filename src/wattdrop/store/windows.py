"""Parts of long lists, read as such: whoever asks for a hundred of a million gets a hundred from the database."""

from __future__ import annotations

from typing import Any, NamedTuple

from .database import Database, Row


class Window(NamedTuple):
    """Which part of a list."""

    limit: int
    offset: int = 0


def listed(
    database: Database,
    columns: str,
    rest: str,
    owner: tuple[str, int | None],
    order: str,
    window: Window | None,
) -> list[Row]:
    """Rows of one owner, or of all, in order; ``owner`` is the column and who, None for all.

    ``columns`` and ``rest``, from FROM on, are texts of ours.
    """
    where, values = _of(owner)
    sql = f"SELECT {columns} {rest}{where} ORDER BY {order}"
    if window is not None:
        return database.query(f"{sql} LIMIT ? OFFSET ?", [*values, *window])
    return database.query(sql, values)


def counted(database: Database, rest: str, owner: tuple[str, int | None]) -> int:
    """How many rows there are of such a list."""
    where, values = _of(owner)
    return int(database.query(f"SELECT COUNT(*) {rest}{where}", values)[0][0])


def _of(owner: tuple[str, int | None]) -> tuple[str, list[Any]]:
    column, number = owner
    return ("", []) if number is None else (f" WHERE {column} = ?", [number])


def number_in(text: str) -> int:
    """The number that a text is, as an id; -1, which no row has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
