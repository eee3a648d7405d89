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
from .room import Room

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
    widths = numpy.zeros((2, len(effects), len(TOTALS), rows))
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
            registers = room.arrays(len(of_central), len(of_row))
            k = list(map(of_central.of_rows(of_row), range(len(of_central)), registers))
            values = _worked_out(central, lambda number, _, k=k: k[number], q, (), of_row.shape, room)
            known = [*values, *k]
            static = [of_part.of_rows(of_row) for of_part in of_parts]
            into, sums = widths[..., block], squares[..., block]
            for careful in (False, True):
                _fill(into, parts, static, seen, values, known, room, careful)
                numpy.einsum("setr,setr->str", into[:, others], into[:, others], out=sums)
                if isfinite(sums.sum() + into[:, :1].sum()):  # every width is in one of them
                    break
    return Widths(
        {effect: Sides(moved, *widths[:, at]) for at, (effect, moved) in enumerate(effects)},
        (dict(zip(TOTALS, squares[0], strict=True)), dict(zip(TOTALS, squares[1], strict=True))),
    )


def _fill(
    into: Any,
    parts: Sequence[Part],
    static: Sequence[Any],
    seen: Sequence[list[Any]],
    central: Any,
    known: Sequence[Any],
    room: Room,
    careful: bool,
) -> None:
    """The half-widths of all causes, into an array of shape (2, causes, totals, rows).

    ``careful``: some values may not be above zero; otherwise such widths are not finite.
    """
    import numpy

    kept, first = room.used, 0
    for part, k, q in zip(parts, static, seen, strict=True):
        room.used = kept
        ends = (2,) if part.effects == (DURATION,) else part.ends
        moved = _worked_out(part.program, k, q, known, (sum(ends), into.shape[-1]), room)
        of_part = into[:, first : first + len(ends), part.at]
        first += len(ends)
        _extremes(central[part.at], moved, ends, of_part, careful)
        numpy.log(of_part, out=of_part)
        numpy.absolute(of_part[0], out=of_part[0])
    room.used = kept


def _worked_out(program: Program, k: Any, q: Any, f: Any, shape: Sequence[int], room: Room) -> Any:
    """The columns of a program, each of this shape."""
    columns = len(program.outputs)
    memory = room.arrays(columns + program.registers(), *shape)
    program.fill(k, q, f, memory[:columns], list(memory[columns:]))
    return memory[:columns]


def _extremes(central: Any, moved: Any, ends: Sequence[int], into: Any, careful: bool) -> None:
    """The least ratio to the central value, at most 1, and the largest, at least 1.

    What is not above zero, before or after, has no ratio, and counts as not moved.

    ``moved``: of shape (totals, ends of all effects, rows), is written to; ``ends``: how many each effect has;
    ``into``: of shape (2, effects, totals, rows).
    """
    import numpy

    ratios = numpy.divide(moved, central[:, None], out=moved)
    if careful:
        ratios[~((ratios > 0.0) & (ratios < inf) & (central[:, None] > 0.0))] = 1.0
    at = 0
    for of_each, least, most in zip(ends, *into, strict=True):
        of_effect = ratios[:, at : at + of_each]
        numpy.minimum.reduce(of_effect, axis=1, out=least, initial=1.0)
        numpy.maximum.reduce(of_effect, axis=1, out=most, initial=1.0)
        at += of_each


def _longer(q: list[Any], factors: tuple[float, float]) -> list[Any]:
    import numpy

    moved = list(q)
    moved[DURATION_AT] = q[DURATION_AT] * numpy.array(factors)[:, None]
    return moved
