"""From the node to the meter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, evidence, impact, llama_8b

from wattdrop.kernel.facility import facility
from wattdrop.kernel.ops import FLOATS


def test_pue_multiplies_the_it_energy() -> None:
    assert facility(llama_8b(), evidence(), CONSTANTS, FLOATS, 10.0, 1.2).facility_energy_wh == 12.0


def test_the_rows_own_pue_wins() -> None:
    default, given_pue = impact(llama_8b()), impact(llama_8b(), pue=1.5)
    assert given_pue.facility.facility_energy_wh == pytest.approx(
        default.facility.facility_energy_wh * 1.5 / 1.2
    )


def test_a_reading_of_the_meter_wins() -> None:
    assert impact(llama_8b(), measured_facility_energy_wh=3.0).facility.facility_energy_wh == 3.0


@given(st.floats(1.0, 3.0), st.floats(0.0, 1.0))
def test_higher_pue_never_costs_less(pue: float, more: float) -> None:
    low, high = impact(llama_8b(), pue=pue).totals, impact(llama_8b(), pue=pue + more).totals
    assert high.total_energy_wh >= low.total_energy_wh
    assert high.total_water_ml >= low.total_water_ml
