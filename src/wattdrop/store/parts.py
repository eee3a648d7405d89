"""Parts of the error: what makes ranges of sums possible long after. For each cause, ten values that add up.

A part is the value times its half-width, down and then up, of each of the five metrics; see ``engine.recorded``. Batches
hold them as columns, sums as bytes: for each cause its number, then the ten values, all as little-endian doubles. The cause
with the number 0 is none: its values are variances that come from keeping a sample of the rows only, so they are added
to the squares of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

#: Variance of amounts that were scaled up from a sample.
SAMPLING: Final = 0
_VALUES: Final = 10
_LITTLE: Final = "<f8"
#: Whole numbers up to so far apart are looked up in an array of so many cells, others are sorted.
_MOST_CELLS: Final = 50_000
#: Of few numbers so many for each: cells beyond that cost more than sorting.
_CELLS_EACH: Final = 50


class CauseParts(NamedTuple):
    """Parts of the rows of a batch that one cause makes, or several: one entry for each row and name."""

    row: Any
    """Number of the row in the batch, as an array."""
    name: Any
    """Number of the part's name in ``Parts.names``, as an array."""
    values: Sequence[Any]
    """The ten values of the entries, a column each; None where all are 0."""


class Parts(NamedTuple):
    """Parts of the rows of a batch, a cause after another."""

    causes: Sequence[CauseParts]
    names: Sequence[str]

    @classmethod
    def of_rows(cls, rows: Sequence[Mapping[str, Sequence[float]]]) -> Parts:
        """From the parts of each row by name."""
        import numpy as np

        numbers: dict[str, int] = {}
        entries = [
            (at, numbers.setdefault(name, len(numbers)), value)
            for at, row in enumerate(rows)
            for name, value in row.items()
        ]
        values = np.array([value for _, _, value in entries], dtype=np.float64).reshape(-1, _VALUES)
        row, name = (np.array([entry[side] for entry in entries], dtype=np.int64) for side in (0, 1))
        return cls([CauseParts(row, name, list(values.T))] if entries else [], tuple(numbers))

    @classmethod
    def joined(cls, of_batches: Sequence[tuple[Parts, int]]) -> Parts:
        """Of several batches, each with the number that its first row has among all."""
        import numpy as np

        numbers: dict[str, int] = {}
        causes = []
        for parts, start in of_batches:
            number_of = np.array([numbers.setdefault(one, len(numbers)) for one in parts.names], np.int64)
            causes += [
                CauseParts(cause.row + start, number_of[cause.name], cause.values) for cause in parts.causes
            ]
        return cls(causes, tuple(numbers))

    def sums(self, group_of_row: Any, weight_of_row: Any, numbers: Mapping[str, int]) -> dict[int, Any]:
        """For each group an array of shape (causes, 11), the number of the cause first; rows of group -1 are left out."""
        import numpy as np

        number_of = np.array([numbers[name] for name in self.names], dtype=np.int64)
        groups, of_cause, values = [], [], []
        for cause in self.causes:
            group = group_of_row.take(cause.row)
            kept = slice(None) if group.min() >= 0 else np.flatnonzero(group >= 0)
            row, name = cause.row[kept], cause.name[kept]
            if not len(row):
                continue
            first = name.min()
            many = name.max() - first + 1  # few, and with the groups no large numbers
            distinct, which = numbered(group[kept] * many + (name - first))
            weight = weight_of_row.take(row)
            sums = np.zeros((len(distinct), _VALUES))
            for at, column in enumerate(cause.values):
                if column is not None:
                    sums[:, at] = np.bincount(which, column[kept] * weight, len(distinct))
            groups.append(distinct // many)
            of_cause.append(number_of.take(distinct % many + first))
            values.append(sums)
        if not groups:
            return {}
        return _by_group(np.concatenate(groups), np.concatenate(of_cause), np.concatenate(values))


def _by_group(group: Any, cause: Any, values: Any) -> dict[int, Any]:
    """Sums of causes in groups, where those of the same group and cause are added up."""
    import numpy as np

    order = np.lexsort((cause, group))
    group, cause, values = group[order], cause[order], values[order]
    starts = np.flatnonzero(np.diff(group, prepend=-1) | np.diff(cause, prepend=-1))
    found = np.column_stack([cause[starts], np.add.reduceat(values, starts)])
    groups, firsts = np.unique(group[starts], return_index=True)
    return dict(zip(groups.tolist(), np.split(found, firsts[1:]), strict=True))


def numbered(keys: Any) -> tuple[Any, Any]:
    """Distinct whole numbers, ascending, and for each of many which of them it is. Sorts nothing where they lie close.

    >>> import numpy as np
    >>> [found.tolist() for found in numbered(np.array([7, 3, 7]))]
    [[3, 7], [1, 0, 1]]
    """
    import numpy as np

    least, most = int(keys.min()), int(keys.max())
    if most - least >= min(_MOST_CELLS, _CELLS_EACH * len(keys)):
        distinct, which = np.unique(keys, return_inverse=True)
        return distinct, which
    keys = keys - least
    is_there = np.zeros(most - least + 1, dtype=bool)
    is_there[keys] = True
    distinct = np.flatnonzero(is_there)
    number_of = np.empty(len(is_there), dtype=np.int64)
    number_of[distinct] = np.arange(len(distinct))
    return distinct + least, number_of.take(keys)


def added(stored: bytes | None, more: Any) -> bytes:
    """Stored parts and an array of more, as bytes.

    >>> import numpy as np
    >>> one = np.array([[7.0] + [1.0] * 10])
    >>> values_of(added(added(None, one), one)).tolist() == [[7.0] + [2.0] * 10]
    True
    """
    import numpy as np

    if stored:
        before = np.frombuffer(stored, dtype=_LITTLE).reshape(-1, 1 + _VALUES)
        if np.array_equal(before[:, 0], more[:, 0]):  # as it mostly is, and five times as fast
            both = before + more
            both[:, 0] = before[:, 0]
            return _bytes(both)
        distinct, which = np.unique(np.concatenate([before[:, 0], more[:, 0]]), return_inverse=True)
        both = np.zeros((len(distinct), 1 + _VALUES))
        both[which[: len(before)]] += before  # each cause is in either of them once at most
        both[which[len(before) :]] += more
        both[:, 0] = distinct
        more = both
    return _bytes(more)


def _bytes(parts: Any) -> bytes:
    data: bytes = parts.astype(_LITTLE).tobytes()
    return data


def values_of(data: bytes | None) -> Any:
    """Stored parts as an array of shape (causes, 11)."""
    import numpy as np

    return np.frombuffer(bytes(data or b""), dtype=_LITTLE).reshape(-1, 1 + _VALUES)
