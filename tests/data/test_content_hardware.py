"""Accelerators, machines and services against data sheets and each other."""

from __future__ import annotations

import math

import pytest

from wattdrop.catalog import Catalog, load
from wattdrop.validation.measurements import read


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


@pytest.mark.parametrize(
    ("gpu", "memory_gb", "bandwidth_gb_s", "fp16_tflops", "power_w"),
    [  # vendors' data sheets, dense rates
        ("a100_sxm_80gb", 80, 2039, 312, 400),
        ("h100_sxm_80gb", 80, 3352, 989.5, 700),
        ("h200_sxm_141gb", 141, 4800, 989.5, 700),
        ("b200_sxm_180gb", 180, 7700, 2250, 1000),
        ("mi300x", 192, 5300, 1307.4, 750),
        ("l4", 24, 300, 121, 72),
        ("l40s", 48, 864, 362, 350),
        ("t4", 16, 320, 65, 70),
    ],
)
def test_data_sheets(
    catalog: Catalog, gpu: str, memory_gb: float, bandwidth_gb_s: float, fp16_tflops: float, power_w: float
) -> None:
    ix = catalog.gpus.row(gpu)
    columns = ("memory_gb", "memory_bandwidth_gb_s", "fp16_tflops_dense", "max_power_w")
    assert [catalog.gpus.number(ix, column) for column in columns] == [
        memory_gb,
        bandwidth_gb_s,
        fp16_tflops,
        power_w,
    ]


def test_8_bit_is_twice_16_bit_where_the_vendor_is_nvidia(catalog: Catalog) -> None:
    gpus = catalog.gpus
    for ix, id in enumerate(gpus.ids):
        ratio = gpus.number(ix, "fp8_tflops_dense") / gpus.number(ix, "fp16_tflops_dense")
        if gpus.text(ix, "vendor") == "NVIDIA" and not math.isnan(ratio):
            assert ratio == pytest.approx(2, rel=0.02), id


def test_consumer_ampere_integer_rate(catalog: Catalog) -> None:
    """GA102 white paper: 284 dense INT8 TOPS; upstream had the 16-bit rate with 16-bit accumulation."""
    assert catalog.gpus.number(catalog.gpus.row("rtx_3090"), "int8_tops_dense") == 284


def test_every_accelerator_has_what_the_method_needs(catalog: Catalog) -> None:
    needed = (
        "memory_gb memory_bandwidth_gb_s fp16_tflops_dense max_power_w idle_power_w embodied_emissions_kgco2e "
        "embodied_water_l software_efficiency_vs_cuda sustained_compute_factor"
    )
    for ix, id in enumerate(catalog.gpus.ids):
        for column in needed.split():
            assert catalog.gpus.number(ix, column) > 0, (id, column)


def test_the_published_footprint_names_its_publisher(catalog: Catalog) -> None:
    """HGX H100: 1,312 kgCO2e for eight."""
    footprint = catalog.gpus.figure(catalog.gpus.row("h100_sxm_80gb"), "embodied_emissions_kgco2e")
    assert footprint is not None
    assert (footprint.value, footprint.source_ids, footprint.basis) == (164, ("nv-pcf-h100",), "published")
    modelled = catalog.gpus.figure(catalog.gpus.row("l40s"), "embodied_emissions_kgco2e")
    assert modelled is not None
    assert (modelled.source_ids, modelled.basis) == (("embodied-model",), "derived")


def test_every_machine_has_what_the_method_needs(catalog: Catalog) -> None:
    nodes = catalog.nodes
    for ix, id in enumerate(nodes.ids):
        assert nodes.number(ix, "active_power_w_ex_gpu") >= nodes.number(ix, "idle_power_w_ex_gpu") >= 0, id
        assert 1 <= nodes.number(ix, "use_life_years") <= 10, id
        assert nodes.number(ix, "cpu_count") >= 1, id
        assert nodes.number(ix, "share_of_host") > 0, id


def test_a_machine_without_accelerator_draws_what_its_processors_do(catalog: Catalog) -> None:
    """One-socket hosts have half of the pair that their processor entry is: else they would draw twice their power."""
    nodes, gpus = catalog.nodes, catalog.gpus
    for ix, id in enumerate(nodes.ids):
        if nodes.number(ix, "gpu_count") == 0:
            pair_w = gpus.number(gpus.row(nodes.text(ix, "gpu_id")), "max_power_w")
            assert nodes.number(ix, "active_power_w_ex_gpu") > 0.8 * pair_w * nodes.number(
                ix, "share_of_host"
            ), id


def test_entries_of_processors_say_how_many_they_stand_for(catalog: Catalog) -> None:
    gpus = catalog.gpus
    for ix, id in enumerate(gpus.ids):
        number = gpus.number(ix, "processor_count")
        assert (number >= 1) == (gpus.text(ix, "form_factor") == "CPU"), id
        assert number != number or (number == 2) == id.endswith("_2s"), id


def test_the_method_is_surer_only_on_accelerators_that_were_measured(catalog: Catalog) -> None:
    gpus = catalog.gpus
    sure = {id for ix, id in enumerate(gpus.ids) if gpus.number(ix, "method_further_90") == 1.0}
    measured = {gpus.find(one.text("gpu")) for one in read() if one.text("quality") in ("A", "B")}
    assert len(sure) == 7
    assert sure <= {gpus.ids[ix] for ix in measured if ix is not None}


def test_the_public_example_node(catalog: Catalog) -> None:
    ix = catalog.nodes.row("aws:p4d.24xlarge")
    assert catalog.nodes.text(ix, "gpu_id") == "a100_sxm_40gb"
    assert catalog.nodes.number(ix, "gpu_count") == 8


def test_services_stand_on_their_own_region(catalog: Catalog) -> None:
    services = catalog.services
    for ix, id in enumerate(services.ids):
        region, cloud = services.text(ix, "default_region"), services.text(ix, "default_cloud_id")
        if region and not (len(region) == 2 and region.isupper()):
            found = catalog.region_of_cloud(cloud, region)
            assert found is not None, id
            assert catalog.regions.text(found, "country") == services.text(ix, "default_country"), id


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("api.openai.com", "openai"),
        ("openrouter.ai", "openrouter"),
        ("my-resource.openai.azure.com", "azure-openai"),
        ("us-central1-aiplatform.googleapis.com", "google-vertex"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", "aws-bedrock"),
        ("s3.amazonaws.com", None),
    ],
)
def test_hosts(catalog: Catalog, host: str, service: str | None) -> None:
    ix = catalog.service_of_host(host)
    assert (None if ix is None else catalog.services.ids[ix]) == service
