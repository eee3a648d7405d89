"""What ``/v1/compare`` takes and answers: ours alone."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from ..errors import BadRequest, RowError
from .refusal import quoted
from .requests import ImpactRow
from .responses import Error, ImpactMetrics, MetricRange, Ranges
from .row_count import check_row_count
from .rows import ParsedRow, parse_json, parse_row, rows_of

MOST_COMPARED: Final = 24
"""Most rows of one request: the hours of a day, and more than anybody reads beside each other."""
_LONGEST_LABEL: Final = 200

Label = Annotated[str, Meta(max_length=_LONGEST_LABEL)]


class CompareRow(
    ImpactRow, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    """A row of ``/v1/impact``, and what to call it."""

    label: Label | None = None


class CompareRequest(Struct, forbid_unknown_fields=True):
    """The body of ``POST /v1/compare``: that of ``POST /v1/impact`` with few rows, which may have labels."""

    rows: Annotated[list[CompareRow], Meta(min_length=2, max_length=MOST_COMPARED)]


class RatioCause(Struct, kw_only=True):
    """One cause of the range of a ratio."""

    cause: str
    shared: bool
    share: float


class Compared(Struct, kw_only=True, omit_defaults=True):
    """One total of a row, held against the row that has the least of it."""

    rank: int
    to: int
    verdict: Literal["same", "open", "likely", "clear"]
    ratio: MetricRange | None = None
    causes: list[RatioCause]


class ComparedMetrics(Struct, kw_only=True):
    """The five totals of a row, each held against the row that has the least of it."""

    usage_energy_wh: Compared
    usage_emissions_gco2e: Compared
    usage_water_ml: Compared
    embodied_emissions_gco2e: Compared
    embodied_water_ml: Compared


class ComparedRow(Struct, kw_only=True, omit_defaults=True):
    """One row among the others; or only ``label`` and ``error``."""

    label: str | None = None
    total_impact: ImpactMetrics | None = None
    ranges: Ranges | None = None
    compared: ComparedMetrics | None = None
    error: Error | None = None


class CompareResponse(Struct, kw_only=True):
    """The answer of ``/v1/compare``, a row for each row in their order."""

    rows: list[ComparedRow]
    has_errors: bool


def parse_comparison(body: bytes) -> tuple[list[ParsedRow], list[str | None]]:
    """The rows of a body, and their labels. Raises ``BadRequest`` where it is none or has too few rows."""
    check_row_count(body, "rows", MOST_COMPARED)
    values = rows_of(parse_json(body))
    if len(values) < 2:
        raise BadRequest(
            f"rows: a comparison takes 2 to {MOST_COMPARED} rows, got {len(values)}", field="rows"
        )
    labelled = [_labelled(value) for value in values]
    return [row for row, _ in labelled], [label for _, label in labelled]


def _labelled(value: object) -> tuple[ParsedRow, str | None]:
    if not isinstance(value, dict):
        return parse_row(value), None
    label = value.pop("label", None)
    if label is None or label == "":
        return parse_row(value), None
    if not isinstance(label, str):
        return RowError("wrong_type", f"label: expected a text, got {quoted(label)}", "label"), None
    if len(label) > _LONGEST_LABEL:
        wrong = f"label: expected at most {_LONGEST_LABEL} characters, got {len(label)}"
        return RowError("out_of_range", wrong, "label"), label[:_LONGEST_LABEL]
    return parse_row(value), label
