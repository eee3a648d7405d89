"""Checks of zones, cloud regions, grid intensity, mixes, hourly shapes and water."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Final

from ...schema.names import normalise
from ..catalog import LIFE_CYCLE_INTENSITY
from ..figure import Problem
from .figures import figure_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..catalog import Catalog

DIRECT_INTENSITY: Final = "grid_direct_gco2e_per_kwh"
_ZONES: Final = "grids/zones.csv"
_INTENSITY: Final = "grids/intensity.csv"
_MIX: Final = "grids/mix.csv"
_HOURLY: Final = "grids/hourly.csv"
_MIX_TOLERANCE: Final = 0.02  # shares are rounded to four digits, and some sources leave small fuels out
_MEAN_TOLERANCE: Final = 0.005
_WORLD: Final = "world"


def check_zone_ladders(catalog: Catalog) -> Iterator[Problem]:
    """From every zone the stand-ins lead to the world."""
    zones = catalog.zones
    world = zones.find(_WORLD)
    if world is None:
        yield Problem(_ZONES, _WORLD, "", "there is no zone of last resort", "add the zone `world`")
        return
    for ix, entity in enumerate(zones.ids):
        if world not in {step for step, _ in catalog.grids.ladder(ix)}:
            yield Problem(
                _ZONES, entity, "parent", "its parents do not lead to `world`", "correct the parent"
            )


def check_region_countries(catalog: Catalog) -> Iterator[Problem]:
    """A cloud region lies in the country of its grid zone."""
    regions, zones = catalog.regions, catalog.zones
    for ix, entity in enumerate(regions.ids):
        zone_ix = zones.find(regions.text(ix, "zone"))
        country = regions.text(ix, "country")
        if zone_ix is None or not country:
            continue
        zone_country = zones.text(zone_ix, "country") or zones.ids[zone_ix]
        if normalise(country) != normalise(zone_country) and zones.ids[zone_ix] != _WORLD:
            what = f"in {country}, but its zone {zones.ids[zone_ix]} is in {zone_country}"
            yield Problem(regions.file(ix), entity, "zone", what, "correct country or zone")


def check_every_zone_resolves(catalog: Catalog) -> Iterator[Problem]:
    """Every zone has a finite, not negative life-cycle intensity, its own or a stand-in's, and a water
    factor.
    """
    for ix, entity in enumerate(catalog.zones.ids):
        value = catalog.intensity(ix, LIFE_CYCLE_INTENSITY, 2100).value
        if not (isfinite(value) and value >= 0):
            yield Problem(_INTENSITY, entity, LIFE_CYCLE_INTENSITY, f"{value} is no intensity", "correct it")
        if isnan(catalog.ewif_value(ix)):
            yield Problem(
                "water/ewif.csv", entity, "value", "no water factor, not even the world's", "add one"
            )


def check_intensity_ranges(catalog: Catalog) -> Iterator[Problem]:
    """Every yearly figure is plausible, lies in its own range and leads to a source."""
    for name in catalog.grids.quantities():
        quantity = catalog.quantity(name)
        for ix, entity in enumerate(catalog.zones.ids):
            for year, _ in catalog.grids.history(ix, name):
                figure, _, _ = catalog.grids.intensity_figure(ix, name, year)
                for what, fix in figure_faults(figure, quantity):
                    yield Problem(_INTENSITY, entity, f"{name} {year}", what, fix)


def check_life_cycle_covers_direct(catalog: Catalog) -> Iterator[Problem]:
    """Life-cycle intensity includes stack emissions, so it is not below them.

    Compared within a year only, because mixes move; figures of consumption are a quantity of their own.
    """
    for ix, entity in enumerate(catalog.zones.ids):
        life_cycles = dict(catalog.grids.history(ix, LIFE_CYCLE_INTENSITY))
        for year, direct in catalog.grids.history(ix, DIRECT_INTENSITY):
            if life_cycles.get(year, direct) < direct:
                what = f"{life_cycles[year]:g} is below the direct {direct:g}"
                yield Problem(
                    _INTENSITY, entity, f"{LIFE_CYCLE_INTENSITY} {year}", what, "correct one of the two"
                )


def check_mix_shares(catalog: Catalog) -> Iterator[Problem]:
    """Shares of the fuels of a zone and year are parts of one whole."""
    for ix, entity in enumerate(catalog.zones.ids):
        for year, shares in catalog.grids.mixes(ix).items():
            total = sum(shares.values())
            if abs(total - 1) > _MIX_TOLERANCE:
                yield Problem(_MIX, entity, str(year), f"shares sum to {total:.3f}", "correct the shares")
            for fuel, share in shares.items():
                if not 0 <= share <= 1:
                    what = f"{share:g} of {fuel} is no share"
                    yield Problem(_MIX, entity, f"{year} {fuel}", what, "write a part of 1")


def check_hourly_means(catalog: Catalog) -> Iterator[Problem]:
    """An hourly shape only moves emissions within the day: over the year's 24 hours its mean is 1."""
    for profile_ix, profile in enumerate(catalog.grids.profile_ids()):
        ratios = [catalog.hourly_ratio(profile_ix, 0, hour) for hour in range(24)]
        for name, column in zip(("carbon_ratio", "water_ratio"), zip(*ratios, strict=True), strict=True):
            mean = sum(column) / 24
            if abs(mean - 1) > _MEAN_TOLERANCE:
                yield Problem(_HOURLY, profile, name, f"mean of the day is {mean:.4f}", "divide by the mean")
            if min(column) < 0:
                yield Problem(_HOURLY, profile, name, "a negative ratio", "correct the hour")


def check_water_ranges(catalog: Catalog) -> Iterator[Problem]:
    """Water factors lie in their own range and in the plausible one."""
    quantity = catalog.quantities().get("ewif_l_per_kwh")
    for name, figure in catalog.grids.water_figures():
        for what, fix in figure_faults(figure, quantity):
            yield Problem("water/ewif.csv", name, "value", what, fix)
