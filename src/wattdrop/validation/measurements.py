"""Tables of measured energy: one row is one model, one machine, one setting.

The columns are described in ``validation/measured/README.md``. Columns that are not known are ignored, columns that are
missing are empty, and a row that cannot be read stays in the list with the reason.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from ..errors import BadRequest
from ..units import J_PER_WH
from .readings import Reading, apply, shipped_readings

NAN: Final = math.nan

#: Columns that hold a number.
NUMBERS: Final = (
    "year",
    "total_params_b",
    "active_params_b",
    "gpu_count",
    "batch_or_concurrency",
    "input_tokens",
    "output_tokens",
    "input_images",
    "output_images",
    "steps",
    "video_frames",
    "audio_seconds",
    "energy_wh_per_request",
    "energy_j_per_output_token",
    "latency_s",
    "avg_power_w",
    "idle_gpus",
    "working_gpus",  # of a server that works on one query at a time; not in published tables, readings fill it
)
TEXTS: Final = (
    "row_id",
    "source",
    "source_detail",
    "task",
    "model_hf_path",
    "model_name",
    "model_family",
    "architecture",
    "precision",
    "gpu",
    "image_size",
    "video_resolution",
    "engine",
    "boundary",
    "kind",
    "quality",
    "licence",
    "note",
)
BOUNDARIES: Final = ("gpu_only", "server", "full_stack")
_SIZE: Final = re.compile(r"([1-9][0-9]{0,3}x[1-9][0-9]{0,3})?\Z")
_MOST_IMAGES: Final = 100
"""Of one request."""


class Measurement(NamedTuple):
    """One measured row as it is compared: texts and numbers by column, after the reading rules of its source."""

    number: int  # of the row in its table, the first is 1
    texts: Mapping[str, str]
    numbers: Mapping[str, float]  # NaN where the table is silent
    energy_wh: float  # of one request, inside the row's boundary, idle accelerators taken off
    idle_gpu_w: float  # draw of each accelerator that was idle inside the measured energy [W]
    readings: tuple[str, ...]  # ids of the rules that filled a cell
    problem: str  # why the row cannot be compared; empty where it can

    def text(self, column: str) -> str:
        """A cell of text."""
        return self.texts.get(column, "")

    def value(self, column: str) -> float:
        """A cell that is a number, NaN where it is empty."""
        return self.numbers.get(column, NAN)


def shipped_table() -> Path:
    """The measurements that come with the package."""
    return Path(str(files("wattdrop") / "validation" / "measured" / "calibration.csv"))


def read(path: str | Path | None = None) -> list[Measurement]:
    """All rows of a table, the shipped one by default.

    Raises
    ------
    BadRequest
        If the file cannot be read or is no table of measurements.
    """
    file = Path(path) if path is not None else shipped_table()
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            table = csv.DictReader(lines)
            columns = table.fieldnames or ()
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRequest(f"cannot read the measurements {file}: {error}", field="measurements") from None
    needed = {"task", "model_hf_path"} - set(columns)
    if needed or not {"energy_wh_per_request", "energy_j_per_output_token"} & set(columns):
        missing = ", ".join(sorted(needed)) or "energy_wh_per_request"
        raise BadRequest(
            f"{file} is no table of measurements: column {missing} is missing", field="measurements"
        )
    return measurements(rows)


def measurements(
    rows: Iterable[Mapping[str, str | None]], rules: Iterable[Reading] | None = None
) -> list[Measurement]:
    """Rows of text cells as measurements."""
    known = tuple(shipped_readings() if rules is None else rules)
    return [_measurement(number, row, known) for number, row in enumerate(rows, start=1)]


def _measurement(number: int, row: Mapping[str, str | None], rules: tuple[Reading, ...]) -> Measurement:
    cells = {name: (row.get(name) or "").strip() for name in (*TEXTS, *NUMBERS)}
    cells["boundary"] = cells["boundary"] or "gpu_only"
    cells, applied = apply(cells, rules)
    numbers: dict[str, float] = {}
    problem = ""
    for name in NUMBERS:
        try:
            numbers[name] = float(cells[name]) if cells[name] else NAN
        except ValueError:
            numbers[name] = NAN
        if cells[name] and not math.isfinite(numbers[name]):
            problem = problem or f"{name} is {cells[name]!r}, not a number"
    idle_gpu_w = max((rule.idle_gpu_w for rule in applied), default=0.0)
    energy = _energy_wh(numbers, idle_gpu_w)
    if any(rule.with_loading for rule in applied):
        energy = _without_loading_wh(energy, numbers, idle_gpu_w)
    problem = problem or _problem(cells, numbers, energy)
    ids = tuple(rule.id for rule in applied)
    texts = {name: cells[name] for name in TEXTS}
    return Measurement(number, texts, numbers, energy, idle_gpu_w, ids, problem)


def _energy_wh(numbers: Mapping[str, float], idle_gpu_w: float) -> float:
    """Energy of one request; the draw of accelerators that were idle inside the boundary is taken off."""
    energy = numbers["energy_wh_per_request"]
    if not energy > 0.0:
        energy = numbers["energy_j_per_output_token"] * numbers["output_tokens"] / J_PER_WH
    if idle_gpu_w > 0.0:
        energy *= 1.0 - idle_gpu_w * numbers["idle_gpus"] / numbers["avg_power_w"]
    return energy


def _without_loading_wh(energy_wh: float, numbers: dict[str, float], idle_gpu_w: float) -> float:
    """Energy of one request without its share of loading the weights, when the working accelerator idled.

    The recorded duration (energy over mean power) is longer than that of the requests by the loading. The mean power
    becomes that of the requests.
    """
    idle_w = idle_gpu_w * numbers["idle_gpus"]
    recorded_s = energy_wh * J_PER_WH / (numbers["avg_power_w"] - idle_w)
    loading_s = recorded_s - numbers["latency_s"]
    if not loading_s > 0.0:
        return energy_wh
    without = energy_wh - idle_gpu_w * loading_s / J_PER_WH
    numbers["avg_power_w"] = idle_w + without * J_PER_WH / numbers["latency_s"]
    return without


def _problem(cells: Mapping[str, str], numbers: Mapping[str, float], energy_wh: float) -> str:
    if cells["kind"] and cells["kind"] != "measured":
        return f"kind is {cells['kind']}: not a measurement"
    if cells["boundary"] not in BOUNDARIES:
        return f"boundary is {cells['boundary']!r}; known are {', '.join(BOUNDARIES)}"
    if not energy_wh > 0.0 or math.isinf(energy_wh):
        return (
            "no energy: energy_wh_per_request is empty or not above zero once idle accelerators are taken off"
        )
    if not cells["model_hf_path"]:
        return "model_hf_path is empty"
    for name in ("image_size", "video_resolution"):
        if not _SIZE.match(cells[name]):
            return f"{name} is {cells[name]!r}; write pixels, such as 1024x768"
    for name in ("input_images", "output_images"):
        if numbers[name] > _MOST_IMAGES:
            return (
                f"{name} is {numbers[name]:g}; the energy is that of one request, of at most {_MOST_IMAGES}"
            )
    return ""
