"""Totals of groups with their ranges: rows that share a cause share its error, whichever part they are in.

For each cause of a group's range the sums of value times half-width are kept, down and up: what ``Ranges.total`` adds up
over the rows of one estimate, here over any number of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from ..engine import api
from ..schema import FIELD_ALIASES
from ..schema.rows import parse_rows
from .fields import single
from .refused import JobRefused

if TYPE_CHECKING:
    from ..engine.api import Estimate
    from .fields import Fields
    from .mapping import Mapping
    from .reading import Piece

LEVEL: Final = 0.9
#: More groups than this are rather rows.
MOST_GROUPS: Final = 100_000
#: Rows whose ranges are worked out at a time.
_ROWS: Final = 8192

Key = tuple[Any, ...]


class Group:
    """One group: rows, totals, and its sums by cause."""

    __slots__ = ("failed", "rows", "sums", "totals")

    def __init__(self) -> None:
        self.rows = self.failed = 0
        self.totals = [0.0] * 5
        self.sums: dict[tuple[int, str], list[float]] = {}  # metric and cause -> down, up

    def add(self, other: Group) -> None:
        """Add the same group of another part."""
        self.rows += other.rows
        self.failed += other.failed
        self.totals = [math.fsum(pair) for pair in zip(self.totals, other.totals, strict=True)]
        for key, (down, up) in other.sums.items():
            mine = self.sums.setdefault(key, [0.0, 0.0])
            mine[0] += down
            mine[1] += up

    def ends(self, metric: int) -> tuple[float, float]:
        """Low and high end of a total."""
        total = self.totals[metric]
        if not total > 0.0:
            return total, total
        squares = [
            math.fsum((sums[side] / total) ** 2 for (of, _), sums in self.sums.items() if of == metric)
            for side in (0, 1)
        ]
        return total * math.exp(-math.sqrt(squares[0])), total * math.exp(math.sqrt(squares[1]))


class Groups:
    """The groups of a part, or of several."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.of: dict[Key, Group] = {}

    def add(self, piece: Piece, fields: Fields, errors: dict[int, Any], mapping: Mapping) -> None:
        """Add rows."""
        keys = self._keys(piece, fields, mapping)
        rows = [row for row in range(piece.rows) if row not in errors and row not in fields.skipped]
        for row in errors:
            self._group(keys[row]).failed += 1
        for start in range(0, len(rows), _ROWS):
            self._add(fields.table, rows[start : start + _ROWS], keys)

    def merge(self, other: Groups) -> None:
        """Add another part."""
        for key, group in other.of.items():
            self._group(key).add(group)

    def _group(self, key: Key) -> Group:
        found = self.of.get(key)
        if found is None:
            if len(self.of) >= MOST_GROUPS:
                raise JobRefused(f"--group-by makes more than {MOST_GROUPS} groups; group by fewer columns")
            found = self.of[key] = Group()
        return found

    def _keys(self, piece: Piece, fields: Fields, mapping: Mapping) -> list[Key]:
        columns = []
        for name in self.names:
            field = FIELD_ALIASES.get(name, name)
            column = piece.columns.get(name)
            if column is None and field in fields.table.column_names:
                column = fields.table.column(field)
            if column is None:
                filled_by = (take.columns[0] for take in mapping.takes if take.field == field)
                column = piece.columns.get(next(filled_by, ""))
            columns.append([None] * piece.rows if column is None else [_plain(v) for v in column.to_pylist()])
        return list(zip(*columns, strict=True))

    def _add(self, table: Any, rows: list[int], keys: list[Key]) -> None:
        some = table.take(np.array(rows))
        given = [single(row) for row in some.to_pylist()]
        estimate = api.estimate(parse_rows(given))
        computed = [rows[number] for number in estimate.resolution.computed]
        numbers: dict[Key, int] = {}
        of_row = np.array([numbers.setdefault(keys[row], len(numbers)) for row in computed], dtype=np.int64)
        groups = [self._group(key) for key in numbers]
        for number, count in enumerate(np.bincount(of_row, minlength=len(groups)).tolist()):
            groups[number].rows += count
        shared = _shared(estimate)
        for metric, name in enumerate(api.METRICS["total"]):
            values = np.array(estimate.evaluation.column(name))
            for group, total in zip(groups, np.bincount(of_row, values, len(groups)).tolist(), strict=True):
                group.totals[metric] += total
            widths = estimate.half_widths(name, LEVEL)
            for (_, down, up, _), (codes, causes) in zip(widths, shared, strict=True):
                ends = values * np.array(down), values * np.array(up)
                _add_cause(groups, of_row, metric, codes, causes, ends)


def _add_cause(
    groups: list[Group], of_row: Any, metric: int, codes: Any, causes: list[str], ends: tuple[Any, Any]
) -> None:
    """Add value times half-width of every row to what its group and the cause's key share."""
    both, size = of_row * len(causes) + codes, len(groups) * len(causes)
    downs, ups = (np.bincount(both, end, size) for end in ends)
    for at in np.flatnonzero((downs != 0.0) | (ups != 0.0)).tolist():
        sums = groups[at // len(causes)].sums.setdefault((metric, causes[at % len(causes)]), [0.0, 0.0])
        sums[0] += float(downs[at])
        sums[1] += float(ups[at])


def _shared(estimate: Estimate) -> list[tuple[Any, list[str]]]:
    """Of each cause: for every row which of its keys, and their names. Rows of one key share the error."""
    found = []
    seen: dict[str, int] = {}
    resolution = estimate.resolution
    for cause, _, _, keys in estimate.half_widths(api.METRICS["total"][0], LEVEL):
        nth = seen[cause] = seen.get(cause, -1) + 1
        numbers: dict[Any, int] = {}
        codes = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
        if any(isinstance(key, tuple) and key and key[0] == "duration" for key in numbers):
            # That key is a number within the batch; what it stands for is the description.
            names = [f"{cause}|{resolution.resolved[key[1]].description!r}" for key in numbers]
        else:
            names = [f"{cause}.{nth}|{key!r}" for key in numbers]
        found.append((codes, names))
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def encoded(groups: Groups) -> bytes:
    """A part's groups as a file."""
    return msgspec.msgpack.encode(
        [
            (key, one.rows, one.failed, one.totals, [(*name, *sums) for name, sums in one.sums.items()])
            for key, one in groups.of.items()
        ]
    )


def decoded(content: bytes, names: tuple[str, ...]) -> Groups:
    """The same again."""
    groups = Groups(names)
    for key, rows, failed, totals, sums in msgspec.msgpack.decode(content):
        group = groups.of[tuple(key)] = Group()
        group.rows, group.failed, group.totals = rows, failed, totals
        group.sums = {(metric, cause): [down, up] for metric, cause, down, up in sums}
    return groups


def table(parts: Iterable[Groups], names: tuple[str, ...]) -> Any:
    """A row a group, in order of the groups' names: rows, totals, ends of their 90 % ranges."""
    import pyarrow as pa

    whole = Groups(names)
    for part in parts:
        whole.merge(part)
    keys = sorted(whole.of, key=lambda key: [(value is None, str(value)) for value in key])
    columns: dict[str, Any] = {}
    for at, name in enumerate(names):
        values = [key[at] for key in keys]
        kinds = set(map(type, values)) - {type(None)}
        columns[name] = pa.array(
            values if len(kinds) == 1 else [None if v is None else str(v) for v in values]
        )
    columns["rows"] = pa.array([whole.of[key].rows for key in keys], pa.int64())
    columns["failed_rows"] = pa.array([whole.of[key].failed for key in keys], pa.int64())
    for metric, name in enumerate(api.METRICS["total"]):
        ends = [whole.of[key].ends(metric) for key in keys]
        columns[name] = pa.array([whole.of[key].totals[metric] for key in keys], pa.float64())
        columns[f"{name}_low_90"] = pa.array([low for low, _ in ends], pa.float64())
        columns[f"{name}_high_90"] = pa.array([high for _, high in ends], pa.float64())
    return pa.table(columns)
