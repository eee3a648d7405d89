"""Half-widths of many rows: the programs of ``differences`` on blocks of rows.

All ends of a cause go through its program at once: an array has a row for each end, and numpy's price for a call is paid
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Final

from ..resolve.quantities import USUAL
from .cases import DURATION, METHOD
from .differences import DURATION_AT, Part, Sides, Widths
from .evaluate import TOTALS
from .room import Room, rows_of

if TYPE_CHECKING:
    from ..resolve.quantities import QuantityColumns
    from .program import Program
    from .statics import Gathered

#: Rows of a block. Of 1,024 a row of many takes half more, because numpy is called so often; more gain nothing.
BLOCK_ROWS: Final = 4096
#: The least that numpy takes for its buffer. With its usual one, of 8,192 numbers, it copies what all ends of a row share
#: as often as there are ends, which takes as long as the arithmetic.
_BUFFER: Final = 16


def widths_of_blocks(
    central: Program,
    parts: Sequence[Part],
    statics: Sequence[Gathered],
    place_of: Any,
    given: QuantityColumns,
    factors: tuple[float, float],
) -> Widths:
    """Half-widths of rows as float64 arrays.

    Parameters
    ----------
    statics : of the central program, then of each part.
    place_of : for each row its place among the statics.
    factors : what an observed duration is multiplied by at its ends.
    """
    import numpy

    of_central, *of_parts = statics
    effects = [(effect, part.moved) for part in parts for effect in part.effects]
    others = slice(1, None) if effects and effects[0][0] == METHOD else slice(None)
    rows = len(place_of)
    widths = numpy.empty((2, len(effects), len(TOTALS), rows))
    squares = numpy.empty((2, len(TOTALS), rows))
    q: list[Any] = [None] * len(USUAL)
    # Both branches of a choice are evaluated, and what is 0 has no ratio.
    with numpy.errstate(all="ignore"), Room() as room:
        numpy.setbufsize(_BUFFER)  # until errstate ends
        for start in range(0, rows, BLOCK_ROWS):
            block = slice(start, min(start + BLOCK_ROWS, rows))
            of_row = place_of[block]
            for at, column in given.columns.items():
                q[at] = column[block]
            seen = [_longer(q, factors) if part.effects == (DURATION,) else q for part in parts]
            room.used = 0
            static = of_central.of_rows(of_row)
            registers = rows_of(room.arrays(len(of_central), len(of_row)))
            k = list(map(static, range(len(of_central)), registers))
            values = room.arrays(len(central.outputs), len(of_row))
            _work_out(central, lambda number, _, k=k: k[number], q, (), values, room)
            known = [*rows_of(values), *k]
            into, sums = widths[..., block], squares[..., block]
            for careful in (False, True):
                _fill(into, parts, of_parts, of_row, seen, values, known, room, careful)
                numpy.einsum("setr,setr->str", into[:, others], into[:, others], out=sums)
                methods = into[:, :1]  # in no sum, where there is one; every other width is in one of them
                if isfinite(numpy.add.reduce(sums, axis=None) + numpy.add.reduce(methods, axis=None)):
                    break
    return Widths(
        {effect: Sides(moved, widths[0, at], widths[1, at]) for at, (effect, moved) in enumerate(effects)},
        (squares[0], squares[1]),
    )


def _fill(
    into: Any,
    parts: Sequence[Part],
    statics: Sequence[Gathered],
    place_of: Any,
    seen: Sequence[list[Any]],
    central: Any,
    known: Sequence[Any],
    room: Room,
    careful: bool,
) -> None:
    """The half-widths of all causes, into an array of shape (2, causes, totals, rows).

    ``careful``: some values may not be above zero. Those have no ratio and count as not moved; otherwise such widths
    are not finite.
    """
    import numpy

    totals = central[: len(TOTALS)]
    logs = numpy.log(totals)
    kept, first = room.used, 0
    for part, gathered, q in zip(parts, statics, seen, strict=True):
        room.used = kept
        k = gathered.of_rows(place_of)
        ends = (2,) if part.effects == (DURATION,) else part.ends
        at, log = part.at, logs[part.at]
        moved = room.arrays(sum(ends), len(log), len(place_of))
        _work_out(part.program, k, q, known, moved.swapaxes(0, 1), room)
        of_effects = into[:, first : first + len(ends)]
        first += len(ends)
        if len(log) < len(TOTALS):
            of_effects[:, :, : at.start] = of_effects[:, :, at.stop :] = 0.0
        of_part = of_effects[:, :, at]
        _widths_of(moved, ends, totals[at], log, of_part, careful)
    room.used = kept


def _work_out(program: Program, k: Any, q: Any, f: Any, columns: Any, room: Room) -> None:
    """Fill the columns of a program, all of one shape."""
    program.fill(k, q, f, rows_of(columns), rows_of(room.arrays(program.registers(), *columns.shape[1:])))


def _widths_of(moved: Any, ends: Sequence[int], central: Any, log: Any, into: Any, careful: bool) -> None:
    """The half-widths of some causes: the least and the largest value are found first, then their logarithms taken.

    ``moved``: of shape (ends of all causes, totals, rows); ``ends``: how many each cause has; ``central`` and ``log``, its
    logarithm: (totals, rows); ``into``: (2, causes, totals, rows).
    """
    import numpy

    if careful:
        numpy.copyto(moved, central, where=~((moved > 0.0) & (moved < inf)))
    _extremes(moved, ends, into)
    numpy.log(into, out=into)
    numpy.subtract(log, into[0], out=into[0])
    numpy.subtract(into[1], log, out=into[1])
    if careful:
        into[~numpy.isfinite(into)] = 0.0
    numpy.maximum(into, 0.0, out=into)  # all ends may lie on one side


def _extremes(moved: Any, ends: Sequence[int], into: Any) -> None:
    """The least and the largest value at the ends of each cause."""
    import numpy

    first = 0
    for cause, of_each in enumerate(ends):
        least = most = moved[first]
        for at in range(first + 1, first + of_each):
            least = numpy.minimum(least, moved[at], out=into[0, cause])
            most = numpy.maximum(most, moved[at], out=into[1, cause])
        if of_each == 1:
            into[:, cause] = least
        first += of_each


def _longer(q: list[Any], factors: tuple[float, float]) -> list[Any]:
    import numpy

    moved = list(q)
    moved[DURATION_AT] = q[DURATION_AT] * numpy.array(factors)[:, None]
    return moved
