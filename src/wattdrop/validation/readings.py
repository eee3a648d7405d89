"""How the rows of each source are to be read: what the source did but did not write into the table.

The rules are data, ``validation/measured/readings.toml``, each with its reason. A rule applies to rows whose columns begin
with what it asks for; it fills cells that are empty and never changes one that is not. No rule names a model.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Reading(NamedTuple):
    """One rule."""

    id: str
    where: Mapping[str, tuple[str, ...]]  # column -> beginnings of its text, one of which must hold
    fill: Mapping[str, str]  # column -> value where the cell is empty
    idle_gpu_w: float  # draw of each accelerator that was idle inside the measured energy [W]; 0: none
    reason: str


@cache
def shipped_readings() -> tuple[Reading, ...]:
    """The rules that come with the package."""
    text = (files("wattdrop") / "validation" / "measured" / "readings.toml").read_text(encoding="utf-8")
    return tuple(
        Reading(
            rule["id"],
            {
                column: (start,) if isinstance(start, str) else tuple(start)
                for column, start in rule["where"].items()
            },
            {column: str(value) for column, value in rule.get("fill", {}).items()},
            float(rule.get("idle_gpu_w", 0.0)),
            rule["reason"],
        )
        for rule in tomllib.loads(text)["reading"]
    )


def apply(cells: Mapping[str, str], rules: Iterable[Reading]) -> tuple[dict[str, str], tuple[Reading, ...]]:
    """The cells with gaps filled, and the rules that applied."""
    filled = dict(cells)
    applied = []
    for rule in rules:
        if not all(cells.get(column, "").startswith(starts) for column, starts in rule.where.items()):
            continue
        gaps = {column: value for column, value in rule.fill.items() if not filled.get(column)}
        filled.update(gaps)
        if gaps or (rule.idle_gpu_w > 0.0 and cells.get("idle_gpus")):
            applied.append(rule)
    return filled, tuple(applied)
