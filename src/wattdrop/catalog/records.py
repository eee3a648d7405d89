"""What the data text says, as records: shapes only; see ``reading`` for files and ``entries`` for one entry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from .figure import Problem, Quantity, Source
from .kinds import KINDS

# Long tables: file name in grids/, water/ or odbl/ -> its columns.
LONG_TABLES: Final[dict[str, frozenset[str]]] = {
    "intensity": frozenset(
        ["zone", "quantity", "valid_from", "value", "low", "high", "source", "basis", "note"]
    ),
    "mix": frozenset(["zone", "fuel", "share", "year", "source", "basis", "note"]),
    "hourly": frozenset(
        ["profile", "month", "hour_utc", "carbon_ratio", "p10", "p90", "water_ratio", "source"]
    ),
    "hourly_zones": frozenset(["zone", "profile", "match", "quality", "basis", "source", "note"]),
    "ewif": frozenset(
        [
            "zone",
            "scope",
            "valid_from",
            "value",
            "low",
            "high",
            "excl_hydro",
            "withdrawal",
            "source",
            "basis",
            "note",
            "name",
        ]
    ),
}


class RawFigure(NamedTuple):
    """A figure as written: what it does not say itself is empty or nan."""

    value: float
    low: float = math.nan
    high: float = math.nan
    valid_from: int | None = None
    sources: tuple[str, ...] = ()
    basis: str = ""
    note: str = ""


class Record:
    """One entry of a data file."""

    __slots__ = ("basis", "figures", "file", "id", "kind", "lists", "note", "sources", "texts")

    def __init__(self, kind: str, record_id: str, file: str) -> None:
        self.kind = kind
        self.id = record_id
        self.file = file
        self.texts: dict[str, str] = {}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.figures: dict[str, RawFigure] = {}
        self.sources: tuple[str, ...] = ()
        self.basis = ""
        self.note = ""


class LongRow(NamedTuple):
    """One line of a long table (intensity, mix, hourly, water): its columns as text, and where it is."""

    file: str
    line: int
    columns: Mapping[str, str]


class Records:
    """Everything the data text says, and everything that is wrong with how it says it."""

    def __init__(self) -> None:
        self.quantities: dict[str, Quantity] = {}
        self.sources: dict[str, Source] = {}
        self.source_files: dict[str, str] = {}
        self.entities: dict[str, list[Record]] = {kind.name: [] for kind in KINDS}
        self.long: dict[str, list[LongRow]] = {name: [] for name in LONG_TABLES}
        self.problems: list[Problem] = []

    def report(self, file: str, entity: str, field: str, what: str, fix: str) -> None:
        """Note a problem and go on."""
        self.problems.append(Problem(file, entity, field, what, fix))
