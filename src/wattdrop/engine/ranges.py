"""Ranges: how far off an estimate may be, why, and what would narrow it.

Each cause (``resolve.causes``) is one standard normal variable. The kernel is evaluated with the cause at its 5 % and at
its 95 % point, everything else central: the logarithms of the two ratios to the central value are its half-widths.
Independent causes add in quadrature:

    low = central x exp(-sqrt(sum of down²))        high = central x exp(+sqrt(sum of up²))

The 90 % range takes the half-widths as they are, other levels scale them by the normal distribution; the method's own
error has a measured 50 % point besides, because its tails are heavier. In a sum over rows, rows that share a cause (the
same model, zone, service) share its error: their half-widths add up before they are squared. A total of a thousand equal
rows is as uncertain as one of them.
"""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING, NamedTuple
from .cases import DURATION, METHOD, WITHIN, Case, EffectId, case_of, in_order
from .cause_shares import CauseShare, causes_of_rows
from .evaluate import TOTALS, Evaluation, evaluate
from .half_widths import Column, between, ends_at, ends_of, ends_of_many, plus, squared, times
from .quantiles import Z90, z_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from typing import Any, Final, TypeAlias

    from .api import Estimate
    from .cause_shares import Given, Made
    from .differences import Widths

KINDS: Final = ("text", "alone", "pipeline", "text_pass", "image_pass", "images", "video", "sound")


class Range(NamedTuple):
    """A value with the ends of its range."""

    low: float
    central: float
    high: float


Quantity: TypeAlias = "str | tuple[str, ...]"
"""A kept quantity, or all totals at once: columns are then float64 of shape (totals, rows)."""

HalfWidths: TypeAlias = "tuple[str, Any, Any, Sequence[Hashable]]"
"""A cause: its name, the half-widths down and up of every row (in logarithms, not negative), and the keys of the rows."""


class Ranges:
    """The ranges of an estimate. Made once, read for any kept quantity."""

    def __init__(self, estimate: Estimate) -> None:
        self._central = estimate.evaluation
        self._constants = estimate.constants
        self._resolution = estimate.resolution
        self._cases, self._of_rows, self._described = _cases(estimate)
        error = math.exp(Z90 * estimate.catalog.constant("duration_error"))
        self._duration_factors = 1.0 / error, error
        self._nothing = self._zeros()
        self._found_effects: list[EffectId] | None = None
        self._widths: dict[bool, Widths | None] = {}
        self._at_ends: dict[EffectId, list[Evaluation]] = {}
        self._sides: dict[tuple[EffectId, Quantity], tuple[Column, Column]] = {}
        self._ends_of_totals: dict[float, tuple[Column, Column]] = {}
        self._squares_of_others: dict[Quantity, tuple[Column, Column]] = {}
        self._numbers: dict[EffectId, Any] = {}
        self._squares_of: dict[str, dict[str, tuple[Column, Column]]] = {}

    @property
    def _effects(self) -> list[EffectId]:
        """The effects of any row, in the order of explanations; the ends of totals do without them."""
        if self._found_effects is None:
            effects = {effect for case in self._cases for effect in case.causes} - {WITHIN}
            durations = self._resolution.quantities.any_gives("processing_duration_ms")
            self._found_effects = [*in_order(effects), *([DURATION] if durations else [])]
        return self._found_effects

    # --- half-widths ---

    def half_widths(self, quantity: str, level: float) -> list[HalfWidths]:
        """Of each effect: its name, the half-widths down and up of every row (in logs, not negative), and its keys."""
        z = z_of(level)
        return [
            (effect[0], *self._scaled(effect, quantity, z), self._keys(effect)) for effect in self._effects
        ]

    def half_widths_by_case(self, quantity: str, level: float) -> tuple[list[HalfWidths], Sequence[int]]:
        """The same with the keys of distinct cases, of which many rows have few; then the case of each row."""
        z = z_of(level)
        found: list[HalfWidths] = [
            (effect[0], *self._scaled(effect, quantity, z), self._keys_of_cases(effect))
            for effect in self._effects
        ]
        return found, self._of_rows

    def _scaled(self, effect: EffectId, quantity: str, z: float) -> tuple[Column, Column]:
        """Half-widths of one effect, down and up, at a level."""
        if effect == METHOD:
            return self._method(quantity, z)
        down, up = self._wide(effect, quantity)
        return self._times(down, z / Z90), self._times(up, z / Z90)

    def _times(self, side: Column, factor: float) -> Column:
        return side if side is self._nothing else times(side, factor)

    def _keys(self, effect: EffectId) -> list[Hashable]:
        """For each row what it shares the error of an effect by; None where the effect does not touch it."""
        of_cases = self._keys_of_cases(effect)
        return [of_cases[of] for of in self._rows()]

    def _rows(self) -> Sequence[int]:
        of_rows: Any = self._of_rows
        of: Sequence[int] = of_rows.tolist() if self._central.is_arrays else of_rows
        return of

    def _keys_of_cases(self, effect: EffectId) -> list[Hashable]:
        if effect == DURATION:
            return [("duration", of) for of in self._described]
        return [case.causes[effect].key if effect in case.causes else None for case in self._cases]

    def _method(self, quantity: Quantity, z: float) -> tuple[Column, Column]:
        """The method's own half-widths at a level, which has a measured point at 50 % too."""
        outer = self._wide(METHOD, quantity)
        if z >= Z90:
            return times(outer[0], z / Z90), times(outer[1], z / Z90)
        inner = self._wide(WITHIN, quantity)
        return between(z, inner[0], outer[0]), between(z, inner[1], outer[1])

    def _wide(self, effect: EffectId, quantity: Quantity) -> tuple[Column, Column]:
        """Half-widths of one effect, down and up, at the ends that it was evaluated at."""
        found = self._sides.get((effect, quantity))
        if found is None:
            found = self._sides[effect, quantity] = self._worked_out(effect, quantity)
        return found

    def _worked_out(self, effect: EffectId, quantity: Quantity) -> tuple[Column, Column]:
        of_totals = self._of_totals(within=effect == WITHIN)
        if quantity is TOTALS and of_totals is not None:
            return of_totals.sides[effect][1:]
        if quantity in TOTALS and of_totals is not None:
            sides = of_totals.sides.get(effect)
            if sides is None or quantity not in sides.moved:
                return self._nothing, self._nothing
            at = TOTALS.index(quantity)
            return sides.down[at], sides.up[at]
        if effect not in self._at_ends:
            self._at_ends[effect] = self._evaluated(effect)
        central = self._values(self._central, quantity)
        ends = [self._values(end, quantity) for end in self._at_ends[effect]]
        if self._central.is_arrays:
            return ends_of_many(central, ends)
        if ends.count(central) == len(ends):  # most causes leave most metrics alone
            return self._nothing, self._nothing
        return ends_of(central, ends)

    def _of_totals(self, within: bool = False) -> Widths | None:
        """Half-widths of the totals; None where the rows are to be evaluated whole at each end.

        ``within``: of the method's 50 % point alone, which most callers do not ask for.
        """
        if not self._central.by_program:
            return None
        if within not in self._widths:
            from .width_programs import widths

            given, factors = self._central.given, self._duration_factors
            found = widths(self._cases, self._of_rows, given, self._constants, factors, within)
            self._widths[within] = found
        return self._widths[within]

    def _zeros(self) -> Column:
        if not self._central.is_arrays:
            return [0.0] * self._central.rows
        import numpy

        return numpy.zeros(self._central.rows)

    def _evaluated(self, effect: EffectId) -> list[Evaluation]:
        """The rows at the ends of an effect, evaluated whole: for quantities other than the totals, and for few rows."""
        given, of_cases = self._central.given, [case.setup for case in self._cases]
        if effect == DURATION:
            observed = given.column("processing_duration_ms")
            moved = (times(observed, factor) for factor in self._duration_factors)
            return [
                evaluate(
                    of_cases,
                    self._of_rows,
                    given.replaced("processing_duration_ms", one),
                    self._constants,
                    TOTALS,
                )
                for one in moved
            ]
        ends = [case.causes[effect].ends if effect in case.causes else (case.setup,) for case in self._cases]
        return [
            evaluate(
                [one[min(at, len(one) - 1)] for one in ends], self._of_rows, given, self._constants, TOTALS
            )
            for at in range(max(map(len, ends), default=0))
        ]

    def _values(self, evaluation: Evaluation, quantity: Quantity) -> Column:
        if not isinstance(quantity, str):
            return evaluation.arrays(quantity)
        return evaluation.array(quantity) if self._central.is_arrays else evaluation.column(quantity)

    def columns(self, quantity: str, level: float) -> tuple[Column, Column]:
        """Low and high end of a quantity for every computed row."""
        z = z_of(level)
        if not self._central.is_arrays or quantity not in TOTALS or self._of_totals() is None:
            return self._low_and_high(quantity, z)
        found = self._ends_of_totals.get(z)
        if (
            found is None
        ):  # who asks for one total asks for the others, and numpy's price for a call is paid once
            found = self._ends_of_totals[z] = self._low_and_high(TOTALS, z)
        (low, high), at = found, TOTALS.index(quantity)
        return low[at], high[at]

    def _low_and_high(self, quantity: Quantity, z: float) -> tuple[Column, Column]:
        central = self._values(self._central, quantity)
        down, up = (
            plus(squared(own), times(others, (z / Z90) ** 2))
            for own, others in zip(self._method(quantity, z), self._others(quantity), strict=True)
        )
        return ends_at(central, down, up)

    def _others(self, quantity: Quantity) -> tuple[Column, Column]:
        """The squared half-widths of all effects but the method's, summed."""
        of_totals = self._of_totals()
        if of_totals is not None and quantity is TOTALS:
            return of_totals.squares
        if of_totals is not None and quantity in TOTALS:
            (down, up), at = of_totals.squares, TOTALS.index(quantity)
            return down[at], up[at]
        found = self._squares_of_others.get(quantity)
        if found is None:
            down = up = self._nothing
            for effect in self._effects:
                if effect != METHOD:
                    below, above = self._wide(effect, quantity)
                    if below is not self._nothing or above is not self._nothing:
                        down, up = plus(down, squared(below)), plus(up, squared(above))
            found = self._squares_of_others[quantity] = down, up
        return found

    def total(self, quantity: str, level: float) -> Range:
        """The sum of a quantity over all computed rows; rows that share a cause share its error."""
        total = math.fsum(self._central.column(quantity))
        if not total > 0.0:
            return Range(total, total, total)
        central = self._values(self._central, quantity)
        z = z_of(level)
        squares = [0.0, 0.0]
        for effect in self._effects:
            for side, of_rows in enumerate(self._scaled(effect, quantity, z)):
                if of_rows is not self._nothing:
                    shared = self._shared(effect, central, of_rows, total)
                    squares[side] += math.fsum(width * width for width in shared)
        return Range(total * math.exp(-math.sqrt(squares[0])), total, total * math.exp(math.sqrt(squares[1])))

    def _shared(self, effect: EffectId, central: Column, widths: Column, total: float) -> Iterable[float]:
        """The half-widths of a sum, of each key: those of its rows, weighted by their part of the sum."""
        if self._central.is_arrays:
            import numpy as np

            sums: list[float] = np.bincount(self._numbered(effect), central * (widths / total)).tolist()
            return sums
        shared: dict[Hashable, float] = {}
        for value, width, key in zip(central, widths, self._keys(effect), strict=True):
            shared[key] = shared.get(key, 0.0) + value / total * width
        return shared.values()

    def _numbered(self, effect: EffectId) -> Any:
        """For each of many rows the number of its key."""
        found = self._numbers.get(effect)
        if found is None:
            import numpy as np

            numbers: dict[Hashable, int] = {}
            number_of = [numbers.setdefault(key, len(numbers)) for key in self._keys_of_cases(effect)]
            found = self._numbers[effect] = np.array(number_of, dtype=np.int64).take(self._of_rows)
        return found

    def causes(self, row: int, quantity: str, given: Given) -> tuple[CauseShare, ...]:
        """The causes of one row's 90 % range, the largest first; ``given``: the fields that the row fills."""
        squares = {
            name: (down[row : row + 1], up[row : row + 1])
            for name, (down, up) in self._squares(quantity).items()
        }
        values = self._values(self._central, quantity)[row : row + 1]
        (found,) = causes_of_rows(values, squares, [given], CauseShare)
        return tuple(found)

    def every_cause(
        self, quantity: str, given: Sequence[Given], made: Callable[..., Made], no_advice: str | None
    ) -> list[list[Made]]:
        """The same of every row."""
        values, squares = self._values(self._central, quantity), self._squares(quantity)
        return causes_of_rows(values, squares, given, made, no_advice)

    def _squares(self, quantity: str) -> dict[str, tuple[Column, Column]]:
        """By cause, the squared half-widths down and up of every row."""
        found = self._squares_of.get(quantity)
        if found is None:
            found = self._squares_of[quantity] = {}
            for effect in self._effects:
                down, up = map(squared, self._wide(effect, quantity))
                if effect[0] in found:
                    below, above = found[effect[0]]
                    down, up = plus(below, down), plus(above, up)
                found[effect[0]] = down, up
        return found


def _cases(estimate: Estimate) -> tuple[list[Case], Sequence[int], list[int]]:
    """The distinct cases of an estimate's rows, which of them each row has, and which description each case is of."""
    resolution, of_rows = estimate.resolution, estimate.evaluation.of_row
    catalog, resolved = estimate.catalog, resolution.resolved
    first: dict[int, int] = {}  # a description may be there twice
    described = [first.setdefault(id(one), at) for at, one in enumerate(resolved)]
    quantities = resolution.quantities
    batch_sizes = quantities.column("batch_size") if quantities.any_gives("batch_size") else ()
    if 1.0 not in batch_sizes:
        return [case_of(catalog, one) for one in resolved], of_rows, described
    alone = [batch_size == 1.0 for batch_size in batch_sizes]
    numbers: dict[tuple[int, bool], int] = {}
    found: Any = [
        numbers.setdefault(key, len(numbers)) for key in zip(resolution.resolved_of, alone, strict=True)
    ]
    if estimate.evaluation.is_arrays:
        import numpy as np

        found = np.array(found)
    return (
        [case_of(catalog, resolved[of], one) for of, one in numbers],
        found,
        [described[of] for of, _ in numbers],
    )
