"""The totals of rows with causes at their ends, of which only what differs from the central values is worked out.

An estimate has a dozen causes of two ends or more, and each end would be an evaluation of the kernel. But a dirtier grid
changes no energy, and fewer requests in flight no carbon of a kWh. For every cause a program (``program``) is made of those
operations of the kernel that depend on an input which the cause moves; what else it needs comes from the central program.
All ends of a cause go through its program at once, as further rows of the same blocks.

Half-widths are logarithms of the ratio of a moved value to the central one: how far the ends lie below and above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..resolve.quantities import USUAL, Quantities
from .cases import DURATION, METHOD, Case, EffectId
from .evaluate import TOTALS
from .graph import Facts, Graph
from .program import Program, reached
from .room import Room
from .statics import Group, Statics

if TYPE_CHECKING:
    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns

#: Rows of a block: with all ends of a cause side by side it stays in the processor's cache.
BLOCK_ROWS: Final = 1024
#: Causes share a program that works out so many times the operations that each of them needs.
_MUCH_THE_SAME: Final = 1.3
_MOST_GROUPS: Final = 4096
DURATION_AT: Final = Quantities._fields.index("processing_duration_ms")


class Widths(NamedTuple):
    """Half-widths of rows in the totals: how far the ends lie below and above the central value."""

    sides: Mapping[EffectId, tuple[Mapping[str, Any], Mapping[str, Any]]]
    """Of each cause, down and up: a column for each total that it moves; no column: it moves none of the rows."""
    squares: tuple[Mapping[str, Any], Mapping[str, Any]]
    """The squares summed over all causes but the method's own, down and up."""


class _Part(NamedTuple):
    """Causes that move much the same, and the program of what they move."""

    effects: tuple[EffectId, ...]
    ends: tuple[int, ...]  # the most that any case has of each
    totals: tuple[int, ...]  # those that they move
    program: Program

    @property
    def at(self) -> Any:
        """The totals as an index: neighbours as a slice, which copies nothing."""
        first, last = self.totals[0], self.totals[-1]
        return slice(first, last + 1) if len(self.totals) == last + 1 - first else list(self.totals)


class Differences:
    """Programs for batches of the same facts and causes."""

    def __init__(self, facts: Facts, moves: Sequence[tuple[EffectId, int, int]]) -> None:
        """``moves``: each cause, the bits of the inputs that it moves, and the most ends that it has."""
        graph = Graph(facts)
        nodes = graph.nodes
        totals = [graph.quantities[name] for name in TOTALS]
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
            at_totals = tuple(at for at, n in enumerate(totals) if n in moved)
            known = {n: exported[n] for n in args if n in exported}
            names, ends = zip(*effects, strict=True)
            program = Program(graph, [totals[at] for at in at_totals], known)
            self.parts.append(_Part(names, ends, at_totals, program))
        self._statics = Statics([(self.central, (1,)), *((part.program, part.ends) for part in self.parts)])
        self._groups: dict[int, tuple[Case, Group]] = {}

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
        nothing = [0.0] * len(of_rows)
        sides: dict[EffectId, tuple[dict[str, Any], dict[str, Any]]] = {
            effect: ({}, {}) for part in self.parts for effect in part.effects
        }
        squares = [{name: [0.0] * len(of_rows) for name in TOTALS} for _ in range(2)]
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
                    for at, values in zip(part.totals, zip(*moved, strict=True), strict=True):
                        value, name = central[at], TOTALS[at]
                        if not value > 0.0:
                            continue
                        least = most = 0.0
                        for end in values:
                            if end > 0.0 and end != value:
                                step = log(end / value)
                                least, most = min(least, step), max(most, step)
                        for side, width in zip((0, 1), (-least, most), strict=True):
                            if width > 0.0:
                                sides[effect][side].setdefault(name, nothing[:])[row] = width
                                if effect != METHOD:
                                    squares[side][name][row] += width * width
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
        import numpy

        columns, at = self._statics.arrays([self._group(case) for case in cases], c)
        places = numpy.array(at)
        of_central, *of_parts = (of_part.of(places) for of_part in columns)
        rows = len(of_rows)
        size = min(BLOCK_ROWS, rows)
        parts = [
            (part, statics, numpy.empty((len(part.effects), 2, len(part.totals), rows)))
            for part, statics in zip(self.parts, of_parts, strict=True)
            if part.totals
        ]
        squares = numpy.zeros((2, len(TOTALS), rows))
        place_of = places.take(of_rows)
        q: list[Any] = [None] * len(USUAL)
        # Both branches of a choice are evaluated, and what is 0 has no ratio.
        with numpy.errstate(all="ignore"), Room() as room:
            for start in range(0, rows, size):
                end = min(start + size, rows)
                of_row = place_of[start:end]
                for column, values in given.columns.items():
                    q[column] = values[start:end]
                room.used = 0
                central = room.arrays(len(self.central.outputs), end - start)
                into = room.arrays(len(of_central), end - start)
                k = list(map(of_central.of_rows(of_row), range(len(into)), into))
                self._fill(self.central, lambda number, _, k=k: k[number], q, (), central, room)
                known = [*central, *k]
                kept = room.used
                for part, statics, widths in parts:
                    room.used = kept
                    seen, slots = q, part.ends
                    if part.effects == (DURATION,):
                        seen, slots = _moved_duration(q, factors), (len(factors),)
                    moved = room.arrays(len(part.totals), sum(slots), end - start)
                    self._fill(part.program, statics.of_rows(of_row), seen, known, moved, room)
                    found = widths[..., start:end]
                    _half_widths(central[part.at], moved, slots, found)
                    for effect, width in zip(part.effects, found, strict=True):
                        if effect != METHOD:
                            square = numpy.multiply(width, width, out=room.arrays(*width.shape))
                            squares[:, part.at, start:end] += square
        return Widths(
            {
                effect: (_named(part, down), _named(part, up))
                for part, _, widths in parts
                for effect, (down, up) in zip(part.effects, widths, strict=True)
            },
            (dict(zip(TOTALS, squares[0], strict=True)), dict(zip(TOTALS, squares[1], strict=True))),
        )

    @staticmethod
    def _fill(program: Program, k: Any, q: Any, f: Any, columns: Any, room: Room) -> None:
        program.fill(k, q, f, columns, list(room.arrays(program.registers(), *columns.shape[1:])))

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


def _half_widths(central: Any, moved: Any, slots: Sequence[int], into: Any) -> None:
    """Logarithms of the least and the largest ratio; what is not above zero, before or after, has no width.

    ``moved``: of shape (totals, ends of all effects, rows), is written to; ``slots``: how many ends each effect has;
    ``into``: of shape (effects, 2, totals, rows).
    """
    import numpy

    ratios = numpy.divide(moved, central[:, None], out=moved)
    for again in (False, True):
        at = 0
        for ends, (least, most) in zip(slots, into, strict=True):
            numpy.minimum.reduce(ratios[:, at : at + ends], axis=1, out=least)
            numpy.maximum.reduce(ratios[:, at : at + ends], axis=1, out=most)
            at += ends
        if again or (into[:, 0].min() > 0.0 and into[:, 1].max() < inf and central.min() > 0.0):
            break
        ratios[~((ratios > 0.0) & (ratios < inf) & (central[:, None] > 0.0))] = 1.0
    down, up = into[:, 0], into[:, 1]
    numpy.negative(numpy.log(numpy.minimum(down, 1.0, out=down), out=down), out=down)
    numpy.log(numpy.maximum(up, 1.0, out=up), out=up)


def _named(part: _Part, columns: Any) -> Mapping[str, Any]:
    return {TOTALS[at]: column for at, column in zip(part.totals, columns, strict=True)}


def _moved_duration(q: list[Any], factors: tuple[float, float]) -> list[Any]:
    import numpy

    moved = list(q)
    moved[DURATION_AT] = q[DURATION_AT] * numpy.array(factors)[:, None]
    return moved


def _longer(q: list[float], factor: float) -> list[float]:
    moved = list(q)
    moved[DURATION_AT] *= factor
    return moved
