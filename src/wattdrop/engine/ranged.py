"""Ranges to the response shape: each metric's ends, and the causes of the energy's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schema import MetricRange, RangeCause
from ..schema import Ranges as RangesShape
from .evaluate import FIVE, METRICS

if TYPE_CHECKING:
    from .api import Estimate
    from .evaluate import Metric


def row_ranges(estimate: Estimate) -> dict[int, RangesShape]:
    """The ranges of every computed row's total impact, by row number."""
    causes = estimate.every_cause(RangeCause, None)
    of_rows = map(RangesShape, *_metrics(estimate), causes)
    return dict(zip(estimate.resolution.computed, of_rows, strict=True))


def _metrics(estimate: Estimate) -> list[list[MetricRange]]:
    """Each of the five metrics of every computed row."""
    metrics = []
    for quantity in METRICS["total"]:
        wide, narrow = estimate.ranges(quantity, 0.9), estimate.ranges(quantity, 0.5)
        central = estimate.evaluation.column(quantity)
        ends = (wide[0], narrow[0], narrow[1], wide[1])
        low_90, low_50, high_50, high_90 = (end if isinstance(end, list) else end.tolist() for end in ends)
        metrics.append(list(map(MetricRange, low_90, low_50, central, high_50, high_90)))
    return metrics


def total_ranges(estimate: Estimate) -> RangesShape:
    """The ranges of the sums over all computed rows."""
    if len(estimate.resolution.computed) == 1:  # the sum of one row is that row
        return next(map(RangesShape, *_metrics(estimate)))
    energy, emissions, water, embodied_emissions, embodied_water = (
        _of_sum(estimate, metric) for metric in FIVE
    )
    return RangesShape(energy, emissions, water, embodied_emissions, embodied_water)


def _of_sum(estimate: Estimate, metric: Metric) -> MetricRange:
    wide, narrow = estimate.total_range(metric, 0.9), estimate.total_range(metric, 0.5)
    return MetricRange(wide.low, narrow.low, wide.central, narrow.high, wide.high)
