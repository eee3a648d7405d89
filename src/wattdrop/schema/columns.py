"""What ``/v1/columns`` and ``/v1/impact/totals`` take and answer: ours alone."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .objects import Given
from .responses import Ranges

PartText = Annotated[str, Meta(min_length=1, max_length=4_000_000)]
ColumnName = Annotated[str, Meta(min_length=1, max_length=1000)]


class FieldShown(Struct, kw_only=True):
    """A field of a row, and what columns that fill it are called."""

    field: str
    group: Literal["model", "hardware", "place", "work", "known", "whom"]
    meaning: str
    kind: Literal["text", "number", "list"]
    whole: bool
    spellings: list[str]


class ExportField(Struct, kw_only=True):
    """A field that an export fills."""

    field: str
    columns: list[str]
    read: str
    holds: str


class ExportShown(Struct, kw_only=True):
    """An export that many people have, and how it is read."""

    id: str
    title: str
    source: str
    rows_in: str
    fields: list[ExportField]


class ColumnsResponse(Struct, kw_only=True):
    """Fields and exports that columns of a file may be."""

    fields: list[FieldShown]
    exports: list[ExportShown]


class ColumnsGiven(Given):
    """The columns of a file; without ``preset`` and ``map`` these are guessed."""

    columns: Annotated[list[ColumnName], Meta(min_length=1, max_length=1000)] | None = None
    preset: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    map: dict[str, ColumnName] | None = None


class TakeShown(Struct, kw_only=True):
    """A field of a row and the columns that it is read from."""

    field: str
    columns: list[str]
    read: str


class SkipShown(Struct, kw_only=True):
    """Rows that stand for no inference: the column holds one of these; ``*`` is any, ``!tokens`` no unit of tokens."""

    column: str
    values: list[str]
    why: str


class MappingProblem(Struct, kw_only=True):
    """Why no row of such a file can be estimated."""

    code: Literal["missing_model", "contradicting_fields"]
    message: str


class MappingResponse(Struct, kw_only=True, omit_defaults=True):
    """How a file with these columns is read."""

    preset: str | None = None
    map: dict[str, str]
    takes: list[TakeShown]
    constants: dict[str, str]
    skips: list[SkipShown]
    private: list[str]
    problem: MappingProblem | None = None


class TotalsGiven(Given):
    """What streams ended with, to be added up."""

    parts: Annotated[list[PartText], Meta(min_length=1, max_length=1000)] | None = None


class GroupTotal(Struct, kw_only=True, omit_defaults=True):
    """What the rows of one group add up to."""

    group: str
    rows: int
    failed: int
    skipped: int
    ranges: Ranges | None = None


class TotalsResponse(Struct, kw_only=True):
    """The sum of the parts, with ranges in which rows that share a cause share its error."""

    part: str
    total: GroupTotal
    groups: list[GroupTotal]
