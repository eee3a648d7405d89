"""What a row does not say about its own quantity, and what was taken instead.

A default counts as taken only if it matters: each is doubled, the row is computed again, and those that change the
energy are reported. So a picture's assumed size is named for a row that makes pictures, and for no other.
"""

from __future__ import annotations

from ..kernel.estimate import estimate
from ..kernel.ops import FLOATS
from ..resolve.choice import Choice
from ..typed import TYPE_CHECKING
from .evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..kernel.columns import Evidence, Setup
    from ..kernel.constants import Constants
    from ..resolve.quantities import QuantityColumns

_ENERGY = "modelled_it_energy_wh"
_COLUMNS = (_ENERGY,)  # one object, by which programs are found

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
    for default in FIELDS:
        value = float(getattr(setup, default))
        if value > 0.0:
            doubled = _doubled(setup, default)
            if estimate(doubled, given, c, FLOATS).node.modelled_it_energy_wh != before:
                found.append(_assumed(default, value))
    return tuple(found)


def assumed_of_rows(
    setups: Sequence[Setup], setup_of_row: Sequence[int], quantities: QuantityColumns, c: Constants
) -> list[tuple[Choice, ...]]:
    """The same for every row of a batch: each default is doubled for all rows at once."""
    before = evaluate(setups, setup_of_row, quantities, c, _COLUMNS).column(_ENERGY)
    found: list[list[Choice]] = [[] for _ in before]
    for default in FIELDS:
        values = [float(getattr(setup, default)) for setup in setups]
        if not any(value > 0.0 for value in values):
            continue
        doubled = [_doubled(setup, default) for setup in setups]
        said = [_assumed(default, value) for value in values]
        after = evaluate(doubled, setup_of_row, quantities, c, _COLUMNS).column(_ENERGY)
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other and values[setup_of_row[at]] > 0.0:
                found[at].append(said[setup_of_row[at]])
    return [tuple(one) for one in found]


_MOST_REMEMBERED = 1000
_remembered: dict[tuple[Setup, str], Setup] = {}


def _doubled(setup: Setup, default: str) -> Setup:
    """The same object again for the same setup: what is worked out of setups is remembered by object."""
    found = _remembered.get((setup, default))
    if found is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        found = setup._replace(**{default: 2.0 * float(getattr(setup, default))})
        _remembered[setup, default] = found
    return found


def _assumed(default: str, value: float) -> Choice:
    field, counted = FIELDS[default]
    note = f"the row does not say; give {field}"
    return Choice(counted, f"{value:g}", "assumed", "default of model and task", note)
