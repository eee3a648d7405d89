"""The shipped data: everything check-data asserts, and that every name leads to its entity."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattdrop.catalog import load
from wattdrop.catalog.check import check_folder

if TYPE_CHECKING:
    from wattdrop.catalog import Catalog

KINDS = ("models", "families", "tasks", "gpus", "nodes", "services", "providers", "regions", "zones")


@cache
def shipped() -> Catalog:
    return load()


def test_nothing_is_wrong_with_the_data() -> None:
    assert [str(problem) for problem in check_folder()] == []


def test_the_catalog_holds_what_the_reference_tables_hold() -> None:
    """Rows of the tables that the data was made from; more is welcome, fewer is a loss."""
    catalog = shipped()
    assert len(catalog.models) >= 2090
    assert len([*catalog.models.names()]) >= 11_000  # 14,408 spellings, fewer without case and separators
    assert len(catalog.gpus) >= 107
    assert len(catalog.nodes) >= 1286
    assert len(catalog.services) >= 72
    assert len(catalog.regions) >= 306
    assert len(catalog.providers) >= 49
    assert len([ix for ix in range(len(catalog.zones)) if catalog.zones.text(ix, "kind") == "country"]) >= 243


@pytest.mark.parametrize("kind", KINDS)
def test_every_id_and_alias_finds_its_own_entity(kind: str) -> None:
    table = shipped().table(kind)
    for ix, name in enumerate(table.ids):
        assert table.find(name) == ix
        assert all(table.find(alias) == ix for alias in table.texts(ix, "aliases"))


@given(
    st.sampled_from(("models", "nodes", "services")),
    st.integers(0, 10**9),
    st.sampled_from("_- ."),
    st.randoms(),
)
@settings(max_examples=300, deadline=None)
def test_a_name_finds_its_entity_however_it_is_spelled(
    kind: str, draw: int, separator: str, random: object
) -> None:
    table = shipped().table(kind)
    ix = draw % len(table)
    spelled = [table.ids[ix], *table.texts(ix, "aliases")][draw % (1 + len(table.texts(ix, "aliases")))]
    for other in "_-.: ":
        spelled = spelled.replace(other, separator)
    assert table.find(f" {spelled.swapcase()} ") == ix


def test_every_model_is_found_by_path_and_by_family_and_name() -> None:
    catalog, models = shipped(), shipped().models
    for ix, name in enumerate(models.ids):
        path, family = models.text(ix, "hugging_face_path"), models.text(ix, "family")
        assert not path or catalog.model_of_path(path) == ix, name
        assert ix in catalog.models_named(family, models.text(ix, "name")), name


def test_the_quick_start_names() -> None:
    catalog = shipped()
    llama = catalog.models.find("llama_v31_8b")
    assert llama is not None
    assert catalog.model_of_family("llama", "LLaMA v3.1 8B") == llama
    assert catalog.model_of_path("meta-llama/Llama-3.1-8B") == llama
    sdxl = catalog.models.find("stable_diffusion_xl_base_1_0")
    assert sdxl is not None
    assert catalog.model_of_family("stablediffusion", "SD-XL 1.0-base") == sdxl
    assert catalog.model_of_path("openai/whisper-large-v3") is not None
    assert catalog.nodes.find("aws:p4d.24xlarge") == catalog.nodes.find("aws-p4d-24xlarge")
    assert catalog.services.find("aws-bedrock") == catalog.services.find("bedrock")


def test_every_node_leads_to_an_accelerator_and_back_from_its_slug() -> None:
    catalog = shipped()
    for ix in range(len(catalog.nodes)):
        assert catalog.nodes.find(catalog.node_slug(ix)) == ix
        assert (
            catalog.node_of_cloud(
                catalog.nodes.text(ix, "cloud_id"), catalog.nodes.text(ix, "cloud_instance_id").upper()
            )
            == ix
        )
        assert catalog.gpus.find(catalog.nodes.text(ix, "gpu_id")) is not None


def test_every_place_has_finite_figures() -> None:
    catalog = shipped()
    for ix, name in enumerate(catalog.zones.ids):
        for year in (2019, 2023, 2026):
            assert 0 <= catalog.intensity(ix, "grid_intensity_gco2e_per_kwh", year).value < 2000, name
        assert catalog.ewif_value(ix) >= 0, name
        profile = catalog.hourly(ix)
        if profile is not None:
            ratios = [catalog.hourly_ratio(profile, month, hour) for month in range(13) for hour in range(24)]
            assert all(0 < carbon < 10 and 0 <= water < 10 for carbon, water in ratios), name


def test_every_figure_says_where_it_is_from() -> None:
    """A package of this field ships sources for all its models and loses each at load: here they arrive."""
    catalog = shipped()
    for kind in (*KINDS, "constants"):
        table = catalog.table(kind)
        for ix in range(len(table)):
            for _, figure in table.figures(ix):
                assert not math.isnan(figure.value)
                assert figure.basis
                assert all(catalog.source(source).title for source in figure.source_ids)
