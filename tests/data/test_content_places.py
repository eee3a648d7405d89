"""Grids, water and regions against each other."""

from __future__ import annotations

import math

import pytest

from wattdrop.catalog import Catalog, load

LIFE_CYCLE = "grid_intensity_gco2e_per_kwh"
DIRECT = "grid_direct_gco2e_per_kwh"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize(
    ("zone", "year", "grams"),
    [  # Ember, October 2026 release
        ("FR", 2025, 41.2),
        ("FR", 2024, 40.3),
        ("DE", 2025, 334.1),
        ("US", 2025, 384.4),
        ("world", 2025, 460.1),
    ],
)
def test_countries_have_embers_figure(catalog: Catalog, zone: str, year: int, grams: float) -> None:
    found = catalog.intensity(catalog.zones.row(zone), LIFE_CYCLE, year)
    assert (found.value, found.year, found.source_id) == (grams, year, "ember-2026")


def test_every_country_has_an_intensity_and_water(catalog: Catalog) -> None:
    for ix, id in enumerate(catalog.zones.ids):
        assert 0 < catalog.intensity(ix, LIFE_CYCLE, 2026).value < 1_200, id
        assert catalog.ewif_value(ix) > 0, id


def test_only_small_places_have_nothing_direct_of_their_own(catalog: Catalog) -> None:
    without = {
        catalog.zones.text(ix, "country")
        for ix, kind in enumerate(catalog.zones.text(ix, "kind") for ix in range(len(catalog.zones)))
        if kind == "country"
        and not catalog.zones.text(ix, "proxy_of")
        and not catalog.grids.history(ix, DIRECT)
    }
    assert without <= {"AX", "CW", "FM", "GS", "PW", "XK", "YT"}


def test_copies_are_references(catalog: Catalog) -> None:
    """Monaco has no figures: France's stand in, and the rung says so."""
    monaco = catalog.zones.row("MC")
    assert catalog.zones.text(monaco, "proxy_of") == "FR"
    found = catalog.intensity(monaco, LIFE_CYCLE, 2025)
    assert (found.value, found.rung) == (41.2, "proxy-zone")


def test_implausible_upstream_values_are_gone(catalog: Catalog) -> None:
    """Ember: Turkmenistan 1,306, Central African Republic 0, Costa Rica -36 gCO2e/kWh."""
    assert catalog.intensity(catalog.zones.row("TM"), LIFE_CYCLE, 2023).value == 490  # all gas, IPCC median
    assert catalog.intensity(catalog.zones.row("CF"), LIFE_CYCLE, 2023).value == 24  # all hydropower
    assert catalog.intensity(catalog.zones.row("CR"), LIFE_CYCLE, 2025).value == 25.8  # 2024's


@pytest.mark.parametrize(
    ("country", "region", "zone"),
    [
        ("US", "NY", "US-NY"),
        ("CA", "ON", "CA-ON"),
        ("CN", "GD", "CN-GD"),
        ("IT", "MI", "IT-NORTH"),
        ("IT", "SO", "IT-NORTH"),
        ("UK", None, "GB"),
        ("EL", None, "GR"),
    ],
)
def test_regions_of_countries(catalog: Catalog, country: str, region: str | None, zone: str) -> None:
    ix = catalog.zone_of(country, region)
    assert ix is not None
    assert catalog.zones.ids[ix] == zone


def test_chinese_cloud_regions_use_their_province(catalog: Catalog) -> None:
    hangzhou = catalog.region_of_cloud("alibaba", "cn-hangzhou")
    assert hangzhou is not None
    assert catalog.regions.text(hangzhou, "zone") == "CN-ZJ"


def test_facility_figures_are_physical(catalog: Catalog) -> None:
    for table in (catalog.regions, catalog.providers):
        for ix, id in enumerate(table.ids):
            assert 1 <= table.number(ix, "pue") <= 2, id
            assert 0 <= table.number(ix, "wue_l_per_kwh") <= 3, id


def test_operators_claims_stay_apart_from_the_grid(catalog: Catalog) -> None:
    virginia = catalog.region_of_cloud("aws", "us-east-1")
    assert virginia is not None
    assert catalog.regions.number(virginia, "market_gco2e_per_kwh") == 0
    zone = catalog.zones.row(catalog.regions.text(virginia, "zone"))
    assert catalog.intensity(zone, LIFE_CYCLE, 2025).value > 300


def test_the_day_of_a_shape_averages_1(catalog: Catalog) -> None:
    for profile, name in enumerate(catalog.grids.profile_ids()):
        carbon, water = zip(*(catalog.hourly_ratio(profile, 0, hour) for hour in range(24)), strict=True)
        assert math.fsum(carbon) / 24 == pytest.approx(1, abs=0.003), name
        assert math.fsum(water) / 24 == pytest.approx(1, abs=0.003), name
