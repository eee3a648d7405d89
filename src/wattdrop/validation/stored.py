"""What ``validation/accuracy.py`` found, as files of the package: scores, and the prediction of every shipped measurement.

Each row is predicted by constants, spreads of the ranges included, that were fitted without the row's model family.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from .measurements import Measurement
    from .predict import Prediction

#: What a description may carry beside model, task and amounts, by the name that tables use.
EVIDENCE: Final[Mapping[str, tuple[str, ...]]] = {
    "batch": ("batch", "hardware", "datatype"),
    "latency": ("latency", "hardware", "datatype"),
    "hardware": ("hardware", "datatype"),
    "none": (),
}
_FOLDER: Final = Path(__file__).with_name("accuracy")
SCORES: Final = _FOLDER / "scores.json"
_DIGITS: Final = ".4g"  # what another machine's last bit cannot move


class Stored(NamedTuple):
    """One prediction with the ends of its ranges. [Wh]"""

    energy_wh: float
    low_90_wh: float
    low_50_wh: float
    high_50_wh: float
    high_90_wh: float


def comparable(m: Measurement) -> bool:
    """Whether a row counts: a sound measurement. Rows of quality C are unusual or suspect (see their notes)."""
    return not m.problem and m.text("quality") in {"A", "B"}


def stored_scores() -> dict[str, Any]:
    """The scores as they were written."""
    found: dict[str, Any] = json.loads(SCORES.read_text(encoding="utf-8"))
    return found


def stored_predictions(evidence: str) -> dict[str, Stored]:
    """Predictions under one kind of evidence, by ``row_id`` of the measurement."""
    with _file(evidence).open(newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        return {row_id: Stored(*map(float, numbers)) for row_id, *numbers in rows}


def write_predictions(evidence: str, predictions: Iterable[Prediction]) -> None:
    """Write those that could be made, sorted by ``row_id``."""
    lines = sorted(
        (p.measurement.text("row_id"), *(format(value, _DIGITS) for value in _numbers(p)))
        for p in predictions
        if not p.reason
    )
    with _file(evidence).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("row_id", *Stored._fields))
        writer.writerows(lines)


def predictions_digest() -> str:
    """Hash of all predictions, kept with the scores that were made of them."""
    digest = sha256()
    for evidence in EVIDENCE:
        digest.update(_file(evidence).read_bytes())
    return digest.hexdigest()


def _numbers(p: Prediction) -> Stored:
    bounds = p.bounds
    return Stored(p.energy_wh, bounds.low_90, bounds.low_50, bounds.high_50, bounds.high_90)


def _file(evidence: str) -> Path:
    return _FOLDER / f"given-{evidence}.csv"
