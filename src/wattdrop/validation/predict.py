"""The method's prediction of each measurement, through ``wattdrop.estimate`` like any other row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ..engine import estimate
from .activity import row_of, unknown_models

if TYPE_CHECKING:
    from ..catalog import Catalog
    from .measurements import Measurement

#: The kept quantity that has the boundary of a measurement.
QUANTITY: Final[Mapping[str, str]] = {
    "gpu_only": "gpu_active_energy_wh",
    "server": "it_energy_wh",
    "full_stack": "facility_energy_wh",
}


class Prediction(NamedTuple):
    """One measurement with what the method says about it, at the measurement's own boundary."""

    measurement: Measurement
    energy_wh: float  # NaN where the row cannot be predicted
    low_90: float
    high_90: float
    low_50: float
    high_50: float
    reason: str  # why not; empty where it can

    @property
    def ratio(self) -> float:
        """Predicted over measured."""
        return self.energy_wh / self.measurement.energy_wh


def predict(
    measurements: Sequence[Measurement], given: Iterable[str], catalog: Catalog, ranges: bool = True
) -> list[Prediction]:
    """Predict every row of a table.

    Parameters
    ----------
    given
        The evidence that the description may carry beside model, task and amounts: see ``activity.GIVEN``.
    ranges
        Whether to work out the ranges, too; without them they are NaN.
    """
    known = frozenset(given)
    custom = unknown_models(measurements, catalog)
    facts = catalog.overlay(models=list(custom.values())) if custom else catalog
    names = {path: str(entity["id"]) for path, entity in custom.items()}
    asked = [m for m in measurements if not m.problem]
    paths = [m.text("model_hf_path") for m in asked]
    rows = [row_of(m, known, facts, names.get(path, path)) for m, path in zip(asked, paths, strict=True)]
    result = estimate(rows, facts)
    errors = {m.number: row.error for m, row in zip(asked, result.rows, strict=True) if row.error is not None}
    computed = [m for m in asked if m.number not in errors]
    found: dict[int, Prediction] = {}
    for boundary, quantity in QUANTITY.items():
        values = result.evaluation.column(quantity)
        nothing = [math.nan] * len(values)
        ranges = ranges and hasattr(result, "ranges")
        low_90, high_90 = result.ranges(quantity, 0.9) if ranges else (nothing, nothing)
        low_50, high_50 = result.ranges(quantity, 0.5) if ranges else (nothing, nothing)
        for at, m in enumerate(computed):
            if m.text("boundary") == boundary:
                found[m.number] = Prediction(
                    m,
                    values[at],
                    float(low_90[at]),
                    float(high_90[at]),
                    float(low_50[at]),
                    float(high_50[at]),
                    "",
                )
    return [found.get(m.number) or _unpredicted(m, errors) for m in measurements]


def _unpredicted(m: Measurement, errors: Mapping[int, object]) -> Prediction:
    error = errors.get(m.number)
    reason = m.problem or str(getattr(error, "message", "")) or "no prediction"
    return Prediction(m, math.nan, math.nan, math.nan, math.nan, math.nan, reason)
