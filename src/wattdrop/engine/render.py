"""Columns to the public response shape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ..schema import NO_IMPACT, Error, ErrorDetails, ImpactMetrics, ImpactResponse, ModeledRow
from .api import METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import RowError
    from .api import Estimate

#: Parts that most rows have none of, with their fields of a row.
_SHARES: Final = (("training", "training_impact"), ("fine_tuning", "fine_tuning_impact"))


def response(estimate: Estimate, debug: bool, ranges: bool = False) -> ImpactResponse:
    """The contract's answer: one modelled row per request row, and sums of the usage metrics over all rows.

    ``ranges`` adds what the contract does not have: the 50 % and 90 % ranges of each row and of the totals.
    """
    totals = _columns(estimate, "total")
    computed = [
        ModeledRow(inference_impact=inference, total_impact=total)
        for inference, total in zip(_metrics(_columns(estimate, "inference")), _metrics(totals), strict=True)
    ]
    # Most batches have no share of training or fine-tuning: then four of five columns need not be looked at.
    for part, field in _SHARES:
        (energy,) = _columns(estimate, part, 1)
        if any(energy):
            for row, impact in zip(computed, _metrics(_columns(estimate, part)), strict=True):
                if impact.usage_energy_wh > 0:
                    setattr(row, field, impact)
    if debug:
        from .debug import Debugger

        debugger = Debugger(estimate)
        for at, row in enumerate(computed):
            row.debug = debugger.info(at)
    rows = _in_order(estimate, computed)
    if ranges:
        from .ranged import row_ranges, total_ranges

        for number, of_row in row_ranges(estimate).items():
            rows[number].ranges = of_row
    energies, emissions, water, _, _ = totals
    return ImpactResponse(
        rows=rows,
        total_energy_wh=math.fsum(energies),
        total_gco2e=math.fsum(emissions),
        total_mlh2o=math.fsum(water),
        has_errors=estimate.has_errors,
        total_ranges=total_ranges(estimate) if ranges and computed else None,
    )


def _in_order(estimate: Estimate, computed: list[ModeledRow]) -> list[ModeledRow]:
    """Computed rows, and those with errors in their places."""
    errors = estimate.resolution.errors
    if not errors:
        return computed
    others = iter(computed)
    return [
        ModeledRow(total_impact=NO_IMPACT, error=_error(errors[number])) if number in errors else next(others)
        for number in range(estimate.count)
    ]


def _columns(estimate: Estimate, part: str, first: int = 5) -> Sequence[Sequence[float]]:
    """The first of the five metrics of a part, of all computed rows."""
    evaluation, names = estimate.evaluation, METRICS[part][:first]
    if evaluation.is_arrays or not evaluation.rows:
        return [evaluation.column(name) for name in names]
    return list(zip(*(evaluation.values(row, names) for row in range(evaluation.rows)), strict=True))


def _metrics(columns: Sequence[Sequence[float]]) -> list[ImpactMetrics]:
    return list(map(ImpactMetrics, *columns))


def _error(error: RowError) -> Error:
    candidates = list(error.candidates) or None
    details = ErrorDetails(field=error.field, candidates=candidates) if error.field or candidates else None
    return Error(code=error.code, message=error.message, details=details)
