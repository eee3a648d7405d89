"""What ``/v1/explain``, ``/sources`` and ``/quantities`` answer: ours alone, values may be null where the text says so."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from .requests import ImpactRow

MOST_EXPLAINED: Final = 10
"""Most rows of one request: an explanation is some hundred lines, and more rows are asked for by mistake."""


class ExplainRequest(Struct, forbid_unknown_fields=True):
    """The body of ``POST /v1/explain``: that of ``POST /v1/impact`` with few rows."""

    rows: Annotated[list[ImpactRow], Meta(max_length=MOST_EXPLAINED)]


class SourceRecord(Struct, kw_only=True, omit_defaults=True):
    """Who said it. An assumption is a source too, with its reasoning and an owner."""

    id: str
    producer: str
    title: str
    url: str | None = None
    published: str | None = None
    accessed: str | None = None
    licence: str | None = None
    kind: str
    note: str | None = None
    reasoning: str | None = None
    owner: str | None = None
    citation: str


class ExplainedInput(Struct, kw_only=True):
    """One value that enters a step, and where it comes from."""

    name: str
    value: float | None
    unit: str
    origin: Literal["setup", "evidence", "constant", "step"]
    basis: str
    source_ids: list[str]
    note: str


class ExplainedStep(Struct, kw_only=True, omit_defaults=True):
    """One assignment of the method and the value that it gave for this row."""

    name: str
    value: float | None
    unit: str
    formula: str
    stage: str
    inputs: list[ExplainedInput]
    range_90: tuple[float, float] | None = None


class ExplainedChoice(Struct, kw_only=True):
    """One question that the row leaves open, and its answer."""

    question: str
    chosen: str
    basis: str
    rung: str
    note: str


class ExplainedCause(Struct, kw_only=True):
    """One cause of the 90 % range of the energy, the range that it would make alone, and what would settle it."""

    cause: str
    share: float
    low: float
    high: float
    advice: str


class ExplainedResults(Struct, kw_only=True):
    """The five totals of the row, as ``total_impact`` has them."""

    total_energy_wh: float
    total_emissions_gco2e: float
    total_water_ml: float
    total_embodied_gco2e: float
    total_embodied_ml: float


class ExplainedRow(Struct, kw_only=True, omit_defaults=True):
    """One row: what was chosen, and every step from there to the totals; or only ``error``."""

    results: ExplainedResults | None = None
    choices: list[ExplainedChoice] | None = None
    steps: list[ExplainedStep] | None = None
    causes: list[ExplainedCause] | None = None
    sources: list[SourceRecord] | None = None
    method_version: str | None = None
    catalog_digest: str | None = None
    error: ExplainedError | None = None


class ExplainedError(Struct, kw_only=True, omit_defaults=True):
    """Why the row has no numbers to explain."""

    code: str
    message: str
    field: str | None = None


class ExplainResponse(Struct, kw_only=True):
    """The answer of ``/v1/explain``, a row for each row in their order."""

    rows: list[ExplainedRow]
    has_errors: bool


class SourceResponse(Struct):
    """``GET /sources``."""

    sources: list[SourceRecord]


class QuantityRecord(Struct, kw_only=True, omit_defaults=True):
    """One entry of the data dictionary."""

    id: str
    unit: str
    meaning: str
    low: float | None = None
    high: float | None = None
    raises_impact: Literal[-1, 0, 1]
    source_ids: list[str]
    basis: str | None = None
    stage: str | None = None


class QuantityResponse(Struct):
    """``GET /quantities``."""

    quantities: list[QuantityRecord]
