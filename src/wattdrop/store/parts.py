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


class Parts(NamedTuple):
    """Parts of the rows of a batch: one entry for each row and cause."""

    row: Any
    """Number of the row in the batch, as an array."""
    name: Any
    """Number of the cause's name in ``names``, as an array."""
    value: Any
    """The ten values, as an array of shape (entries, 10)."""
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
        return cls(row, name, values, tuple(numbers))

    @classmethod
    def joined(cls, of_batches: Sequence[tuple[Parts, int]]) -> Parts:
        """Of several batches, each with the number that its first row has among all."""
        import numpy as np

        numbers: dict[str, int] = {}
        row, name = [], []
        for parts, start in of_batches:
            number_of = [numbers.setdefault(one, len(numbers)) for one in parts.names]
            row.append(parts.row + start)
            name.append(np.array(number_of, dtype=np.int64)[parts.name])
        value = np.concatenate([parts.value for parts, _ in of_batches])
        return cls(np.concatenate(row), np.concatenate(name), value, tuple(numbers))

    def sums(self, group_of_row: Any, weight_of_row: Any, causes: Mapping[str, int]) -> dict[int, Any]:
        """For each group an array of shape (causes, 11), the number of the cause first; rows of group -1 are left out."""
        import numpy as np

        number_of = np.array([causes[name] for name in self.names], dtype=np.int64)
        group = group_of_row[self.row]
        kept = group >= 0
        group, row = group[kept], self.row[kept]
        if not len(group):
            return {}
        keys = group * (number_of.max(initial=0) + 1) + number_of[self.name[kept]]
        distinct, first, which = np.unique(keys, return_index=True, return_inverse=True)
        found = np.empty((len(distinct), 1 + _VALUES))
        found[:, 0] = number_of[self.name[kept][first]]
        weight = weight_of_row[row]
        for at in range(_VALUES):
            found[:, 1 + at] = np.bincount(which, self.value[:, at][kept] * weight, len(distinct))
        groups, starts = np.unique(group[first], return_index=True)  # keys ascend, and groups with them
        return dict(zip(groups.tolist(), np.split(found, starts[1:]), strict=True))


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
