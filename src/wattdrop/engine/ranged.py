"""Ranges to the response shape: each metric's ends, and the causes of the energy's width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..schema import MetricRange, RangeCause
from ..schema import Ranges as RangesShape
from .api import METRICS

if TYPE_CHECKING:
    from .api import Estimate

_TOTALS: tuple[
    Literal["energy_wh"],
    Literal["emissions_gco2e"],
    Literal["water_ml"],
    Literal["embodied_gco2e"],
    Literal["embodied_ml"],
] = ("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml")


def row_ranges(estimate: Estimate) -> dict[int, RangesShape]:
    """The ranges of every computed row's total impact, by row number."""
    return {
        number: RangesShape(
            **metrics,
            causes=[
                RangeCause(cause=name, share=share, low_90=low, high_90=high, advice=advice or None)
                for name, share, low, high, advice in causes
            ],
        )
        for number, metrics, causes in zip(
            estimate.resolution.computed, _metrics(estimate), estimate.every_cause(), strict=True
        )
    }


def _metrics(estimate: Estimate) -> list[dict[str, MetricRange]]:
    """The five metrics of every computed row."""
    metrics = []
    for quantity in METRICS["total"]:
        wide, narrow = estimate.ranges(quantity, 0.9), estimate.ranges(quantity, 0.5)
        central = estimate.evaluation.column(quantity)
        ends = (wide[0], narrow[0], narrow[1], wide[1])
        low_90, low_50, high_50, high_90 = (end if isinstance(end, list) else end.tolist() for end in ends)
        columns = (low_90, low_50, central, high_50, high_90)
        metrics.append([MetricRange(*values) for values in zip(*columns, strict=True)])
    return [dict(zip(_NAMES, of_row, strict=True)) for of_row in zip(*metrics, strict=True)]


_NAMES = tuple(name for name in RangesShape.__struct_fields__ if name != "causes")


def total_ranges(estimate: Estimate) -> RangesShape:
    """The ranges of the sums over all computed rows."""
    if len(estimate.resolution.computed) == 1:  # the sum of one row is that row
        return RangesShape(**_metrics(estimate)[0], causes=None)
    metrics = []
    for name in _TOTALS:
        wide, narrow = estimate.total_range(name, 0.9), estimate.total_range(name, 0.5)
        metrics.append(MetricRange(wide.low, narrow.low, wide.central, narrow.high, wide.high))
    return RangesShape(
        usage_energy_wh=metrics[0],
        usage_emissions_gco2e=metrics[1],
        usage_water_ml=metrics[2],
        embodied_emissions_gco2e=metrics[3],
        embodied_water_ml=metrics[4],
    )
