"""Laws that hold for every row: more never costs less, order does not matter, the caller's values win."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wattdrop

FIELDS_THAT_ADD_WORK = {
    "input_tokens": (0, 200_000),
    "output_tokens": (0, 50_000),
    "input_steps": (1, 200),
    "output_video_frames": (0, 2_000),
    "output_video_resolution": (64, 2160),
    "input_audio_seconds": (0, 5_000),
    "output_audio_seconds": (0, 5_000),
    "quantity": (1, 1_000_000),
}
MODELS = (
    "llama_v31_8b",
    "gpt_4o",
    "mixtral_8x7b",
    "stable_diffusion_xl_base_1_0",
    "wan2_1_t2v_14b_diffusers",
    "whisper_large_v3",
    "tts_1",
    "musicgen_medium",
    "bert_base_uncased",
    "real_esrgan_x4plus",
)


def energy_wh(row: dict[str, Any]) -> float:
    (result,) = wattdrop.estimate([row]).rows
    assert result.error is None, result.error
    return result.metrics().usage_energy_wh


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("field", FIELDS_THAT_ADD_WORK)
def test_more_of_anything_never_costs_less(model: str, field: str) -> None:
    low, high = FIELDS_THAT_ADD_WORK[field]
    values = [low + (high - low) * step // 12 for step in range(13)]

    energies = [energy_wh({"model_id": model, field: value}) for value in values]

    assert energies == sorted(energies)


@pytest.mark.parametrize("model", MODELS)
def test_more_or_larger_images_never_cost_less(model: str) -> None:
    for field in ("input_images", "output_images"):
        sides = [energy_wh({"model_id": model, field: [f"{side}x{side}"]}) for side in (64, 512, 1024, 4096)]
        counts = [energy_wh({"model_id": model, field: ["512x512"] * count}) for count in (1, 2, 10, 100)]
        assert sides == sorted(sides)
        assert counts == sorted(counts)


ROWS = st.lists(
    st.fixed_dictionaries(
        {"model_id": st.sampled_from((*MODELS, "no-such-model"))},
        optional={
            "input_tokens": st.integers(0, 100_000),
            "output_tokens": st.integers(0, 100_000),
            "reasoning_tokens": st.integers(0, 1000),
            "input_images": st.lists(st.sampled_from(("512x512", "1024x768")), max_size=3),
            "output_images": st.lists(st.sampled_from(("512x512", "1024x768")), max_size=3),
            "input_audio_seconds": st.floats(0, 4000),
            "output_video_frames": st.integers(0, 500),
            "request_duration_ms": st.floats(0, 100_000),
            "processing_duration_ms": st.floats(0, 100_000),
            "batch_size": st.floats(1, 512),
            "utilization_rate": st.floats(0.01, 1),
            "country": st.sampled_from(("US", "FR", "IN")),
            "utc_datetime": st.sampled_from(("2023-02-03T04:05:06Z", "2025-07-01T18:00:00Z")),
            "quantity": st.integers(1, 1000),
            "pue": st.floats(1, 3),
            "measured_energy_wh": st.floats(1e-6, 1e3),
        },
    ),
    min_size=1,
    max_size=120,
)


@given(ROWS)
@settings(max_examples=30, deadline=None)
def test_a_batch_gives_to_the_bit_what_its_rows_give_alone(rows: list[dict[str, Any]]) -> None:
    padded = rows * (1 + 64 // len(rows))  # enough rows for arrays
    together = wattdrop.estimate(padded)

    for at, row in enumerate(rows):
        alone = wattdrop.estimate([row]).rows[0]
        assert alone.error == together.rows[at].error
        if alone.error is None:
            assert alone.metrics() == together.rows[at].metrics()
            assert alone.metrics("inference") == together.rows[at].metrics("inference")


@given(ROWS)
@settings(max_examples=10)
def test_the_order_of_rows_moves_no_bit(rows: list[dict[str, Any]]) -> None:
    there, back = wattdrop.estimate(rows), wattdrop.estimate(rows[::-1])

    for row, same in zip(there.rows, reversed(back.rows), strict=True):
        assert row.error == same.error
        assert row.error is not None or row.metrics() == same.metrics()


@given(ROWS)
@settings(max_examples=10)
def test_what_was_assumed_changes_nothing_when_it_is_given(rows: list[dict[str, Any]]) -> None:
    result = wattdrop.estimate(rows)
    computed = [row for row in result.rows if row.error is None]

    for field, quantity in (
        ("pue", "effective_pue"),
        ("grid_gco2e_per_kwh", "grid_intensity_gco2e_per_kwh"),
        ("utilization_rate", "utilization_share"),
    ):
        given_too = [{**rows[row.number], field: row.value(quantity)} for row in computed]
        for row, same in zip(computed, wattdrop.estimate(given_too).rows, strict=True):
            numbers, again = (msgspec.structs.astuple(one.metrics()) for one in (row, same))
            assert again == pytest.approx(numbers, rel=1e-12)


def test_a_row_that_stands_for_n_requests_is_n_rows() -> None:
    one = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 200}

    assert energy_wh({**one, "quantity": 1000}) == pytest.approx(1000 * energy_wh(one))


@pytest.mark.parametrize(
    ("field", "value", "quantity"),
    [
        ("pue", 1.5, "effective_pue"),
        ("grid_gco2e_per_kwh", 50.0, "grid_intensity_gco2e_per_kwh"),
        ("utilization_rate", 0.5, "utilization_share"),
        ("batch_size", 4.0, "requests_in_flight"),
        ("measured_energy_wh", 0.7, "facility_energy_wh"),
    ],
)
def test_what_the_caller_knows_wins(field: str, value: float, quantity: str) -> None:
    (row,) = wattdrop.estimate([{"model_id": "gpt-4o", "output_tokens": 100, field: value}]).rows

    assert row.value(quantity) == value


@pytest.mark.parametrize(("boundary", "quantity"), [("gpu", "gpu_active_energy_wh"), ("it", "it_energy_wh")])
def test_measured_energy_replaces_the_modelled_one_at_its_boundary(boundary: str, quantity: str) -> None:
    row = {"model_id": "gpt-4o", "measured_energy_wh": 0.7, "measured_energy_boundary": boundary}
    (result,) = wattdrop.estimate([row]).rows

    assert result.value(quantity) == 0.7


def test_cached_tokens_skip_prefill_but_are_still_read() -> None:
    fresh = energy_wh({"model_id": "gpt-4o", "input_tokens": 50_000, "output_tokens": 100})
    cached = energy_wh(
        {"model_id": "gpt-4o", "input_tokens": 50_000, "cached_input_tokens": 50_000, "output_tokens": 100}
    )
    short = energy_wh({"model_id": "gpt-4o", "input_tokens": 0, "output_tokens": 100})

    assert short < cached < fresh


def test_reasoning_tokens_are_output_tokens() -> None:
    said = energy_wh({"model_id": "o3", "output_tokens": 500})

    assert energy_wh({"model_id": "o3", "output_tokens": 500, "reasoning_tokens": 400}) == said
    assert energy_wh({"model_id": "o3", "reasoning_tokens": 500}) == said


def test_attribution_never_changes_a_number() -> None:
    row = {"model_id": "gpt-4o", "output_tokens": 100}
    tags = {
        "request_cost": 0.1,
        "currency": "EUR",
        "integration_source": "litellm",
        "environment": "test",
        "session_id": "s",
        "trace_id": "t",
        "request_id": "r",
        "client_id": "c",
        "project_id": "p",
        "application_id": "a",
    }
    assert energy_wh({**row, **tags}) == energy_wh(row)
