"""Runs the kernel over resolved rows: on Python floats for a few, on numpy blocks for many, with the same bits.

Rows go through a program (``program``) that is made of the kernel's text for what the batch gives and leaves out. The
first few rows of a process go through the text itself, because making a program takes longer than a few rows do.
"""

from __future__ import annotations

from ..kernel import estimate as stages
from ..kernel.columns import Setup
from ..kernel.estimate import Impact, estimate
from ..kernel.ops import FLOATS, arrays
from ..resolve.quantities import USUAL, Quantities, QuantitiesOfOne, evidence
from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Final, Literal, TypeAlias

    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns
    from .program import Program

#: From about this many rows on, numpy's fixed cost per operation is less than Python's cost per row.
FEWEST_ROWS_FOR_ARRAYS: Final = 48
#: What a block works in stays in the processor's cache, and numpy's price for a call counts little.
BLOCK_ROWS: Final = 16384

Metric: TypeAlias = "Literal['energy_wh', 'emissions_gco2e', 'water_ml', 'embodied_gco2e', 'embodied_ml']"
#: The five metrics, in the order in which everything has them.
FIVE: Final[tuple[Metric, ...]] = (
    "energy_wh",
    "emissions_gco2e",
    "water_ml",
    "embodied_gco2e",
    "embodied_ml",
)
#: The reported metrics, by life-cycle stage and in total.
METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    part: tuple([f"{start}_{metric}" for metric in FIVE])
    for part, start in {
        "total": "total",
        "inference": "row_inference",
        "training": "row_training",
        "fine_tuning": "row_fine_tuning",
    }.items()
}
#: The columns of a program, unless others are asked for.
REPORTED: Final[tuple[str, ...]] = tuple(name for names in METRICS.values() for name in names)
TOTALS: Final[tuple[str, ...]] = METRICS["total"]
#: Where the metrics of a part stand among the reported ones.
_RUNS: Final[Mapping[tuple[str, ...], slice]] = {
    REPORTED: slice(None),
    **{names: slice(len(FIVE) * at, len(FIVE) * (at + 1)) for at, names in enumerate(METRICS.values())},
}

#: Where a quantity is kept: stage and field of the impact.
_PLACES: dict[str, tuple[int, int]] = {}


class Evaluation:
    """Every column of every row. ``value(i, name)`` reads one; ``column(name)`` all rows."""

    __slots__ = ("_c", "_reported", "_setups", "_whole", "columns", "given", "is_arrays", "of_row", "rows")

    def __init__(
        self,
        setups: Sequence[Setup],
        setup_of_row: Any,
        given: QuantityColumns,
        c: Constants,
        reported: Any,
        columns: tuple[str, ...],
        is_arrays: bool = False,
    ) -> None:
        self._setups = setups
        self.of_row = setup_of_row
        self.given = given
        self._c = c
        self._reported = (
            reported  # a tuple for each row, or a float64 array for each column; None: not worked out
        )
        self.columns = columns
        self._whole: dict[int, Impact] = {}  # rows, or blocks, with every step
        self.is_arrays = is_arrays
        self.rows = given.rows

    @property
    def by_program(self) -> bool:
        """Whether the columns were worked out at once."""
        return self._reported is not None

    @property
    def _at(self) -> Mapping[str, int]:
        return _positions(self.columns)

    def value(self, row: int, name: str) -> float:
        """One kept value of one row."""
        at = self._at.get(name)
        if at is not None and self._reported is not None:
            return float(self._reported[at][row] if self.is_arrays else self._reported[row][at])
        stage, field = place(name)
        if self.is_arrays:
            start = row // BLOCK_ROWS * BLOCK_ROWS
            column = self._block(start)[stage][field]
            return float(column[row - start] if getattr(column, "ndim", 0) else column)
        return float(self._row(row)[stage][field])

    def values(self, row: int, names: tuple[str, ...]) -> Sequence[float]:
        """Metrics of one row: those of a part, or all reported ones."""
        if self.columns is REPORTED and self._reported is not None and not self.is_arrays:
            values: tuple[float, ...] = self._reported[row]
            return values if names is REPORTED else values[_RUNS[names]]
        return [self.value(row, name) for name in names]

    def array(self, name: str) -> Any:
        """One quantity of all rows as a float64 array."""
        import numpy

        if not self.is_arrays:
            return numpy.array(self.column(name), dtype=numpy.float64)
        at = self._at.get(name)
        if at is not None:
            return self._reported[at]
        stage, field = place(name)
        column = numpy.empty(self.rows)
        for start in range(0, self.rows, BLOCK_ROWS):
            column[start : start + BLOCK_ROWS] = self._block(start)[stage][field]
        return column

    def arrays(self, names: tuple[str, ...]) -> Any:
        """Several quantities: float64 of shape (names, rows)."""
        import numpy

        return numpy.array([self.array(name) for name in names])

    def column(self, name: str) -> list[float]:
        """One quantity of all rows, in order."""
        if self.is_arrays:
            floats: list[float] = self.array(name).tolist()
            return floats
        at = self._at.get(name)
        if at is not None and self._reported is not None:
            return [row[at] for row in self._reported]
        stage, field = place(name)
        return [float(self._row(row)[stage][field]) for row in range(self.rows)]

    # --- every step, for explanations ---

    def _row(self, row: int) -> Impact:
        found = self._whole.get(row)
        if found is None:
            setup = self._setups[self.of_row[row]]
            found = estimate(setup, self.given.evidence(row, setup.frame_aspect), self._c, FLOATS)
            self._whole[row] = found
        return found

    def _block(self, start: int) -> Impact:
        found = self._whole.get(start)
        if found is None:
            import numpy

            op, part = arrays(), self.of_row[start : start + BLOCK_ROWS]
            columns = self.given.columns
            s = Setup(*numpy.array(self._setups, dtype=numpy.float64).T[:, part])
            q = Quantities(
                *(
                    columns[at][start : start + BLOCK_ROWS] if at in columns else numpy.full(len(part), usual)
                    for at, usual in enumerate(USUAL)
                )
            )
            with numpy.errstate(all="ignore"):  # the branch not taken may divide by zero
                found = self._whole[start] = estimate(s, evidence(q, s.frame_aspect, op), self._c, op)
        return found


_known_positions: dict[tuple[str, ...], dict[str, int]] = {}


def _positions(columns: tuple[str, ...]) -> dict[str, int]:
    found = _known_positions.get(columns)
    if found is None:
        found = _known_positions[columns] = {name: at for at, name in enumerate(columns)}
    return found


def place(name: str) -> tuple[int, int]:
    """Stage and field that hold a quantity of the impact."""
    if not _PLACES:
        for stage, kind in enumerate(Impact.__annotations__.values()):
            for field, quantity in enumerate(getattr(stages, kind)._fields):
                _PLACES[quantity] = (stage, field)
    if name not in _PLACES:
        from difflib import get_close_matches

        near = get_close_matches(name, _PLACES, cutoff=0.3)
        raise ValueError(f"an estimate has no {name!r}; nearest: {', '.join(near) or 'total_energy_wh'}")
    return _PLACES[name]


def evaluate(
    setups: Sequence[Setup],
    setup_of_row: Sequence[int],
    given: QuantityColumns,
    c: Constants,
    columns: tuple[str, ...] = REPORTED,
) -> Evaluation:
    """The impact of rows whose setup is ``setups[setup_of_row[i]]``.

    Parameters
    ----------
    setups : distinct setups.
    setup_of_row : for each row, which of them; an int64 array or a sequence.
    given : the quantities of the rows, as the wire has them.
    columns : what is worked out at once; every other column when it is asked for.
    """
    rows = given.rows
    if rows >= FEWEST_ROWS_FOR_ARRAYS:
        import numpy

        index = numpy.asarray(setup_of_row, dtype=numpy.int64)
        arrays_given = given.arrays()
        program = _facts().program_of(setups, arrays_given, columns)
        reported = run_blocks(program, setups, index, arrays_given, c)
        return Evaluation(setups, index, arrays_given, c, reported, columns, is_arrays=True)
    global _rows_seen
    _rows_seen += rows
    if not rows or _rows_seen <= FEWEST_ROWS_FOR_A_PROGRAM:
        return Evaluation(setups, setup_of_row, given, c, None, columns)
    if type(given) is QuantitiesOfOne:
        program, k = (_facts_module or _facts()).for_one(setups[0], given.given_at, c, columns)
        return Evaluation(setups, setup_of_row, given, c, (program.row(k, given.values),), columns)
    program = _facts().program_of(setups, given, columns)
    statics = [program.statics(setup, c) for setup in setups]
    reported = [program.row(statics[of], given.row(at)) for at, of in enumerate(setup_of_row)]
    return Evaluation(setups, setup_of_row, given, c, reported, columns)


_facts_module: Any = None


def _facts() -> Any:
    """``engine.facts``, which a cold start does without; an import statement would cost every call a microsecond."""
    global _facts_module
    if _facts_module is None:
        from . import facts

        _facts_module = facts
    return _facts_module


#: Rows of a process that go through the text itself: making a program takes as long as some hundred of them.
FEWEST_ROWS_FOR_A_PROGRAM: Final = 100
_rows_seen = 0


def run_blocks(
    program: Program, setups: Sequence[Setup], setup_of_row: Any, given: QuantityColumns, c: Constants
) -> Any:
    """The columns of a program for every row: a float64 array each."""
    import numpy

    from .room import Room, rows_of

    rows = len(setup_of_row)
    made = iter(rows_of(numpy.empty((sum(one.kind != "number" for one in program.outputs), rows))))
    columns = [_same(one.value, rows) if one.kind == "number" else next(made) for one in program.outputs]
    statics = program.statics_of(setups, c)
    vary = (statics != statics[:, :1]).any(axis=1).tolist()
    sources: list[Any] = [
        numpy.ascontiguousarray(column) if varies else float(column[0])
        for column, varies in zip(statics, vary, strict=True)
    ]
    size = min(BLOCK_ROWS, rows)
    q: list[Any] = [None] * len(USUAL)
    # Both branches of a choice are evaluated; the other may divide by zero.
    with numpy.errstate(all="ignore"), Room() as room:
        registers = room.arrays(program.registers(), size)
        for start in range(0, rows, BLOCK_ROWS):
            end = min(start + BLOCK_ROWS, rows)
            of_row = setup_of_row[start:end]

            def static(number: int, into: Any, of_row: Any = of_row) -> Any:
                source = sources[number]
                return source.take(of_row, None, into, "clip") if vary[number] else source

            for at, column in given.columns.items():
                q[at] = column[start:end]
            views = [
                None if one.kind == "number" else column[start:end]
                for one, column in zip(program.outputs, columns, strict=True)
            ]
            program.fill(static, q, (), views, rows_of(registers[:, : end - start]))
    return columns


def _same(value: float, rows: int) -> Any:
    """A column of one number, which nobody may write into."""
    import numpy

    global _zeros
    if repr(value) != "0.0" or rows > _MOST_ZEROS:
        return numpy.full(rows, value)
    if _zeros is None:  # what a kind of work does not cost, in every batch
        _zeros = numpy.zeros(_MOST_ZEROS)
        _zeros.flags.writeable = False
    return _zeros[:rows]


_MOST_ZEROS: Final = 131_072
_zeros: Any = None
