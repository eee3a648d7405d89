"""One inference as a caller describes it: ``ImpactRow``, with the bounds of the public contract.

Fields are grouped as they are used: names first (what ran, on what, where), then quantities, then what the caller
measured, then attribution. Names and units are those of the wire. Every field is optional and ``None`` when absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, inspect, to_builtins
from msgspec.structs import astuple

from .moment import CANONICAL

Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Code2 = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z")]
Count = Annotated[int, Meta(ge=0, le=100_000_000)]
Seconds = Annotated[float, Meta(ge=0, le=100_000)]
Milliseconds = Annotated[float, Meta(ge=0, le=10_000_000_000)]
ImageSize = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}x[1-9][0-9]{0,3}\Z")]
Images = Annotated[tuple[ImageSize, ...], Meta(max_length=100)]

UtcDatetime = Annotated[str, Meta(pattern=CANONICAL, extra_json_schema={"format": "date-time"})]


class ImpactRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One inference request, as the caller describes it. Numbers are per request unless ``quantity`` says more.

    >>> ImpactRow(model_id="llama_v31_8b", input_tokens=100, output_tokens=500).output_tokens
    500
    """

    # --- the model: any one way of naming it is enough; model_used_id wins where it resolves ---
    model_id: Text | None = None
    model_used_id: Text | None = None
    model_hugging_face_path: Text | None = None
    model_family: Text | None = None
    model_name: Text | None = None
    task: Text | None = None
    # --- the hardware ---
    node_id: Text | None = None
    cloud_id: Text | None = None
    cloud_instance_id: Text | None = None
    managed_service_id: Text | None = None
    base_url: Text | None = None
    gpu_id: Text | None = None
    gpu_count: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    datatype: Text | None = None
    # --- the place and the time ---
    cloud_region: Text | None = None
    country: Code2 | None = None
    region: Code2 | None = None
    datacenter_id: Text | None = None
    utc_datetime: UtcDatetime | None = None
    # --- quantities ---
    input_tokens: Count | None = None
    cached_input_tokens: Count | None = None
    output_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    input_images: Images | None = None
    output_images: Images | None = None
    output_count: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    input_steps: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    input_audio_seconds: Seconds | None = None
    output_audio_seconds: Seconds | None = None
    output_audio_tokens: Count | None = None
    output_video_frames: Count | None = None
    output_video_seconds: Seconds | None = None
    output_video_resolution: Annotated[int, Meta(ge=1, le=20_000)] | None = None
    quantity: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    # --- what the caller measured or knows: it wins over what the method assumes ---
    request_duration_ms: Milliseconds | None = None
    processing_duration_ms: Milliseconds | None = None
    batch_size: Annotated[float, Meta(ge=1, le=100_000)] | None = None
    utilization_rate: Annotated[float, Meta(gt=0, le=1)] | None = None
    pue: Annotated[float, Meta(ge=1, le=10)] | None = None
    wue_l_per_kwh: Annotated[float, Meta(ge=0, le=100)] | None = None
    grid_gco2e_per_kwh: Annotated[float, Meta(gt=0, le=2000)] | None = None
    measured_energy_wh: Annotated[float, Meta(gt=0, le=1_000_000_000)] | None = None
    measured_energy_boundary: Literal["gpu", "it", "facility"] | None = None
    # --- attribution: never changes a number ---
    request_cost: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None
    currency: Text | None = None
    integration_source: Text | None = None
    environment: Text | None = None
    session_id: Text | None = None
    trace_id: Text | None = None
    request_id: Text | None = None
    client_id: Text | None = None
    project_id: Text | None = None
    application_id: Text | None = None


class ImpactRequest(Struct, forbid_unknown_fields=True):
    """The body of ``POST /v1/impact``. The number of rows is limited by a setting, not by the type."""

    rows: list[ImpactRow]


FIELDS: Final[tuple[str, ...]] = ImpactRow.__struct_fields__
"""Every field of a row, in the order of the struct."""

ATTRIBUTION: Final = frozenset(FIELDS[FIELDS.index("request_cost") :])
"""Fields that change no number."""


def given_by_rows(rows: Sequence[ImpactRow]) -> list[dict[str, Any]]:
    """Of each row what it gives: msgspec leaves out what is None, without a loop over fifty fields in Python."""
    try:
        found: list[dict[str, Any]] = to_builtins(rows)
    except TypeError:  # rows made in Python may hold what JSON has not, such as numbers of numpy's
        found = [
            {name: value for name, value in zip(FIELDS, astuple(row), strict=True) if value is not None}
            for row in rows
        ]
    return found


def given_by_row(row: ImpactRow) -> dict[str, Any] | None:
    """The same of one; None where it holds what JSON has not."""
    try:
        found: dict[str, Any] = to_builtins(row)
    except TypeError:
        return None
    return found


FIELD_ALIASES: Final[dict[str, str]] = {
    "input_audio_duration_s": "input_audio_seconds",
    "requestTime": "utc_datetime",
    "request_time": "utc_datetime",
    "start_time_utc": "utc_datetime",
    "model_id_used": "model_used_id",
    "request_currency": "currency",
}
"""Other spellings that real callers send. Accepted in requests, never emitted."""

NESTED_FIELDS: Final[dict[str, dict[str, str]]] = {
    "model": {
        "id": "model_id",
        "family": "model_family",
        "name": "model_name",
        "hugging_face_path": "model_hugging_face_path",
    },
    "hosting": {
        "service": "managed_service_id",
        "cloud": "cloud_id",
        "instance": "cloud_instance_id",
        "node": "node_id",
        "region": "cloud_region",
    },
}
"""The older nested form of a row: ``{"model": {"id": ...}, "hosting": {"service": ...}}``."""


@cache
def field_types() -> dict[str, Any]:
    """The type of each field as msgspec describes it, without its ``None``: what messages and readers of text go by."""
    info: Any = inspect.type_info(ImpactRow)
    return {
        field.name: next(part for part in field.type.types if not isinstance(part, inspect.NoneType))
        for field in info.fields
    }


@cache
def whole_number_fields() -> frozenset[str]:
    """Fields that hold a whole number."""
    return frozenset(name for name, kind in field_types().items() if isinstance(kind, inspect.IntType))


@cache
def number_fields() -> frozenset[str]:
    """Fields that hold a number, whole or not."""
    numbers = (inspect.IntType, inspect.FloatType)
    return frozenset(name for name, kind in field_types().items() if isinstance(kind, numbers))


@cache
def list_fields() -> frozenset[str]:
    """Fields that hold a list."""
    return frozenset(name for name, kind in field_types().items() if isinstance(kind, inspect.VarTupleType))
