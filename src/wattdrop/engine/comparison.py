"""Rows beside each other: their order, and by how much one differs from another, with the range of that ratio.

Two ranges that overlap say nothing: most of what is unknown about two rows may be the same thing, such as the size of the
model that both use. So the range is that of the ratio itself. An unknown of both rows (``unknowns``) moves the ratio by the
difference of what it does to each; an unknown of one row by what it does to that one. As everywhere (``ranges``) each is
one standard normal variable, and independent ones add in quadrature:

    low = central x exp(-sqrt(sum of down²))        high = central x exp(+sqrt(sum of up²))
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from .api import Estimate, estimate
from .cases import METHOD, WITHIN
from .evaluate import TOTALS
from .quantiles import Z50, Z90
from .unknowns import Unknown, unknowns_of

if TYPE_CHECKING:
    from ..catalog import Catalog
    from .api import RowLike

Verdict: TypeAlias = Literal["same", "open", "likely", "clear"]
"""same: no difference (within 1e-9), whatever is not known; open: not told apart; likely: 1 is outside the 50 % range of
the ratio; clear: it is outside the 90 % range, the difference is larger than the uncertainty."""


class RatioCause(NamedTuple):
    """One cause of a ratio's range: whether it is an unknown of both rows, and its part of the squared width."""

    cause: str
    shared: bool
    share: float


class RatioRange(NamedTuple):
    """One row's value over another's, with the ends of its 50 % and 90 % ranges."""

    low_90: float
    low_50: float
    central: float
    high_50: float
    high_90: float


class Ratio(NamedTuple):
    """How one row differs from another, and why that is not known better."""

    range: RatioRange | None
    """None where one of the values is 0."""
    verdict: Verdict
    causes: Sequence[RatioCause]


class _Width(NamedTuple):
    """How far one unknown moves a ratio, in logarithms that are not negative."""

    cause: str
    down: float
    up: float
    shared: bool


class Comparison:
    """Rows of an estimate beside each other."""

    def __init__(self, estimate: Estimate) -> None:
        self.estimate = estimate
        self.unknowns = unknowns_of(estimate)

    def ranks(self, quantity: str) -> dict[int, int]:
        """By row number, the place of each computed row: 1 is the least. Rows of the same value share a place."""
        values = self.estimate.evaluation.column(_total(quantity))
        return {
            number: 1 + sum(other < value for other in values)
            for number, value in zip(self.estimate.resolution.computed, values, strict=True)
        }

    def least(self, quantity: str) -> int:
        """The number of the first row that has the least of a total."""
        ranks = self.ranks(quantity)
        if not ranks:
            raise ValueError("no row could be computed, so there is none with the least")
        return min(ranks, key=ranks.__getitem__)

    def ratio(self, number: int, to: int, quantity: str = "total_energy_wh") -> Ratio:
        """How many times a total of one row another row has.

        Parameters
        ----------
        number, to
            The row, and the row that it is held against.
        quantity
            One of the five totals, such as ``total_emissions_gco2e``.
        """
        value = self.estimate.rows[number].value(_total(quantity))
        beside = self.estimate.rows[to].value(quantity)
        if not (value > 0.0 and beside > 0.0):
            return Ratio(None, "same" if value == beside else "clear", ())
        central = value / beside
        one, other = (self.unknowns[self.estimate.position(at)] for at in (number, to))
        wide, narrow = _widths(one, other, quantity, 0.9), _widths(one, other, quantity, 0.5)
        (low_90, high_90), (low_50, high_50) = _ends(central, wide), _ends(central, narrow)
        verdict: Verdict = "open"
        if math.isclose(low_90, 1.0) and math.isclose(high_90, 1.0):
            verdict = "same"
        elif not low_90 <= 1.0 <= high_90:
            verdict = "clear"
        elif not low_50 <= 1.0 <= high_50:
            verdict = "likely"
        return Ratio(RatioRange(low_90, low_50, central, high_50, high_90), verdict, _causes(wide))


def compare(rows: Iterable[RowLike], catalog: Catalog | None = None) -> Comparison:
    """Hold rows against each other: the same work on several models, services, places or hours.

    Takes rows as ``estimate`` does; one that cannot be computed stands in ``estimate.rows`` with its error.

    >>> work = {"input_tokens": 1000, "output_tokens": 500}
    >>> both = compare([{"model_id": "llama_v31_8b", **work}, {"model_id": "llama_v31_405b", **work}])
    >>> both.least("total_energy_wh"), both.ratio(1, to=0).verdict
    (0, 'clear')
    """
    return Comparison(estimate(rows, catalog))


def _total(quantity: str) -> str:
    if quantity not in TOTALS:
        raise ValueError(f"{quantity!r} is not compared; the totals are {', '.join(TOTALS)}")
    return quantity


def _widths(row: Sequence[Unknown], beside: Sequence[Unknown], quantity: str, level: float) -> list[_Width]:
    """How far each unknown of either row moves the ratio of the two."""
    others = {(one.effect, one.identity): _steps(one, quantity, level) for one in beside}
    found = []
    for one in row:
        steps, theirs = _steps(one, quantity, level), others.pop((one.effect, one.identity), None)
        if theirs is None:
            found.append(_width(one.effect[0], steps, False))
        else:
            moves = [step - their for step, their in zip(steps, theirs, strict=True)]
            found.append(_width(one.effect[0], moves, True))
    found += [_width(effect[0], [-step for step in steps], False) for (effect, _), steps in others.items()]
    return found


def _steps(one: Unknown, quantity: str, level: float) -> Sequence[float]:
    """Where an unknown's ends are at one of two levels; the method's error has a measured point of its own at each."""
    is_90 = level == 0.9
    if one.effect in (METHOD, WITHIN):
        scale = 1.0 if is_90 == (one.effect == METHOD) else 0.0
    else:
        scale = 1.0 if is_90 else Z50 / Z90
    return [scale * step for step in one.steps[quantity]]


def _width(cause: str, moves: Sequence[float], shared: bool) -> _Width:
    return _Width(cause, max(0.0, -min(moves)), max(0.0, max(moves)), shared)


def _ends(central: float, widths: Sequence[_Width]) -> tuple[float, float]:
    down = math.hypot(*(one.down for one in widths))
    up = math.hypot(*(one.up for one in widths))
    return central * math.exp(-down), central * math.exp(up)


def _causes(widths: Sequence[_Width]) -> list[RatioCause]:
    """By name, the largest first; what both rows share is apart from what each has for itself."""
    squares: dict[tuple[str, bool], float] = {}
    for one in widths:
        key = one.cause, one.shared
        squares[key] = squares.get(key, 0.0) + one.down**2 + one.up**2
    whole = math.fsum(squares.values())
    found = [RatioCause(*key, square / whole) for key, square in squares.items() if square > 1e-12 * whole]
    return sorted(found, key=lambda one: -one.share)
