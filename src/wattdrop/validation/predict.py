"""The method's prediction of each measurement, through ``wattdrop.estimate`` like any other row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..engine.api import estimate_checked
from ..schema import parse_rows
from .activity import row_of, unknown_models
from .retuned import retuned

if TYPE_CHECKING:
    from ..catalog import Catalog
    from ..errors import RowError
    from ..schema import ImpactRow
    from .measurements import Measurement

#: The kept quantity that has the boundary of a measurement.
QUANTITY: Final[Mapping[str, str]] = {
    "gpu_only": "gpu_active_energy_wh",
    "server": "it_energy_wh",
    "full_stack": "facility_energy_wh",
}


class Bounds(NamedTuple):
    """Ends of the 90 % and the 50 % range [Wh]; NaN where they were not worked out."""

    low_90: float = math.nan
    high_90: float = math.nan
    low_50: float = math.nan
    high_50: float = math.nan


class Prediction(NamedTuple):
    """One measurement with what the method says about it, at the measurement's own boundary."""

    measurement: Measurement
    energy_wh: float  # NaN where the row cannot be predicted
    device_s: float  # accelerators x seconds / requests that share them [s]
    bounds: Bounds
    reason: str  # why not; empty where it can

    @property
    def ratio(self) -> float:
        """Predicted over measured."""
        return self.energy_wh / self.measurement.energy_wh


class Prepared(NamedTuple):
    """Measurements as parsed rows of one kind of evidence, so that several catalogs can predict them."""

    every: Sequence[Measurement]
    asked: Sequence[Measurement]
    rows: Sequence[ImpactRow | RowError]
    custom: Sequence[Mapping[str, Any]]  # models that the catalog does not know


def prepare(measurements: Sequence[Measurement], given: Iterable[str], catalog: Catalog) -> Prepared:
    """The rows of a table as callers would send them.

    Parameters
    ----------
    given
        The evidence that the description may carry beside model, task and amounts: see ``activity.GIVEN``.
    """
    known = frozenset(given)
    custom = unknown_models(measurements, catalog)
    names = {path: str(entity["id"]) for path, entity in custom.items()}
    asked = [m for m in measurements if not m.problem]
    rows = [
        row_of(m, known, catalog, names.get(m.text("model_hf_path"), m.text("model_hf_path"))) for m in asked
    ]
    return Prepared(measurements, asked, parse_rows(rows), list(custom.values()))


def predict(
    measurements: Sequence[Measurement], given: Iterable[str], catalog: Catalog, ranges: bool = True
) -> list[Prediction]:
    """Predict every row of a table; ``given`` as in :func:`prepare`, ``ranges``: whether to work them out, too."""
    return predictions(prepare(measurements, given, catalog), catalog, ranges)


def predictions(
    prepared: Prepared, catalog: Catalog, ranges: bool = True, constants: Mapping[str, float] | None = None
) -> list[Prediction]:
    """The predictions of prepared rows, one for each measurement of the table, in order.

    Parameters
    ----------
    constants
        Constants of the method to be replaced, id -> value.
    """
    facts = catalog.overlay(models=list(prepared.custom)) if prepared.custom else catalog
    facts = retuned(facts, constants or {})
    result = estimate_checked(prepared.rows, facts)
    errors = {m.number: row.error for m, row in zip(prepared.asked, result.rows, strict=True) if row.error}
    computed = [m for m in prepared.asked if m.number not in errors]
    found: dict[int, Prediction] = {}
    for boundary, quantity in QUANTITY.items():
        if not any(m.text("boundary") == boundary for m in computed):
            continue
        values = result.evaluation.column(quantity)
        device_s = result.evaluation.column("device_s")
        nothing = [math.nan] * len(values)
        low_90, high_90 = result.ranges(quantity, 0.9) if ranges else (nothing, nothing)
        low_50, high_50 = result.ranges(quantity, 0.5) if ranges else (nothing, nothing)
        for at, m in enumerate(computed):
            if m.text("boundary") == boundary:
                bounds = [float(bound[at]) for bound in (low_90, high_90, low_50, high_50)]
                found[m.number] = Prediction(m, values[at], device_s[at], Bounds(*bounds), "")
    return [found.get(m.number) or _unpredicted(m, errors) for m in prepared.every]


def _unpredicted(m: Measurement, errors: Mapping[int, RowError]) -> Prediction:
    error = errors.get(m.number)
    reason = m.problem or (error.message if error else "no prediction")
    return Prediction(m, math.nan, math.nan, Bounds(), reason)
