"""What the making of a model adds to one request."""

from __future__ import annotations

import pytest

from wattdrop import estimate
from wattdrop.catalog import Catalog, load

SOURCES = ("training_energy_mwh", "training_gpu_hours", "training_compute_flop")


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load()


def test_a_model_of_which_only_the_emissions_of_training_are_published(shipped: Catalog) -> None:
    models = shipped.models
    ix = models.row("nllb_moe_54b")
    tonnes = models.number(ix, "training_emissions_tco2e")
    assert tonnes > 0
    assert all(models.number(ix, one) != models.number(ix, one) for one in SOURCES)
    result = estimate([{"model_id": "nllb_moe_54b", "input_tokens": 100, "output_tokens": 100}], shipped)
    training = result.rows[0].metrics("training")
    # They are spread over the requests of its life, and its energy is what emits as much on the world's grid.
    assert 0 < training.usage_emissions_gco2e < 1e-4 * tonnes * 1e6
    assert 300 < 1000 * training.usage_emissions_gco2e / training.usage_energy_wh < 700
    (choice,) = (one for one in result.choices(0) if one.question == "training")
    assert (choice.basis, choice.rung) == ("derived", "published emissions")


def test_no_shipped_model_charges_a_request_with_more_than_a_millionth_of_its_training(
    shipped: Catalog,
) -> None:
    models = shipped.models
    known = [
        ix for ix in models.visible() if (value := models.number(ix, "training_emissions_tco2e")) == value
    ]
    assert len(known) > 10
    result = estimate([{"model_id": models.ids[ix], "input_tokens": 100} for ix in known], shipped)
    for row, ix in zip(result.rows, known, strict=True):
        share_g = row.metrics("training").usage_emissions_gco2e
        assert share_g < models.number(ix, "training_emissions_tco2e"), models.ids[
            ix
        ]  # grams of a request, tonnes of all


def test_what_is_known_of_making_a_model_counts_though_its_energy_is_not(shipped: Catalog) -> None:
    """100 l over 1,000 requests a day for 500 days."""
    known = {
        "training_water_l": 100.0,
        "estimated_requests_per_day": 1000.0,
        "estimated_use_life_days": 500.0,
    }
    base = {"task": "chat", "architecture": "dense", "total_params_billions": 8.03, **known}
    ours = shipped.overlay(
        models=[{"id": "ours", **base}, {"id": "tuned", "fine_tuned_from_model_id": "llama_v31_8b", **base}]
    )
    whole, tuned = estimate([{"model_id": one, "output_tokens": 100} for one in ("ours", "tuned")], ours).rows
    assert whole.metrics("training").usage_water_ml == pytest.approx(0.2)
    assert tuned.metrics("fine_tuning").usage_water_ml == pytest.approx(0.2)
