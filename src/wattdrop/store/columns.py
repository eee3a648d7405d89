"""The words of the ledger: what a row of it holds, and what sums are kept by."""

from __future__ import annotations

from typing import Final

METRICS: Final = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)
"""The five metrics, in the order in which everything here holds them."""

IDS: Final = (
    "client_id",
    "project_id",
    "application_id",
    "session_id",
    "trace_id",
    "environment",
    "integration_source",
)
"""Attribution of a row, as the caller gave it."""

ENTITIES: Final = ("model_id", "node_id", "gpu_id", "service_id", "country", "region", "task")
"""What a row was resolved to. ``region`` is the grid zone."""

DIMENSIONS: Final = (
    "client_id",
    "project_id",
    "application_id",
    "environment",
    "model_id",
    "service_id",
    "country",
    "region",
    "task",
    "currency",
)
"""What sums are kept by, beside the day."""

COLUMNS: Final = (
    "customer_id", "request_id", "key_id", "recorded_at", "at", "day", *IDS, *ENTITIES, "input_tokens", "output_tokens",
    "cost", "currency", "error", *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")), "basis",
    "request", "method_version", "catalog_digest", "weight",
)  # fmt: skip
"""Columns of a row, in the order of exports."""

WHOLE_NUMBERS: Final = frozenset({"customer_id", "key_id", "input_tokens", "output_tokens", "weight"})

OWN_TEXTS: Final = frozenset({"request_id", "at", "basis", "request"})
"""Texts that are another one in nearly every row; those of the other columns come again and again."""


def is_number(column: str) -> bool:
    """Whether a column holds a number, whole or not.

    >>> is_number("usage_water_ml_low"), is_number("currency")
    (True, False)
    """
    return column in WHOLE_NUMBERS or column == "cost" or column.startswith(METRICS)
