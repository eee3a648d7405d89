"""The totals of rows with causes at their ends, of which only what differs from the central values is worked out.

An estimate has a dozen causes of two ends or more, and each end would be an evaluation of the kernel. But a dirtier grid
changes no energy, and fewer requests in flight no carbon of a kWh. For every cause a program (``program``) is made of those
operations of the kernel that depend on an input which the cause moves; what else it needs comes from the central program.
All ends of a cause go through its program at once, as further rows of the same blocks.

Half-widths are logarithms of the ratio of a moved value to the central one: how far the ends lie below and above it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..resolve.quantities import USUAL, Quantities
from .cases import DURATION, Case, EffectId, in_order
from .evaluate import TOTALS
from .facts import Fixed, common, states_of
from .graph import MOVES, Facts, Graph, State
from .program import Program, reached
from .room import Room
from .statics import Group, Statics

if TYPE_CHECKING:
    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns

#: Rows of a block: with all ends of a cause side by side it stays in the processor's cache.
BLOCK_ROWS: Final = 1024
#: Rows of the same facts that are evaluated whole before programs are made for them: making takes as long as those do.
FEWEST_ROWS: Final = 64
_MOST_KEPT: Final = 32
_MOST_COUNTED: Final = 4096

_DURATION_AT: Final = Quantities._fields.index("processing_duration_ms")


class Widths(NamedTuple):
    """How far a cause's ends lie below and above the central value: for each total that it moves, a column each."""

    down: Mapping[str, Any]
    up: Mapping[str, Any]


class _Part(NamedTuple):
    """A cause in a batch, and the program of what it moves."""

    effect: EffectId
    totals: tuple[int, ...]  # those that it moves
    program: Program
    moved: tuple[bool, ...]  # which of the program's statics differ between its ends


class Differences:
    """Programs for batches of the same facts and causes."""

    def __init__(self, facts: Facts, moves: Sequence[tuple[EffectId, int, int]]) -> None:
        """``moves``: each cause, the bits of the inputs that it moves, and the most ends that it has."""
        graph = Graph(facts)
        nodes = graph.nodes
        totals = [graph.quantities[name] for name in TOTALS]
        inside = reached(nodes, totals)
        exported = {n: at for at, n in reversed(list(enumerate(totals)))}
        central = list(totals)
        wanted = []
        for effect, bits, _ in moves:
            moved = {n for n in inside if nodes[n].moves & bits}
            args = {arg for n in moved if nodes[n].dynamic for arg in nodes[n].args}
            for n in sorted(args - moved):
                if nodes[n].dynamic and nodes[n].op != "q" and n not in exported:
                    exported[n] = len(central)
                    central.append(n)
            at_totals = tuple(at for at, n in enumerate(totals) if n in moved)
            known = {n: exported[n] for n in args - moved if n in exported}
            wanted.append((effect, bits, at_totals, known))
        self.central = Program(graph, central)
        self.parts = []
        for effect, bits, at_totals, known in wanted:
            program = Program(graph, [totals[at] for at in at_totals], known)
            moved_statics = tuple(bool(node.moves & bits) for node in program.varying)
            self.parts.append(_Part(effect, at_totals, program, moved_statics))
        programs = [
            (self.central, 1),
            *((part.program, ends) for part, (_, _, ends) in zip(self.parts, moves, strict=True)),
        ]
        self._statics = Statics(programs)
        self._groups: dict[int, tuple[Case, Group]] = {}

    def of_rows(
        self,
        cases: Sequence[Case],
        of_rows: Sequence[int],
        given: QuantityColumns,
        c: Constants,
        factors: tuple[float, float],
    ) -> dict[EffectId, Widths]:
        """Half-widths of a few rows: lists of floats."""
        rows = len(of_rows)
        statics = [self._statics.tuples(self._group(case), c) for case in cases]
        found = {
            part.effect: Widths(*({TOTALS[at]: [0.0] * rows for at in part.totals} for _ in range(2)))
            for part in self.parts
        }
        for row, of in enumerate(of_rows):
            q = given.row(row)
            (of_central,), *of_parts = statics[of]
            central = self.central.row(of_central, q)
            for part, ends in zip(self.parts, of_parts, strict=True):
                if part.effect == DURATION:
                    moved = [part.program.row(ends[0], _longer(q, factor), central) for factor in factors]
                else:
                    moved = [part.program.row(k, q, central) for k in ends]
                down, up = found[part.effect]
                for at, values in zip(part.totals, zip(*moved, strict=True), strict=True):
                    value = central[at]
                    if value > 0.0:
                        steps = [math.log(end / value) for end in values if end > 0.0 and end != value]
                        down[TOTALS[at]][row] = 0.0 - min((0.0, *steps))
                        up[TOTALS[at]][row] = max((0.0, *steps))
        return found

    def of_arrays(
        self,
        cases: Sequence[Case],
        of_rows: Any,
        given: QuantityColumns,
        c: Constants,
        factors: tuple[float, float],
    ) -> dict[EffectId, Widths]:
        """The same of many rows: float64 arrays."""
        import numpy

        groups = [self._group(case) for case in cases]
        rows = len(of_rows)
        size = min(BLOCK_ROWS, rows)
        arrays, at = self._statics.arrays(groups, c)
        places = numpy.array(at)
        of_central = _Gathered(arrays[0], places, (False,) * len(arrays[0]))
        parts = []
        for nth, (part, array) in enumerate(zip(self.parts, arrays[1:], strict=True), start=1):
            ends = len(factors) if part.effect == DURATION else max(len(group[nth]) for group in groups)
            statics = _Gathered(array[:, :ends], places, part.moved)
            parts.append((part, statics, ends, numpy.empty((2, len(part.totals), rows))))
        place_of = places.take(of_rows)
        moments = numpy.array(factors)[:, None]
        q: list[Any] = [None] * len(USUAL)
        with (
            numpy.errstate(all="ignore"),
            Room() as room,
        ):  # no branch is left out, and what is 0 has no ratio
            for start in range(0, rows, size):
                end = min(start + size, rows)
                of_row = place_of[start:end]
                for column, values in given.columns.items():
                    q[column] = values[start:end]
                room.used = 0
                central = room.arrays(len(self.central.outputs), end - start)
                kept = room.used
                self._fill(self.central, of_central, of_row, q, (), central, room)
                for part, statics, ends, widths in parts:
                    room.used = kept
                    moved = room.arrays(len(part.totals), ends, end - start)
                    seen = q
                    if part.effect == DURATION:
                        seen = list(q)
                        seen[_DURATION_AT] = q[_DURATION_AT] * moments
                    self._fill(part.program, statics, of_row, seen, central, moved, room)
                    _half_widths(central[list(part.totals)], moved, widths[:, :, start:end])
        return {
            part.effect: Widths(
                *(dict(zip((TOTALS[at] for at in part.totals), side, strict=True)) for side in widths)
            )
            for part, _, _, widths in parts
        }

    @staticmethod
    def _fill(
        program: Program, statics: _Gathered, place_of: Any, q: Any, f: Any, columns: Any, room: Room
    ) -> None:
        k = statics.rows(place_of, room)
        program.fill(k, q, f, columns, list(room.arrays(program.registers(), *columns.shape[1:])))

    def _group(self, case: Case) -> Group:
        """The setups of a case for each program."""
        found = self._groups.get(id(case))
        if found is None or found[0] is not case:
            if len(self._groups) >= _MOST_COUNTED:
                self._groups.clear()
            central = (case.setup,)
            ends = (
                case.effects[part.effect].cause.ends if part.effect in case.effects else central
                for part in self.parts
            )
            found = self._groups[id(case)] = case, (central, *ends)
        return found[1]


class _Gathered:
    """The statics of a batch: numbers that all rows share, or columns that rows gather from."""

    __slots__ = ("_columns", "_many", "_shape")

    def __init__(self, array: Any, places: Any, moved: Sequence[bool]) -> None:
        """``array``: of shape (statics, ends, places); ``moved``: which statics differ between ends."""
        seen = array[:, :, places]
        alike = (seen == seen[:, :1, :1]).all(axis=(1, 2)).tolist()
        over_rows = (seen == seen[:, :, :1]).all(axis=(1, 2)).tolist()
        self._columns: list[Any] = []
        for at, column in enumerate(array):
            if alike[at]:
                self._columns.append(float(seen[at, 0, 0]))
            elif over_rows[at]:
                self._columns.append(seen[at, :, :1])
            else:
                self._columns.append(column if moved[at] else column[0])
        self._many = [not (alike[at] or over_rows[at]) for at in range(len(array))]

    def rows(self, place_of: Any, room: Room) -> list[Any]:
        """Of each static the number, or an array of shape (rows), (ends, 1) or (ends, rows)."""
        found = []
        for column, many in zip(self._columns, self._many, strict=True):
            if many:
                into = room.arrays(*column.shape[:-1], len(place_of))
                column = column.take(place_of, axis=-1, out=into, mode="clip")
            found.append(column)
        return found


def _half_widths(central: Any, moved: Any, into: Any) -> None:
    """Logarithms of the least and the largest ratio; what is not above zero, before or after, has no width.

    ``moved``: of shape (totals, ends, rows), is written to; ``into``: of shape (2, totals, rows).
    """
    import numpy

    ratios = numpy.divide(moved, central[:, None], out=moved)
    least = numpy.minimum.reduce(ratios, axis=1)
    most = numpy.maximum.reduce(ratios, axis=1)
    if not (least.min() > 0.0 and most.max() < math.inf and central.min() > 0.0):
        ratios[~((ratios > 0.0) & (ratios < math.inf) & (central[:, None] > 0.0))] = 1.0
        least, most = ratios.min(axis=1), ratios.max(axis=1)
    down, up = into
    numpy.negative(numpy.log(numpy.minimum(least, 1.0, out=least), out=least), out=down)
    numpy.log(numpy.maximum(most, 1.0, out=most), out=up)


def _longer(q: list[float], factor: float) -> list[float]:
    moved = list(q)
    moved[_DURATION_AT] *= factor
    return moved


# --- programs are kept for as long as the process lives -----------------------------------------------------------


_Key = tuple[tuple[State, ...], Fixed, tuple[tuple[EffectId, int, int], ...]]
_kept: dict[_Key, Differences] = {}
_rows_seen: dict[tuple[tuple[State, ...], Fixed], int] = {}
#: The bits that any case of a cause moves and the most ends it has, as far as seen: one program serves all of them.
_widest: dict[EffectId, tuple[int, int]] = {}
_lock = threading.Lock()


def widths(
    cases: Sequence[Case],
    of_rows: Sequence[int],
    given: QuantityColumns,
    c: Constants,
    duration_factors: tuple[float, float],
) -> dict[EffectId, Widths] | None:
    """For every cause its half-widths in the totals of each row, lists or arrays as ``given`` has them.

    None for rows of facts that are too rare to make programs for.

    Parameters
    ----------
    cases : distinct cases.
    of_rows : for each row, which of them.
    given : the quantities of the rows.
    duration_factors : what an observed duration is multiplied by at its ends.
    """
    facts = states_of(given), common(frozenset(case.fixed for case in cases))
    if not _is_worth_it(facts, given.rows):
        return None
    with _lock:
        for case in cases:
            for effect, (cause, bits) in case.effects.items():
                seen, ends = _widest.get(effect, (0, 0))
                _widest[effect] = seen | bits, max(ends, len(cause.ends))
        effects = in_order({effect for case in cases for effect in case.effects})
        moves = [(effect, *_widest[effect]) for effect in effects]
    if _DURATION_AT in given.columns:
        moves.append((DURATION, MOVES["processing_duration_ms"], 1))
    key = *facts, tuple(moves)
    found = _kept.get(key)
    if found is None:
        with _lock:
            if len(_kept) >= _MOST_KEPT:
                _kept.clear()
            found = _kept[key] = Differences(Facts(facts[0], facts[1].fields), moves)
    arrays = hasattr(of_rows, "shape")
    return (found.of_arrays if arrays else found.of_rows)(cases, of_rows, given, c, duration_factors)


def _is_worth_it(facts: tuple[tuple[State, ...], Fixed], rows: int) -> bool:
    seen = _rows_seen.get(facts, 0)
    if seen < FEWEST_ROWS:
        if len(_rows_seen) >= _MOST_COUNTED:
            _rows_seen.clear()
        seen = _rows_seen[facts] = seen + rows
    return seen >= FEWEST_ROWS
