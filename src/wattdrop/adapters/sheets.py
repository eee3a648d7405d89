"""Spreadsheets: one row as query parameters, and answers that a cell can hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

import msgspec

from ..errors import BadRequest
from ..schema import ModeledRow

#: What an address holds beside the fields of a row.
OPTIONS: Final = ("format", "key", "metric", "debug", "ranges")
FORMATS: Final = ("json", "csv", "value")
#: Column names of the csv form, each with its unit.
COLUMNS: Final = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)
#: Short names of the metrics, for formulas.
METRICS: Final[Mapping[str, str]] = {
    "energy": "usage_energy_wh",
    "emissions": "usage_emissions_gco2e",
    "carbon": "usage_emissions_gco2e",
    "water": "usage_water_ml",
    **{column: column for column in COLUMNS},
}


def format_of(name: str) -> str:
    """The asked format, or ``BadRequest``."""
    wanted = name.strip().casefold() or "json"
    if wanted not in FORMATS:
        raise BadRequest(f"format: expected {', '.join(FORMATS)}, got {name[:40]!r}", field="format")
    return wanted


def metric_of(name: str) -> str:
    """The metric of a one-value answer, or ``BadRequest``."""
    found = METRICS.get(name.strip().casefold() or "energy")
    if found is None:
        raise BadRequest(f"metric: expected {', '.join(METRICS)}, got {name[:40]!r}", field="metric")
    return found


def as_csv(row: ModeledRow) -> bytes:
    """A line of names and a line of numbers; the last column says why there are none."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow((*COLUMNS, "error"))
    if row.error is not None:
        lines.writerow((*("" for _ in COLUMNS), _harmless(row.error.message)))
    else:
        numbers = msgspec.structs.astuple(row.total_impact)
        lines.writerow((*(repr(number) for number in numbers), ""))
    return out.getvalue().encode()


def as_value(row: ModeledRow, metric: str) -> bytes:
    """One number as text, or ``error: ...`` for the cell to show."""
    if row.error is not None:
        return _harmless(f"error: {row.error.message}").encode()
    return repr(getattr(row.total_impact, metric)).encode()


def _harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
