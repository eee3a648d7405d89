"""A measured row as a caller would describe it: the row of ``POST /v1/impact`` that stands for it.

What the description may contain is a choice (``GIVEN``): with all evidence the method is judged; with nothing but model,
task and amounts, what a caller of the API can expect.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..errors import BadRequest
from ..units import MS_PER_S
from .readings import Built, shipped_built

if TYPE_CHECKING:
    from ..catalog import Catalog
    from .measurements import Measurement

#: Evidence that a description may carry beside model, task, amounts and year.
GIVEN: Final = ("batch", "latency", "hardware", "datatype")
#: What is given unless the caller of ``validate`` says otherwise.
USUALLY_GIVEN: Final = ("batch", "hardware", "datatype")

#: Kinds of model as the measurements name them, where the catalog has another word.
ARCHITECTURES: Final = {"diffusion": "diffusion-dit"}
SPEECH_ARCHITECTURES: Final = {
    "encoder": "asr-ctc",
    "encoder-decoder": "asr-encoder-decoder",
    "rnn": "asr-transducer",
}


def given_of(text: str) -> frozenset[str]:
    """The evidence named by a comma-separated list, or ``none``.

    >>> sorted(given_of("batch, hardware"))
    ['batch', 'hardware']
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["none"]:
        return frozenset()
    wrong = sorted(set(names) - set(GIVEN))
    if wrong or not names:
        said = f"{', '.join(wrong)} is not evidence" if wrong else "nothing is named"
        raise BadRequest(f"{said}; name any of {', '.join(GIVEN)}, or none", field="given")
    return frozenset(names)


def row_of(m: Measurement, given: Iterable[str], catalog: Catalog, model: str) -> dict[str, Any]:
    """The wire row of a measurement; fields that the measurement does not have are left out.

    Parameters
    ----------
    model
        What to send as the model: its path, or the id of a custom model built by :func:`model_of`.
    """
    row = {"model_id": model, "task": m.text("task"), **_amounts(m)}
    year = m.value("year")
    if year == year:
        row["utc_datetime"] = f"{int(year)}-07-01T12:00:00Z"
    known = frozenset(given)
    if "hardware" in known:
        row |= _hardware(m, catalog)
    if "datatype" in known and m.text("precision"):
        # fp16/int8: most of the work is done in int8.
        row["datatype"] = m.text("precision").rpartition("/")[2]
    batch, latency_s = m.value("batch_or_concurrency"), m.value("latency_s")
    if "batch" in known and batch == batch:
        row["batch_size"] = max(batch, 1.0)
    if "latency" in known and latency_s > 0.0:
        row["processing_duration_ms"] = latency_s * MS_PER_S
    if m.text("boundary") == "server":
        # A benchmark's server is busy all the time that its energy is read, or as many of its accelerators as work.
        working = m.value("working_gpus") / m.value("gpu_count")
        row["utilization_rate"] = working if 0.0 < working < 1.0 else 1.0
    return row


def _amounts(m: Measurement) -> dict[str, Any]:
    """Tokens, images, steps, frames and seconds: the activity data."""
    task = m.text("task")
    makes_sound = task in ("text-to-audio", "text-to-speech", "music-generation")
    size, frame = m.text("image_size"), m.text("video_resolution")
    made = m.value("output_images")
    amounts: dict[str, float] = {
        "input_tokens": _whole(m.value("input_tokens")),
        "output_tokens": _whole(m.value("output_tokens")),
        "input_steps": _whole(m.value("steps")),
        "output_video_frames": _whole(m.value("video_frames")),
        "output_audio_seconds" if makes_sound else "input_audio_seconds": m.value("audio_seconds"),
        "output_count": math.nan if size else _whole(made),
        "output_video_resolution": _whole(float(frame.partition("x")[2] or "nan")),
    }
    given: dict[str, Any] = {
        name: int(amount) if amount == int(amount) and not name.endswith("seconds") else amount
        for name, amount in amounts.items()
        if amount == amount
    }
    if size and task == "text-to-image":
        given["output_images"] = [size] * int(made if made > 0.0 else 1.0)
    elif size and m.value("input_images") > 0.0:
        given["input_images"] = [size] * int(m.value("input_images"))
    return given


def _whole(amount: float) -> float:
    """Means over a workload are fractional, the wire's counts are whole; a count below one is one."""
    return float(max(round(amount), 1)) if amount == amount and amount > 0.0 else math.nan


def _hardware(m: Measurement, catalog: Catalog) -> dict[str, Any]:
    name = m.text("gpu")
    if not name:
        return {}
    ix = catalog.gpus.find(name)
    hardware: dict[str, Any] = {"gpu_id": name if ix is None else catalog.gpus.ids[ix]}
    count, idle = m.value("gpu_count"), m.value("idle_gpus")
    if count >= 1.0 and m.text("boundary") == "gpu_only":  # a server's accelerators are many replicas
        hardware["gpu_count"] = max(int(count - (idle if idle == idle else 0.0)), 1)
    return hardware


def unknown_models(measurements: Sequence[Measurement], catalog: Catalog) -> dict[str, Mapping[str, Any]]:
    """A custom model for each path that the catalog does not know, from the parameters of its first row."""
    from ..errors import RowError
    from ..resolve.description import Description
    from ..resolve.model import resolve_model

    found: dict[str, Mapping[str, Any]] = {}
    known: set[str] = set()
    for m in measurements:
        path = m.text("model_hf_path")
        if not path or path in known or path in found:
            continue
        if not isinstance(resolve_model(catalog, Description(model_id=path), None), RowError):
            known.add(path)
            continue
        entity = _model_of(m, len(found))
        if entity is not None:
            found[path] = entity
    return found


def _model_of(m: Measurement, number: int) -> Mapping[str, Any] | None:
    total = m.value("total_params_b")
    if not total > 0.0:
        return None
    active = m.value("active_params_b")
    kind = m.text("architecture")
    words = SPEECH_ARCHITECTURES if m.text("task") == "speech-to-text" else ARCHITECTURES
    size = m.text("image_size")
    taken = _taken_for(m, total, size)
    if taken is not None:
        words, size = {**words, kind: taken.architecture}, size or taken.native_resolution
    return {
        "id": f"measured-model-{number + 1}",
        "name": m.text("model_name") or m.text("model_hf_path"),
        "task": m.text("task"),
        "architecture": words.get(kind, kind) or "dense",
        "total_params_billions": total,
        "active_params_billions": active if active > 0.0 else total,
        **({"native_resolution": size} if size else {}),
    }


def _taken_for(m: Measurement, total_params_b: float, size: str) -> Built | None:
    width, _, height = size.partition("x")
    pixels = float(width) * float(height) if width.isdecimal() and height.isdecimal() else 0.0
    for rule in shipped_built():
        fits = all(m.text(column).startswith(starts) for column, starts in rule.where.items())
        if fits and total_params_b < rule.below_params_billions and pixels < rule.below_pixels:
            return rule
    return None
