"""What cases that go through the same programs have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..kernel.columns import Setup
from .cases import Case, EffectId, in_order
from .facts import Fixed, common, fixed_of
from .graph import MOVES

if TYPE_CHECKING:
    from ..resolve.causes import Cause

_SETUP_BITS: Final = tuple(MOVES[name] for name in Setup._fields)
_MOST_CASES: Final = 8000


class Traits:
    """The traits of a case. Equal ones are one object.

    ``fixed``: what is fixed in the setup and at every end; ``moves``: the effects, the bits of the inputs that each moves,
    and how many ends it has.
    """

    __slots__ = ("fixed", "moves")

    def __init__(self, fixed: Fixed, moves: tuple[tuple[EffectId, int, int], ...]) -> None:
        self.fixed = fixed
        self.moves = moves


_of_cases: dict[int, tuple[Case, Traits]] = {}
_known: dict[tuple[Fixed, tuple[tuple[EffectId, int, int], ...]], Traits] = {}


def traits_of(case: Case) -> Traits:
    """The traits of a case, which are remembered."""
    kept = _of_cases.get(id(case))
    if kept is None or kept[0] is not case:
        if len(_of_cases) >= _MOST_CASES:
            _of_cases.clear()
            _known.clear()
        kept = _of_cases[id(case)] = case, _traits(case)
    return kept[1]


def _traits(case: Case) -> Traits:
    setup, causes = case
    ends = (end for cause in causes.values() for end in cause.ends)
    fixed = common(frozenset(map(fixed_of, (setup, *ends))))
    moves = tuple(
        (effect, _moved(setup, causes[effect]), len(causes[effect].ends)) for effect in in_order(causes)
    )
    return _known.setdefault((fixed, moves), Traits(fixed, moves))


def _moved(setup: Setup, cause: Cause) -> int:
    """The bits of the fields that differ at a cause's ends."""
    bits = 0
    for end in cause.ends:
        for bit, value, moved in zip(_SETUP_BITS, setup, end, strict=True):
            if value != moved and not (value != value and moved != moved):
                bits |= bit
    return bits
