"""The totals of rows with causes at their ends, of which only what differs from the central values is worked out.

An estimate has a dozen causes of two ends or more, and each end would be an evaluation of the kernel. But a dirtier grid
changes no energy, and fewer requests in flight no carbon of a kWh. For every cause a program (``program``) is made of those
operations of the kernel that depend on an input which the cause moves; what else it needs comes from the central program.
Both are made of the graph with what follows from names taken together (``regrouped``).

Half-widths are logarithms of the ratio of a moved value to the central one: how far the ends lie below and above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..resolve.quantities import Quantities
from .cases import DURATION, METHOD, Case, EffectId
from .evaluate import TOTALS
from .graph import Facts, Graph
from .program import Program, reached
from .regrouped import regrouped
from .statics import Columns, Group, Statics

if TYPE_CHECKING:
    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns

#: Causes share a program that works out so many times the operations that each of them needs.
_MUCH_THE_SAME: Final = 1.3
_MOST_GROUPS: Final = 4096
_MOST_PLACED: Final = 256
DURATION_AT: Final = Quantities._fields.index("processing_duration_ms")


class Sides(NamedTuple):
    """Half-widths of one cause: a column for each total, and which totals it moves at all."""

    moved: frozenset[str]
    down: Sequence[Any]
    up: Sequence[Any]


class Widths(NamedTuple):
    """Half-widths of rows in the totals: how far the ends lie below and above the central value."""

    sides: Mapping[EffectId, Sides]
    squares: tuple[Sequence[Any], Sequence[Any]]
    """The squares summed over all causes but the method's own, down and up: a column for each total."""


class Part(NamedTuple):
    """Causes that move much the same, and the program of what they move."""

    effects: tuple[EffectId, ...]
    ends: tuple[int, ...]  # the most that any case has of each
    at: slice  # where the totals that they move stand among all, and any in between
    moved: frozenset[str]  # their names
    program: Program


class Differences:
    """Programs for batches of the same facts and causes."""

    def __init__(self, facts: Facts, moves: Sequence[tuple[EffectId, int, int]]) -> None:
        """``moves``: each cause, the bits of the inputs that it moves, and the most ends that it has."""
        graph = Graph(facts)
        nodes = graph.nodes
        totals = regrouped(graph, [graph.quantities[name] for name in TOTALS])
        inside = reached(nodes, totals)
        rows_need = {n for n in inside if nodes[n].dynamic}
        together = _together(
            [(effect, {n for n in inside if nodes[n].moves & bits}, ends) for effect, bits, ends in moves],
            totals,
            rows_need,
        )
        # What a part needs and does not work out itself, the central program does.
        central = list(totals)
        exported = {n: at for at, n in reversed(list(enumerate(totals)))}
        shared: set[int] = set()
        needed = []
        for _, moved in together:
            args = {arg for n in moved if nodes[n].dynamic for arg in nodes[n].args} - moved
            needed.append(args)
            shared |= {n for n in args if not nodes[n].dynamic and nodes[n].op != "const"}
            for n in sorted(args):
                if nodes[n].dynamic and nodes[n].op != "q" and n not in exported:
                    exported[n] = len(central)
                    central.append(n)
        self.central = Program(graph, central, statics=shared)
        for at, n in enumerate(self.central.static_nodes):
            exported.setdefault(n, len(central) + at)
        self.parts = []
        for (effects, moved), args in zip(together, needed, strict=True):
            at_totals = [at for at, n in enumerate(totals) if n in moved]
            if not at_totals:
                continue
            neighbours = slice(at_totals[0], at_totals[-1] + 1)
            known = {n: exported[n] for n in (*args, *totals) if n in exported and n not in moved}
            names, ends = zip(*effects, strict=True)
            program = Program(graph, totals[neighbours], known)
            moved_totals = frozenset(TOTALS[at] for at in at_totals)
            self.parts.append(Part(names, ends, neighbours, moved_totals, program))
        self._statics = Statics([(self.central, (1,)), *((part.program, part.ends) for part in self.parts)])
        self._groups: dict[int, tuple[Case, Group]] = {}
        self._placed: dict[tuple[int, ...], tuple[Sequence[Case], Constants, list[Columns], Any]] = {}

    def of_rows(
        self,
        cases: Sequence[Case],
        of_rows: Sequence[int],
        given: QuantityColumns,
        c: Constants,
        factors: tuple[float, float],
    ) -> Widths:
        """Half-widths of a few rows: lists of floats."""
        statics = [self._statics.tuples(self._group(case), c) for case in cases]
        sides = {
            effect: Sides(part.moved, *([[0.0] * len(of_rows) for _ in TOTALS] for _ in range(2)))
            for part in self.parts
            for effect in part.effects
        }
        squares = [[[0.0] * len(of_rows) for _ in TOTALS] for _ in range(2)]
        for row, of in enumerate(of_rows):
            q = given.row(row)
            ((of_central,),), *of_parts = statics[of]
            central = (*self.central.row(of_central, q), *of_central)
            for part, of_effects in zip(self.parts, of_parts, strict=True):
                run = part.program.row
                for effect, ends in zip(part.effects, of_effects, strict=True):
                    if effect == DURATION:
                        moved = [run(ends[0], _longer(q, factor), central) for factor in factors]
                    else:
                        moved = [run(k, q, central) for k in ends]
                    _, *of_effect = sides[effect]
                    for at, values in enumerate(zip(*moved, strict=True), part.at.start):
                        value = central[at]
                        if not value > 0.0:
                            continue
                        least = most = 0.0
                        for end in values:
                            if end > 0.0 and end != value:
                                step = log(end / value)
                                least, most = min(least, step), max(most, step)
                        for side, width in zip((0, 1), (-least, most), strict=True):
                            if width > 0.0:
                                of_effect[side][at][row] = width
                                if effect != METHOD:
                                    squares[side][at][row] += width * width
        return Widths(sides, (squares[0], squares[1]))

    def of_arrays(
        self,
        cases: Sequence[Case],
        of_rows: Any,
        given: QuantityColumns,
        c: Constants,
        factors: tuple[float, float],
    ) -> Widths:
        """The same of many rows: float64 arrays."""
        from .width_blocks import widths_of_blocks

        columns, places = self._in_columns(cases, c)
        statics = [of_program.of(places) for of_program in columns]
        return widths_of_blocks(self.central, self.parts, statics, places.take(of_rows), given, factors)

    def _in_columns(self, cases: Sequence[Case], c: Constants) -> tuple[list[Columns], Any]:
        """For each program its statics as columns, and the place of each case in them; kept for batches of the same."""
        import numpy

        key = tuple(map(id, cases))
        found = self._placed.get(key)
        if found is None or found[1] is not c or found[2] is not self._statics.columns:
            if found is not None or len(self._placed) >= _MOST_PLACED:
                self._placed.clear()  # columns of before take memory
            columns, places = self._statics.arrays([self._group(case) for case in cases], c)
            found = self._placed[key] = cases, c, columns, numpy.array(places)
        return found[2:]

    def _group(self, case: Case) -> Group:
        """The setups of a case for each program."""
        found = self._groups.get(id(case))
        if found is None or found[0] is not case:
            if len(self._groups) >= _MOST_GROUPS:
                self._groups.clear()
            central = (case.setup,)
            parts = (
                tuple(
                    case.causes[effect].ends if effect in case.causes else central for effect in part.effects
                )
                for part in self.parts
            )
            found = self._groups[id(case)] = case, ((central,), *parts)
        return found[1]


def _together(
    moves: Sequence[tuple[EffectId, set[int], int]], totals: Sequence[int], rows_need: set[int]
) -> list[tuple[list[tuple[EffectId, int]], set[int]]]:
    """Effects, each with its number of ends, that share a program, and the nodes that it works out.

    ``rows_need``: the nodes that are worked out for every row; the others once a setup.

    Those that move nearly the same do: one call of numpy for the ends of several costs less than the few operations that
    one of them would not need.
    """
    found: list[tuple[list[tuple[EffectId, int]], set[int]]] = []
    for effect, moved, ends in moves:
        for at, (effects, others) in enumerate(found):
            together = moved | others
            same_totals = not (moved ^ others).intersection(totals)
            fewest = min(len(moved & rows_need), len(others & rows_need))
            much_the_same = len(together & rows_need) <= _MUCH_THE_SAME * fewest
            if effect != DURATION and same_totals and much_the_same:
                found[at] = [*effects, (effect, ends)], together
                break
        else:
            found.append(([(effect, ends)], moved))
    return found


def _longer(q: list[float], factor: float) -> list[float]:
    moved = list(q)
    moved[DURATION_AT] *= factor
    return moved
