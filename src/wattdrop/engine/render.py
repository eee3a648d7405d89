"""Columns to the public response shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schema import NO_IMPACT, Error, ErrorDetails, ImpactMetrics, ImpactResponse, ModeledRow
from .api import METRICS

if TYPE_CHECKING:
    from ..errors import RowError
    from .api import Estimate


def response(estimate: Estimate, debug: bool, ranges: bool = False) -> ImpactResponse:
    """The contract's answer: one modelled row per request row, and sums of the usage metrics over all rows.

    ``ranges`` adds what the contract does not have: the 50 % and 90 % ranges of each row and of the totals.
    """
    rows: list[ModeledRow | None] = [None] * estimate.count
    for number, error in estimate.resolution.errors.items():
        rows[number] = ModeledRow(total_impact=NO_IMPACT, error=_error(error))
    total, inference = _metrics(estimate, "total"), _metrics(estimate, "inference")
    training, fine_tuning = _metrics(estimate, "training"), _metrics(estimate, "fine_tuning")
    for at, number in enumerate(estimate.resolution.computed):
        rows[number] = ModeledRow(
            inference_impact=inference[at],
            training_impact=training[at] if training[at].usage_energy_wh > 0 else None,
            fine_tuning_impact=fine_tuning[at] if fine_tuning[at].usage_energy_wh > 0 else None,
            total_impact=total[at],
        )
    if debug:
        from .debug import Debugger

        debugger = Debugger(estimate)
        for at, number in enumerate(estimate.resolution.computed):
            rows[number].debug = debugger.info(at)  # type: ignore[union-attr]
    if ranges:
        from .ranged import row_ranges, total_ranges

        for number, of_row in row_ranges(estimate).items():
            rows[number].ranges = of_row  # type: ignore[union-attr]
    return ImpactResponse(
        rows=[row for row in rows if row is not None],
        total_energy_wh=estimate.total("energy_wh"),
        total_gco2e=estimate.total("emissions_gco2e"),
        total_mlh2o=estimate.total("water_ml"),
        has_errors=estimate.has_errors,
        total_ranges=total_ranges(estimate) if ranges and estimate.resolution.computed else None,
    )


def _metrics(estimate: Estimate, part: str) -> list[ImpactMetrics]:
    columns = [estimate.evaluation.column(name) for name in METRICS[part]]
    return [ImpactMetrics(*values) for values in zip(*columns, strict=True)]


def _error(error: RowError) -> Error:
    candidates = list(error.candidates) or None
    details = ErrorDetails(field=error.field, candidates=candidates) if error.field or candidates else None
    return Error(code=error.code, message=error.message, details=details)
