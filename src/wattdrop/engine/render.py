"""Columns to the public response shape."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ..schema import NO_IMPACT, Error, ErrorDetails, ImpactMetrics, ImpactResponse, ModeledRow
from .evaluate import METRICS, REPORTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import RowError
    from .api import Estimate
    from .evaluate import Evaluation

    Computed = tuple[list[ModeledRow], Sequence[Sequence[float]]]
    """The computed rows, and their usage of energy, emissions and water as columns."""

#: Parts that most rows have no share of, with their fields of a row.
_SHARES: Final = (("training", "training_impact"), ("fine_tuning", "fine_tuning_impact"))


def response(estimate: Estimate, debug: bool, ranges: bool = False) -> ImpactResponse:
    """The contract's answer: one modelled row per request row, and sums of the usage metrics over all rows.

    ``ranges`` adds what the contract does not have: the 50 % and 90 % ranges of each row and of the totals.
    """
    evaluation = estimate.evaluation
    computed, usage = (_of_columns if evaluation.is_arrays else _of_rows)(evaluation)
    if debug:
        from .debug import Debugger

        debugger = Debugger(estimate)
        for at, row in enumerate(computed):
            row.debug = debugger.info(at)
    rows = _in_order(estimate, computed)
    if ranges and computed:
        from .ranged import row_ranges, total_ranges

        for number, of_row in row_ranges(estimate).items():
            rows[number].ranges = of_row
    energies, emissions, water = usage
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
        ModeledRow(total_impact=NO_IMPACT, error=error_shape(errors[number]))
        if number in errors
        else next(others)
        for number in range(estimate.count)
    ]


def _of_rows(evaluation: Evaluation) -> Computed:
    """Of an evaluation that holds rows: few of them."""
    found = [evaluation.values(row, REPORTED) for row in range(evaluation.rows)]
    return list(map(_row, found)), list(zip(*[values[:3] for values in found], strict=True)) or ((), (), ())


def _row(values: Sequence[float]) -> ModeledRow:
    """One row from what is reported of it: five metrics each of the total, inference, training and fine-tuning."""
    row = ModeledRow(total_impact=ImpactMetrics(*values[:5]), inference_impact=ImpactMetrics(*values[5:10]))
    if values[10] > 0.0:
        row.training_impact = ImpactMetrics(*values[10:15])
    if values[15] > 0.0:
        row.fine_tuning_impact = ImpactMetrics(*values[15:])
    return row


def _of_columns(evaluation: Evaluation) -> Computed:
    """Of an evaluation that holds columns: many rows, of which the most have no share of training or fine-tuning."""

    def columns(part: str) -> list[list[float]]:
        return [evaluation.column(name) for name in METRICS[part]]

    totals = columns("total")
    computed = [
        ModeledRow(total_impact=total, inference_impact=inference)
        for total, inference in zip(
            map(ImpactMetrics, *totals), map(ImpactMetrics, *columns("inference")), strict=True
        )
    ]
    for part, field in _SHARES:
        if evaluation.array(METRICS[part][0]).any():
            for row, impact in zip(computed, map(ImpactMetrics, *columns(part)), strict=True):
                if impact.usage_energy_wh > 0.0:
                    setattr(row, field, impact)
    return computed, totals[:3]


def error_shape(error: RowError) -> Error:
    """What a caller is told of a row that could not be computed."""
    candidates = list(error.candidates) or None
    details = ErrorDetails(field=error.field, candidates=candidates) if error.field or candidates else None
    return Error(code=error.code, message=error.message, details=details)
