"""Usage on the wire: our own addition, under paths of its own."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from .explanations import ExplainedRow


class UsageAmount(Struct):
    """A total and the ends of its 90 % range."""

    value: float
    low_90: float
    high_90: float


class UsageGroup(Struct, kw_only=True):
    """What the rows of one group add up to."""

    group: dict[str, str]
    """Period and values of the group, as asked for; an empty text where rows did not say."""
    rows: int
    errors: int
    """Rows that could not be computed. They are in no amount."""
    kept_rows: int
    """Rows that all this rests on: fewer than `rows` where the ledger keeps a sample, which is scaled up."""
    input_tokens: int
    output_tokens: int
    costs: dict[str, float]
    """By currency, as callers gave them."""
    usage_energy_wh: UsageAmount
    usage_emissions_gco2e: UsageAmount
    usage_water_ml: UsageAmount
    embodied_emissions_gco2e: UsageAmount
    embodied_water_ml: UsageAmount


class UsageResponse(Struct, kw_only=True, omit_defaults=True):
    """``GET /v1/usage``."""

    customer_id: int
    first_day: str
    last_day: str
    ledger: str = ""
    """What is stored at all: the setting `WATTDROP_LEDGER`, or `demo`."""
    stored_first_day: str = ""
    """The first day of which there are rows, whatever was asked."""
    stored_last_day: str = ""
    total: UsageGroup
    groups: list[UsageGroup]
    group_count: int = 0
    """How many groups there are, whatever the period and the limit."""


class UsageRow(Struct, kw_only=True, omit_defaults=True):
    """One stored row. What it did not say is left out, and so are the amounts of one that could not be computed."""

    request_id: str
    at: str
    recorded_at: str
    model_id: str = ""
    node_id: str = ""
    gpu_id: str = ""
    service_id: str = ""
    country: str = ""
    region: str = ""
    task: str = ""
    client_id: str = ""
    project_id: str = ""
    application_id: str = ""
    session_id: str = ""
    trace_id: str = ""
    environment: str = ""
    integration_source: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    currency: str = ""
    error: str = ""
    weight: int = 1
    usage_energy_wh: UsageAmount | None = None
    usage_emissions_gco2e: UsageAmount | None = None
    usage_water_ml: UsageAmount | None = None
    embodied_emissions_gco2e: UsageAmount | None = None
    embodied_water_ml: UsageAmount | None = None
    method_version: str
    catalog_digest: str


class UsageRowsTotal(Struct, kw_only=True):
    """What the rows of a trace or session add up to. Ends of ranges are sums of the rows' own ends: at most too wide."""

    rows: int
    errors: int
    input_tokens: int
    output_tokens: int
    usage_energy_wh: UsageAmount
    usage_emissions_gco2e: UsageAmount
    usage_water_ml: UsageAmount
    embodied_emissions_gco2e: UsageAmount
    embodied_water_ml: UsageAmount


class UsageRowsResponse(Struct, kw_only=True, omit_defaults=True):
    """``GET /v1/usage/rows`` with ``format=json``."""

    rows: list[UsageRow]
    next: str = ""
    total: UsageRowsTotal | None = None


class UsageRowResponse(Struct, kw_only=True, omit_defaults=True):
    """``GET /v1/usage/rows/{request_id}``."""

    row: UsageRow
    request: dict[str, Any]
    basis: dict[str, float]
    explanation: ExplainedRow | None = None


class ErasedResponse(Struct):
    """``DELETE /v1/usage``."""

    erased_rows: int
