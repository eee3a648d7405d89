"""A comparison in the shape of ``/v1/compare``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..schema import ImpactMetrics, MetricRange
from ..schema.comparisons import Compared, ComparedMetrics, ComparedRow, CompareResponse
from ..schema.comparisons import RatioCause as RatioCauseShape
from .evaluate import TOTALS
from .ranged import row_ranges
from .render import error_shape

if TYPE_CHECKING:
    from .comparison import Comparison


def compared(comparison: Comparison, labels: Sequence[str | None]) -> CompareResponse:
    """Every row with its totals, their ranges, and each held against the least."""
    estimate = comparison.estimate
    rows = [ComparedRow(label=label) for label in labels]
    for number, error in estimate.resolution.errors.items():
        rows[number].error = error_shape(error)
    computed = estimate.resolution.computed
    if computed:
        beside = [_beside(comparison, quantity) for quantity in TOTALS]
        ranges = row_ranges(estimate)
        for number in computed:
            rows[number].total_impact = estimate.rows[number].metrics()
            rows[number].ranges = ranges[number]
            of_row = zip(
                ImpactMetrics.__struct_fields__, (of_total[number] for of_total in beside), strict=True
            )
            rows[number].compared = ComparedMetrics(**dict(of_row))
    return CompareResponse(rows=rows, has_errors=estimate.has_errors)


def _beside(comparison: Comparison, quantity: str) -> dict[int, Compared]:
    """By row number, one total against the least."""
    ranks, to = comparison.ranks(quantity), comparison.least(quantity)
    found = {}
    for number, rank in ranks.items():
        ends, verdict, causes = comparison.ratio(number, to, quantity)
        found[number] = Compared(
            rank=rank,
            to=to,
            verdict=verdict,
            ratio=None if ends is None else MetricRange(*ends),
            causes=[RatioCauseShape(**one._asdict()) for one in causes],
        )
    return found
