"""Rows as positional values: how SQL warehouses call a function, one list of arguments a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..errors import RowError
from .texts import value_of_text

POSITIONS: Final = (
    "model_id",
    "model_family",
    "model_name",
    "model_hugging_face_path",
    "request_time",
    "node_id",
    "cloud_id",
    "cloud_region",
    "cloud_instance_id",
    "managed_service_id",
    "country",
    "region",
    "task",
    "input_tokens",
    "output_tokens",
    "input_images",
    "output_images",
    "output_video_resolution",
    "output_video_frames",
    "input_audio_seconds",
    "input_steps",
)
"""What each argument means, in order. The last four may be left out."""

LEAST: Final = 17
"""Fewest arguments of a call."""


def row_of_positions(values: object) -> dict[str, Any] | RowError:
    """One call's arguments as a raw row for ``parse_rows``, or why they are none.

    SQL's NULL and empty text stand for an absent field. Whole numbers may come as text, as BigQuery sends an INT64. Images
    are one text: a size, sizes separated by commas, or a JSON list.

    >>> call = ["gpt-4o"] + [None] * 12 + ["100", "500", "", None]
    >>> row_of_positions(call)
    {'model_id': 'gpt-4o', 'input_tokens': 100, 'output_tokens': 500}
    >>> row_of_positions(["gpt-4o"]).code
    'wrong_length'
    """
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return RowError("not_an_object", "expected a call, a list of arguments")
    if not LEAST <= len(values) <= len(POSITIONS):
        return RowError(
            "wrong_length",
            f"expected {LEAST} to {len(POSITIONS)} arguments, got {len(values)}; their order: {', '.join(POSITIONS)}",
        )
    return {
        name: _typed(name, value)
        for name, value in zip(POSITIONS, values, strict=False)
        if value is not None and not (isinstance(value, str) and not value.strip())
    }


def _typed(name: str, value: object) -> object:
    if isinstance(value, str):
        return value_of_text(name, value.strip())
    return value
