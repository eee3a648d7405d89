"""What was chosen for rows: the same for one row and for many at once."""

from __future__ import annotations

from typing import Any

import pytest

from wattdrop import estimate
from wattdrop.engine import facts, program
from wattdrop.engine.evaluate import FEWEST_ROWS_FOR_A_PROGRAM

KINDS: list[dict[str, Any]] = [
    {"model_id": "gpt-4o"},
    {"model_id": "gpt-4o", "input_tokens": 100},
    {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 0, "batch_size": 1},
    {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "output_tokens": 7},
    {"task": "text-to-image"},
    {"task": "text-to-image", "output_images": ["512x512"], "input_steps": 10},
    {"task": "text-to-video", "output_video_frames": 24},
    {"task": "speech-to-text", "input_audio_seconds": 3},
    {"task": "text-to-speech"},
    {"task": "image-classification", "input_images": ["64x64", "640x480"]},
    {"model_id": "nobody knows it"},
]


@pytest.mark.parametrize("times", [1, 10])
def test_choices_of_a_batch_are_those_of_its_rows(times: int) -> None:
    result = estimate(KINDS * times)
    computed = result.resolution.computed
    assert len(computed) == (len(KINDS) - 1) * times
    assert result.every_choice() == [result.choices(number) for number in computed]
    assert any(choice.note.startswith("the row does not say") for choice in result.every_choice()[0])


def test_rows_of_one_description_are_remembered_once_however_many_ask_for_their_choices() -> None:
    rows = [{"model_id": "gpt-4o"}]
    for _ in range(FEWEST_ROWS_FOR_A_PROGRAM):  # later ones go through programs, which remember setups
        estimate(rows).every_choice()
    before = len(facts._of_one), len(program._kept)
    for _ in range(20):
        estimate(rows).every_choice()
    assert (len(facts._of_one), len(program._kept)) == before
