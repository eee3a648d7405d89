"""Groups of predictions with their scores, as data and as a table of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ..errors import BadRequest
from .predict import Prediction
from .scores import scores

#: What rows can be grouped by, and the column it reads.
BY: Final[Mapping[str, str]] = {
    "task": "task",
    "family": "model_family",
    "model": "model_hf_path",
    "gpu": "gpu",
    "source": "source",
    "quality": "quality",
    "boundary": "boundary",
    "precision": "precision",
}


def by_of(text: str) -> tuple[str, ...]:
    """The names of a comma-separated list, each one of BY."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    wrong = [name for name in names if name not in BY]
    if wrong:
        raise BadRequest(
            f"rows cannot be grouped by {', '.join(wrong)}; known are {', '.join(BY)}", field="by"
        )
    return names


def report(predictions: Sequence[Prediction], by: Sequence[str] = ()) -> dict[str, Any]:
    """Scores of all rows and of each group, and the rows that could not be predicted with the reason."""
    groups: dict[tuple[str, ...], list[Prediction]] = {}
    for p in predictions:
        groups.setdefault(tuple(p.measurement.text(BY[name]) for name in by), []).append(p)
    return {
        "overall": scores(predictions),
        "groups": [
            {"by": dict(zip(by, key, strict=True)), **scores(groups[key])} for key in sorted(groups) if by
        ],
        "unpredicted": [
            {"row": p.measurement.number, "row_id": p.measurement.text("row_id"), "reason": p.reason}
            for p in predictions
            if p.reason
        ],
    }


#: Columns of the table of text: heading, score, how it is written.
_COLUMNS: Final[tuple[tuple[str, str, Callable[[float], str]], ...]] = (
    ("within 2x", "within_2x", lambda x: f"{100 * x:.0f} %"),
    ("within 1.5x", "within_1_5x", lambda x: f"{100 * x:.0f} %"),
    ("factor", "median_factor", lambda x: f"{x:.2f}"),
    ("bias", "bias", lambda x: f"{x:.2f}"),
    ("90 % range holds", "coverage_90", lambda x: f"{100 * x:.0f} %"),
    ("50 %", "coverage_50", lambda x: f"{100 * x:.0f} %"),
    ("width", "median_width_90", lambda x: f"{x:.1f}x"),
)
HEADER: Final = ("rows", "models", *(heading for heading, _, _ in _COLUMNS))


def cells(group: Mapping[str, Any]) -> tuple[str, ...]:
    """One group as the cells of a table, under HEADER."""
    return (
        f"{group['n']:,}",
        f"{group['models']:,}",
        *("-" if group[name] is None else write(group[name]) for _, name, write in _COLUMNS),
    )
