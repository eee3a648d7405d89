"""What callers get back: impact metrics per row, in Wh, gCO2e and ml, with the names of the public contract.

The published Python client rejects unknown fields in all of these but ``ErrorDetails``: nothing may be added here that
the contract lacks. Optional fields that are ``None`` are left out of the JSON, because the contract has no nulls. Bounds
are the contract's: the description of the API states them, nothing checks them on the way out, tests hold answers to it.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from .entities import Model, Node
from .requests import Code2


class ErrorDetails(Struct, kw_only=True, omit_defaults=True):
    """Hints that go with an error. Only here may keys be added to an answer."""

    reason: str | None = None
    field: str | None = None
    candidates: list[str] | None = None
    request_id: str | None = None


class Error(Struct, kw_only=True, omit_defaults=True):
    """The one shape of every error, of a row or of a whole request."""

    code: str | None = None
    message: str
    details: ErrorDetails | None = None


class ImpactMetrics(Struct, frozen=True, gc=False):
    """The five metrics of one row or one part of it."""

    usage_energy_wh: float
    usage_emissions_gco2e: float
    usage_water_ml: float
    embodied_emissions_gco2e: float
    embodied_water_ml: float


NO_IMPACT = ImpactMetrics(0.0, 0.0, 0.0, 0.0, 0.0)
"""Sent as ``total_impact`` of a row that could not be computed: the contract requires the field."""


class GridMix(Struct, kw_only=True, omit_defaults=True):
    """The grid that a row was placed on. ``region`` is two capital letters or absent."""

    country: Code2
    region: Code2 | None = None
    gco2e_per_kwh: Annotated[float, Meta(ge=0, le=2000)]


class PredictionStep(Struct, kw_only=True):
    """One step of the computation and its time."""

    description: str
    duration_ms: float
    inferences: int


class DebugInfo(Struct, kw_only=True, omit_defaults=True):
    """What a row resolved to, sent with ``?debug=true``."""

    model: Model | None = None
    hardware_node: Node | None = None
    grid_mix: GridMix | None = None
    steps: Annotated[list[PredictionStep], Meta(max_length=100)] | None = None


class MetricRange(Struct, frozen=True, gc=False):
    """One metric with its central value and the ends of its 50 % and 90 % ranges, in the metric's unit."""

    low_90: float
    low_50: float
    central: float
    high_50: float
    high_90: float


class RangeCause(Struct, omit_defaults=True, gc=False):
    """One cause of the 90 % range of the energy, the range it would make alone, and what would settle it."""

    cause: str
    share: float
    low_90: float
    high_90: float
    advice: str | None = None


class Ranges(Struct, omit_defaults=True, gc=False):
    """The ranges of the total impact of a row or a batch, sent with ``?ranges=true`` only."""

    usage_energy_wh: MetricRange
    usage_emissions_gco2e: MetricRange
    usage_water_ml: MetricRange
    embodied_emissions_gco2e: MetricRange
    embodied_water_ml: MetricRange
    causes: list[RangeCause] | None = None


class ModeledRow(Struct, kw_only=True, omit_defaults=True):
    """The answer to one row. ``total_impact`` is always there, zero when ``error`` is."""

    inference_impact: ImpactMetrics | None = None
    training_impact: ImpactMetrics | None = None
    fine_tuning_impact: ImpactMetrics | None = None
    total_impact: ImpactMetrics
    debug: DebugInfo | None = None
    ranges: Ranges | None = None
    error: Error | None = None


class ImpactResponse(Struct, kw_only=True, omit_defaults=True):
    """The answer to a batch. The three totals are sums over rows of *usage* figures, without the embodied part."""

    rows: list[ModeledRow]
    total_energy_wh: float
    total_gco2e: float
    total_mlh2o: float
    has_errors: bool
    total_ranges: Ranges | None = None


class StatusResponse(Struct, kw_only=True, omit_defaults=True):
    """Is the service ready, and if not, why."""

    ready: bool
    reason: str | None = None


class HealthResponse(Struct):
    """Does the process run."""

    live: bool


class ReadyResponse(Struct):
    """Is everything there that an answer needs, part by part."""

    ready: bool
    parts: dict[str, str]


class TraceError(Struct, kw_only=True, omit_defaults=True):
    """What OpenTelemetry's exporters get when a whole request fails: the `Status` of its protocol."""

    code: int
    message: str
    details: list[dict[str, Any]] | None = None
