"""What ``/v1/choices`` and ``/v1/equivalents`` answer: ours alone."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class TaskChoice(Struct, kw_only=True):
    """A task, and what goes in and comes out."""

    id: str
    modality: str
    inputs: list[str]
    outputs: list[str]


class ServiceChoice(Struct, kw_only=True):
    """A managed service."""

    id: str
    name: str


class RegionChoice(Struct, kw_only=True):
    """A region of a cloud."""

    cloud_id: str
    cloud_region: str
    name: str
    country: str


class CountryChoice(Struct, kw_only=True):
    """A country with a grid."""

    id: str
    name: str


class ChoicesResponse(Struct, kw_only=True):
    """What a form may offer for a row."""

    tasks: list[TaskChoice]
    services: list[ServiceChoice]
    regions: list[RegionChoice]
    countries: list[CountryChoice]


class EquivalentSource(Struct, kw_only=True):
    """Who published the figure."""

    producer: str
    title: str
    url: str
    accessed: str


class Equivalent(Struct, kw_only=True):
    """How much of something everyday is as much."""

    id: str
    metric: Literal["usage_energy_wh", "usage_emissions_gco2e", "usage_water_ml"]
    value: float
    unit: str
    note: str
    source: EquivalentSource


class EquivalentsResponse(Struct, kw_only=True):
    """Everyday equivalents of the amounts asked for."""

    equivalents: list[Equivalent]
