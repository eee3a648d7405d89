"""The examples of the public quick start, and other ways to say as much or as little."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contract.quick_start import EXAMPLES as PRINTED

import wattdrop

EXAMPLES: dict[str, dict[str, Any]] = {
    **{
        f"{name}, row {number}": row
        for name, request in PRINTED.items()
        for number, row in enumerate(request["rows"], 1)
    },
    "node alone": {"node_id": "aws:p4d.24xlarge"},
    "cloud and instance alone": {"cloud_id": "aws", "cloud_instance_id": "p4d.24xlarge"},
    "no tokens at all": {"model_id": "gpt-4o", "input_tokens": 0, "output_tokens": 0},
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_has_all_five_metrics(name: str) -> None:
    (row,) = wattdrop.estimate([EXAMPLES[name]]).rows

    assert row.error is None
    total = row.metrics("total")
    assert min(total.usage_energy_wh, total.usage_emissions_gco2e, total.usage_water_ml) > 0
    assert min(total.embodied_emissions_gco2e, total.embodied_water_ml) > 0


def test_the_examples_mean_the_models_they_name() -> None:
    result = wattdrop.estimate(list(EXAMPLES.values()))

    models = {
        name: result.explain(at).choices[0].chosen
        for at, name in enumerate(EXAMPLES)
        if not result.rows[at].error
    }
    same = ("text generation", "by id", "by family and name", "by Hugging Face path")
    assert {models[f"{name}, row 1"] for name in same} == {"llama_v31_8b"}
    assert models["text to video, row 1"] == models["text to image, row 1"] == "stable_diffusion_xl_base_1_0"
    assert models["speech to text, row 1"] == "whisper_large_v3"


def test_totals_are_the_sums_of_the_rows() -> None:
    response = wattdrop.estimate(list(EXAMPLES.values())).response()

    assert response.has_errors is False
    assert response.total_energy_wh == pytest.approx(
        sum(r.total_impact.usage_energy_wh for r in response.rows)
    )
    assert response.total_gco2e == pytest.approx(
        sum(r.total_impact.usage_emissions_gco2e for r in response.rows)
    )
    assert response.total_mlh2o == pytest.approx(sum(r.total_impact.usage_water_ml for r in response.rows))


def test_no_numpy_for_a_few_rows() -> None:
    import subprocess
    import sys

    program = (
        "import sys, wattdrop;"
        "wattdrop.estimate([{'model_id': 'gpt-4o', 'output_tokens': 5}]).response(debug=True);"
        "print([m for m in ('numpy', 'pyarrow', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
