"""Custom models, machines and sites are estimated like the catalog's own, and only where they were added."""

from __future__ import annotations

import re

import pytest

import wattdrop
from wattdrop.catalog.overlay import overlaid
from wattdrop.engine.custom_hardware import custom_node
from wattdrop.engine.described import with_objects
from wattdrop.engine.stated import Described


def test_a_custom_model_on_a_custom_node_in_a_custom_datacenter() -> None:
    base = wattdrop.load()
    ours = base.overlay(
        models=[
            {
                "id": "house_7b",
                "task": "chat",
                "architecture": "dense",
                "total_params_billions": 7.0,
                "datatype": "bf16",
            }
        ],
        nodes=[
            {
                "id": "lab-box",
                "gpu_id": "l40s",
                "gpu_count": 2,
                "share_of_host": 1.0,
                "idle_power_w_ex_gpu": 120.0,
                "active_power_w_ex_gpu": 300.0,
                "embodied_emissions_kgco2e_ex_gpu": 900.0,
                "embodied_water_l_ex_gpu": 3000.0,
                "use_life_years": 5.0,
                "average_utilization_rate": 0.5,
            }
        ],
        datacenters=[{"id": "basement", "name": "basement", "pue": 1.6, "gco2e_per_kwh": 33.0}],
    )
    row = {"model_id": "house-7b", "node_id": "lab-box", "datacenter_id": "basement", "output_tokens": 100}
    (result,) = wattdrop.estimate([row], catalog=ours).rows

    assert result.error is None, result.error
    assert result.value("effective_pue") == 1.6
    assert result.value("grid_intensity_gco2e_per_kwh") == 33.0
    assert result.metrics("inference").usage_energy_wh > 0
    (unknown,) = wattdrop.estimate([row], catalog=base).rows
    assert unknown.error is not None
    assert unknown.error.code == "unknown_model"


def test_a_fine_tuned_model_carries_its_own_part_beside_its_base_model() -> None:
    ours = wattdrop.load().overlay(
        models=[
            {
                "id": "house_tuned",
                "task": "chat",
                "architecture": "dense",
                "total_params_billions": 8.03,
                "fine_tuned_from_model_id": "llama_v31_8b",
                "training_energy_mwh": 1.2,
                "estimated_requests_per_day": 1000.0,
                "estimated_use_life_days": 300.0,
            }
        ]
    )
    (tuned,) = wattdrop.estimate([{"model_id": "house_tuned", "output_tokens": 100}], catalog=ours).rows

    assert tuned.metrics("fine_tuning").usage_energy_wh == pytest.approx(1.2e6 / 300_000)
    assert tuned.metrics("training").usage_energy_wh > 0


def test_debug_keeps_to_the_contract_where_a_site_is_dirtier_than_it_knows() -> None:
    site = {"id": "diesel", "name": "diesel", "country": "ZA", "gco2e_per_kwh": 2500.0}
    ours = overlaid(wattdrop.load(), {"datacenters": [site]})  # nobody else may say so much
    row = {"model_id": "gpt-4o", "output_tokens": 10, "datacenter_id": "diesel"}
    result = wattdrop.estimate([row], ours)

    debug = result.response(debug=True).rows[0].debug
    assert debug is not None and debug.grid_mix is not None
    assert (debug.grid_mix.country, debug.grid_mix.gco2e_per_kwh) == ("ZA", 2000.0)
    assert result.rows[0].value("grid_intensity_gco2e_per_kwh") == 2500.0


def test_a_model_that_is_smaller_than_its_base_works_with_all_of_its_weights() -> None:
    body = {"id": "ours", "total_params_billions": 1.0, "fine_tuned_from_model_id": "llama_v31_8b"}
    ours = with_objects(
        wattdrop.load(), [Described("model", "ours", body, 1, "2026-01-01", "2026-01-01", "ann")]
    )
    setup = wattdrop.estimate([{"model_id": "ours"}], ours).resolution.setups[0]

    assert (setup.total_params, setup.active_params) == (1e9, 1e9)


def test_the_host_of_a_custom_machine_is_as_much_as_its_accelerators_need() -> None:
    catalog = wattdrop.load()
    body = {"gpu_id": "h100_sxm_80gb", "gpu_count": 16, "cpu_count": 4}
    made = custom_node(catalog, Described("node", "house-box", body, 1, "", "", ""))
    said = re.fullmatch(
        r"not given; that of (\S+) x 2, as many accelerators", made["idle_power_w_ex_gpu"]["note"]
    )
    assert said is not None
    alike = catalog.nodes.row(said[1])

    assert (catalog.nodes.text(alike, "gpu_id"), catalog.nodes.number(alike, "gpu_count")) == (
        "h100_sxm_80gb",
        8,
    )
    for figure in ("idle_power_w_ex_gpu", "active_power_w_ex_gpu", "embodied_emissions_kgco2e_ex_gpu"):
        assert made[figure]["value"] == 2 * catalog.nodes.number(alike, figure)


def test_energy_of_a_training_follows_from_its_emissions_alone_and_the_choice_says_so() -> None:
    given = {"training_usage_emissions_kgco2e": 500.0, "estimated_use_life_days": 100.0}
    body = {"id": "ours", "total_params_billions": 7.0, "estimated_requests_per_day": 1000.0, **given}
    base = wattdrop.load()
    ours = with_objects(base, [Described("model", "ours", body, 1, "2026-01-01", "2026-01-01", "ann")])
    result = wattdrop.estimate([{"model_id": "ours", "output_tokens": 10}], ours)

    training = result.rows[0].metrics("training")
    world = base.intensity(base.world_zone, "grid_intensity_gco2e_per_kwh", 9999).value
    assert training.usage_emissions_gco2e == pytest.approx(500e3 / 100_000)
    assert training.usage_energy_wh == pytest.approx(1000 * training.usage_emissions_gco2e / world)
    assert "published emissions" in [one.rung for one in result.choices(0) if one.question == "training"]


@pytest.mark.parametrize(
    ("gpu_id", "sockets", "share"),
    [("cpu_xeon_spr_2s", 1, 0.5), ("cpu_xeon_spr_2s", 2, 1.0), ("cpu_graviton4", 1, 1.0), ("h100", 1, 0.5)],
)
def test_processors_of_a_custom_machine_are_counted_as_their_entry_counts_them(
    gpu_id: str, sockets: int, share: float
) -> None:
    """Most entries are of a pair, Graviton's are of one; a machine without accelerators is its processors."""
    body = {"gpu_id": gpu_id, "gpu_count": 0, "cpu_count": sockets}
    made = custom_node(wattdrop.load(), Described("node", "house-box", body, 1, "", "", ""))
    assert made["share_of_host"]["value"] == share
    assert made["share_of_host"]["basis"] == "assumed"
    assert made["gpu_id"] in made["share_of_host"]["note"]
