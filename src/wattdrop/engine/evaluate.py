"""Runs the kernel over resolved rows: on Python floats for a few, on numpy blocks for many, with the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

from ..kernel.columns import Setup
from ..kernel.estimate import Impact, estimate
from ..kernel.ops import FLOATS, arrays
from ..resolve.quantities import Quantities, evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kernel.constants import Constants

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

    def array(self, name: str) -> Any:
        """One quantity of all rows as a float64 array; for evaluations on arrays."""
        import numpy

        stage, field = place(name)
        column = numpy.empty(self.rows)
        for number, block in enumerate(self._blocks):
            column[number * self._rows_per_block : (number + 1) * self._rows_per_block] = block[stage][field]
        return column

    def column(self, name: str) -> list[float]:
        """One quantity of all rows, in order."""
        if self._rows_per_block > 1:
            floats: list[float] = self.array(name).tolist()
            return floats
        stage, field = place(name)
        return [float(block[stage][field]) for block in self._blocks]


def place(name: str) -> tuple[int, int]:
    """Stage and field that hold a quantity of the impact."""
    if not _PLACES:
        for stage, kind in enumerate(get_type_hints(Impact).values()):
            for field, quantity in enumerate(kind._fields):
                _PLACES[quantity] = (stage, field)
    return _PLACES[name]


def evaluate(
    setups: Sequence[Setup],
    setup_of_row: Sequence[int],
    quantities: Sequence[Quantities],
    c: Constants,
) -> Evaluation:
    """The impact of rows whose setup is ``setups[setup_of_row[i]]``.

    Parameters
    ----------
    setups : distinct setups.
    setup_of_row : for each row, which of them.
    quantities : for each row, its numbers as the wire has them.
    """
    rows = len(quantities)
    if rows < FEWEST_ROWS_FOR_ARRAYS:
        blocks = [
            estimate(setups[s], evidence(q, setups[s].frame_aspect, FLOATS), c, FLOATS)
            for s, q in zip(setup_of_row, quantities, strict=True)
        ]
        return Evaluation(blocks, rows, 1)
    import numpy

    index = numpy.array(setup_of_row, dtype=numpy.int64)
    return evaluate_arrays(setups, index, numpy.array(quantities, dtype=numpy.float64).T, c)


def evaluate_arrays(setups: Sequence[Setup], setup_of_row: Any, quantities: Any, c: Constants) -> Evaluation:
    """The same for arrays: ``setup_of_row`` int64 of shape (n,), ``quantities`` float64 of shape (fields, n)."""
    import numpy

    op = arrays()
    rows = len(setup_of_row)
    columns = numpy.ascontiguousarray(numpy.array(setups, dtype=numpy.float64).T)
    blocks = []
    with numpy.errstate(
        all="ignore"
    ):  # both branches of a choice are evaluated; the one not taken may divide by zero
        for start in range(0, rows, BLOCK_ROWS):
            part = setup_of_row[start : start + BLOCK_ROWS]
            s = Setup(*(column.take(part) for column in columns))
            q = Quantities(*numpy.ascontiguousarray(quantities[:, start : start + BLOCK_ROWS]))
            blocks.append(estimate(s, evidence(q, s.frame_aspect, op), c, op))
    return Evaluation(blocks, rows, BLOCK_ROWS)
