"""Runs the kernel over resolved rows: on Python floats for a few, on numpy blocks for many; the same text, the same bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_type_hints

from ..kernel.columns import Evidence, Setup
from ..kernel.constants import Constants
from ..kernel.estimate import Impact, estimate
from ..kernel.ops import FLOATS, arrays

#: From about this many rows on, numpy's fixed cost per operation is less than Python's cost per row.
FEWEST_ROWS_FOR_ARRAYS = 48
#: Blocks that stay in the processor's cache.
BLOCK_ROWS = 8192

#: Where a quantity is kept: stage and field of the impact.
_PLACES: dict[str, tuple[int, int]] = {}


class Evaluation:
    """Every column of every row. ``value(i, name)`` reads one; ``column(name)`` all rows."""

    __slots__ = ("_blocks", "_rows_per_block", "rows")

    def __init__(self, blocks: list[Impact], rows: int, rows_per_block: int) -> None:
        self._blocks = blocks
        self._rows_per_block = rows_per_block
        self.rows = rows

    def value(self, row: int, name: str) -> float:
        """One kept value of one row."""
        stage, field = place(name)
        block, within = divmod(row, self._rows_per_block)
        column = self._blocks[block][stage][field]
        if self._rows_per_block == 1:
            return float(column)
        return float(column[within]) if getattr(column, "ndim", 0) else float(column)

    def column(self, name: str) -> list[float]:
        """One quantity of all rows, in order."""
        stage, field = place(name)
        if self._rows_per_block == 1:
            return [float(block[stage][field]) for block in self._blocks]
        import numpy

        out: list[float] = []
        for number, block in enumerate(self._blocks):
            length = min(self._rows_per_block, self.rows - number * self._rows_per_block)
            out.extend(numpy.broadcast_to(block[stage][field], (length,)).tolist())
        return out


def place(name: str) -> tuple[int, int]:
    """Stage and field that hold a quantity of the impact."""
    if not _PLACES:
        for stage, kind in enumerate(get_type_hints(Impact).values()):
            for field, quantity in enumerate(kind._fields):
                _PLACES[quantity] = (stage, field)
    return _PLACES[name]


def evaluate(setups: Sequence[Setup], setup_of_row: Sequence[int], evidence: Sequence[Evidence], c: Constants) -> Evaluation:
    """The impact of rows whose setup is ``setups[setup_of_row[i]]``.

    Parameters
    ----------
    setups : distinct setups.
    setup_of_row : for each row, which of them.
    evidence : for each row, its quantities.
    """
    rows = len(evidence)
    if rows < FEWEST_ROWS_FOR_ARRAYS:
        blocks = [estimate(setups[s], e, c, FLOATS) for s, e in zip(setup_of_row, evidence, strict=True)]
        return Evaluation(blocks, rows, 1)
    import numpy

    table = numpy.array(setups, dtype=numpy.float64)
    index = numpy.array(setup_of_row, dtype=numpy.int64)
    quantities = numpy.array(evidence, dtype=numpy.float64)
    return evaluate_arrays(table, index, quantities, c)


def evaluate_arrays(table: Any, index: Any, quantities: Any, c: Constants) -> Evaluation:
    """The same for arrays: setups (k, fields), index (n,), evidence (n, fields), all float64 but the index (int64)."""
    import numpy

    op = arrays()
    rows = len(index)
    columns = numpy.ascontiguousarray(table.T)
    blocks = []
    with numpy.errstate(all="ignore"):
        for start in range(0, rows, BLOCK_ROWS):
            part = index[start : start + BLOCK_ROWS]
            s = Setup(*(column.take(part) for column in columns))
            e = Evidence(*numpy.ascontiguousarray(quantities[start : start + BLOCK_ROWS].T))
            blocks.append(estimate(s, e, c, op))
    return Evaluation(blocks, rows, BLOCK_ROWS)
