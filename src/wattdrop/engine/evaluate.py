"""Runs the kernel over resolved rows: on Python floats for a few, on numpy blocks for many, with the same bits.

Rows go through a program (``program``) that is made of the kernel's text for what the batch gives and leaves out. The
first few rows of a process go through the text itself, because making a program takes longer than a few rows do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_type_hints

from ..kernel.columns import Setup
from ..kernel.estimate import Impact, estimate
from ..kernel.ops import FLOATS, arrays
from ..resolve.quantities import Quantities, evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kernel.constants import Constants
    from .program import Program

#: From about this many rows on, numpy's fixed cost per operation is less than Python's cost per row.
FEWEST_ROWS_FOR_ARRAYS: Final = 48
#: Blocks that stay in the processor's cache.
BLOCK_ROWS: Final = 8192

#: The columns of a program: the reported metrics, per life-cycle stage and in total.
REPORTED: Final[tuple[str, ...]] = tuple(
    f"{part}_{metric}"
    for part in ("total", "row_inference", "row_training", "row_fine_tuning")
    for metric in ("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml")
)
_AT: Final = {name: at for at, name in enumerate(REPORTED)}

#: Where a quantity is kept: stage and field of the impact.
_PLACES: dict[str, tuple[int, int]] = {}


class Evaluation:
    """Every column of every row. ``value(i, name)`` reads one; ``column(name)`` all rows."""

    __slots__ = ("_c", "_index", "_quantities", "_reported", "_setups", "_whole", "rows")

    def __init__(
        self, setups: Sequence[Setup], index: Any, quantities: Any, c: Constants, reported: Any, rows: int
    ) -> None:
        self._setups, self._index, self._quantities, self._c = setups, index, quantities, c
        self._reported = reported  # rows of floats, or an array of shape (columns, rows); None: not yet worked out
        self._whole: dict[int, Impact] = {}  # rows, or blocks, with every step
        self.rows = rows

    @property
    def _is_arrays(self) -> bool:
        return not isinstance(self._quantities, list)

    def value(self, row: int, name: str) -> float:
        """One kept value of one row."""
        at = _AT.get(name)
        if at is not None and self._reported is not None:
            return float(self._reported[at][row] if self._is_arrays else self._reported[row][at])
        stage, field = place(name)
        return float(self._row(row)[stage][field])

    def array(self, name: str) -> Any:
        """One quantity of all rows as a float64 array; for evaluations on arrays."""
        import numpy

        at = _AT.get(name)
        if at is not None and self._reported is not None:
            return self._reported[at]
        stage, field = place(name)
        column = numpy.empty(self.rows)
        for start in range(0, self.rows, BLOCK_ROWS):
            column[start : start + BLOCK_ROWS] = self._block(start)[stage][field]
        return column

    def column(self, name: str) -> list[float]:
        """One quantity of all rows, in order."""
        if self._is_arrays:
            floats: list[float] = self.array(name).tolist()
            return floats
        at = _AT.get(name)
        if at is not None and self._reported is not None:
            return [row[at] for row in self._reported]
        stage, field = place(name)
        return [float(self._row(row)[stage][field]) for row in range(self.rows)]

    # --- every step, for explanations ---

    def _row(self, row: int) -> Impact:
        if self._is_arrays:
            setup = self._setups[int(self._index[row])]
            given = Quantities(*map(float, self._quantities[:, row]))
            return estimate(setup, evidence(given, setup.frame_aspect, FLOATS), self._c, FLOATS)
        found = self._whole.get(row)
        if found is None:
            setup, given = self._setups[self._index[row]], self._quantities[row]
            found = self._whole[row] = estimate(
                setup, evidence(given, setup.frame_aspect, FLOATS), self._c, FLOATS
            )
        return found

    def _block(self, start: int) -> Impact:
        found = self._whole.get(start)
        if found is None:
            import numpy

            op, part = arrays(), self._index[start : start + BLOCK_ROWS]
            s = Setup(*numpy.array(self._setups, dtype=numpy.float64).T[:, part])
            q = Quantities(*numpy.ascontiguousarray(self._quantities[:, start : start + BLOCK_ROWS]))
            with numpy.errstate(all="ignore"):  # the branch not taken may divide by zero
                found = self._whole[start] = estimate(s, evidence(q, s.frame_aspect, op), self._c, op)
        return found


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
    if rows >= FEWEST_ROWS_FOR_ARRAYS:
        import numpy

        index = numpy.array(setup_of_row, dtype=numpy.int64)
        return evaluate_arrays(setups, index, numpy.array(quantities, dtype=numpy.float64).T, c)
    global _rows_seen
    _rows_seen += rows
    given = list(quantities)
    if _rows_seen <= FEWEST_ROWS_FOR_A_PROGRAM:
        return Evaluation(setups, setup_of_row, given, c, None, rows)
    from .facts import program_of_row

    reported = [_reported(program_of_row(setups[s], q), setups[s], q, c) for s, q in zip(setup_of_row, given, strict=True)]
    return Evaluation(setups, setup_of_row, given, c, reported, rows)


#: Rows of a process that go through the text itself: making a program takes as long as some hundred of them.
FEWEST_ROWS_FOR_A_PROGRAM: Final = 100
_rows_seen = 0


def _reported(program: Program, setup: Setup, q: Quantities, c: Constants) -> list[float]:
    statics = program.statics(setup, c)
    computed = program.row(statics, q)
    return [
        computed[at] if kind == "row" else statics[at] if kind == "static" else q[at] if kind == "quantity" else value
        for kind, at, value in program.outputs
    ]


def evaluate_arrays(setups: Sequence[Setup], setup_of_row: Any, quantities: Any, c: Constants) -> Evaluation:
    """The same for arrays: ``setup_of_row`` int64 of shape (n,), ``quantities`` float64 of shape (fields, n)."""
    from .facts import program_of_block

    program = program_of_block(setups, quantities)
    reported = run_blocks(program, setups, setup_of_row, quantities, c)
    return Evaluation(setups, setup_of_row, quantities, c, reported, len(setup_of_row))


def run_blocks(program: Program, setups: Sequence[Setup], setup_of_row: Any, quantities: Any, c: Constants) -> Any:
    """The columns of a program for every row: float64 of shape (columns, n)."""
    import numpy

    block, rows = program.block(), len(setup_of_row)
    columns = numpy.empty((len(program.outputs), rows))
    computed = {at: number for number, (kind, at, _) in enumerate(program.outputs) if kind == "row"}
    outputs = [columns[computed[at]] for at in range(len(computed))]
    statics = numpy.array([program.statics(setup, c) for setup in setups], dtype=numpy.float64).T
    same = statics == statics[:, :1] if statics.size else numpy.empty((0, 0), dtype=bool)
    same |= statics != statics  # NaN everywhere is the same, too; a mixture differs from its first
    everywhere = [
        float(column[0]) if alike and (column == column).all() or not (column == column).any() else None
        for column, alike in zip(statics, same.all(axis=1), strict=True)
    ]
    size = min(BLOCK_ROWS, rows)
    registers = [numpy.empty(size) for _ in range(program.registers)]
    gathered = [None if value is not None else numpy.empty(size) for value in everywhere]
    with numpy.errstate(all="ignore"):  # both branches of a choice are evaluated; the one not taken may divide by zero
        for start in range(0, rows, BLOCK_ROWS):
            end = min(start + BLOCK_ROWS, rows)
            if end - start < size:
                registers = [register[: end - start] for register in registers]
                gathered = [None if part is None else part[: end - start] for part in gathered]
            part = setup_of_row[start:end]
            k: list[Any] = [
                value if into is None else column.take(part, out=into, mode="clip")
                for column, value, into in zip(statics, everywhere, gathered, strict=True)
            ]
            block(k, quantities[:, start:end], [output[start:end] for output in outputs], registers)
            for number, (kind, at, value) in enumerate(program.outputs):
                if kind == "static":
                    columns[number, start:end] = k[at]
                elif kind == "quantity":
                    columns[number, start:end] = quantities[at, start:end]
                elif kind == "number":
                    columns[number, start:end] = value
    return columns
