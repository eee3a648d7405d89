"""Totals of groups with their ranges: rows that share a cause share its error, whichever part they are in.

For each cause of a group's range its sums are kept (see ``cause_sums``), over any number of estimates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from ..engine.tables.batch import estimate_batch
from ..engine.tables.codes import dictionary, indices, numbered
from ..schema import FIELD_ALIASES
from .cause_sums import MOST_ROWS, NAMES, cause_sums
from .refused import JobRefused
from .texts import values_of

if TYPE_CHECKING:
    from .fields import Fields
    from .mapping import Mapping
    from .reading import Piece

#: More groups than this are rather rows.
MOST_GROUPS: Final = 100_000
Key = tuple[Any, ...]


class Group:
    """One group: rows, totals, and its sums by cause."""

    __slots__ = ("failed", "rows", "sums", "totals")

    def __init__(self) -> None:
        self.rows = self.failed = 0
        self.totals = [0.0] * 5
        self.sums: dict[str, list[float]] = {}  # by cause: of each metric down, then up

    def add(self, other: Group) -> None:
        """Add the same group of another part."""
        self.rows += other.rows
        self.failed += other.failed
        self.totals = [math.fsum(pair) for pair in zip(self.totals, other.totals, strict=True)]
        for cause, sums in other.sums.items():
            self.add_cause(cause, sums)

    def add_cause(self, cause: str, sums: list[float]) -> None:
        """Add what more rows share of a cause."""
        mine = self.sums.get(cause)
        self.sums[cause] = sums if mine is None else [a + b for a, b in zip(mine, sums, strict=True)]

    def ends(self, metric: int) -> tuple[float, float]:
        """Low and high end of a total."""
        total = self.totals[metric]
        if not total > 0.0:
            return total, total
        squares = [
            math.fsum((sums[metric + side] / total) ** 2 for sums in self.sums.values())
            for side in (0, len(NAMES))
        ]
        return total * math.exp(-math.sqrt(squares[0])), total * math.exp(math.sqrt(squares[1]))


class Groups:
    """The groups of a part, or of several."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.of: dict[Key, Group] = {}

    def add(self, piece: Piece, fields: Fields, errors: dict[int, Any], mapping: Mapping) -> None:
        """Add rows."""
        keys, key_of = self._keys(piece, fields, mapping)
        for row in errors:
            self._group(keys[key_of[row]]).failed += 1
        counted = np.ones(piece.rows, dtype=bool)
        counted[[*errors, *fields.skipped]] = False
        table = fields.table
        if not counted.all():
            rows = np.flatnonzero(counted)
            table, key_of = table.take(rows), key_of[rows]
        for batch in table.combine_chunks().to_batches(MOST_ROWS):
            self._add(batch, keys, key_of[: batch.num_rows])
            key_of = key_of[batch.num_rows :]

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

    def _keys(self, piece: Piece, fields: Fields, mapping: Mapping) -> tuple[list[Key], Any]:
        """The distinct keys of the rows, and for each row which of them it has."""
        combined, distinct = np.zeros(piece.rows, dtype=np.int64), 1
        columns = []
        for name in self.names:
            field = FIELD_ALIASES.get(name, name)
            column = piece.columns.get(name)
            if column is None and field in fields.table.column_names:
                column = fields.table.column(field).combine_chunks()
            if column is None:
                filled_by = (take.columns[0] for take in mapping.takes if take.field == field)
                column = piece.columns.get(next(filled_by, ""))
            if column is None:
                column = pa.nulls(piece.rows, pa.string())
            codes, values = _coded(column)
            columns.append((codes, values))
            _, combined = numbered(combined * len(values) + codes, distinct * len(values))
            distinct = int(combined.max(initial=0)) + 1
        row_of, key_of = numbered(combined, distinct)
        of_keys = ([values[code] for code in codes.take(row_of).tolist()] for codes, values in columns)
        return list(zip(*of_keys, strict=True)), key_of

    def _add(self, batch: Any, keys: list[Key], key_of: Any) -> None:
        estimate = estimate_batch(batch)
        row_of, group_of = numbered(key_of, len(keys))
        groups = [self._group(keys[key]) for key in key_of.take(row_of).tolist()]
        for group, count in zip(groups, np.bincount(group_of, minlength=len(groups)).tolist(), strict=True):
            group.rows += count
        for metric, name in enumerate(NAMES):
            totals = np.bincount(group_of, estimate.evaluation.array(name), len(groups))
            for group, total in zip(groups, totals.tolist(), strict=True):
                group.totals[metric] += total
        for number, cause, sums in cause_sums(estimate, group_of):
            groups[number].add_cause(cause, sums)


def _coded(column: Any) -> tuple[Any, list[Any]]:
    """For each row a code, and the values that codes stand for; the last one: none."""
    if pa.types.is_nested(column.type) or isinstance(column.type, pa.BaseExtensionType):
        column = pa.array([None if value is None else str(value) for value in values_of(column)])
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.decimal256(76, column.type.scale))  # the narrow ones have no dictionaries
    encoded = dictionary(column)
    return indices(encoded), [*map(_plain, values_of(encoded.dictionary)), None]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def encoded(groups: Groups) -> bytes:
    """A part's groups as a file."""
    return msgspec.msgpack.encode(
        [(key, one.rows, one.failed, one.totals, one.sums) for key, one in groups.of.items()]
    )


def decoded(content: bytes, names: tuple[str, ...]) -> Groups:
    """The same again."""
    groups = Groups(names)
    for key, rows, failed, totals, sums in msgspec.msgpack.decode(content):
        group = groups.of[tuple(key)] = Group()
        group.rows, group.failed, group.totals = rows, failed, totals
        group.sums = sums
    return groups


def table(parts: Iterable[Groups], names: tuple[str, ...]) -> Any:
    """A row a group, in order of the groups' names: rows, totals, ends of their 90 % ranges."""
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
    for metric, name in enumerate(NAMES):
        ends = [whole.of[key].ends(metric) for key in keys]
        columns[name] = pa.array([whole.of[key].totals[metric] for key in keys], pa.float64())
        columns[f"{name}_low_90"] = pa.array([low for low, _ in ends], pa.float64())
        columns[f"{name}_high_90"] = pa.array([high for _, high in ends], pa.float64())
    return pa.table(columns)
