"""Nothing of the upstream tables got lost: rows and names as counted in the snapshot of November 2026."""

from __future__ import annotations

import pytest

from wattdrop.catalog import Catalog, load


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("models", 2_090),  # 781 open, 937 media, 372 closed
        ("gpus", 110),
        ("nodes", 1_289),
        ("services", 72),
        ("providers", 49),
        ("regions", 306),
        ("tasks", 40),
        ("families", 450),  # 305 listed, 145 that only models name
        ("power_curve", 47),
    ],
)
def test_every_row_is_there(catalog: Catalog, table: str, rows: int) -> None:
    assert len(catalog.table(table)) == rows


def test_243_countries_and_the_world(catalog: Catalog) -> None:
    kinds = [catalog.zones.text(ix, "kind") for ix in range(len(catalog.zones))]
    assert kinds.count("country") == 243
    assert kinds.count("world") == 1


def test_states_provinces_and_market_zones(catalog: Catalog) -> None:
    """51 US states with DC, 30 Chinese provinces, 27 eGRID subregions, 145 further zones, AU-ACT by its shape alone."""
    kinds = [catalog.zones.text(ix, "kind") for ix in range(len(catalog.zones))]
    assert kinds.count("region") + kinds.count("subregion") == 51 + 30 + 27 + 145 + 1


def test_every_name_of_a_model_finds_it(catalog: Catalog) -> None:
    """14,408 ids, Hugging Face paths and aliases, each of one model only."""
    models = catalog.models
    owners: dict[str, int] = {}
    for ix, id in enumerate(models.ids):
        for name in (id, models.text(ix, "hugging_face_path"), *models.texts(ix, "aliases")):
            if name:
                assert owners.setdefault(name.casefold(), ix) == ix, name
    assert len(owners) == 14_408
    for name, ix in owners.items():
        assert models.find(name) == ix or catalog.model_of_path(name) == ix, name


def test_hourly_shapes(catalog: Catalog) -> None:
    if catalog.grids.without_share_alike:
        assert len(catalog.grids.profile_ids()) == 30
    else:
        assert len(catalog.grids.profile_ids()) == 49
