"""Single passes: an embedding, a classifier, a transcript and an upscaler by hand, the laws, floats equal arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.constants import Constants
from wattdrop.kernel.ops import FLOATS, arrays
from wattdrop.kernel.passes import PassResult, passes

C = Constants(**dict.fromkeys(Constants._fields, 1.0))._replace(
    pass_flops_factor=3.0,
    tuned_flops_factor=3.0,
    pass_weight_factor=2.0,
    pass_compute_power_share=0.5,
    waiting_power_share=0.1,
)
NOTHING = Setup(**dict.fromkeys(Setup._fields, 0.0))._replace(
    gpu_max_power_w=500.0,
    gpu_idle_power_w=50.0,
    gpu_flops_per_s=100e12,
    gpu_bandwidth_bytes_per_s=2e12,
    replica_gpus=1.0,
    pass_batch_size=1.0,
    audio_window_s=1.0,
    frames_per_second=24.0,
    weight_bytes=2.0,
)
READER = NOTHING._replace(
    pass_flops_per_input_token=2e8,
    pass_flops_per_token_pair=36864.0,
    pass_context_tokens=512.0,
    pass_weight_bytes=2e8,
    pass_overhead_s=0.01,
    default_input_tokens=128.0,
)
VIEWER = NOTHING._replace(
    pass_flops_per_input_image=35e9, pass_weight_bytes=2e8, pass_overhead_s=0.02, default_input_images=1.0
)
LISTENER = NOTHING._replace(
    pass_flops_per_input_audio_second=75e9, audio_window_s=30.0, pass_overhead_s=0.02, default_input_audio_s=10.0,
    decode_tokens_per_input_audio_second=3.3, step_host_s=0.01, decodes=1.0,
)  # fmt: skip
ENLARGER = NOTHING._replace(
    pass_flops_per_input_pixel=36e6, pass_flops_per_output_pixel=36e6 / 16, pass_overhead_s=0.02,
    default_input_pixels=262144.0, default_frame_pixels=1e6,
)  # fmt: skip
SPEAKER = NOTHING._replace(
    pass_flops_per_output_audio_second=1e10, pass_overhead_s=0.02, default_output_audio_s=20.0,
    output_audio_s_per_input_token=0.3, output_audio_s_per_audio_token=0.01,
)  # fmt: skip
SILENT = Evidence(**dict.fromkeys(Evidence._fields, math.nan))


def run(s: Setup, **quantities: float) -> PassResult:
    return passes(s, SILENT._replace(**quantities), C, FLOATS)


def test_one_text_by_hand() -> None:
    r = run(READER, input_tokens=100.0)
    assert r.pass_flops == 100 * 2e8 + 100 * 100 * 36864.0
    # arithmetic 3 x 20.37 GFLOP / 100 TFLOP/s = 0.611 ms; weights 2 x 0.2 GB / 2 TB/s = 0.2 ms, at half power 1.62 ms;
    # the host needs 10 ms: the accelerator waits 8.38 ms at 95 of 500 W
    assert r.pass_device_s == pytest.approx(0.01)
    assert r.pass_full_power_s == pytest.approx(0.000811 + 0.00838 * 0.19, rel=1e-3)


def test_long_texts_are_cut_into_pieces() -> None:
    assert run(READER, input_tokens=10000.0).pass_text_flops == 10000 * (2e8 + 512 * 36864.0)


def test_silent_rows_read_the_default() -> None:
    assert run(READER).pass_input_tokens == 128.0
    assert run(VIEWER).pass_flops == 35e9


def test_images_count_not_pixels_for_models_that_resize() -> None:
    assert run(VIEWER, input_images=2.0, input_image_pixels=24e6).pass_flops == 70e9


def test_a_batch_shares_weights_and_host_time() -> None:
    alone, together = run(READER), run(READER, batch_size=16.0)
    assert together.pass_compute_full_power_s == alone.pass_compute_full_power_s
    assert together.pass_weights_full_power_s == alone.pass_weights_full_power_s / 16
    assert together.pass_full_power_s < alone.pass_full_power_s


def test_feature_maps_of_convolutions_are_traffic() -> None:
    cnn = VIEWER._replace(pass_flops_per_input_image=8e9, pass_activation_bytes_per_flop=0.0025)
    r = run(cnn, batch_size=256.0)
    assert r.pass_activation_bytes == 2e7
    # by hand: bytes over bandwidth, not shared by the batch
    assert r.pass_activations_full_power_s == pytest.approx(2.0 * 2e7 / 2e12)
    assert r.pass_busy_device_s == pytest.approx((3.0 * 8e9 / 100e12 + 2.0 * 2e8 / 2e12 / 256 + 2e-5) / 0.5)


def test_speech_is_padded_to_windows() -> None:
    assert run(LISTENER, input_audio_seconds=240.0).pass_input_audio_s == 240.0
    assert run(LISTENER, input_audio_seconds=31.0).pass_input_audio_s == 60.0
    assert run(LISTENER, input_audio_seconds=0.0).pass_input_audio_s == 30.0  # one window at least


def test_every_token_of_a_transcript_is_a_call() -> None:
    r = run(LISTENER, input_audio_seconds=10.0)
    assert r.pass_decoded_tokens == 33.0
    assert r.pass_host_device_s == pytest.approx(0.02 + 33 * 0.01)
    assert run(LISTENER, input_audio_seconds=10.0, output_tokens=5.0).pass_decoded_tokens == 5.0


def test_an_upscaler_counts_one_of_its_two_ends() -> None:
    read = run(ENLARGER, input_image_pixels=262144.0).pass_flops
    made = run(ENLARGER, output_image_pixels=16 * 262144.0).pass_flops
    both = run(ENLARGER, input_image_pixels=262144.0, output_image_pixels=16 * 262144.0).pass_flops
    assert read == made == both == 36e6 * 262144.0


def test_frames_of_a_video_are_counted_each() -> None:
    assert run(ENLARGER, output_video_frames=10.0).pass_flops == pytest.approx(10 * 1e6 * 36e6 / 16)
    assert run(ENLARGER, output_video_seconds=2.0).pass_frames == 48.0


def test_spoken_length_follows_the_text() -> None:
    assert run(SPEAKER, input_tokens=100.0).pass_output_audio_s == pytest.approx(30.0)
    assert run(SPEAKER, input_tokens=100.0, output_audio_seconds=7.0).pass_output_audio_s == 7.0
    assert run(SPEAKER, output_audio_tokens=500.0).pass_output_audio_s == 5.0


def test_models_without_passes_cost_nothing_here() -> None:
    r = run(NOTHING, input_tokens=1000.0, input_images=2.0, output_tokens=500.0)
    assert (r.pass_full_power_s, r.pass_device_s) == (0.0, 0.0)


AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e5))
GROWING = (
    "input_tokens", "input_images", "input_image_pixels", "output_image_pixels", "output_video_frames",
    "output_video_seconds",
    "output_frame_pixels", "input_audio_seconds", "output_audio_seconds", "output_audio_tokens", "output_tokens",
)  # fmt: skip
MODELS = (READER, VIEWER, LISTENER, ENLARGER, SPEAKER)


@given(st.sampled_from(GROWING), AMOUNT, AMOUNT, st.sampled_from(MODELS))
def test_more_never_costs_less_and_nothing_is_not_free(name: str, a: float, b: float, s: Setup) -> None:
    less, more = sorted((a, b))
    cheap, dear = run(s, **{name: less}), run(s, **{name: more})
    assert dear.pass_full_power_s >= cheap.pass_full_power_s > 0.0
    assert dear.pass_device_s >= cheap.pass_device_s > 0.0


@given(st.lists(st.tuples(*[st.one_of(AMOUNT, st.just(math.nan))] * 4), min_size=1, max_size=20))
def test_floats_equal_arrays_bit_for_bit(rows: list[tuple[float, float, float, float]]) -> None:
    names = ("input_tokens", "input_images", "input_audio_seconds", "output_image_pixels")
    columns = Evidence(*(np.full(len(rows), math.nan) for _ in Evidence._fields))._replace(
        **{name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}
    )
    setups = [MODELS[i % len(MODELS)] for i in range(len(rows))]
    block = passes(Setup(*(np.array(column) for column in zip(*setups, strict=True))), columns, C, arrays())
    for i, (s, row) in enumerate(zip(setups, rows, strict=True)):
        single = passes(s, SILENT._replace(**dict(zip(names, row, strict=True))), C, FLOATS)
        assert [float(column[i]) for column in block] == list(single)


# --- tuned engines ------------------------------------------------------------------------------------------------


def test_batches_and_8_bits_run_in_a_tuned_engine() -> None:
    c = C._replace(tuned_flops_factor=0.5, tuned_call_s=0.001)

    def tuned(setup: Setup, **quantities: float) -> PassResult:
        return passes(setup, SILENT._replace(**quantities), c, FLOATS)

    alone, batched = tuned(READER, input_tokens=100.0), tuned(READER, input_tokens=100.0, batch_size=8.0)
    packed = tuned(READER._replace(weight_bytes=1.0), input_tokens=100.0)
    assert (alone.pass_tuned, batched.pass_tuned, packed.pass_tuned) == (0.0, 1.0, 1.0)
    assert batched.pass_compute_full_power_s == pytest.approx(alone.pass_compute_full_power_s / 6)
    assert packed.pass_host_device_s == 0.001 and alone.pass_host_device_s == 0.01
    assert tuned(LISTENER, batch_size=8.0).pass_tuned == 0.0
