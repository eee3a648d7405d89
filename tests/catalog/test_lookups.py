"""Finding models, hardware and places by the names people use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from wattdrop.catalog import load
from wattdrop.catalog.gpu_nodes import node_of_each_gpu
from wattdrop.errors import CatalogError

if TYPE_CHECKING:
    from conftest import DataFolder
    from wattdrop.catalog import Catalog


@pytest.mark.parametrize(
    "name", ["llama_v31_8b", "LLaMA-V31-8B", "meta/llama 3.1 8b", "llama-3_1-8b-instruct"]
)
def test_a_model_is_found_by_id_and_alias_in_any_spelling(catalog: Catalog, name: str) -> None:
    ix = catalog.models.find(name)
    assert ix is not None
    assert catalog.models.ids[ix] == "llama_v31_8b"
    assert catalog.models.number(ix, "total_params_billions") == 8.03
    assert catalog.models.text(ix, "hugging_face_path") == "meta-llama/Llama-3.1-8B"
    assert catalog.models.texts(ix, "aliases") == ("llama-3.1-8b-instruct", "meta/llama-3.1-8b")


def test_find_does_not_guess_and_nearest_helps(catalog: Catalog) -> None:
    assert catalog.models.find("llama_v31_8") is None
    assert catalog.models.nearest("llama_v31_8", 1) == ["llama_v31_8b"]


def test_what_is_not_known_is_nan_or_empty_and_what_does_not_exist_is_an_error(catalog: Catalog) -> None:
    assert math.isnan(catalog.models.number(2, "active_params_billions"))
    assert catalog.models.text(2, "hugging_face_path") == ""
    assert catalog.models.texts(2, "aliases") == ()
    with pytest.raises(CatalogError, match="models have no field or quantity named 'total_parms_billions'"):
        catalog.models.number(2, "total_parms_billions")


def test_a_model_is_found_by_its_hugging_face_path(catalog: Catalog) -> None:
    assert catalog.model_of_path("META-LLAMA/llama-3.1-8b") == catalog.models.find("llama_v31_8b")
    assert catalog.model_of_path("") is None


@pytest.mark.parametrize(
    ("family", "name", "model"),
    [
        ("llama", "LLaMA v3.1 8B", "llama_v31_8b"),
        ("Family.llama", "LLaMa v3.1-8b", "llama_v31_8b"),
        ("LLAMA", "Llama-3.1-8B", "llama_v31_8b"),  # the end of the Hugging Face path
        ("gpt", "o1", "o1"),  # gpt includes o-series
        ("openai", "o1", "o1"),  # an alias of the family
    ],
)
def test_a_model_is_found_by_family_and_name(catalog: Catalog, family: str, name: str, model: str) -> None:
    assert catalog.model_of_family(family, name) == catalog.models.find(model)


def test_the_family_limits_the_name(catalog: Catalog) -> None:
    assert catalog.model_of_family("llama", "o1") is None
    assert catalog.models_of_family("stablediffusion") == ()
    assert catalog.family_of("stablediffusion") == catalog.families.find("stable-diffusion")


@pytest.mark.parametrize(
    "name", ["aws:p4d.24xlarge", "aws-p4d-24xlarge", "AWS:P4D.24XLARGE", "aws_p4d.24xlarge"]
)
def test_a_node_is_found_by_its_id_and_by_its_slug(catalog: Catalog, name: str) -> None:
    ix = catalog.nodes.find(name)
    assert ix is not None
    assert catalog.node_slug(ix) == "aws-p4d-24xlarge"


def test_a_node_is_found_by_cloud_and_instance(catalog: Catalog) -> None:
    assert catalog.node_of_cloud("aws", "P4D.24xlarge") == 0
    assert catalog.node_of_cloud("Amazon", "p4d.24xlarge") == 0  # the provider's alias
    assert catalog.node_of_cloud("gcp", "p4d.24xlarge") is None
    assert catalog.node_of_gpu(0) == 0


def test_a_service_is_found_by_the_host_it_answers_at(catalog: Catalog) -> None:
    assert catalog.service_of_host("bedrock-runtime.us-east-1.amazonaws.com:443") == 0
    assert catalog.service_of_host("notamazonaws.com") is None


def test_a_region_is_found_with_its_cloud_and_alone_where_that_is_clear(catalog: Catalog) -> None:
    assert catalog.region_of_cloud("aws", "US-East-1") == catalog.regions.find("aws:us-east-1")
    assert catalog.region_of_cloud("amazon", "us-east-1") == catalog.regions.find("aws:us-east-1")
    assert catalog.region_of_cloud("", "us-east-1") is not None  # two clouds, one grid
    assert catalog.region_of_cloud("", "eu-west-3") is None  # two clouds, two grids
    assert len(catalog.regions_named("eu-west-3")) == 2


@pytest.mark.parametrize(
    ("country", "region", "zone"),
    [
        ("US", None, "US"),
        ("us", "VA", "US-VA"),
        ("United States", "VA", "US-VA"),
        ("france", None, "FR"),
        ("US", "US-VA", "US-VA"),
        ("US", "virginia", "US-VA"),
        ("", "US-VA", "US-VA"),
    ],
)
def test_a_zone_is_found_by_country_and_region(
    catalog: Catalog, country: str, region: str, zone: str
) -> None:
    assert catalog.zone_of(country, region) == catalog.zones.find(zone)


def test_a_region_of_another_country_is_not_found(catalog: Catalog) -> None:
    assert catalog.zone_of("FR", "US-VA") is None
    assert catalog.zone_of("XX") is None


def test_default_hardware_comes_smallest_first(catalog: Catalog) -> None:
    assert [(entry.id, entry.max_model_bytes) for entry in catalog.default_hardware] == [
        ("small", 2e9),
        ("large", 640e9),
    ]


def test_constants_are_figures_by_id(catalog: Catalog) -> None:
    assert catalog.constant_values() == {"weights_cost": 0.75}
    figure = catalog.constants.figure(0, "value")
    assert figure is not None
    assert (figure.low, figure.high, figure.source_ids, figure.basis) == (0.5, 1.2, ("fit-text",), "derived")
    assert catalog.constant("weights_cost") == 0.75
    assert catalog.constants.text(0, "unit") == "ratio"


def test_an_unknown_name_is_not_compared_with_every_name_again(catalog: Catalog) -> None:
    models = catalog.models
    assert models.nearest("llama_v31_8", 1) == ["llama_v31_8b"]
    index = models._near
    assert index is not None
    assert models.nearest("lama_v31_8b", 1) == ["llama_v31_8b"]
    assert models._near is index


@pytest.mark.parametrize("name", ["x", "zq", "7", "\N{SNOWMAN}", "-", "q" * 300])
def test_names_with_nothing_in_common_with_any_get_suggestions_or_none(catalog: Catalog, name: str) -> None:
    near = catalog.models.nearest(name)
    assert len(near) <= 3
    assert set(near) <= set(catalog.models.ids)


def test_names_mean_the_same_before_and_after_they_are_a_dictionary() -> None:
    """The first few are searched in the text that the cache holds."""
    models = load().models
    columns = models._own()
    names = dict(models.names())
    for name in [*list(names)[:: len(names) // 50], "no-such-model", "", "gpt", "4o-mini-2024"]:
        assert columns._searched(name) == names.get(name), name


def test_many_names_in_a_new_process_are_found(folder: DataFolder) -> None:
    models = folder.load().models
    found = [models.find(f"nobody {number}") for number in range(40)]
    assert found == [None] * 40
    assert models.find("o1") == models.find("O1") == 2


def test_the_kept_node_of_each_accelerator_is_what_the_nodes_say() -> None:
    catalog = load()
    assert dict(catalog._part("nodes.of_gpus")) == node_of_each_gpu(catalog.nodes)
