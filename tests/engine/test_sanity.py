"""Anchors from the literature, end to end. Sources are named beside each number; none of them is tuned to here."""

from __future__ import annotations

import pytest

import wattdrop


@pytest.mark.parametrize(
    ("model", "datatype", "gpus", "measured_wh"),
    [
        # ML.ENERGY Benchmark v3.0 (arXiv 2505.06371): vLLM 0.11.1, H100 SXM, about 64 requests in flight, accelerators only
        ("llama_v31_8b", "bf16", 1, 0.0165),
        ("llama_v31_70b", "bf16", 4, 0.111),
        ("llama_v31_405b", "fp8", 8, 0.428),
    ],
)
def test_llama_at_batch_64_on_h100_is_within_1_5_of_the_measured_energy(
    model: str, datatype: str, gpus: int, measured_wh: float
) -> None:
    row = {
        "model_id": model,
        "datatype": datatype,
        "gpu_id": "h100_sxm_80gb",
        "gpu_count": gpus,
        "batch_size": 64,
        "input_tokens": 155,  # typical chat prompt of that benchmark, not published; see the accuracy page
        "output_tokens": 500,
    }
    (result,) = wattdrop.estimate([row]).rows

    assert measured_wh / 1.5 < result.value("gpu_active_energy_wh") < measured_wh * 1.5


def test_a_median_gemini_text_prompt_is_within_3_of_the_published_energy() -> None:
    # Elsworth et al. 2025 (arXiv 2508.15734): 0.24 Wh for the median text prompt of Gemini Apps, whole stack with PUE.
    # Its length is not published; 100 tokens in and 250 out stand for a short question and its answer.
    row = {
        "model_id": "gemini-2.5-flash",
        "managed_service_id": "google-gemini",
        "input_tokens": 100,
        "output_tokens": 250,
    }
    (result,) = wattdrop.estimate([row]).rows

    assert 0.24 / 3 < result.metrics("inference").usage_energy_wh < 0.24 * 3
