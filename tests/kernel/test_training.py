"""Training kept apart from inference, and the totals of a row."""

from __future__ import annotations

import pytest
from tests.kernel.rows import impact, llama_8b

from wattdrop.kernel.training import Totals

TRAINED = llama_8b(
    training_energy_wh_per_request=0.01,
    training_emissions_gco2e_per_request=0.004,
    training_water_ml_per_request=0.03,
    training_embodied_gco2e_per_request=0.001,
    training_embodied_ml_per_request=0.002,
    fine_tuning_energy_wh_per_request=0.001,
)
METRICS = ("energy_wh", "emissions_gco2e", "water_ml", "embodied_gco2e", "embodied_ml")


def of(totals: Totals, part: str) -> list[float]:
    return [getattr(totals, f"{part}_{metric}") for metric in METRICS]


def test_totals_are_inference_plus_training_plus_fine_tuning() -> None:
    t = impact(TRAINED, output_tokens=300.0).totals
    parts = zip(*(of(t, f"row_{part}") for part in ("inference", "training", "fine_tuning")), strict=True)
    assert of(t, "total") == [pytest.approx(sum(each)) for each in parts]
    assert t.row_training_energy_wh == 0.01
    assert t.row_fine_tuning_energy_wh == 0.001


def test_training_leaves_inference_as_it_is() -> None:
    assert of(impact(TRAINED).totals, "row_inference") == of(impact(llama_8b()).totals, "row_inference")


def test_a_row_may_stand_for_many_equal_requests() -> None:
    one, many = impact(TRAINED, output_tokens=300.0), impact(TRAINED, output_tokens=300.0, quantity=1000.0)
    assert of(many.totals, "total") == [pytest.approx(1000 * x) for x in of(one.totals, "total")]
    assert many.node == one.node  # what lies before stays per request
