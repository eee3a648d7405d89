"""Quantities: columns of numbers as float64, NaN where a row gives none."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from ...resolve.description import PRESENT
from ...resolve.quantities import PLAIN_FIELDS, USUAL, Quantities
from .bounds import bounds_of, out_of_bounds
from .buffers import floats, given
from .one_row import IMAGE_FIELDS

#: Place of a quantity in ``Quantities``.
AT: Final = {name: at for at, name in enumerate(Quantities._fields)}
#: Counts that are part of the one behind them.
_PARTS: Final = ("cached_input_tokens", "input_tokens", "reasoning_tokens", "output_tokens")


def numbers_of(batch: pa.RecordBatch, fields: dict[str, str]) -> tuple[dict[int, Any], Any]:
    """Quantities as columns, by their place in ``Quantities``, and which rows hold something that a column cannot say."""
    numbers: dict[int, Any] = {}
    doubtful = np.zeros(batch.num_rows, dtype=bool)
    for name in PLAIN_FIELDS:
        if name in fields:
            column = batch.column(fields[name])
            values = floats(column)
            if values is None:
                doubtful[:] = True
            elif len(values) and not np.isnan(most := np.fmax.reduce(values)):  # not all of them missing
                wrong = out_of_bounds(values, most, bounds_of(name), pa.types.is_integer(column.type))
                if wrong is not None:
                    doubtful |= wrong
                usual = USUAL[AT[name]]
                numbers[AT[name]] = np.where(np.isnan(values), usual, values) if usual == usual else values
    for name in (*IMAGE_FIELDS, "measured_energy_boundary"):
        if name in fields:
            doubtful |= given(batch.column(fields[name]))
    cached, read, reasoned, written = (numbers.get(AT[name]) for name in _PARTS)
    if cached is not None:
        doubtful |= cached > (0.0 if read is None else np.fmax(read, 0.0))
    if reasoned is not None and written is not None:
        doubtful |= reasoned > written
    return numbers, doubtful


def is_incomplete(at: int, column: Any) -> bool:
    """Whether some rows of a column do not give the quantity."""
    return USUAL[at] != USUAL[at] and bool(np.isnan(column.min(initial=np.inf)))


def present(rows: int, numbers: dict[int, Any]) -> Any:
    """The kinds of work that each row states, as ``describe`` has them."""
    kinds = np.zeros(rows, dtype=np.uint8)
    for flag, names, positive in (
        ("input_tokens", ("input_tokens",), True),
        ("output_tokens", ("output_tokens", "reasoning_tokens"), True),
        ("input_audio", ("input_audio_seconds",), False),
        ("output_audio", ("output_audio_seconds",), False),
        ("output_audio", ("output_audio_tokens",), True),
        ("output_video", ("output_video_frames", "output_video_seconds"), False),
    ):
        for name in names:
            column = numbers.get(AT[name])
            if column is not None:
                stated = column > 0 if positive else column == column
                kinds |= stated.view(np.uint8) * np.uint8(PRESENT[flag])
    return kinds
