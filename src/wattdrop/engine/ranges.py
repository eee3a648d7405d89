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
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from ..resolve.causes import CAUSES, Cause, causes_of, kind_of_work
from .evaluate import TOTALS, Evaluation, evaluate
from .quantiles import Z50, Z90, z_of

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..kernel.columns import Setup
    from ..resolve.description import Description
    from ..resolve.quantities import QuantityColumns
    from ..resolve.resolved import Resolved
    from .api import Estimate

KINDS: Final = ("text", "alone", "pipeline", "text_pass", "image_pass", "images", "video", "sound")

#: What a caller can give to settle a cause, and the row fields that count as having given it.
ADVICE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "occupancy": ("give batch_size, or processing_duration_ms", ("batch_size",)),
    "utilisation": ("give utilization_rate", ("utilization_rate",)),
    "activity": ("give tokens, images, steps or seconds", ()),
    "precision": ("give datatype", ("datatype",)),
    "hardware": ("give node_id, or gpu_id and gpu_count", ("node_id", "gpu_id", "cloud_instance_id")),
    "pue": ("give pue, or the datacenter", ("pue",)),
    "wue": ("give wue_l_per_kwh, or the datacenter", ("wue_l_per_kwh",)),
    "grid": (
        "give country, cloud_region or grid_gco2e_per_kwh",
        ("country", "cloud_region", "grid_gco2e_per_kwh"),
    ),
    "ewif": ("give country or cloud_region", ("country", "cloud_region")),
    "method": ("give measured_energy_wh", ("measured_energy_wh",)),
}


class Range(NamedTuple):
    """A value with the ends of its range."""

    low: float
    central: float
    high: float


class CauseShare(NamedTuple):
    """One cause of a range: its part of the squared width, the range it would make alone, and what would settle it."""

    cause: str
    share: float
    low: float
    high: float
    advice: str  # empty where the caller can do nothing, or has done it


Column: TypeAlias = Any
"""One number a row: a list of floats, or a float64 array where the estimate was made of arrays."""

HalfWidths: TypeAlias = tuple[str, Any, Any, Sequence[Hashable]]
"""A cause: its name, the half-widths down and up of every row (in logarithms, not negative), and the keys of the rows."""


class _Effect(NamedTuple):
    """One cause over all rows: the kernel evaluated at its ends."""

    name: str
    ends: tuple[Evaluation, ...]
    distinct: Sequence[Hashable]  # keys; None where the cause does not touch a row
    of_rows: Sequence[int]  # which of them each row has

    @property
    def keys(self) -> Sequence[Hashable]:
        """The key of each row."""
        distinct = self.distinct
        return [distinct[of] for of in self.of_rows]


class Ranges:
    """The ranges of an estimate. Made once, read for any kept quantity."""

    def __init__(self, estimate: Estimate) -> None:
        self._central = estimate.evaluation
        self._resolution = estimate.resolution
        self._constants = estimate.constants
        self._values_of = estimate.catalog.constant_values()
        self._kinds = [
            kind_of_work(self._resolution.resolved[of].setup, batch_size)
            for of, batch_size in zip(
                self._resolution.resolved_of, self._resolution.quantities.column("batch_size"), strict=True
            )
        ]
        wide = [_causes(estimate.catalog, r) for r in self._resolution.resolved]
        self._effects: list[_Effect] = [self._method(90)]
        for name in CAUSES:
            most = max((sum(c.name == name for c in causes) for causes in wide), default=0)
            for nth in range(most):
                self._effects.append(self._effect(name, [_nth(c, name, nth) for c in wide]))
        if any(value == value for value in self._resolution.quantities.column("processing_duration_ms")):
            self._effects.append(self._duration(self._values_of["duration_error"]))
        self._inner: _Effect | None = None
        self._widths: dict[tuple[str, float], list[HalfWidths]] = {}
        self._at_ends: dict[str, list[HalfWidths]] = {}
        self._squares_of: dict[str, dict[str, tuple[list[float], list[float]]]] = {}

    def _evaluated(
        self,
        setups: Sequence[Setup],
        of_rows: Sequence[int] | None = None,
        given: QuantityColumns | None = None,
    ) -> Evaluation:
        """The totals of the rows, with other setups or other quantities."""
        central = self._central
        return evaluate(
            setups,
            central.of_row if of_rows is None else of_rows,
            central.given if given is None else given,
            self._constants,
            TOTALS,
        )

    def _method(self, level: int) -> _Effect:
        """The method's own error, by the kind of work of each row."""
        resolution, kinds = self._resolution, self._kinds
        ratio = {kind: self._values_of[f"method_{kind}_{level}"] for kind in KINDS}
        numbers: dict[tuple[int, str], int] = {}
        index = [
            numbers.setdefault(key, len(numbers)) for key in zip(resolution.resolved_of, kinds, strict=True)
        ]
        ends = []
        for sign in (-1.0, 1.0):
            setups = [
                resolution.resolved[of].setup._replace(method_ratio=ratio[kind] ** sign)
                for of, kind in numbers
            ]
            ends.append(self._evaluated(setups, index))
        keys = [(kind, resolution.resolved[of].model_ix) for of, kind in numbers]
        return _Effect("method", tuple(ends), keys, index)

    def _effect(self, name: str, causes: Sequence[Cause | None]) -> _Effect:
        resolution = self._resolution
        ends = max((len(cause.ends) for cause in causes if cause), default=0)
        evaluations = []
        for end in range(ends):
            setups = [
                r.setup if cause is None else cause.ends[min(end, len(cause.ends) - 1)]
                for r, cause in zip(resolution.resolved, causes, strict=True)
            ]
            evaluations.append(self._evaluated(setups))
        keys = [None if cause is None else cause.key for cause in causes]
        return _Effect(name, tuple(evaluations), keys, resolution.resolved_of)

    def _duration(self, error: float) -> _Effect:
        """An observed duration says the requests in flight only to within the error of the modelled time."""
        resolution = self._resolution
        setups = [r.setup for r in resolution.resolved]
        observed = self._central.given.column("processing_duration_ms")
        ends = []
        for sign in (-1.0, 1.0):
            moved = _times(observed, math.exp(sign * Z90 * error))
            given = self._central.given.replaced("processing_duration_ms", moved)
            ends.append(self._evaluated(setups, given=given))
        keys = [("duration", of) for of in range(len(resolution.resolved))]
        return _Effect("occupancy", tuple(ends), keys, resolution.resolved_of)

    # --- half-widths ---

    def half_widths(self, quantity: str, level: float) -> list[HalfWidths]:
        """Of each effect: its name, the half-widths down and up of every row (in logs, not negative), and its keys."""
        found = self._widths.get((quantity, level))
        if found is None:
            z = z_of(level)
            (name, down, up, keys), *others = self._wide(quantity)
            if z < Z90:
                if self._inner is None:  # most callers ask for 90 % alone
                    self._inner = self._method(50)
                inner_down, inner_up = self._ends_of(quantity, self._inner)
                down, up = _between(z, inner_down, down), _between(z, inner_up, up)
            else:
                down, up = _times(down, z / Z90), _times(up, z / Z90)
            scaled = ((n, _times(a, z / Z90), _times(b, z / Z90), k) for n, a, b, k in others)
            found = self._widths[quantity, level] = [(name, down, up, keys), *scaled]
        return found

    def _wide(self, quantity: str) -> list[HalfWidths]:
        """The same at the ends that the causes were evaluated at."""
        found = self._at_ends.get(quantity)
        if found is None:
            found = self._at_ends[quantity] = [
                (effect.name, *self._ends_of(quantity, effect), effect.keys) for effect in self._effects
            ]
        return found

    def _values(self, evaluation: Evaluation, quantity: str) -> Column:
        return evaluation.array(quantity) if self._central.is_arrays else evaluation.column(quantity)

    def _ends_of(self, quantity: str, effect: _Effect) -> tuple[Column, Column]:
        central = self._values(self._central, quantity)
        ends = [self._values(end, quantity) for end in effect.ends]
        return _ends_of_many(central, ends) if self._central.is_arrays else _ends_of(central, ends)

    def columns(self, quantity: str, level: float) -> tuple[Column, Column]:
        """Low and high end of a quantity for every computed row."""
        central = self._values(self._central, quantity)
        widths = self.half_widths(quantity, level)
        if self._central.is_arrays:
            import numpy as np

            _, downs, ups, _ = zip(*widths, strict=True)
            below, above = (np.sqrt(sum(width * width for width in ends)) for ends in (downs, ups))
            return central * np.exp(-below), central * np.exp(above)
        lows, highs = [], []
        for row, value in enumerate(central):
            lows.append(value * math.exp(-math.sqrt(math.fsum(down[row] ** 2 for _, down, _, _ in widths))))
            highs.append(value * math.exp(math.sqrt(math.fsum(up[row] ** 2 for _, _, up, _ in widths))))
        return lows, highs

    def total(self, quantity: str, level: float) -> Range:
        """The sum of a quantity over all computed rows; rows that share a cause share its error."""
        total = math.fsum(self._central.column(quantity))
        if not total > 0.0:
            return Range(total, total, total)
        central = self._values(self._central, quantity)
        squares = [0.0, 0.0]
        for effect, widths in zip(self._effects, self.half_widths(quantity, level), strict=True):
            for side in (0, 1):
                shared = self._shared(effect, central, widths[1 + side], total)
                squares[side] += math.fsum(width * width for width in shared)
        return Range(total * math.exp(-math.sqrt(squares[0])), total, total * math.exp(math.sqrt(squares[1])))

    def _shared(self, effect: _Effect, central: Column, widths: Column, total: float) -> Iterable[float]:
        """The half-widths of a sum, of each key: those of its rows, weighted by their part of the sum."""
        if self._central.is_arrays:
            import numpy as np

            numbers: dict[Hashable, int] = {}
            number_of = [numbers.setdefault(key, len(numbers)) for key in effect.distinct]
            keys = np.array(number_of, dtype=np.int64).take(np.asarray(effect.of_rows, dtype=np.int64))
            sums: list[float] = np.bincount(keys, central * (widths / total)).tolist()
            return sums
        shared: dict[Hashable, float] = {}
        for value, width, of in zip(central, widths, effect.of_rows, strict=True):
            key = effect.distinct[of]
            shared[key] = shared.get(key, 0.0) + value / total * width
        return shared.values()

    def causes(self, row: int, quantity: str, given: frozenset[str]) -> tuple[CauseShare, ...]:
        """The causes of one row's 90 % range, the largest first; ``given``: the fields that the row fills."""
        value = self._central.value(row, quantity)
        squares = [(name, down[row], up[row]) for name, (down, up) in self._squares(quantity).items()]
        whole = math.fsum(down + up for _, down, up in squares)
        found = []
        for name, below, above in squares:
            if below + above > 1e-12 * whole > 0.0:
                text, settles = ADVICE.get(name, ("", ()))
                advice = "" if given.intersection(settles) else text
                low, high = value * math.exp(-math.sqrt(below)), value * math.exp(math.sqrt(above))
                found.append(CauseShare(name, (below + above) / whole, low, high, advice))
        return tuple(sorted(found, key=lambda cause: -cause.share))

    def _squares(self, quantity: str) -> dict[str, tuple[list[float], list[float]]]:
        """By cause, the squared half-widths down and up of every row."""
        found = self._squares_of.get(quantity)
        if found is None:
            sums: dict[str, tuple[Column, Column]] = {}
            for name, down, up, _ in self.half_widths(quantity, 0.9):
                both = _squared(down), _squared(up)
                sums[name] = (
                    both
                    if name not in sums
                    else (_plus(sums[name][0], both[0]), _plus(sums[name][1], both[1]))
                )
            found = self._squares_of[quantity] = {
                name: (_listed(down), _listed(up)) for name, (down, up) in sums.items()
            }
        return found


#: Causes of descriptions, by catalog: working them out costs a hundred times what an estimate does. 20 kB each.
_remembered: dict[tuple[str, Description], tuple[Cause, ...]] = {}
_MOST_REMEMBERED: Final = 1000


def _causes(catalog: Catalog, resolved: Resolved) -> tuple[Cause, ...]:
    key = (catalog.digest, resolved.description)
    found = _remembered.get(key)
    if found is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        found = _remembered[key] = causes_of(catalog, resolved)
    return found


def _nth(causes: Sequence[Cause], name: str, nth: int) -> Cause | None:
    of_name = [cause for cause in causes if cause.name == name]
    return of_name[nth] if nth < len(of_name) else None


def _ends_of(central: Sequence[float], ends: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """Half-widths down and up of each row from the values at a cause's ends."""
    down, up = [0.0] * len(central), [0.0] * len(central)
    for end in ends:
        if end == central:  # most causes leave most metrics alone
            continue
        for row, (value, moved) in enumerate(zip(central, end, strict=True)):
            if value > 0.0 and moved > 0.0 and moved != value:
                step = math.log(moved / value)
                down[row] = max(down[row], -step)
                up[row] = max(up[row], step)
    return down, up


def _ends_of_many(central: Column, ends: Sequence[Column]) -> tuple[Column, Column]:
    """The same of arrays. Logarithms may differ from those of a few rows in the last bit."""
    import numpy as np

    nothing = np.zeros(len(central))
    down = up = nothing
    for moved in ends:
        if (moved == central).all():
            continue
        moves = (central > 0.0) & (moved > 0.0)
        step = np.log(np.divide(moved, central, out=np.ones(len(central)), where=moves))
        down, up = np.maximum(down, -step), np.maximum(up, step)
    return down, up


def _times(widths: Column, factor: float) -> Column:
    if factor == 1.0:
        return widths
    return [width * factor for width in widths] if isinstance(widths, list) else widths * factor


def _squared(widths: Column) -> Column:
    return [width * width for width in widths] if isinstance(widths, list) else widths * widths


def _plus(a: Column, b: Column) -> Column:
    return [one + other for one, other in zip(a, b, strict=True)] if isinstance(a, list) else a + b


def _listed(widths: Column) -> list[float]:
    listed: list[float] = widths if isinstance(widths, list) else widths.tolist()
    return listed


def _between(z: float, inner: Column, outer: Column) -> Column:
    """Half-widths at z, from those at the 50 % and at the 90 % level."""
    if isinstance(inner, list):
        return [_one_between(z, a, b) for a, b in zip(inner, outer, strict=True)]
    return _one_between(z, inner, outer)


def _one_between(z: float, inner: Column, outer: Column) -> Column:
    if z <= Z50:
        return inner * z / Z50
    return inner + (outer - inner) * (z - Z50) / (Z90 - Z50)
