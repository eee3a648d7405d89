"""The quantities of a row, from the fields of the wire to the kernel's evidence: scaled, and nothing more.

As in the kernel, one text serves one row (floats) and many (arrays). NaN stands for a field that the row does not have.
"""

from __future__ import annotations

from ..kernel.columns import Evidence
from ..kernel.ops import FLOATS
from ..typed import TYPE_CHECKING, NamedTuple, overload
from ..units import MS_PER_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..kernel.ops import Column, Ops

NAN = float("nan")


class Quantities(NamedTuple):
    """Numeric fields as the wire has them; lists of images as count, summed pixels and summed squares of pixels."""

    input_tokens: Column
    cached_input_tokens: Column
    output_tokens: Column
    reasoning_tokens: Column
    output_audio_tokens: Column
    input_audio_seconds: Column
    output_audio_seconds: Column
    input_images: Column
    input_image_pixels: Column
    output_images: Column
    output_image_pixels: Column
    output_image_pixels_squared: Column
    output_count: Column
    input_steps: Column
    output_video_frames: Column
    output_video_seconds: Column
    output_video_resolution: Column
    batch_size: Column
    utilization_rate: Column
    processing_duration_ms: Column
    request_duration_ms: Column
    pue: Column
    wue_l_per_kwh: Column
    grid_gco2e_per_kwh: Column
    measured_energy_wh: Column
    measured_at_it: Column  # 1 where the boundary is "it", else 0
    measured_at_gpu: Column  # 1 where the boundary is "gpu", else 0; neither: the facility
    quantity: Column
    grid_hourly_ratio: Column
    ewif_hourly_ratio: Column


#: Fields that are one number on the wire and here.
PLAIN_FIELDS: tuple[str, ...] = (
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "output_audio_tokens",
    "input_audio_seconds",
    "output_audio_seconds",
    "output_count",
    "input_steps",
    "output_video_frames",
    "output_video_seconds",
    "output_video_resolution",
    "batch_size",
    "utilization_rate",
    "processing_duration_ms",
    "request_duration_ms",
    "pue",
    "wue_l_per_kwh",
    "grid_gco2e_per_kwh",
    "measured_energy_wh",
    "quantity",
)


#: Fields of a row that make quantities; the images fill several.
FIELDS: tuple[str, ...] = (*PLAIN_FIELDS, "input_images", "output_images", "measured_energy_boundary")

#: What a quantity that no row gives is. The last five are there in every row.
USUAL: tuple[float, ...] = tuple(
    {"measured_at_it": 0.0, "measured_at_gpu": 0.0, "quantity": 1.0}.get(
        name, 1.0 if name.endswith("_ratio") else NAN
    )
    for name in Quantities._fields
)
_AT = {name: at for at, name in enumerate(Quantities._fields)}


class QuantityColumns:
    """The quantities of a batch, a column for each that some row gives.

    ``columns``: by position in ``Quantities``, float64 arrays of length ``rows``, or lists of as many floats.
    ``incomplete``: positions of columns that hold NaN, because some rows do not give them.
    """

    __slots__ = ("_evidence", "columns", "incomplete", "rows")

    def __init__(self, rows: int, columns: dict[int, Any], incomplete: frozenset[int]) -> None:
        self.rows = rows
        self.columns = columns
        self.incomplete = incomplete
        self._evidence: dict[tuple[int, float], Evidence] = {}

    def __len__(self) -> int:
        return self.rows

    def row(self, number: int) -> list[float]:
        """The quantities of one row, in their order."""
        found = list(USUAL)
        for at, column in self.columns.items():
            found[at] = column[number]
        return found

    @overload
    def __getitem__(self, number: int) -> Quantities: ...
    @overload
    def __getitem__(self, number: slice) -> list[Quantities]: ...
    def __getitem__(self, number: int | slice) -> Quantities | list[Quantities]:
        if isinstance(number, slice):
            return [self[at] for at in range(*number.indices(self.rows))]
        return Quantities(*map(float, self.row(range(self.rows)[number])))

    def evidence(self, number: int, frame_aspect: float) -> Evidence:
        """The evidence of one row, made once: ranges ask for it at both ends of every cause."""
        found = self._evidence.get((number, frame_aspect))
        if found is None:
            found = self._evidence[number, frame_aspect] = evidence(self[number], frame_aspect, FLOATS)
        return found

    def given(self, number: int) -> frozenset[str]:
        """The quantities that one row gives."""
        columns = self.columns.items()
        return frozenset(Quantities._fields[at] for at, column in columns if column[number] == column[number])

    def given_of_rows(self) -> Sequence[frozenset[str]]:
        """The same of every row."""
        if self.incomplete:
            return list(map(self.given, range(self.rows)))
        return [frozenset(Quantities._fields[at] for at in self.columns)] * self.rows

    def column(self, name: str) -> Any:
        """One quantity of every row."""
        found = self.columns.get(_AT[name])
        return [USUAL[_AT[name]]] * self.rows if found is None else found

    def any_gives(self, name: str) -> bool:
        """Whether some row gives a quantity that is usually absent."""
        found = self.columns.get(_AT[name])
        return found is not None and any(value == value for value in found)

    def arrays(self) -> QuantityColumns:
        """The same with numpy arrays for columns."""
        import numpy

        columns = {at: numpy.asarray(column, dtype=numpy.float64) for at, column in self.columns.items()}
        return QuantityColumns(self.rows, columns, self.incomplete)

    def replaced(self, name: str, column: Any) -> QuantityColumns:
        """The same with other values where one quantity is given."""
        return QuantityColumns(self.rows, {**self.columns, _AT[name]: column}, self.incomplete)


class QuantitiesOfOne(QuantityColumns):
    """The quantities of a batch of one row, which become columns when somebody asks for those.

    ``values``: all of them, in their order; ``given_at``: the positions of those that the row gives.
    """

    __slots__ = ("given_at", "values")

    rows = 1
    incomplete = frozenset()

    def __init__(self, values: list[float], given_at: tuple[int, ...]) -> None:
        self.values = values
        self.given_at = given_at
        self._evidence = {}

    def row(self, number: int) -> list[float]:
        """The quantities of the row."""
        return self.values

    @property
    def columns(self) -> dict[int, Any]:  # type: ignore[override]
        """A column for each that the row gives."""
        return {at: [self.values[at]] for at in self.given_at}


def quantity_columns(
    fields: Mapping[str, Sequence[Any]],
    numbers: Sequence[tuple[str, int]],
    images: Sequence[str],
    hourly: Sequence[Sequence[float]],
    rows: int,
) -> QuantityColumns:
    """The quantities of rows from those of their fields that some row gives.

    Parameters
    ----------
    fields : each with its value in every row.
    numbers : which of them are one number, with their positions.
    images : which of them are lists of images.
    hourly : columns of the hour's ratios to the annual mean of grid intensity and off-site water; empty: all are 1.
    """
    columns: dict[int, Any] = {}
    incomplete: set[int] = set()
    for name, at in numbers:
        values = fields[name]
        if None in values:
            usual = USUAL[at]
            columns[at] = [usual if value is None else float(value) for value in values]
            if usual != usual:
                incomplete.add(at)
        else:
            columns[at] = list(map(float, values))
    for name in images:
        parsed = list(zip(*map(pixels, fields[name]), strict=True))
        for quantity, column in zip(IMAGES[name], parsed, strict=False):
            columns[_AT[quantity]] = list(column)
            if any(value != value for value in column):
                incomplete.add(_AT[quantity])
    boundaries = fields.get("measured_energy_boundary")
    if boundaries is not None:
        for boundary in ("it", "gpu"):
            columns[_AT[f"measured_at_{boundary}"]] = [1.0 if one == boundary else 0.0 for one in boundaries]
    if hourly:
        columns.update(zip(HOURLY, hourly, strict=True))
    return QuantityColumns(rows, columns, frozenset(incomplete))


PLACES: Mapping[str, int] = {name: _AT[name] for name in PLAIN_FIELDS}
"""Position of each quantity that is one number on the wire and here."""
IMAGES: Mapping[str, tuple[str, ...]] = {
    "input_images": ("input_images", "input_image_pixels"),
    "output_images": ("output_images", "output_image_pixels", "output_image_pixels_squared"),
}
"""The quantities of each list of images."""
HOURLY: tuple[int, int] = (_AT["grid_hourly_ratio"], _AT["ewif_hourly_ratio"])
"""Positions of the hour's ratios."""


def evidence(q: Quantities, frame_aspect: Column, op: Ops) -> Evidence:
    """Evidence of one row (floats) or of many (arrays).

    ``frame_aspect`` is the width of a video frame over its height, which the wire does not carry. Reasoning tokens are
    part of the output; where a caller reports more of them than output, they are the output. A single listed image size
    holds for all ``output_count`` images. A duration of 0 says nothing.
    """
    one_size = op.where(q.output_images == 1.0, op.pick(q.output_count, 1.0), 1.0)
    measured_at_facility = 1.0 - q.measured_at_it - q.measured_at_gpu
    return Evidence(
        input_tokens=q.input_tokens,
        cached_input_tokens=q.cached_input_tokens,
        output_tokens=op.where(
            op.is_given(q.output_tokens) + op.is_given(q.reasoning_tokens) > 0.0,
            op.mx(op.pick(q.output_tokens, 0.0), op.pick(q.reasoning_tokens, 0.0)),
            NAN,
        ),
        output_audio_tokens=q.output_audio_tokens,
        input_audio_seconds=q.input_audio_seconds,
        output_audio_seconds=q.output_audio_seconds,
        input_images=q.input_images,
        input_image_pixels=q.input_image_pixels,
        output_images=op.pick(q.output_images * one_size, q.output_count),
        output_image_pixels=q.output_image_pixels * one_size,
        output_image_pixels_squared=q.output_image_pixels_squared * one_size,
        steps=q.input_steps,
        output_video_frames=q.output_video_frames,
        output_video_seconds=q.output_video_seconds,
        output_frame_pixels=q.output_video_resolution * q.output_video_resolution * frame_aspect,
        batch_size=q.batch_size,
        utilization_rate=q.utilization_rate,
        processing_duration_s=op.where(
            q.processing_duration_ms > 0.0, q.processing_duration_ms / MS_PER_S, NAN
        ),
        request_duration_s=op.where(q.request_duration_ms > 0.0, q.request_duration_ms / MS_PER_S, NAN),
        pue=q.pue,
        wue_l_per_kwh=q.wue_l_per_kwh,
        grid_gco2e_per_kwh=q.grid_gco2e_per_kwh,
        grid_hourly_ratio=q.grid_hourly_ratio,
        ewif_hourly_ratio=q.ewif_hourly_ratio,
        measured_gpu_energy_wh=op.where(q.measured_at_gpu > 0.0, q.measured_energy_wh, NAN),
        measured_it_energy_wh=op.where(q.measured_at_it > 0.0, q.measured_energy_wh, NAN),
        measured_facility_energy_wh=op.where(measured_at_facility > 0.0, q.measured_energy_wh, NAN),
        quantity=q.quantity,
    )


class Pixels(NamedTuple):
    """Sizes of a list of images: how many, sum of width x height, and sum of its squares; NaN where there is no list."""

    images: float
    total: float
    squares: float


_NO_IMAGES = Pixels(NAN, NAN, NAN)


def pixels(images: Sequence[str] | None) -> Pixels:
    """Parse sizes such as ``1024x768`` (already checked by the schema). An empty list says nothing.

    >>> pixels(["10x20", "10x10"])
    Pixels(images=2.0, total=300.0, squares=50000.0)
    """
    if not images:
        return _NO_IMAGES
    total = squares = 0.0
    for size in images:
        width, _, height = size.partition("x")
        area = float(int(width) * int(height))
        total += area
        squares += area * area
    return Pixels(float(len(images)), total, squares)
