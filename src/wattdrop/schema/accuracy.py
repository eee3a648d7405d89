"""What ``/v1/accuracy`` answers: ours alone. The scores are those of ``validation/accuracy.py``."""

from __future__ import annotations

from msgspec import Struct


class Scores(Struct, kw_only=True):
    """How good the predictions of a group of measurements are."""

    n: int
    models: int
    median_factor: float
    bias: float
    within_2x: float
    within_1_5x: float
    coverage_90: float | None = None
    coverage_50: float | None = None
    median_width_90: float | None = None


class WorkScores(Scores, kw_only=True, omit_defaults=True):
    """Scores of one kind of work under one kind of evidence."""

    id: str
    rows: str
    given: str
    target: str = ""
    met: bool


class PeerScores(Scores, kw_only=True, omit_defaults=True):
    """Scores of another tool on the rows of one kind of work."""

    id: str
    tool: str


class TaskScores(Scores, kw_only=True, omit_defaults=True):
    """Scores of one task, with the model's family left out and with the constants as they are shipped."""

    task: str
    in_sample: Scores


class GpuScores(Scores, kw_only=True, omit_defaults=True):
    """Scores of one accelerator by constants that never saw it."""

    gpu: str


class MeasurementSource(Struct, kw_only=True):
    """Who measured."""

    names: list[str]
    title: str
    producer: str
    published: str
    url: str
    licence: str
    how: str


class AccuracyResponse(Struct, kw_only=True):
    """How far the method is from measurements."""

    method_version: str
    method_digest: str
    work: list[WorkScores]
    not_shipped: list[WorkScores]
    tasks: list[TaskScores]
    accelerators: list[GpuScores]
    peers: list[PeerScores]
    sources: list[MeasurementSource]


class PredictedMeasurement(Struct, kw_only=True, omit_defaults=True):
    """One measurement beside its prediction, by constants fitted without its model's family."""

    id: str
    source: str
    url: str = ""
    licence: str
    year: int
    task: str
    output: str
    model: str
    family: str
    gpu: str
    gpu_count: int
    precision: str
    batch: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    engine: str
    boundary: str
    scored: bool
    measured_wh: float
    predicted_wh: float
    low_90_wh: float
    low_50_wh: float
    high_50_wh: float
    high_90_wh: float
    predicted_to_measured: float
    note: str = ""


class MeasurementsResponse(Struct, kw_only=True):
    """Every shipped measurement, under one kind of evidence."""

    given: str
    method_version: str
    measurements: list[PredictedMeasurement]
