"""What building and grid add at a place: PUE, WUE, contracts, and the intensity of the request's year."""

from __future__ import annotations

import math

from ..typed import TYPE_CHECKING, NamedTuple
from .choice import Choice
from .place import GRID, GRID_DIRECT, NEWEST_YEAR, PlaceFound

if TYPE_CHECKING:
    from ..catalog import Catalog, Table


class FacilityFigures(NamedTuple):
    """What the building adds; ``market`` is NaN where no contract figure is known."""

    pue: float
    wue_l_per_kwh: float
    market: float


def facility_of(catalog: Catalog, place: PlaceFound) -> FacilityFigures:
    """PUE, WUE and market-based intensity: the datacenter's, else the cloud region's, else the operator's."""

    def first(quantity: str) -> float:
        entity = facility_entity(catalog, place, quantity)
        return math.nan if entity is None else entity[0].number(entity[1], quantity)

    return FacilityFigures(first("pue"), first("wue_l_per_kwh"), first("market_gco2e_per_kwh"))


def facility_entity(catalog: Catalog, place: PlaceFound, quantity: str) -> tuple[Table, int] | None:
    """The nearest entity that has a figure for a quantity of the facility: its table and row."""
    rungs = [
        (catalog.datacenters, place.datacenter_ix),
        (catalog.regions, place.region_ix),
        (catalog.providers, place.provider_ix),
    ]
    if quantity != "market_gco2e_per_kwh":  # a contract is somebody's: there is none of the world's
        rungs.append((catalog.providers, catalog.providers.find("world-default")))
    for table, ix in rungs:
        if ix is not None and not math.isnan(table.number(ix, quantity)):
            return table, ix
    return None


class GridFigures(NamedTuple):
    """Annual intensities of the request's year."""

    life_cycle: float
    direct: float
    choice: Choice


def grid_of(catalog: Catalog, place: PlaceFound, year: int | None) -> GridFigures:
    """Location-based intensity of the place: life-cycle, and direct beside it (the life-cycle one where none is known)."""
    own = own_intensity(catalog, place)
    if own == own:
        return GridFigures(own, own, Choice("grid year", "datacenter", "given", "datacenter_id"))
    asked = NEWEST_YEAR if year is None else year
    found = catalog.intensity(place.zone_ix, GRID, asked)
    direct = catalog.intensity(*direct_of(catalog, place.zone_ix, asked), asked)
    if year is None:
        choice = Choice("grid year", str(found.year), "assumed", "newest figure", "no utc_datetime is given")
    else:
        note = "" if found.year == year else f"figure of {found.year} used for {year}"
        choice = Choice(
            "grid year", str(found.year), "given" if found.year == year else "assumed", found.rung, note
        )
    return GridFigures(found.value, direct.value, choice)


def own_intensity(catalog: Catalog, place: PlaceFound) -> float:
    """What the owner of a site says of its electricity; NaN where nobody does."""
    ix = place.datacenter_ix
    return math.nan if ix is None else catalog.datacenters.number(ix, "gco2e_per_kwh")


def direct_of(catalog: Catalog, zone_ix: int, year: int) -> tuple[int, str]:
    """The zone and the quantity that stack emissions are told by: those of the zone whose life-cycle figure applies. That
    figure itself where it has no direct one, or one of another year that is above it, of which it would be a part.
    """
    zone = catalog.grids.zone_with(zone_ix, GRID)
    if catalog.grids.history(zone, GRID_DIRECT):
        whole, of_stacks = (catalog.intensity(zone, quantity, year).value for quantity in (GRID, GRID_DIRECT))
        if of_stacks <= whole:
            return zone, GRID_DIRECT
    return zone, GRID
