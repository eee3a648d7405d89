"""What a row names: a description, resolved once however many rows share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import RowError
from ..schema.moment import Moment
from ..schema.moment import parse as parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

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
