"""Usage on the wire: our own addition, under paths of its own."""

from __future__ import annotations

from msgspec import Struct


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


class UsageResponse(Struct, kw_only=True):
    """``GET /v1/usage``."""

    customer_id: int
    first_day: str
    last_day: str
    total: UsageGroup
    groups: list[UsageGroup]


class ErasedResponse(Struct):
    """``DELETE /v1/usage``."""

    erased_rows: int
