"""The examples of the public quick start and of the issue, as printed there."""

from __future__ import annotations

import pytest

import wattdrop

P4D = {"cloud_id": "aws", "cloud_instance_id": "p4d.24xlarge"}

EXAMPLES = {
    "simple": {
        "model_id": "llama_v31_8b",
        "managed_service_id": "aws-bedrock",
        "node_id": "aws:p4d.24xlarge",
        "task": "text-generation",
        "input_tokens": 100,
        "output_tokens": 500,
    },
    "chat": {
        "model_id": "llama_v31_8b",
        "node_id": "aws:p4d.24xlarge",
        "task": "chat",
        "input_tokens": 150,
        "output_tokens": 300,
    },
    "text-to-image": {
        "model_id": "stable_diffusion_xl_base_1_0",
        "node_id": "aws:p4d.24xlarge",
        "task": "text-to-image",
        "input_tokens": 50,
        "output_images": ["1024x1024", "1024x1024"],
        "input_steps": 50,
    },
    "speech-to-text": {
        "model_hugging_face_path": "openai/whisper-large-v3",
        "node_id": "aws:p4d.24xlarge",
        "task": "speech-to-text",
        "input_audio_duration_s": 240,
    },
    "text-to-video": {
        "model_family": "stablediffusion",
        "model_name": "SD-XL 1.0-base",
        **P4D,
        "task": "text-to-video",
        "input_tokens": 75,
        "output_video_frames": 90,
        "output_video_resolution": 1080,
        "input_steps": 40,
    },
    "complete, first row": {
        "utc_datetime": "2024-01-01T12:00:00Z",
        "model_id": "llama_v31_8b",
        **P4D,
        "task": "text-generation",
        "input_tokens": 100,
        "output_tokens": 500,
    },
    "complete, second row": {
        "requestTime": "2024-01-01T12:01:00Z",
        "model_family": "stablediffusion",
        "model_name": "SD-XL 1.0-base",
        **P4D,
        "task": "text-to-image",
        "input_tokens": 50,
        "output_images": ["1024x1024"],
    },
    "family and name": {"model_family": "llama", "model_name": "LLaMA v3.1 8B", "output_tokens": 10},
    "Hugging Face path": {"model_hugging_face_path": "meta-llama/Llama-3.1-8B", "output_tokens": 10},
    "managed service alone": {"managed_service_id": "aws-bedrock", "input_tokens": 100, "output_tokens": 500},
    "node alone": {"node_id": "aws:p4d.24xlarge"},
    "cloud and instance alone": P4D,
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
    assert models["simple"] == models["family and name"] == models["Hugging Face path"] == "llama_v31_8b"
    assert models["text-to-video"] == models["text-to-image"] == "stable_diffusion_xl_base_1_0"
    assert models["speech-to-text"] == "whisper_large_v3"


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


def test_the_batch_gives_what_the_rows_give_one_by_one() -> None:
    rows = list(EXAMPLES.values())
    together = wattdrop.estimate(rows)

    for at, row in enumerate(rows):
        alone = wattdrop.estimate([row]).rows[0]
        assert alone.metrics() == together.rows[at].metrics()


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
