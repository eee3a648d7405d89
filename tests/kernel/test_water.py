"""Water on site and at the power plants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.rows import CONSTANTS, evidence, impact, llama_8b

from wattdrop.kernel.ops import FLOATS
from wattdrop.kernel.water import water


def test_worked_example_counts_the_pue_once() -> None:
    # 10 Wh of IT x 0.3 L/kWh = 3 mL on site; 12 Wh at the meter x 3 L/kWh = 36 mL at the plants (1 L/kWh = 1 mL/Wh)
    w = water(llama_8b(), evidence(), CONSTANTS, FLOATS, 10.0, 12.0)
    assert (w.onsite_water_ml, w.offsite_water_ml) == (pytest.approx(3.0), pytest.approx(36.0))
    assert w.inference_water_ml == pytest.approx(39.0)


def test_the_rows_own_wue_and_the_hour() -> None:
    w = water(llama_8b(), evidence(wue_l_per_kwh=1.8, ewif_hourly_ratio=0.5), CONSTANTS, FLOATS, 10.0, 12.0)
    assert (w.onsite_water_ml, w.offsite_water_ml) == (pytest.approx(18.0), pytest.approx(18.0))


@given(st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_thirstier_cooling_never_takes_less(wue: float, more: float) -> None:
    low, high = impact(llama_8b(), wue_l_per_kwh=wue), impact(llama_8b(), wue_l_per_kwh=wue + more)
    assert high.totals.total_water_ml >= low.totals.total_water_ml
