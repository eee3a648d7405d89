"""What a row does not say about its own quantity, and what was taken instead.

A default counts as taken only if it matters: each is doubled, the row is computed again, and those that change the
energy are reported. So a picture's assumed size is named for a row that makes pictures, and for no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..kernel.estimate import estimate
from ..kernel.ops import FLOATS
from ..resolve.choice import Choice

if TYPE_CHECKING:
    from ..kernel.columns import Evidence, Setup
    from ..kernel.constants import Constants

#: Setup default -> the row field that would replace it, and what it counts.
FIELDS: Mapping[str, tuple[str, str]] = {
    "default_input_tokens": ("input_tokens", "tokens read"),
    "default_output_tokens": ("output_tokens", "tokens written"),
    "default_steps": ("input_steps", "denoising steps"),
    "default_images": ("output_images", "images made"),
    "default_image_pixels": ("output_images", "pixels of an image made"),
    "default_frames": ("output_video_frames", "frames made"),
    "default_frame_pixels": ("output_video_resolution", "pixels of a frame"),
    "default_input_images": ("input_images", "images read"),
    "default_input_pixels": ("input_images", "pixels read"),
    "default_input_audio_s": ("input_audio_seconds", "seconds heard"),
    "default_output_audio_s": ("output_audio_seconds", "seconds of sound made"),
}


def assumed_quantities(setup: Setup, given: Evidence, c: Constants) -> tuple[Choice, ...]:
    """The quantities of one row that were assumed, each as a choice that names the field to give."""
    before = estimate(setup, given, c, FLOATS).node.modelled_it_energy_wh
    found = []
    for default, (field, counted) in FIELDS.items():
        value = float(getattr(setup, default))
        if value > 0.0:
            doubled = setup._replace(**{default: 2.0 * value})
            if estimate(doubled, given, c, FLOATS).node.modelled_it_energy_wh != before:
                note = f"the row does not say; give {field}"
                found.append(Choice(counted, f"{value:g}", "assumed", "default of model and task", note))
    return tuple(found)
