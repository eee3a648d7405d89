"""Every figure says where it is from: its own source first, then the quantity's, then the entity's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from wattdrop.errors import CatalogError

if TYPE_CHECKING:
    from conftest import DataFolder
    from wattdrop.catalog import Catalog, Figure, Table


def figure_of(table: Table, name: str, quantity: str) -> Figure:
    figure = table.figure(table.row(name), quantity)
    assert figure is not None
    return figure


def test_a_plain_number_has_the_sources_of_its_entity(catalog: Catalog) -> None:
    figure = figure_of(catalog.models, "llama_v31_8b", "total_params_billions")
    assert figure.source_ids == ("card", "press")
    assert figure.basis == "published"  # what a datasheet gives
    assert math.isnan(figure.low)


def test_a_figure_overrides_its_entity(catalog: Catalog) -> None:
    figure = figure_of(catalog.models, "llama_rumoured", "total_params_billions")
    assert (figure.value, figure.low, figure.high) == (400, 200, 900)
    assert (figure.source_ids, figure.basis) == (("press",), "derived")


def test_the_source_of_a_quantity_comes_before_that_of_the_entity(catalog: Catalog) -> None:
    figure = figure_of(catalog.nodes, "aws:p4d.24xlarge", "use_life_years")
    assert (figure.source_ids, figure.basis) == (("assumed-life",), "assumed")


def test_csv_columns_beside_a_figure_belong_to_it(catalog: Catalog) -> None:
    figure = figure_of(catalog.regions, "aws:us-east-1", "pue")
    assert (figure.value, figure.valid_from, figure.source_ids) == (1.15, 2024, ("press",))
    assert catalog.regions.figure(catalog.regions.row("aws:eu-west-3"), "pue") is None


def test_a_source_and_a_quantity_are_found_by_id(catalog: Catalog) -> None:
    assert catalog.source("ember").producer == "Ember"
    assert catalog.quantity("max_power_w").unit == "W"
    with pytest.raises(CatalogError, match="no source with id 'nobody'"):
        catalog.source("nobody")
    with pytest.raises(CatalogError, match="no quantity named 'horse_power'"):
        catalog.quantity("horse_power")


def test_the_digest_follows_the_text(folder: DataFolder) -> None:
    before = folder.load().digest
    folder.replace("gpus/nvidia.toml", "400", "401")
    assert folder.load().digest != before
