"""Scores of other tools on the shipped rows that they can express; their predictions are in ``peers``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import accuracy

from wattdrop.validation.measurements import Measurement
from wattdrop.validation.predict import Bounds, Prediction
from wattdrop.validation.scores import scores
from wattdrop.validation.stored import comparable

PEERS: Final = Path(__file__).parent / "peers"
#: Lines of the table of targets that other tools can be held against, too.
LINES: Final = ("text", "text_none", "text_usual", "text_alone", "servers")


def scored(measurements: Iterable[Measurement]) -> list[dict[str, Any]]:
    """One entry for each of LINES and tool, in the order of the table."""
    rows = {m.text("row_id"): m for m in measurements if comparable(m)}
    found = []
    for line in accuracy.LINES:
        if line.id not in LINES:
            continue
        for tool, said in sorted(_predictions().items()):
            theirs = [
                Prediction(rows[id], value, float("nan"), Bounds(), "")
                for id, value in said.items()
                if id in rows and line.holds(rows[id])
            ]
            theirs = accuracy.nearest_to_64(theirs) if line.nearest_batch_64 else theirs
            if theirs:
                found.append({"id": line.id, "tool": tool, **scores(theirs)})
    return found


def _predictions() -> dict[str, dict[str, float]]:
    """What each tool says of each row."""
    found: dict[str, dict[str, float]] = {}
    for path in sorted(PEERS.glob("predictions*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["tool"], {})[row["row_id"]] = float(row["predicted_wh"])
    return found
