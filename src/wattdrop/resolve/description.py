"""The two halves of a row: what it names (a description, resolved once) and how much it did (evidence, per row)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..errors import RowError
from ..kernel.columns import Evidence
from ..schema.moment import Moment
from ..schema.moment import parse as parse_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..schema import ImpactRow

NAN = float("nan")


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

#: Row fields that make up a description, in its order (year and present are derived).
NAME_FIELDS: tuple[str, ...] = Description._fields[:-2]


def moment_of(row: ImpactRow) -> Moment | None:
    """When the request ran, where the row says so."""
    return parse_moment(row.utc_datetime) if row.utc_datetime else None


def describe(row: ImpactRow, moment: Moment | None) -> Description:
    """The names of a row."""
    present = 0
    if row.input_tokens:
        present |= 1
    if row.output_tokens or row.reasoning_tokens:
        present |= 2
    if row.input_images:
        present |= 4
    if row.output_images:
        present |= 8
    if row.input_audio_seconds is not None:
        present |= 16
    if row.output_audio_seconds is not None or row.output_audio_tokens:
        present |= 32
    if row.output_video_frames is not None or row.output_video_seconds is not None:
        present |= 64
    return Description(
        row.model_used_id,
        row.model_id,
        row.model_hugging_face_path,
        row.model_family,
        row.model_name,
        row.task,
        row.node_id,
        row.cloud_id,
        row.cloud_instance_id,
        row.managed_service_id,
        row.base_url,
        row.gpu_id,
        row.gpu_count,
        row.datatype,
        row.country,
        row.region,
        row.cloud_region,
        row.datacenter_id,
        None if moment is None else moment.year,
        present,
    )


def evidence(row: ImpactRow, frame_aspect: float, hourly: tuple[float, float]) -> Evidence:
    """The quantities of a row as floats, NaN where it gives none.

    ``frame_aspect`` is the width of a video frame over its height, which the wire does not carry; ``hourly`` the ratios
    of the request's hour to the annual mean of grid intensity and off-site water.
    """
    inputs, outputs = pixels(row.input_images), pixels(row.output_images)
    lines = row.output_video_resolution
    count = row.output_count
    copies = 1.0 if count is None or outputs.count != 1 else float(count)
    boundary = row.measured_energy_boundary or "facility"
    measured = _number(row.measured_energy_wh)
    output_tokens = _number(row.output_tokens)
    if row.reasoning_tokens is not None:  # part of the output; some callers report it without
        reasoning = float(row.reasoning_tokens)
        output_tokens = reasoning if output_tokens != output_tokens or reasoning > output_tokens else output_tokens
    return Evidence(
        input_tokens=_number(row.input_tokens),
        cached_input_tokens=_number(row.cached_input_tokens),
        output_tokens=output_tokens,
        output_audio_tokens=_number(row.output_audio_tokens),
        input_audio_seconds=_number(row.input_audio_seconds),
        output_audio_seconds=_number(row.output_audio_seconds),
        input_image_pixels=inputs.total if inputs.count else NAN,
        output_images=outputs.count * copies if outputs.count else _number(count),
        output_image_pixels=outputs.total * copies if outputs.count else NAN,
        output_image_pixels_squared=outputs.squares * copies if outputs.count else NAN,
        steps=_number(row.input_steps),
        output_video_frames=_number(row.output_video_frames),
        output_video_seconds=_number(row.output_video_seconds),
        output_frame_pixels=NAN if lines is None else lines * lines * frame_aspect,
        batch_size=_number(row.batch_size),
        utilization_rate=_number(row.utilization_rate),
        processing_duration_s=_milliseconds(row.processing_duration_ms),
        request_duration_s=_milliseconds(row.request_duration_ms),
        pue=_number(row.pue),
        wue_l_per_kwh=_number(row.wue_l_per_kwh),
        grid_gco2e_per_kwh=_number(row.grid_gco2e_per_kwh),
        grid_hourly_ratio=hourly[0],
        ewif_hourly_ratio=hourly[1],
        measured_gpu_energy_wh=measured if boundary == "gpu" else NAN,
        measured_it_energy_wh=measured if boundary == "it" else NAN,
        measured_facility_energy_wh=measured if boundary == "facility" else NAN,
        quantity=1.0 if row.quantity is None else float(row.quantity),
    )


class Pixels(NamedTuple):
    """Sizes of a list of images: how many, sum of width x height, and sum of its squares."""

    count: int
    total: float
    squares: float


_NO_PIXELS = Pixels(0, 0.0, 0.0)


def pixels(images: Sequence[str] | None) -> Pixels:
    """Parse sizes such as ``1024x768`` (already checked by the schema)."""
    if not images:
        return _NO_PIXELS
    total = squares = 0.0
    for size in images:
        width, _, height = size.partition("x")
        area = float(int(width) * int(height))
        total += area
        squares += area * area
    return Pixels(len(images), total, squares)


def contradiction(row: ImpactRow) -> RowError | None:
    """Two statements of a row that cannot both hold; each is named with its fix."""
    if row.cached_input_tokens and row.cached_input_tokens > (row.input_tokens or 0):
        return RowError(
            code="contradicting_fields",
            field="cached_input_tokens",
            message=f"cached_input_tokens ({row.cached_input_tokens}) is part of input_tokens ({row.input_tokens or 0}) "
            "and cannot exceed it; send the whole prompt, cached part included, as input_tokens",
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


def _number(value: float | None) -> float:
    return NAN if value is None else float(value)


def _milliseconds(value: float | None) -> float:
    return NAN if value is None or value <= 0 else value / 1000.0
