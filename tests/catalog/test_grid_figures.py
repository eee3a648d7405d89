"""Grid figures: the year in force, who stands in for a zone without figures, the shape of a day, water."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import load

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DataFolder
    from wattdrop.catalog import Catalog

LIFE_CYCLE = "grid_intensity_gco2e_per_kwh"
DIRECT = "grid_direct_gco2e_per_kwh"


@pytest.mark.parametrize(
    ("zone", "quantity", "year", "value", "of_year", "rung"),
    [
        ("FR", LIFE_CYCLE, 2024, 41, 2024, "exact-year"),
        ("FR", LIFE_CYCLE, 2026, 41, 2024, "earlier-year"),
        ("FR", LIFE_CYCLE, 2020, 56, 2023, "oldest-known"),
        ("AD", LIFE_CYCLE, 2024, 41, 2024, "proxy-zone"),  # Andorra stands on France
        ("US-VA", LIFE_CYCLE, 2024, 302, 2024, "exact-year"),
        ("US-VA", DIRECT, 2025, 388, 2025, "parent-zone"),  # no direct figure below the world
    ],
)
def test_the_figure_in_force(
    catalog: Catalog, zone: str, quantity: str, year: int, value: float, of_year: int, rung: str
) -> None:
    found = catalog.intensity(catalog.zones.row(zone), quantity, year)
    assert (found.value, found.year, found.rung, found.source_id) == (value, of_year, rung, "ember")


def test_an_intensity_with_range_and_note(catalog: Catalog) -> None:
    figure, zone_ix, rung = catalog.grids.intensity_figure(catalog.zones.row("AD"), LIFE_CYCLE, 2024)
    assert (figure.value, figure.low, figure.high, figure.note) == (41, 38, 45, "a mild winter")
    assert (catalog.zones.ids[zone_ix], rung, figure.basis) == ("FR", "proxy-zone", "published")


def test_the_shape_of_a_day(catalog: Catalog) -> None:
    profile = catalog.hourly(catalog.zones.row("FR"))
    assert profile is not None
    assert catalog.hourly_ratio(profile, 0, 3) == (1.5, 1.0)  # no water shape: the mean
    assert catalog.hourly_ratio(profile, 7, 15) == (0.5, 1.0)  # no July: the whole year
    assert catalog.hourly(catalog.zones.row("AD")) == profile  # stands on France
    assert catalog.hourly(catalog.zones.row("US")) is None
    with pytest.raises(ValueError, match="month 13"):
        catalog.hourly_ratio(profile, 13, 0)


def test_water_of_a_zone_or_of_who_stands_in(catalog: Catalog) -> None:
    own, borrowed, world = (catalog.ewif(catalog.zones.row(zone)) for zone in ("FR", "AD", "US-VA"))
    assert own is not None
    assert borrowed is not None
    assert world is not None
    assert (own.value, borrowed.value, world.value) == (4.9, 4.9, 3.9)
    assert borrowed.note == "proxy-zone FR"
    assert catalog.ewif_value(catalog.zones.row("US-VA")) == 3.9


def test_the_mix_of_a_zone(catalog: Catalog) -> None:
    assert catalog.grids.mix(catalog.zones.row("FR")) == (2023, {"nuclear": 0.7, "hydro": 0.3})
    assert catalog.grids.mix(catalog.zones.row("US")) is None


def test_share_alike_figures_are_read_beside_the_others(folder: DataFolder) -> None:
    folder.write(
        "odbl/intensity.csv", f"zone,quantity,valid_from,value,source\nUS-VA,{LIFE_CYCLE},2025,418,ember"
    )
    with_them = folder.load()
    assert with_them.intensity(with_them.zones.row("US-VA"), LIFE_CYCLE, 2025).value == 418
    assert not with_them.grids.without_share_alike
    shutil.rmtree(folder.path / "odbl")
    without = folder.load()
    assert without.intensity(without.zones.row("US-VA"), LIFE_CYCLE, 2025).value == 302
    assert without.grids.without_share_alike


def test_the_real_catalog_works_without_the_share_alike_folder(tmp_path: Path) -> None:
    """Every country and cloud region still has a finite intensity, its own or a stand-in's."""
    from wattdrop.catalog.loading import data_folder

    shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("odbl"))
    catalog = load(tmp_path / "data")
    assert catalog.grids.without_share_alike
    zones = {*range(len(catalog.zones))}
    zones |= {catalog.zones.row(catalog.regions.text(ix, "zone")) for ix in range(len(catalog.regions))}
    assert all(0 < catalog.intensity(ix, LIFE_CYCLE, 2025).value < 2000 for ix in zones)
