"""From accelerator-seconds to the node: durations, hosts, idle capacity, measured values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, H100_NODE, evidence, impact, llama_8b, llama_70b

from wattdrop.kernel.node import node
from wattdrop.kernel.ops import FLOATS

CHAT = {"input_tokens": 150.0, "output_tokens": 300.0}


# --- occupancy --------------------------------------------------------------------------------------------------


def test_processing_time_replaces_the_modelled_time() -> None:
    # 20 s on four accelerators that serve 64 requests at a time: 20 x 4 / 64 = 1.25 accelerator-seconds
    assert impact(
        llama_70b(), **CHAT, batch_size=64.0, processing_duration_s=20.0
    ).occupancy.device_s == pytest.approx(1.25)


def test_request_time_only_bounds_the_modelled_time() -> None:
    modelled = impact(llama_8b(), **CHAT).occupancy.modelled_device_s
    slow_network = impact(llama_8b(), **CHAT, request_duration_s=3600.0)
    assert slow_network.occupancy.device_s == modelled
    fast = impact(llama_8b(), **CHAT, request_duration_s=0.8 * 64 * modelled)
    assert fast.occupancy.device_s == pytest.approx(0.8 * modelled)


def test_no_duration_beats_the_peak_rates() -> None:
    instant = impact(llama_8b(), **CHAT, batch_size=64.0, processing_duration_s=0.0)
    assert instant.occupancy.device_s == instant.decode.text_floor_s
    # 300 tokens: 16.06 GB x 300 / 64 + 131072 x 300 x (150 + 150) bytes at 3,352 GB/s = 0.026 s
    assert instant.occupancy.device_s == pytest.approx(0.026, rel=0.01)


def test_without_duration_the_stages_add_up() -> None:
    o = impact(llama_8b(), **CHAT)
    assert o.occupancy.device_s == o.decode.text_device_s
    assert o.occupancy.full_power_s == o.decode.text_full_power_s


# --- energy -----------------------------------------------------------------------------------------------------


def test_worked_node() -> None:
    # one accelerator for 10 s, 6 s worth of full power: 4,200 J; (420 - 71) / (700 - 71) = 0.555 of the way to full load
    n = node(llama_8b(), evidence(), CONSTANTS, FLOATS, full_power_s=6.0, device_s=10.0)
    assert n.gpu_active_energy_wh == pytest.approx(4200 / 3600)
    assert n.gpu_load_share == pytest.approx(0.5548, rel=1e-3)
    # its eighth of the host: (1240.4 + 0.5548 x 1121) / 8 = 232.8 W
    assert n.host_active_energy_wh == pytest.approx(232.8 * 10 / 3600, rel=1e-3)
    # at 60 % utilisation every busy second keeps 0.667 s idle: 71 W and 1240.4 / 8 = 155 W
    assert n.gpu_idle_energy_wh == pytest.approx(71 * 6.667 / 3600, rel=1e-3)
    assert n.host_idle_energy_wh == pytest.approx(155.05 * 6.667 / 3600, rel=1e-3)
    assert n.it_energy_wh == pytest.approx((4200 + 2328 + 473.3 + 1033.7) / 3600, rel=1e-3)


@given(st.floats(0.0, 1e4), st.floats(1e-3, 1e4))
def test_accelerators_draw_between_idle_and_maximum(full_power_s: float, device_s: float) -> None:
    n = node(llama_8b(), evidence(), CONSTANTS, FLOATS, full_power_s=full_power_s, device_s=device_s)
    assert 71.0 * 0.999999 <= n.gpu_active_energy_wh * 3600.0 / device_s <= 700.0 * 1.000001
    assert 0.0 <= n.gpu_load_share <= 1.0


@given(st.floats(0.01, 1.0), st.floats(0.0, 0.99))
def test_emptier_machines_cost_a_request_more(utilization: float, less: float) -> None:
    busy = impact(llama_8b(), **CHAT, utilization_rate=utilization)
    empty = impact(llama_8b(), **CHAT, utilization_rate=utilization * (1.0 - less))
    assert empty.totals.total_energy_wh >= busy.totals.total_energy_wh
    assert empty.totals.total_embodied_gco2e >= busy.totals.total_embodied_gco2e


def test_full_utilisation_keeps_nothing_idle() -> None:
    n = impact(llama_8b(), **CHAT, utilization_rate=1.0).node
    assert (n.gpu_idle_energy_wh, n.host_idle_energy_wh) == (0.0, 0.0)


def test_zero_utilisation_is_bounded() -> None:
    assert impact(llama_8b(), **CHAT, utilization_rate=0.0).totals.total_energy_wh < 10.0


# --- measured values replace modelled ones at their boundary ----------------------------------------------------


def test_measured_accelerators_keep_the_modelled_host_and_idle_capacity() -> None:
    n = impact(llama_8b(), **CHAT, measured_gpu_energy_wh=0.02).node
    assert n.gpu_active_energy_wh == 0.02
    assert n.it_energy_wh == pytest.approx(
        0.02 + n.host_active_energy_wh + n.gpu_idle_energy_wh + n.host_idle_energy_wh
    )


def test_measured_server_is_split_as_modelled() -> None:
    modelled, measured = (
        impact(llama_8b(), **CHAT).node,
        impact(llama_8b(), **CHAT, measured_it_energy_wh=1.0).node,
    )
    assert measured.it_energy_wh == 1.0
    assert measured.gpu_energy_wh + measured.host_energy_wh == pytest.approx(1.0)
    assert measured.gpu_energy_wh / measured.host_energy_wh == pytest.approx(
        modelled.gpu_energy_wh / modelled.host_energy_wh
    )


def test_measured_facility_contains_the_pue() -> None:
    given_facility = impact(llama_8b(), **CHAT, measured_facility_energy_wh=1.2, pue=1.2)
    assert given_facility.facility.facility_energy_wh == 1.2
    assert given_facility.node.it_energy_wh == pytest.approx(1.0)


# --- measured nodes ---------------------------------------------------------------------------------------------


def node_power_w(gpu_power_w: float) -> float:
    """Power of a busy p5.48xlarge whose eight H100 draw so much each."""
    n = node(llama_8b(), evidence(utilization_rate=1.0), CONSTANTS, FLOATS, gpu_power_w / 700.0, 1.0)
    return float(8 * n.it_energy_wh * 3600.0)


@pytest.mark.parametrize(
    ("gpu_power_w", "node_w", "tolerance"),
    [
        (
            700.0,
            8400.0,
            0.10,
        ),  # Latif et al. 2025: largest draw of a DGX H100 in training, accelerators near full use
        (
            640.0,
            6946.0,
            0.10,
        ),  # MLPerf Training v4.0 power, 8x H100 under immersion (no fans): a floor; 640 W is assumed
    ],
)
def test_hgx_h100_nodes_as_measured(gpu_power_w: float, node_w: float, tolerance: float) -> None:
    assert node_power_w(gpu_power_w) == pytest.approx(node_w, rel=tolerance)


def test_split_of_a_prompt_is_near_the_one_google_reports() -> None:
    # Elsworth et al. 2025: accelerators 58 %, host 25 %, idle machines 10 %, facility 8 % (PUE 1.09); there on TPUs
    reply = impact(llama_70b(), input_tokens=150.0, output_tokens=300.0, utilization_rate=0.75, pue=1.09)
    n, facility_wh = reply.node, reply.facility.facility_energy_wh
    assert n.gpu_active_energy_wh / facility_wh == pytest.approx(0.58, abs=0.08)
    assert n.host_active_energy_wh / facility_wh == pytest.approx(0.25, abs=0.08)
    assert (n.gpu_idle_energy_wh + n.host_idle_energy_wh) / facility_wh == pytest.approx(0.10, abs=0.03)
    assert H100_NODE["node_gpus"] == 8.0
