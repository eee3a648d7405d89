"""``GET /v1/accuracy``: how far the method is from measurements, and every measurement that this is known from."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..schema.accuracy import (
    AccuracyResponse,
    GpuScores,
    MeasurementSource,
    MeasurementsResponse,
    PeerScores,
    PredictedMeasurement,
    Scores,
    TaskScores,
    WorkScores,
)
from ..validation.measurements import Measurement, read
from ..validation.published import address_of, output_of, published_sources
from ..validation.stored import EVIDENCE, Stored, comparable, stored_predictions, stored_scores
from .bodies import check_accept
from .content import Content, content_of, send_if_new
from .description import Example, Parameter, operation
from .description.operation import UNCHANGED, json_answer
from .queries import one_of

_GIVEN: Final = Parameter(
    "given",
    "What each description carries beside model, task and amounts: `batch`, hardware and precision; `latency` instead "
    "of the batch; `hardware` and precision alone; `none` of them.",
    {"type": "string", "enum": list(EVIDENCE), "default": "batch"},
    example="batch",
)


class AccuracyResource:
    """Scores: the same for everybody, so no key is needed."""

    @operation(
        "getAccuracy",
        "Evidence",
        "How good the estimates are",
        text="Predictions of published measurements, each by constants that were fitted without its model's family.",
        answers={200: json_answer("The scores.", AccuracyResponse), 304: UNCHANGED},
        errors=(406,),
        examples=(Example("scores", "All scores", recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Send them."""
        await _send(request, response, _scores)


class MeasurementsResource:
    """The measurements themselves, each beside its prediction."""

    @operation(
        "listMeasurements",
        "Evidence",
        "Measurements beside their predictions",
        text="All that come with the package, with source and licence. Those of which `scored` is false are unusual or "
        "suspect and take no part in fit and scores.",
        parameters=(_GIVEN,),
        answers={200: json_answer("The measurements.", MeasurementsResponse), 304: UNCHANGED},
        errors=(400, 406),
        examples=(Example("batch", "With everything given", query={"given": "batch"}, recorded=False),),
    )
    async def on_get(self, request: Request, response: Response) -> None:
        """Send them."""
        given = one_of(request, _GIVEN)
        await _send(request, response, partial(_measurements, given))


async def _send(request: Request, response: Response, made: Callable[[], Content]) -> None:
    """It stays the same while the process lives; a browser that has it already is told so."""
    check_accept(request)
    content = await asyncio.get_running_loop().run_in_executor(None, made)
    send_if_new(request, response, content)


def _content(answer: msgspec.Struct) -> Content:
    return content_of("application/json", msgspec.json.encode(answer))


@cache
def _scores() -> Content:
    found = stored_scores()
    in_sample = {group["by"]["task"]: group for group in found["in_sample"]}
    return _content(
        AccuracyResponse(
            method_version=found["method_version"],
            method_digest=found["method_digest"],
            work=[_as(WorkScores, line) for line in found["table"]],
            not_shipped=[_as(WorkScores, line) for line in found["not_shipped"]["table"]],
            tasks=[
                _as(
                    TaskScores,
                    group | group["by"] | {"in_sample": _as(Scores, in_sample[group["by"]["task"]])},
                )
                for group in found["tasks"]
            ],
            accelerators=[_as(GpuScores, line) for line in found["accelerators"]],
            peers=[_as(PeerScores, line) for line in found["peers"]],
            sources=[_as(MeasurementSource, source) for source in published_sources()],
        )
    )


def _as(kind: type[Any], found: dict[str, Any]) -> Any:
    """What is stored, as far as it is told."""
    return kind(**{name: found[name] for name in kind.__struct_fields__ if name in found})


@cache
def _measurements(given: str) -> Content:
    return _content(
        MeasurementsResponse(
            given=given,
            method_version=stored_scores()["method_version"],
            measurements=list(_predicted(given)),
        )
    )


def _predicted(given: str) -> Iterator[PredictedMeasurement]:
    predictions = stored_predictions(given)
    for measurement in read():
        if found := predictions.get(measurement.text("row_id")):
            yield _beside(measurement, found)


def _beside(m: Measurement, found: Stored) -> PredictedMeasurement:
    return PredictedMeasurement(
        id=m.text("row_id"),
        source=m.text("source"),
        url=address_of(m),
        licence=m.text("licence"),
        year=int(m.value("year")),
        task=m.text("task"),
        output=output_of(m),
        model=m.text("model_hf_path"),
        family=m.text("model_family"),
        gpu=m.text("gpu"),
        gpu_count=int(m.value("gpu_count")),
        precision=m.text("precision"),
        batch=_known(m.value("batch_or_concurrency")),
        input_tokens=_known(m.value("input_tokens")),
        output_tokens=_known(m.value("output_tokens")),
        engine=m.text("engine"),
        boundary=m.text("boundary"),
        scored=comparable(m),
        measured_wh=m.energy_wh,
        predicted_wh=found.energy_wh,
        low_90_wh=found.low_90_wh,
        low_50_wh=found.low_50_wh,
        high_50_wh=found.high_50_wh,
        high_90_wh=found.high_90_wh,
        predicted_to_measured=found.energy_wh / m.energy_wh,
        note=m.text("note"),
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
