"""No entity of the catalog may fail: every model, node, service, country, region and task gives finite positive numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

import wattdrop
from wattdrop import Catalog

METRICS = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return wattdrop.load()


def assert_all_finite_and_positive(rows: Sequence[dict[str, Any]]) -> None:
    result = wattdrop.estimate(rows)
    failed = {str(rows[n]): error.message for n, error in result.resolution.errors.items()}
    assert not failed
    wrong = [
        (rows[n], metric)
        for n, row in enumerate(result.rows)
        for part in ("total", "inference")
        for metric in METRICS
        if not (math.isfinite(value := getattr(row.metrics(part), metric)) and value > 0)
    ]
    assert not wrong


def test_every_model_by_its_id(catalog: Catalog) -> None:
    assert_all_finite_and_positive([{"model_id": model} for model in catalog.models.ids])


@pytest.mark.parametrize(
    "kind", ["models", "nodes", "gpus", "services", "providers", "tasks", "datatypes", "families"]
)
def test_every_name_is_its_entity_in_any_case_and_with_any_separator(catalog: Catalog, kind: str) -> None:
    table = getattr(catalog, kind)
    spellings = (
        str.upper,
        str.lower,
        lambda name: name.replace("_", "-"),
        lambda name: name.replace("-", "_"),
    )
    wrong = [
        (name, spell(name))
        for name, ix in table.names()
        for spell in spellings
        if table.find(spell(name)) != ix
    ]
    assert not wrong


def test_every_model_with_every_kind_of_quantity(catalog: Catalog) -> None:
    quantities = {
        "input_tokens": 1000,
        "output_tokens": 300,
        "input_images": ["640x480"],
        "output_images": ["512x512"],
        "input_audio_seconds": 30,
        "output_audio_seconds": 10,
        "output_video_frames": 48,
        "output_video_resolution": 720,
        "input_steps": 20,
    }
    assert_all_finite_and_positive([{"model_id": model, **quantities} for model in catalog.models.ids])


def test_every_node(catalog: Catalog) -> None:
    rows = [{"model_id": "llama_v31_8b", "node_id": node, "output_tokens": 100} for node in catalog.nodes.ids]
    assert_all_finite_and_positive(rows)


def test_every_node_by_its_slug_and_by_cloud_and_instance(catalog: Catalog) -> None:
    def ids(rows: list[dict[str, Any]]) -> list[str]:
        result = wattdrop.estimate(rows)
        assert not result.resolution.errors
        of = result.resolution
        return [catalog.nodes.ids[of.resolved[of.resolved_of[n]].node_ix] for n in range(len(rows))]

    by_slug = [{"model_id": "gpt-4o", "node_id": catalog.node_slug(ix)} for ix in range(len(catalog.nodes))]
    by_parts = [
        {
            "model_id": "gpt-4o",
            "cloud_id": catalog.nodes.text(ix, "cloud_id"),
            "cloud_instance_id": catalog.nodes.text(ix, "cloud_instance_id"),
        }
        for ix in range(len(catalog.nodes))
    ]
    assert ids(by_slug) == ids(by_parts) == list(catalog.nodes.ids)


def test_every_accelerator_that_some_machine_carries(catalog: Catalog) -> None:
    carried = {catalog.nodes.text(ix, "gpu_id") for ix in range(len(catalog.nodes))}
    assert_all_finite_and_positive([{"model_id": "mistral_7b_v01", "gpu_id": gpu} for gpu in sorted(carried)])


def test_every_service(catalog: Catalog) -> None:
    rows = [{"managed_service_id": service, "output_tokens": 100} for service in catalog.services.ids]
    assert_all_finite_and_positive(rows)


def test_every_country(catalog: Catalog) -> None:
    countries = [zone for zone in catalog.zones.ids if len(zone) == 2]
    assert len(countries) == 243
    assert_all_finite_and_positive([{"model_id": "gpt-4o", "country": country} for country in countries])


def test_every_two_letter_region_of_a_country(catalog: Catalog) -> None:
    codes = [zone.split("-") for zone in catalog.zones.ids if zone.count("-") == 1 and len(zone) == 5]
    rows = [
        {"model_id": "gpt-4o", "country": country, "region": region}
        for country, region in codes
        if region.isalpha()
    ]
    assert len(rows) > 80
    assert_all_finite_and_positive(rows)


def test_every_cloud_region(catalog: Catalog) -> None:
    regions = catalog.regions
    rows = [
        {
            "model_id": "gpt-4o",
            "cloud_id": regions.text(ix, "cloud_id"),
            "cloud_region": regions.text(ix, "region_id"),
            "utc_datetime": "2024-07-01T18:00:00Z",
        }
        for ix in range(len(regions))
    ]
    assert len(rows) == 306
    assert_all_finite_and_positive(rows)


def test_every_family_alone_is_its_default_model(catalog: Catalog) -> None:
    families = catalog.families
    result = wattdrop.estimate([{"model_family": family} for family in families.ids])

    assert not result.has_errors
    meant = [
        catalog.models.ids[resolved.model_ix] for resolved in map(result.resolution.at, range(len(result)))
    ]
    assert meant == [families.text(ix, "default_model_id") for ix in range(len(families))]


def test_every_task_under_every_name(catalog: Catalog) -> None:
    names = [
        name
        for ix, task in enumerate(catalog.tasks.ids)
        for name in (task, *catalog.tasks.texts(ix, "aliases"))
    ]
    assert len(names) >= 438
    assert_all_finite_and_positive([{"task": name} for name in names])


def test_every_task_with_a_language_model_and_with_a_diffusion_model(catalog: Catalog) -> None:
    models = ("gpt_4o", "stable_diffusion_xl_base_1_0", "whisper_large_v3", "bert_base_uncased")
    assert_all_finite_and_positive(
        [{"task": task, "model_id": m} for task in catalog.tasks.ids for m in models]
    )


def test_every_precision(catalog: Catalog) -> None:
    rows = [
        {"model_id": "llama_v31_8b", "datatype": name, "output_tokens": 10} for name in catalog.datatypes.ids
    ]
    assert_all_finite_and_positive(rows)
