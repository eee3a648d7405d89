"""On what and where: node, cloud and instance, service, end point, country, region, time."""

from __future__ import annotations

from typing import Any

import pytest

import wattdrop
from wattdrop.resolve.choice import Choice
from wattdrop.resolve.facility import grid_of
from wattdrop.resolve.place import PlaceFound


def choices(row: dict[str, Any]) -> dict[str, Choice]:
    result = wattdrop.estimate([{"model_id": "llama_v31_8b", "output_tokens": 100, **row}])
    assert not result.resolution.errors, result.resolution.errors
    return {choice.question: choice for choice in result.explain(0).choices}


@pytest.mark.parametrize(
    "row",
    [
        {"node_id": "aws:p4d.24xlarge"},
        {"node_id": "aws-p4d-24xlarge"},
        {"node_id": "AWS:P4D.24XLARGE"},
        {"cloud_id": "aws", "cloud_instance_id": "p4d.24xlarge"},
        {"cloud_id": "amazon", "cloud_instance_id": "P4d.24xlarge"},
    ],
)
def test_spellings_of_a_node(row: dict[str, Any]) -> None:
    hardware = choices(row)["hardware"]
    assert (hardware.chosen, hardware.basis) == ("aws:p4d.24xlarge", "given")


def test_an_unknown_node_is_an_error_that_names_the_nearest() -> None:
    (row,) = wattdrop.estimate([{"model_id": "gpt-4o", "node_id": "aws:p4d.24xlrge"}]).rows
    assert row.error is not None
    assert (row.error.code, row.error.field) == ("unknown_node", "node_id")
    assert "aws:p4d.24xlarge" in row.error.candidates


def test_an_accelerator_alone_is_enough() -> None:
    found = choices({"gpu_id": "h100", "gpu_count": 2})
    assert found["hardware"].rung == "gpu_id"
    assert found["accelerators"].chosen == "2 x h100_sxm_80gb"


def test_an_accelerator_that_the_node_does_not_carry_is_an_error() -> None:
    row = {"model_id": "gpt-4o", "node_id": "aws:p4d.24xlarge", "gpu_id": "h100"}
    (result,) = wattdrop.estimate([row]).rows
    assert result.error is not None
    assert (result.error.code, result.error.field) == ("contradicting_fields", "gpu_id")


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("aws-bedrock", "aws-bedrock"),
        ("bedrock_converse", "aws-bedrock"),
        ("aws.bedrock", "aws-bedrock"),
        ("together_ai", "together"),
        ("Fireworks_AI", "fireworks"),
    ],
)
def test_spellings_of_a_service(name: str, service: str) -> None:
    assert choices({"managed_service_id": name})["service"].chosen == service


def test_an_unknown_service_does_not_fail_the_row_and_is_said() -> None:
    found = choices({"managed_service_id": "acme-ai"})
    assert "'acme-ai' is not known" in found["service"].note


def test_the_end_point_names_the_service() -> None:
    found = choices({"base_url": "https://api.together.xyz/v1/chat/completions"})["service"]
    assert (found.chosen, found.rung) == ("together", "base_url")


def test_openai_is_sent_for_any_compatible_end_point_so_the_model_wins() -> None:
    found = choices({"model_id": "mistral/pixtral-12b-2409", "managed_service_id": "openai"})
    assert found.get("service") is None or found["service"].chosen != "openai"
    assert choices({"model_id": "gpt-4o", "managed_service_id": "openai"})["service"].chosen == "openai"
    assert choices({"model_id": "whisper-1", "managed_service_id": "openai"})["service"].chosen == "openai"


def test_litellm_is_a_router_so_the_provider_follows_from_the_model() -> None:
    found = choices({"model_id": "claude-3-haiku-20240307", "managed_service_id": "litellm"})
    assert found["service"].chosen == "anthropic"


@pytest.mark.parametrize(
    ("row", "zone", "basis"),
    [
        ({"country": "FR"}, "FR", "given"),
        ({"country": "US", "region": "NY"}, "US-NY", "given"),
        ({"cloud_id": "gcp", "cloud_region": "us-central1"}, None, "given"),
        ({"cloud_region": "eu-west-3"}, "FR", "given"),
        ({"cloud_region": "us-east-1"}, "US-MIDA-PJM", "given"),  # of three clouds, in one grid
        ({"cloud_region": "eu-west-3", "base_url": "http://llm.example:8000/v1"}, "FR", "given"),
        ({"node_id": "onprem:hgx-h100-sxm-80gb-8x"}, None, "assumed"),
    ],
)
def test_rungs_of_a_place(row: dict[str, Any], zone: str | None, basis: str) -> None:
    place = choices(row)["place"]
    assert place.basis == basis
    assert zone is None or place.chosen == zone


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"country": "US", "region": "ZZ"}, "no grid figure for region 'ZZ' of US"),
        ({"country": "XX"}, "country 'XX' is not known"),
        ({"cloud_region": "moon-west-1"}, "cloud region 'moon-west-1' is not known"),
        ({"cloud_region": "us-west-2"}, "'us-west-2' is of aws, lambda in different grids; send cloud_id"),
        ({"cloud_id": "aws", "cloud_region": "eastus"}, "cloud region 'eastus' is not known"),
        ({"node_id": "aws:p4d.24xlarge", "cloud_region": "eastus"}, "cloud region 'eastus' is not known"),
        ({"managed_service_id": "aws-bedrock", "cloud_region": "eastus"}, "'eastus' is not known"),
        ({"region": "NY"}, "given without a country"),
        ({"datacenter_id": "cellar"}, "datacenter 'cellar' is not known"),
    ],
)
def test_an_unknown_place_falls_to_the_next_rung_and_is_said(row: dict[str, Any], said: str) -> None:
    assert said in choices(row)["place"].note


@pytest.mark.parametrize(
    "row", [{"country": "XX"}, {"cloud_region": "moon-west-1"}, {"region": "NY"}, {"datacenter_id": "cellar"}]
)
def test_a_place_that_is_not_known_leaves_the_grid_as_open_as_none(row: dict[str, Any]) -> None:
    nowhere, unknown, france = (
        wattdrop.estimate([{"model_id": "llama_v31_8b", "output_tokens": 100, **place}])
        .rows[0]
        .range("inference_emissions_gco2e")
        for place in ({}, row, {"country": "FR"})
    )
    assert unknown == nowhere
    assert france.high / france.low < unknown.high / unknown.low


@pytest.mark.parametrize(
    ("row", "facility", "basis"),
    [
        ({"managed_service_id": "acme-ai"}, "onprem", "assumed"),  # who that is nobody knows
        ({"model_id": "gpt-4o", "cloud_id": "gcp"}, "azure, region eastus2", "assumed"),
        ({"model_id": "gpt-4o", "managed_service_id": "openai"}, "azure, region eastus2", "assumed"),
        ({"managed_service_id": "aws-bedrock", "country": "FR"}, "aws-bedrock", "given"),
        ({"cloud_id": "gcp", "cloud_region": "us-central1"}, "gcp, region us-central1", "given"),
        ({"node_id": "aws:p4d.24xlarge"}, "aws", "given"),
        ({"cloud_id": "gcp"}, "gcp", "given"),
    ],
)
def test_an_operator_is_given_only_where_the_row_says_who_it_is(
    row: dict[str, Any], facility: str, basis: str
) -> None:
    found = choices(row)["facility"]
    assert (found.chosen, found.basis) == (facility, basis)


@pytest.mark.parametrize(
    ("site", "zone"),
    [({"zone": "US-NY"}, "US-NY"), ({"country": "US", "region": "NY"}, "US-NY"), ({"country": "PL"}, "PL")],
)
def test_a_site_lies_where_its_owner_says(site: dict[str, str], zone: str) -> None:
    ours = wattdrop.load().overlay(datacenters=[{"id": "cellar", "name": "cellar", **site}])
    row = {"model_id": "llama_v31_8b", "output_tokens": 100, "datacenter_id": "cellar"}
    places = [
        choice
        for at in (row, {**row, "country": "FR"})
        for choice in wattdrop.estimate([at], ours).choices(0)
        if choice.question == "place"
    ]
    assert [(one.chosen, one.basis) for one in places] == [(zone, "given"), ("FR", "given")]


def test_stack_emissions_are_a_part_of_those_of_the_life_cycle_in_every_zone() -> None:
    catalog = wattdrop.load()
    nowhere = PlaceFound(0, None, None, None, None, ())
    for ix, zone in enumerate(catalog.zones.ids):
        for year in (2021, None):
            found = grid_of(catalog, nowhere._replace(zone_ix=ix), year)
            assert found.direct <= found.life_cycle * (1.0 + 1e-9), (zone, year)


def grid(row: dict[str, Any]) -> float:
    (result,) = wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 100, **row}]).rows
    return result.value("grid_intensity_gco2e_per_kwh")


def test_the_year_of_the_request_picks_the_grid_figure() -> None:
    of_2023 = choices({"country": "FR", "utc_datetime": "2023-06-01T00:00:00Z"})["grid year"]
    future = choices({"country": "FR", "utc_datetime": "2031-06-01T00:00:00Z"})["grid year"]
    unsaid = choices({"country": "FR"})["grid year"]

    assert (of_2023.chosen, of_2023.basis) == ("2023", "given")
    assert future.note.endswith("used for 2031")
    assert (unsaid.basis, unsaid.rung) == ("assumed", "newest figure")


def test_the_hour_of_the_request_shapes_the_grid() -> None:
    noon = grid(
        {"country": "US", "region": "CA", "utc_datetime": "2024-04-15T20:00:00Z"}
    )  # 13:00 in California: sun
    evening = grid({"country": "US", "region": "CA", "utc_datetime": "2024-04-15T04:00:00Z"})  # 21:00

    assert noon < 0.8 * evening


def test_a_colder_grid_makes_less_carbon_for_the_same_energy() -> None:
    def metrics(country: str) -> Any:
        return (
            wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 100, "country": country}])
            .rows[0]
            .metrics("inference")
        )

    norway, poland = metrics("NO"), metrics("PL")
    assert norway.usage_energy_wh == poland.usage_energy_wh
    assert 10 * norway.usage_emissions_gco2e < poland.usage_emissions_gco2e


def test_the_precision_is_the_callers_then_the_services_then_the_models() -> None:
    assert choices({})["datatype"].chosen == "bf16"
    assert choices({"managed_service_id": "ollama"})["datatype"].chosen == "int4"
    given = choices({"managed_service_id": "ollama", "datatype": "fp8"})["datatype"]
    assert (given.chosen, given.basis) == ("fp8", "given")
