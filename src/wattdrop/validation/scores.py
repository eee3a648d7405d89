"""How good predictions are: the scores of a group of rows, over rows and as means over its models."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .predict import Prediction

#: Scores of a group, in the order of reports. See docs/explanation/accuracy.md for what each means.
SCORES: Final = (
    "median_factor",
    "bias",
    "within_2x",
    "within_1_5x",
    "mape",
    "rmsle",
    "coverage_90",
    "coverage_50",
    "median_width_90",
)


def scores(predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Scores of a group: ``n``, ``unpredicted``, each of SCORES over rows, and ``mean_over_models``.

    Scores are None where nothing could be predicted; those of ranges are None where no ranges were worked out.
    """
    predicted = [p for p in predictions if not p.reason]
    by_model: dict[str, list[Prediction]] = {}
    for p in predicted:
        by_model.setdefault(p.measurement.text("model_hf_path"), []).append(p)
    per_model = [_of_rows(rows) for rows in by_model.values()]
    return {
        "n": len(predicted),
        "unpredicted": len(predictions) - len(predicted),
        "models": len(by_model),
        **(_of_rows(predicted) if predicted else dict.fromkeys(SCORES)),
        "mean_over_models": {name: _mean(model[name] for model in per_model) for name in SCORES},
    }


def _of_rows(predictions: Sequence[Prediction]) -> dict[str, float | None]:
    errors = [math.log(p.ratio) for p in predictions]
    sizes = [abs(error) for error in errors]
    return {
        "median_factor": math.exp(median(sizes)),
        "bias": math.exp(median(errors)),
        "within_2x": fmean(size <= math.log(2.0) for size in sizes),
        "within_1_5x": fmean(size <= math.log(1.5) for size in sizes),
        "mape": fmean(abs(p.ratio - 1.0) for p in predictions),
        "rmsle": math.sqrt(fmean(error * error for error in errors)),
        "coverage_90": _mean(_covered(p, p.bounds.low_90, p.bounds.high_90) for p in predictions),
        "coverage_50": _mean(_covered(p, p.bounds.low_50, p.bounds.high_50) for p in predictions),
        "median_width_90": _median(
            p.bounds.high_90 / p.bounds.low_90 for p in predictions if p.bounds.low_90 > 0.0
        ),
    }


def _covered(p: Prediction, low: float, high: float) -> float | None:
    return None if math.isnan(low) else float(low <= p.measurement.energy_wh <= high)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None
