"""What a setup field rests on: the figures that move it, with their basis and sources."""

from __future__ import annotations

import pytest

import wattdrop
from wattdrop.catalog import Catalog
from wattdrop.resolve.causes import causes_of
from wattdrop.resolve.description import Description
from wattdrop.resolve.origins import Origin, setup_origins
from wattdrop.resolve.resolved import Resolved, resolve_description

DESCRIPTIONS = (
    Description(model_id="llama_v31_8b", node_id="aws:p4d.24xlarge"),
    Description(model_id="deepseek_v3", node_id="aws:p5.48xlarge", gpu_count=8),
    Description(model_id="gpt_4o", managed_service_id="openai", country="US"),
    Description(model_id="jamba_15_mini"),
    Description(model_id="stable_diffusion_xl_base_1_0", node_id="aws:g5.xlarge", cloud_region="us-east-1"),
    Description(model_id="bert_base_uncased", node_id="aws:m5.large"),
)


def origins(description: Description) -> dict[str, Origin]:
    catalog = wattdrop.load()
    return dict(setup_origins(catalog, resolved(catalog, description)))


def resolved(catalog: Catalog, description: Description) -> Resolved:
    found = resolve_description(catalog, description)
    assert isinstance(found, Resolved), found
    return found


@pytest.mark.parametrize("description", DESCRIPTIONS, ids=lambda d: d.model_id)
def test_every_setup_field_has_a_basis_and_every_bound_one_a_source(description: Description) -> None:
    catalog = wattdrop.load()
    found = origins(description)

    assert set(found) == set(resolved(catalog, description).setup._fields)
    for field, origin in found.items():
        assert origin.basis in ("given", "measured", "published", "derived", "assumed"), field
        assert origin.source_ids, field
        assert all(catalog.source(source).title for source in origin.source_ids)


def test_a_figure_of_its_own_keeps_its_basis_and_source() -> None:
    catalog = wattdrop.load()
    figure = catalog.gpus.figure(catalog.gpus.row("a100_sxm_40gb"), "max_power_w")
    assert figure is not None

    found = origins(DESCRIPTIONS[0])["gpu_max_power_w"]

    assert (found.basis, found.source_ids) == (figure.basis, figure.source_ids)


def test_a_contract_of_zero_is_whose_it_is() -> None:
    catalog = wattdrop.load()
    claimed = catalog.regions.figure(catalog.regions.row("aws:us-east-1"), "market_gco2e_per_kwh")
    assert claimed is not None and claimed.value == 0.0

    found = origins(Description(model_id="gpt_4o", node_id="aws:p5.48xlarge", cloud_region="us-east-1"))

    market = found["default_grid_market_gco2e_per_kwh"]
    assert (market.basis, market.source_ids) == (claimed.basis, claimed.source_ids)


def test_what_nobody_published_is_called_assumed() -> None:
    found = origins(DESCRIPTIONS[2])

    assert found["default_batch_size"].basis == "assumed"
    assert found["default_utilization"].basis == "assumed"


def test_a_value_from_several_figures_is_derived_and_names_them_all() -> None:
    catalog = wattdrop.load()
    kv = origins(DESCRIPTIONS[0])["kv_bytes_per_token"]
    layers = catalog.models.figure(catalog.models.row("llama_v31_8b"), "num_layers")
    assert layers is not None

    assert kv.basis in ("derived", "assumed")
    assert set(layers.source_ids) <= set(kv.source_ids)
    assert "assumption-kv-cache-precision" in kv.source_ids


def test_a_site_with_an_intensity_of_its_own_is_where_that_number_is_from() -> None:
    site = {"id": "cellar", "name": "cellar", "gco2e_per_kwh": 33.0}
    catalog = wattdrop.load().overlay(datacenters=[site])
    here = resolved(catalog, Description(model_id="llama_v31_8b", country="PL", datacenter_id="cellar"))

    found = setup_origins(catalog, here)

    for name in ("", "direct_", "market_"):
        assert getattr(here.setup, f"default_grid_{name}gco2e_per_kwh") == 33.0
        origin = found[f"default_grid_{name}gco2e_per_kwh"]
        assert (origin.basis, origin.source_ids) == ("given", ("custom-entity",))
    assert "grid" not in {cause.name for cause in causes_of(catalog, here)}
