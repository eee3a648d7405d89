"""Parts of long lists, read as such: whoever asks for a hundred of a million gets a hundred from the database."""

from __future__ import annotations

from typing import Any, NamedTuple

from .database import Database, Row


class Window(NamedTuple):
    """Which part of a list."""

    limit: int
    offset: int = 0


class Selection(NamedTuple):
    """Which rows of a list: those for which every condition holds. Conditions are texts of ours, values are anybody's."""

    conditions: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()

    def where(self, condition: str, *values: Any) -> Selection:
        """Fewer: those for which this holds as well."""
        return Selection((*self.conditions, condition), (*self.values, *values))

    def owned_by(self, column: str, owner: int | None) -> Selection:
        """Those of one owner; of all, where it is None."""
        return self if owner is None else self.where(f"{column} = ?", owner)

    def holding(self, text: str, *columns: str) -> Selection:
        """Those that hold every word of a text in some column. Capitals do not count."""
        found = self
        for word in text.lower().split():
            pattern = f"%{_literally(word)}%"
            some = " OR ".join(f"LOWER({column}) LIKE ? ESCAPE '!'" for column in columns)
            found = found.where(f"({some})", *[pattern] * len(columns))
        return found

    @property
    def sql(self) -> str:
        """The part of a statement from WHERE on."""
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def listed(
    database: Database, columns: str, rest: str, chosen: Selection, order: str, window: Window | None
) -> list[Row]:
    """The chosen rows, in order. ``columns`` and ``rest``, from FROM on, are texts of ours."""
    sql = f"SELECT {columns} {rest}{chosen.sql} ORDER BY {order}"
    if window is not None:
        return database.query(f"{sql} LIMIT ? OFFSET ?", [*chosen.values, *window])
    return database.query(sql, chosen.values)


def counted(database: Database, rest: str, chosen: Selection) -> int:
    """How many rows there are of such a list."""
    return int(database.query(f"SELECT COUNT(*) {rest}{chosen.sql}", chosen.values)[0][0])


def _literally(word: str) -> str:
    """A word in a pattern, in which % and _ would be any letters."""
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def number_in(text: str) -> int:
    """The number that a text is, as an id; -1, which no row has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
