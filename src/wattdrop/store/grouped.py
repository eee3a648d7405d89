"""Sums of the ledger put together by group: counts as they are, amounts and parts of the error as arrays.

Everything is added in the order in which it is read, so that the same question has the same answer to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import NormalDist
from typing import Any, Final, NamedTuple

from .columns import DIMENSIONS, METRICS
from .parts import SAMPLING, values_of
from .sums import SUMS

COLUMNS: Final = ("day", *DIMENSIONS, *SUMS, "parts")
"""Columns of a sum, in the order in which rows here have them."""
_AT_ONCE: Final = 2_000
_COUNTS: Final = slice(1 + len(DIMENSIONS), 5 + len(DIMENSIONS))
_COST: Final = 5 + len(DIMENSIONS)
_AMOUNTS: Final = slice(6 + len(DIMENSIONS), 6 + len(DIMENSIONS) + len(METRICS))
_KEPT: Final = -2
_CURRENCY: Final = 1 + DIMENSIONS.index("currency")
_Z90: Final = NormalDist().inv_cdf(0.95)
_WIDEST: Final = 100.0  # a width that says nothing is told as e to the 100, which every number can hold


class Amount(NamedTuple):
    """A total with the ends of its 90 % range."""

    low: float
    central: float
    high: float


class Block(NamedTuple):
    """Some sums, read at once."""

    rows: Sequence[Sequence[Any]]
    amounts: Any
    """An array of five columns."""
    parts: Any
    """An array of eleven columns, the number of the cause first, for all of the sums one after the other."""
    parts_of_row: Any
    """For each of these parts the number of its sum in the block."""


def blocks(rows: Iterator[Sequence[Any]]) -> Iterator[Block]:
    """Sums as they are read, some at a time."""
    import numpy as np

    while some := list(islice(rows, _AT_ONCE)):
        parts = [values_of(row[-1]) for row in some]
        amounts = np.array([row[_AMOUNTS] for row in some], dtype=np.float64)
        yield Block(
            some, amounts, np.concatenate(parts), np.repeat(np.arange(len(some)), list(map(len, parts)))
        )


class Group:
    """What one group adds up to, but for its amounts."""

    __slots__ = ("costs", "counts", "kept_rows")

    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0]  # rows, errors, tokens in, tokens out
        self.kept_rows = 0
        self.costs: dict[str, float] = {}

    def add(self, row: Sequence[Any]) -> None:
        """One sum more."""
        self.counts = [have + int(more) for have, more in zip(self.counts, row[_COUNTS], strict=True)]
        self.kept_rows += int(row[_KEPT])
        if row[_COST]:
            currency = str(row[_CURRENCY])
            self.costs[currency] = self.costs.get(currency, 0.0) + row[_COST]


class Grouped:
    """Groups by their keys, in the order in which they appear."""

    def __init__(self) -> None:
        import numpy as np

        self.groups: dict[tuple[str, ...], Group] = {}
        self._number_of: dict[tuple[str, ...], int] = {}
        self._totals = np.zeros((0, len(METRICS)))
        self._slot_of: dict[tuple[int, int], int] = {}  # of a group and a cause
        self._parts = np.zeros((0, 2 * len(METRICS)))

    def have(self, key: tuple[str, ...]) -> None:
        """Have this group, even where nothing is in it."""
        self.groups.setdefault(key, Group())
        self._number_of.setdefault(key, len(self._number_of))

    def add(self, block: Block, keys: Sequence[tuple[str, ...]]) -> None:
        """Add sums, each to the group of its key."""
        import numpy as np

        for row, key in zip(block.rows, keys, strict=True):
            self.have(key)
            self.groups[key].add(row)
        number = np.array([self._number_of[key] for key in keys], dtype=np.int64)
        self._totals = _grown(self._totals, len(self._number_of))
        np.add.at(self._totals, number, block.amounts)
        causes = block.parts[:, 0].astype(np.int64)
        width = causes.max(initial=0) + 1
        pairs, which = np.unique(number[block.parts_of_row] * width + causes, return_inverse=True)
        slots = [
            self._slot_of.setdefault(divmod(pair, int(width)), len(self._slot_of)) for pair in pairs.tolist()
        ]
        self._parts = _grown(self._parts, len(self._slot_of))
        np.add.at(self._parts, np.array(slots, dtype=np.int64)[which], block.parts[:, 1:])

    def amounts(self) -> dict[tuple[str, ...], dict[str, Amount]]:
        """The amounts of each group, by metric."""
        parts: list[list[list[float]]] = [[] for _ in self._number_of]
        sampling: dict[int, list[float]] = {}
        sums = self._parts.tolist()
        for (group, cause), slot in self._slot_of.items():
            if cause == SAMPLING:
                sampling[group] = sums[slot]
            else:
                parts[group].append(sums[slot])
        totals = _grown(self._totals, len(self._number_of)).tolist()
        nothing = [0.0] * (2 * len(METRICS))
        return {
            key: dict(zip(METRICS, _ranged(totals[at], parts[at], sampling.get(at, nothing)), strict=True))
            for key, at in self._number_of.items()
        }


def _grown(array: Any, length: int) -> Any:
    """The array with room for so many, zeros where nothing was."""
    import numpy as np

    more = length - len(array)
    return array if more <= 0 else np.concatenate([array, np.zeros((more, array.shape[1]))])


def _ranged(
    totals: Sequence[float], parts: Sequence[Sequence[float]], variance: Sequence[float]
) -> Iterator[Amount]:
    for at, total in enumerate(totals):
        of_sample = _Z90**2 * variance[at]
        down = math.sqrt(math.fsum(part[at] ** 2 for part in parts) + of_sample)
        up = math.sqrt(math.fsum(part[at + len(METRICS)] ** 2 for part in parts) + of_sample)
        yield _amount(total, down, up)


def _amount(total: float, down: float, up: float) -> Amount:
    if not total > 0.0:
        return Amount(total, total, total)
    down, up = (min(width / total, _WIDEST) for width in (down, up))
    return Amount(total * math.exp(-down), total, total * math.exp(up))
