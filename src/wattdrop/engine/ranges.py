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
from collections.abc import Hashable, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ..resolve.causes import CAUSES, Cause, causes_of, kind_of_work
from .evaluate import FEWEST_ROWS_FOR_ARRAYS, Evaluation, evaluate

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..resolve.description import Description
    from ..resolve.resolved import Resolved
    from .api import Estimate

KINDS: Final = ("text", "alone", "pipeline", "text_pass", "image_pass", "images", "video", "sound")
_Z90: Final = NormalDist().inv_cdf(0.95)
_Z50: Final = NormalDist().inv_cdf(0.75)

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


HalfWidths: TypeAlias = tuple[str, list[float], list[float], Sequence[Hashable]]
"""A cause: its name, the half-widths down and up of every row (in logarithms, not negative), and the keys of the rows."""


class _Effect(NamedTuple):
    """One cause over all rows: the kernel evaluated at its ends."""

    name: str
    ends: tuple[Evaluation, ...]
    keys: Sequence[Hashable]  # of each row; None where the cause does not touch it


class Ranges:
    """The ranges of an estimate. Made once, read for any kept quantity."""

    def __init__(self, estimate: Estimate) -> None:
        self._central = estimate.evaluation
        self._rows = len(estimate.resolution.computed)
        resolution = estimate.resolution
        constants = estimate.catalog.constant_values()
        of_level = {
            level: {kind: constants[f"method_{kind}_{level}"] for kind in KINDS} for level in (50, 90)
        }
        wide = [_causes(estimate.catalog, r) for r in resolution.resolved]
        self._narrow = self._method(estimate, of_level[50])
        self._effects: list[_Effect] = [self._method(estimate, of_level[90])]
        for name in CAUSES:
            most = max((sum(c.name == name for c in causes) for causes in wide), default=0)
            for nth in range(most):
                self._effects.append(self._effect(estimate, name, [_nth(c, name, nth) for c in wide]))
        if any(value == value for value in resolution.quantities.column("processing_duration_ms")):
            self._effects.append(self._duration(estimate, constants["duration_error"]))
        self._widths: dict[tuple[str, float], list[HalfWidths]] = {}

    def _method(self, estimate: Estimate, ratio: Mapping[str, float]) -> _Effect:
        """The method's own error, by the kind of work of each row."""
        resolution = estimate.resolution
        kinds = [
            kind_of_work(resolution.resolved[of].setup, batch_size)
            for of, batch_size in zip(
                resolution.resolved_of, resolution.quantities.column("batch_size"), strict=True
            )
        ]
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
            ends.append(evaluate(setups, index, resolution.quantities, estimate.constants))
        models = [resolution.resolved[of].model_ix for of in resolution.resolved_of]
        return _Effect("method", tuple(ends), list(zip(kinds, models, strict=True)))

    def _effect(self, estimate: Estimate, name: str, causes: Sequence[Cause | None]) -> _Effect:
        resolution = estimate.resolution
        ends = max((len(cause.ends) for cause in causes if cause), default=0)
        evaluations = []
        for end in range(ends):
            setups = [
                r.setup if cause is None else cause.ends[min(end, len(cause.ends) - 1)]
                for r, cause in zip(resolution.resolved, causes, strict=True)
            ]
            evaluations.append(
                evaluate(setups, resolution.resolved_of, resolution.quantities, estimate.constants)
            )
        keys = [None if cause is None else cause.key for cause in causes]
        return _Effect(name, tuple(evaluations), [keys[of] for of in resolution.resolved_of])

    def _duration(self, estimate: Estimate, error: float) -> _Effect:
        """An observed duration says the requests in flight only to within the error of the modelled time."""
        resolution = estimate.resolution
        setups = [r.setup for r in resolution.resolved]
        ends = []
        for sign in (-1.0, 1.0):
            scale = math.exp(sign * _Z90 * error)
            observed = resolution.quantities.column("processing_duration_ms")
            moved = resolution.quantities.replaced(
                "processing_duration_ms", [duration * scale for duration in observed]
            )
            ends.append(evaluate(setups, resolution.resolved_of, moved, estimate.constants))
        keys = [("duration", of) for of in resolution.resolved_of]
        return _Effect("occupancy", tuple(ends), keys)

    # --- half-widths ---

    def half_widths(self, quantity: str, level: float) -> list[HalfWidths]:
        """Of each effect: its name, the half-widths down and up of every row (in logs, not negative), and its keys."""
        if (quantity, level) not in self._widths:
            z = NormalDist().inv_cdf(0.5 + level / 2.0)
            central = self._central.column(quantity)
            found = []
            for effect in self._effects:
                down, up = _ends_of(central, [end.column(quantity) for end in effect.ends])
                scale = z / _Z90
                if effect is self._effects[0] and z < _Z90:
                    inner_down, inner_up = _ends_of(central, [e.column(quantity) for e in self._narrow.ends])
                    down = [_between(z, a, b) for a, b in zip(inner_down, down, strict=True)]
                    up = [_between(z, a, b) for a, b in zip(inner_up, up, strict=True)]
                    scale = 1.0
                if scale != 1.0:
                    down, up = [width * scale for width in down], [width * scale for width in up]
                found.append((effect.name, down, up, effect.keys))
            self._widths[quantity, level] = found
        return self._widths[quantity, level]

    def columns(self, quantity: str, level: float) -> tuple[list[float], list[float]]:
        """Low and high end of a quantity for every computed row."""
        central = self._central.column(quantity)
        widths = self.half_widths(quantity, level)
        lows, highs = [], []
        for row, value in enumerate(central):
            lows.append(value * math.exp(-math.sqrt(math.fsum(down[row] ** 2 for _, down, _, _ in widths))))
            highs.append(value * math.exp(math.sqrt(math.fsum(up[row] ** 2 for _, _, up, _ in widths))))
        return lows, highs

    def total(self, quantity: str, level: float) -> Range:
        """The sum of a quantity over all computed rows; rows that share a cause share its error."""
        central = self._central.column(quantity)
        total = math.fsum(central)
        if not total > 0.0:
            return Range(total, total, total)
        squares = [0.0, 0.0]
        for _, down, up, keys in self.half_widths(quantity, level):
            for side, widths in enumerate((down, up)):
                shared: dict[Hashable, float] = {}
                for value, width, key in zip(central, widths, keys, strict=True):
                    shared[key] = shared.get(key, 0.0) + value / total * width
                squares[side] += math.fsum(width * width for width in shared.values())
        return Range(total * math.exp(-math.sqrt(squares[0])), total, total * math.exp(math.sqrt(squares[1])))

    def causes(self, row: int, quantity: str, given: frozenset[str]) -> tuple[CauseShare, ...]:
        """The causes of one row's 90 % range, the largest first; ``given``: the fields that the row fills."""
        value = self._central.column(quantity)[row]
        squares: dict[str, list[float]] = {}
        for name, down, up, _ in self.half_widths(quantity, 0.9):
            of_name = squares.setdefault(name, [0.0, 0.0])
            of_name[0] += down[row] ** 2
            of_name[1] += up[row] ** 2
        whole = math.fsum(down + up for down, up in squares.values())
        found = []
        for name, (below, above) in squares.items():
            if below + above > 1e-12 * whole > 0.0:
                text, settles = ADVICE.get(name, ("", ()))
                advice = "" if given & set(settles) else text
                low, high = value * math.exp(-math.sqrt(below)), value * math.exp(math.sqrt(above))
                found.append(CauseShare(name, (below + above) / whole, low, high, advice))
        return tuple(sorted(found, key=lambda cause: -cause.share))


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
    moved_ends = [end for end in ends if end != central]  # most causes leave most metrics alone
    if moved_ends and len(central) >= FEWEST_ROWS_FOR_ARRAYS:
        return _ends_of_many(central, moved_ends)
    down, up = [0.0] * len(central), [0.0] * len(central)
    for end in moved_ends:
        for row, (value, moved) in enumerate(zip(central, end, strict=True)):
            if value > 0.0 and moved > 0.0 and moved != value:
                step = math.log(moved / value)
                down[row] = max(down[row], -step)
                up[row] = max(up[row], step)
    return down, up


def _ends_of_many(
    central: Sequence[float], ends: Sequence[Sequence[float]]
) -> tuple[list[float], list[float]]:
    """The same for many rows. Logarithms may differ from those of a few rows in the last bit."""
    import numpy as np

    values = np.array(central)
    down, up = np.zeros(len(values)), np.zeros(len(values))
    for end in ends:
        moved = np.array(end)
        moves = (values > 0.0) & (moved > 0.0)
        step = np.log(np.divide(moved, values, out=np.ones(len(values)), where=moves))
        np.maximum(down, -step, out=down)
        np.maximum(up, step, out=up)
    return down.tolist(), up.tolist()


def _between(z: float, inner: float, outer: float) -> float:
    """A half-width at z, from those at the 50 % and at the 90 % level."""
    if z <= _Z50:
        return inner * z / _Z50
    return inner + (outer - inner) * (z - _Z50) / (_Z90 - _Z50)
