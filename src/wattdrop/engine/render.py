"""Columns to the public response shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..schema import NO_IMPACT, Error, ErrorDetails, ImpactMetrics, ImpactResponse, ModeledRow
from .evaluate import METRICS, REPORTED, TOTALS

if TYPE_CHECKING:
    from ..errors import RowError
    from .api import Estimate
    from .evaluate import Evaluation

#: The metrics of a part that no row has a share of.
_NONE: Final[Sequence[Sequence[float]]] = ((),) * len(TOTALS)


def response(estimate: Estimate, debug: bool, ranges: bool = False) -> ImpactResponse:
    """The contract's answer: one modelled row per request row, and sums of the usage metrics over all rows.

    ``ranges`` adds what the contract does not have: the 50 % and 90 % ranges of each row and of the totals.
    """
    totals, inference, training, fine_tuning = _parts(estimate.evaluation)
    computed = [
        ModeledRow(inference_impact=of_inference, total_impact=of_all)
        for of_inference, of_all in zip(
            map(ImpactMetrics, *inference), map(ImpactMetrics, *totals), strict=True
        )
    ]
    for field, part in (("training_impact", training), ("fine_tuning_impact", fine_tuning)):
        if any(part[0]):  # most rows have no share of these
            for row, impact in zip(computed, map(ImpactMetrics, *part), strict=True):
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


def _parts(evaluation: Evaluation) -> list[Sequence[Sequence[float]]]:
    """The five metrics of the total and of each part, as columns of all computed rows."""
    if evaluation.is_arrays:
        column = evaluation.column
        is_everywhere = ("total", "inference")
        return [
            [column(name) for name in names]
            if part in is_everywhere or evaluation.array(names[0]).any()
            else _NONE
            for part, names in METRICS.items()
        ]
    rows = [evaluation.values(row, REPORTED) for row in range(evaluation.rows)]
    columns = list(zip(*rows, strict=True)) or [()] * len(REPORTED)
    return [columns[at : at + len(TOTALS)] for at in range(0, len(REPORTED), len(TOTALS))]


def _error(error: RowError) -> Error:
    candidates = list(error.candidates) or None
    details = ErrorDetails(field=error.field, candidates=candidates) if error.field or candidates else None
    return Error(code=error.code, message=error.message, details=details)
