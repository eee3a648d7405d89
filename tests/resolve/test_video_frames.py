"""The wire gives the lines of a video only: the width is that of the model's own clips, else 16:9."""

from __future__ import annotations

import pytest

import wattdrop


@pytest.mark.parametrize(
    ("model", "lines", "pixels"),
    [
        ("cogvideox_5b", 480, 720 * 480),  # 3:2
        ("wan2_1_t2v_14b_diffusers", 480, 832 * 480),
        ("stable_diffusion_xl_base_1_0", 1080, 1920 * 1080),  # an image model: common video
    ],
)
def test_the_width_of_a_frame(model: str, lines: int, pixels: int) -> None:
    row = {
        "model_id": model,
        "task": "text-to-video",
        "output_video_frames": 8,
        "output_video_resolution": lines,
    }
    (result,) = wattdrop.estimate([row]).rows

    assert result.value("denoise_frame_pixels") == pytest.approx(pixels)
