"""Emissions of the electricity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, evidence, impact, llama_8b

from wattdrop.kernel.emissions import emissions
from wattdrop.kernel.ops import FLOATS


def test_worked_example() -> None:
    # 2.5 Wh at 400 g/kWh life-cycle, 350 direct, 100 by contract
    g = emissions(llama_8b(), evidence(), CONSTANTS, FLOATS, 2.5)
    assert g.inference_emissions_gco2e == pytest.approx(1.0)
    assert g.inference_direct_emissions_gco2e == pytest.approx(0.875)
    assert g.inference_market_emissions_gco2e == pytest.approx(0.25)


def test_the_hour_scales_what_the_grid_makes_but_not_the_contract() -> None:
    g = emissions(llama_8b(), evidence(grid_hourly_ratio=1.5), CONSTANTS, FLOATS, 2.5)
    assert g.inference_emissions_gco2e == pytest.approx(1.5)
    assert g.inference_direct_emissions_gco2e == pytest.approx(1.3125)
    assert g.inference_market_emissions_gco2e == pytest.approx(0.25)


def test_a_given_intensity_is_of_the_hour_already() -> None:
    g = emissions(
        llama_8b(), evidence(grid_gco2e_per_kwh=40.0, grid_hourly_ratio=1.5), CONSTANTS, FLOATS, 2.5
    )
    assert g.inference_emissions_gco2e == pytest.approx(0.1)


@given(st.floats(0.0, 2000.0), st.floats(0.0, 2000.0))
def test_a_dirtier_grid_never_emits_less(intensity: float, more: float) -> None:
    def emitted(gco2e_per_kwh: float) -> float:
        return impact(llama_8b(), grid_gco2e_per_kwh=gco2e_per_kwh).totals.total_emissions_gco2e

    assert emitted(intensity + more) >= emitted(intensity)
