"""What ``/v1/places`` answers: ours alone."""

from __future__ import annotations

from msgspec import Struct

from .explanations import SourceRecord


class GridFigure(Struct, kw_only=True, omit_defaults=True):
    """The newest yearly intensity that a row of a place without a time is estimated with."""

    gco2e_per_kwh: float
    year: int | None = None
    basis: str
    zone: str
    stands_in: bool
    source_id: str


class CountryPlace(Struct, kw_only=True):
    """A country and its grid."""

    id: str
    name: str
    grid: GridFigure


class RegionPlace(Struct, kw_only=True, omit_defaults=True):
    """A region of a cloud, where it is, and its grid."""

    cloud_id: str
    cloud_region: str
    name: str
    city: str
    country: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    source_id: str = ""
    grid: GridFigure


class PlacesResponse(Struct, kw_only=True):
    """What a map of places may show."""

    countries: list[CountryPlace]
    regions: list[RegionPlace]
    sources: list[SourceRecord]
