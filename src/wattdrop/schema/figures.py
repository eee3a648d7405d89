"""What ``/v1/catalog`` answers: ours alone."""

from __future__ import annotations

from msgspec import Struct

from .explanations import SourceRecord


class CatalogEntry(Struct, kw_only=True):
    """One line of a list."""

    id: str
    name: str
    about: list[str]
    own: bool


class CatalogListResponse(Struct, kw_only=True):
    """A page of entities of one kind."""

    kind: str
    entries: list[CatalogEntry]
    count: int


class FigureShown(Struct, kw_only=True, omit_defaults=True):
    """A figure with everything that is known about it."""

    quantity: str
    meaning: str
    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    valid_from: int | None = None
    basis: str
    source_ids: list[str]
    note: str = ""


class CatalogEntityResponse(Struct, kw_only=True):
    """One entity: what is said of it, its figures, and the sources of both in full."""

    kind: str
    id: str
    name: str
    own: bool
    note: str
    texts: dict[str, str]
    names: list[str]
    figures: list[FigureShown]
    source_ids: list[str]
    sources: list[SourceRecord]
