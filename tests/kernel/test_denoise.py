"""Denoisers: a picture and a clip by hand, the laws, floats equal arrays bit for bit."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattdrop.kernel.columns import Evidence, Setup
from wattdrop.kernel.constants import Constants
from wattdrop.kernel.denoise import DenoiseResult, denoise
from wattdrop.kernel.ops import FLOATS, arrays

C = Constants(**dict.fromkeys(Constants._fields, 1.0))._replace(
    denoise_linear_factor=4.0,
    denoise_attention_factor=2.0,
    denoise_parallel_cost=0.1,
    denoise_compute_power_share=0.8,
    reference_flops_per_j=1e12,
    waiting_power_share=0.1,
)
NOTHING = Setup(**dict.fromkeys(Setup._fields, 0.0))._replace(
    gpu_max_power_w=500.0,
    gpu_idle_power_w=50.0,
    gpu_flops_per_s=500e12,  # 1e12 FLOP per joule: the anchor itself, so factors apply as they are
    gpu_bandwidth_bytes_per_s=2e12,
    replica_gpus=1.0,
    pass_batch_size=1.0,
    audio_window_s=1.0,
    frames_per_latent_frame=1.0,
    guidance_passes=1.0,
    default_steps=1.0,
    frames_per_second=1.0,
)
PAINTER = NOTHING._replace(
    denoise_flops_per_pixel=5e6,
    denoise_flops_per_pixel_squared=1.0,
    denoise_efficiency=1.0,
    denoise_step_overhead_s=0.01,
    guidance_passes=2.0,
    decoder_flops_per_pixel=1e7,
    prompt_flops_per_token=1e9,
    default_steps=50.0,
    default_images=1.0,
    default_image_pixels=1e6,
    default_frame_pixels=1e6,
    default_input_tokens=77.0,
)
FILMER = PAINTER._replace(
    frames_per_latent_frame=4.0,
    default_images=0.0,
    default_frames=81.0,
    default_frame_pixels=4e5,
    frames_per_second=16.0,
)
SILENT = Evidence(**dict.fromkeys(Evidence._fields, math.nan))


def run(s: Setup, **quantities: float) -> DenoiseResult:
    return denoise(s, SILENT._replace(**quantities), C, FLOATS)


def test_one_picture_by_hand() -> None:
    r = run(PAINTER)
    assert r.denoise_linear_flops == 100 * 5e6 * 1e6  # 50 steps, guided: 500 TFLOP
    assert r.denoise_attention_flops == 100 * 1e12
    assert r.denoise_decoder_flops == 1e13
    assert r.denoise_prompt_flops == 77e9
    # (4 x (500 + 10 + 0.077) + 2 x 100) TFLOP at 1 TFLOP per joule = 2,240.3 J; over 500 W
    assert r.denoise_full_power_s == pytest.approx(2240.308 / 500.0)
    # 5.6 s of arithmetic; the host launches 50 steps in 0.5 s meanwhile: nothing waits
    assert r.denoise_device_s == pytest.approx(2240.308 / 500.0 / 0.8)
    assert r.denoise_waiting_device_s == 0.0


def test_a_small_picture_waits_for_the_host() -> None:
    r = run(PAINTER._replace(denoise_flops_per_pixel=0.0, decoder_flops_per_pixel=0.0, prompt_flops_per_token=0.0,
                             denoise_flops_per_pixel_squared=0.0))  # fmt: skip
    assert r.denoise_device_s == 50 * 0.01
    assert r.denoise_full_power_s == pytest.approx(0.5 * (50.0 + 0.1 * 450.0) / 500.0)


def test_a_clip_counts_latent_frames_and_attends_across_them() -> None:
    r = run(FILMER)
    assert r.denoise_frames == 81.0
    assert r.denoise_latent_frames == 21.0  # 81 / 4, rounded up
    assert r.denoise_attention_flops == 100 * (21 * 4e5) ** 2
    assert r.denoise_decoder_flops == 1e7 * 81 * 4e5


def test_seconds_of_video_become_frames() -> None:
    assert run(FILMER, output_video_seconds=5.0).denoise_frames == 80.0


def test_two_pictures_cost_twice_the_arithmetic() -> None:
    one = run(PAINTER, output_images=1.0, output_image_pixels=1e6, output_image_pixels_squared=1e12)
    two = run(PAINTER, output_images=2.0, output_image_pixels=2e6, output_image_pixels_squared=2e12)
    assert two.denoise_linear_flops == 2 * one.denoise_linear_flops
    assert two.denoise_attention_flops == 2 * one.denoise_attention_flops


def test_counts_without_sizes_take_the_native_size() -> None:
    assert run(PAINTER, output_images=3.0).denoise_image_pixels == 3e6


def test_energy_per_flop_falls_with_the_fourth_root_of_the_peak() -> None:
    newer = run(PAINTER._replace(gpu_flops_per_s=16 * 500e12))
    assert newer.denoise_flops_per_j == 2e12


def test_more_accelerators_cost_a_little_more() -> None:
    assert run(PAINTER._replace(replica_gpus=8.0)).denoise_full_power_s == pytest.approx(
        1.7 * run(PAINTER).denoise_full_power_s
    )


def test_no_pictures_still_cost_a_pass() -> None:
    assert (
        run(
            PAINTER, output_images=0.0, output_image_pixels=0.0, output_image_pixels_squared=0.0
        ).denoise_full_power_s
        > 0.0
    )
    assert run(FILMER, output_video_frames=0.0, steps=0.0).denoise_full_power_s > 0.0


def test_models_that_do_not_denoise_cost_nothing_here() -> None:
    r = run(NOTHING, output_images=3.0, steps=50.0, output_image_pixels=3e6)
    assert (r.denoise_full_power_s, r.denoise_device_s) == (0.0, 0.0)


GROWING = {
    "output_images": 0.0,
    "output_image_pixels": 1e6,
    "output_image_pixels_squared": 1e12,
    "steps": 50.0,
    "output_video_frames": 10.0,
    "output_video_seconds": 10.0,
    "output_frame_pixels": 1e6,
    "output_audio_seconds": 10.0,
    "input_tokens": 100.0,
}
AMOUNT = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))


@given(st.sampled_from(sorted(GROWING)), AMOUNT, AMOUNT, st.sampled_from([PAINTER, FILMER]))
def test_more_never_costs_less(name: str, a: float, b: float, s: Setup) -> None:
    less, more = sorted((a, b))
    cheap, dear = run(s, **{name: less}), run(s, **{name: more})
    assert dear.denoise_full_power_s >= cheap.denoise_full_power_s > 0.0
    assert dear.denoise_device_s >= cheap.denoise_device_s > 0.0


@given(
    st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, st.one_of(AMOUNT, st.just(math.nan))), min_size=1, max_size=20)
)
def test_floats_equal_arrays_bit_for_bit(rows: list[tuple[float, float, float, float]]) -> None:
    names = ("steps", "output_image_pixels", "output_frame_pixels", "output_video_frames")
    columns = Evidence(*(np.full(len(rows), math.nan) for _ in Evidence._fields))._replace(
        **{name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}
    )
    setups = [PAINTER if i % 2 else FILMER for i in range(len(rows))]
    block = denoise(Setup(*(np.array(column) for column in zip(*setups, strict=True))), columns, C, arrays())
    for i, (s, row) in enumerate(zip(setups, rows, strict=True)):
        single = denoise(s, SILENT._replace(**dict(zip(names, row, strict=True))), C, FLOATS)
        assert [float(column[i]) for column in block] == list(single)


def test_shipped_constants_put_an_image_where_it_was_measured() -> None:
    """SD 3.5 medium, 28 guided steps, one H100: 0.44 Wh (ML.ENERGY Benchmark v3.0, batch 1), within a factor of 1.5."""
    text = files("wattdrop").joinpath("data/methodology/media.toml").read_text("utf-8")
    k = {constant["id"]: constant["value"] for constant in tomllib.loads(text)["constant"]}
    c = C._replace(**{name: k[name] for name in Constants._fields if name in k})
    native = 1024.0 * 1024.0
    attention = 4.0 * 4096.0**2 * 24.0 * 1536.0
    s = PAINTER._replace(
        gpu_max_power_w=700.0,
        gpu_idle_power_w=71.0,
        gpu_flops_per_s=989.5e12,
        denoise_flops_per_pixel=(11.25e12 - attention) / native,
        denoise_flops_per_pixel_squared=attention / native**2,
        denoise_step_overhead_s=k["denoise_step_overhead_s"],
        decoder_flops_per_pixel=9.5e6,
        prompt_flops_per_token=2 * 5.58e9,
        default_steps=28.0,
        default_image_pixels=native,
    )
    energy_wh = denoise(s, SILENT, c, FLOATS).denoise_full_power_s * 700.0 / 3600.0
    assert 0.44 / 1.5 < energy_wh < 0.44 * 1.5
