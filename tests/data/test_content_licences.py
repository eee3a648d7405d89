"""Share-alike figures stay in their folder, and the package works without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import wattdrop
from wattdrop.catalog import Catalog, load
from wattdrop.catalog.check import check_folder

DATA = Path(wattdrop.__file__).parent / "data"
SHARE_ALIKE = ("em-yearly", "em-hourly-hpe", "em-hourly-umass")
LIFE_CYCLE = "grid_intensity_gco2e_per_kwh"

pytestmark = pytest.mark.skipif(
    not (DATA / "odbl").is_dir(), reason="installed without the share-alike figures"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data without odbl/."""
    copy = tmp_path_factory.mktemp("data") / "data"
    shutil.copytree(DATA, copy, ignore=shutil.ignore_patterns("odbl"))
    return copy


@pytest.fixture(scope="module")
def without(folder: Path) -> Catalog:
    return load(folder)


def test_figures_of_share_alike_sources_are_in_odbl_only() -> None:
    for path in [*DATA.rglob("*.csv"), *DATA.rglob("*.toml")]:
        if path.parent.name not in ("odbl", "sources"):
            text = path.read_text()
            assert not any(source in text for source in SHARE_ALIKE), path


def test_the_notice_names_licence_and_publisher() -> None:
    notice = (DATA / "odbl" / "NOTICE.md").read_text()
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in notice
    assert "Electricity Maps" in notice


def test_the_data_hold_without_it(folder: Path) -> None:
    assert check_folder(folder) == []


def test_zones_fall_back_to_their_country(without: Catalog) -> None:
    found = without.intensity(without.zones.row("US-MIDA-PJM"), LIFE_CYCLE, 2025)
    assert (found.value, found.source_id, found.rung) == (384.4, "ember-2026", "parent-zone")


def test_every_zone_still_resolves(without: Catalog) -> None:
    for ix, id in enumerate(without.zones.ids):
        assert without.intensity(ix, LIFE_CYCLE, 2026).value > 0, id
        assert without.ewif_value(ix) > 0, id


def test_all_but_six_countries_keep_a_figure_of_their_own(without: Catalog) -> None:
    zones = without.zones
    lost = [
        id
        for ix, id in enumerate(zones.ids)
        if zones.text(ix, "kind") == "country"
        and not zones.text(ix, "proxy_of")
        and not without.has_intensity(ix)
    ]
    assert lost == ["AX", "CW", "FM", "GS", "PW", "YT"]
