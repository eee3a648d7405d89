"""What a row names: a description, resolved once however many rows share it."""

from __future__ import annotations

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..schema import ImpactRow


class Description(NamedTuple):
    """Everything in a row that decides which figures apply. Equal descriptions share one resolution."""

    model_used_id: str | None = None
    model_id: str | None = None
    model_hugging_face_path: str | None = None
    model_family: str | None = None
    model_name: str | None = None
    task: str | None = None
    node_id: str | None = None
    cloud_id: str | None = None
    cloud_instance_id: str | None = None
    managed_service_id: str | None = None
    base_url: str | None = None
    gpu_id: str | None = None
    gpu_count: int | None = None
    datatype: str | None = None
    country: str | None = None
    region: str | None = None
    cloud_region: str | None = None
    datacenter_id: str | None = None
    year: int | None = None
    present: int = 0  # which kinds of work the row states, a sum of the PRESENT flags


#: Kinds of work a row may state; they decide the workload where neither task nor model does.
PRESENT: Mapping[str, int] = {
    "input_tokens": 1,
    "output_tokens": 2,
    "input_images": 4,
    "output_images": 8,
    "input_audio": 16,
    "output_audio": 32,
    "output_video": 64,
}


def _is_there(value: Any) -> bool:
    return value is not None


#: Row fields that state a kind of work, where they hold something: its flag, and whether a value says so.
STATES: Mapping[str, tuple[int, Callable[[Any], bool]]] = {
    "input_tokens": (PRESENT["input_tokens"], bool),
    "output_tokens": (PRESENT["output_tokens"], bool),
    "reasoning_tokens": (PRESENT["output_tokens"], bool),
    "input_images": (PRESENT["input_images"], bool),
    "output_images": (PRESENT["output_images"], bool),
    "input_audio_seconds": (PRESENT["input_audio"], _is_there),
    "output_audio_seconds": (PRESENT["output_audio"], _is_there),
    "output_audio_tokens": (PRESENT["output_audio"], bool),
    "output_video_frames": (PRESENT["output_video"], _is_there),
    "output_video_seconds": (PRESENT["output_video"], _is_there),
}

#: Row fields that make up a description, in its order (year and present are derived).
NAME_FIELDS: tuple[str, ...] = Description._fields[:-2]


def contradiction(row: ImpactRow) -> RowError | None:
    """Two statements of a row that cannot both hold; each is named with its fix."""
    if row.cached_input_tokens and row.cached_input_tokens > (row.input_tokens or 0):
        return RowError(
            code="contradicting_fields",
            field="cached_input_tokens",
            message=f"cached_input_tokens ({row.cached_input_tokens}) is part of input_tokens ({row.input_tokens or 0}) "
            "and cannot exceed it; send the whole prompt, cached part included, as input_tokens",
        )
    if row.reasoning_tokens and row.output_tokens is not None and row.reasoning_tokens > row.output_tokens:
        return RowError(
            code="contradicting_fields",
            field="reasoning_tokens",
            message=f"reasoning_tokens ({row.reasoning_tokens}) is part of output_tokens ({row.output_tokens}) and cannot "
            "exceed it; where a provider counts it apart, send the sum of both as output_tokens",
        )
    images = len(row.output_images or ())
    if row.output_count is not None and images > 1 and row.output_count != images:
        return RowError(
            code="contradicting_fields",
            field="output_count",
            message=f"output_count is {row.output_count} but output_images lists {images} sizes; leave one of them out",
        )
    if row.measured_energy_boundary is not None and row.measured_energy_wh is None:
        return RowError(
            code="contradicting_fields",
            field="measured_energy_boundary",
            message="measured_energy_boundary is given without measured_energy_wh; add the measured value",
        )
    return None
