"""How the rows of each source are to be read: what the source did but did not write into the table.

The rules are data, ``validation/measured/readings.toml``, each with its reason. A rule applies to rows whose columns begin
with what it asks for. It fills cells that are empty, or sets one whose meaning the source's own code corrects. Rules hold
for a source, its tasks or a kind of its models; none looks at an energy.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Reading(NamedTuple):
    """One rule."""

    id: str
    where: Mapping[str, tuple[str, ...]]  # column -> beginnings of its text, one of which must hold
    fill: Mapping[str, str]  # column -> value where the cell is empty
    idle_gpu_w: float  # draw of each accelerator that was idle inside the measured energy [W]; 0: none
    reason: str
    put: Mapping[str, str] = {}  # column -> value, whatever the cell says
    with_loading: bool = (
        False  # the energy spans the loading of the weights too, at the draw of an idle accelerator
    )


class Built(NamedTuple):
    """What a model that is built from a row is taken for, where the row does not say."""

    where: Mapping[str, tuple[str, ...]]
    below_params_billions: float
    below_pixels: float
    architecture: str
    native_resolution: str


@cache
def shipped_built() -> tuple[Built, ...]:
    """The rules for models built from a row."""
    return tuple(
        Built(
            {column: (start,) for column, start in rule["where"].items()},
            float(rule["below_params_billions"]),
            float(rule["below_pixels"]),
            rule["architecture"],
            rule["native_resolution"],
        )
        for rule in _shipped()["built"]
    )


@cache
def _shipped() -> dict[str, Any]:
    text = (files("wattdrop") / "validation" / "measured" / "readings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def shipped_readings() -> tuple[Reading, ...]:
    """The rules that come with the package."""
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
            {column: str(value) for column, value in rule.get("put", {}).items()},
            bool(rule.get("with_loading", False)),
        )
        for rule in _shipped()["reading"]
    )


def apply(cells: Mapping[str, str], rules: Iterable[Reading]) -> tuple[dict[str, str], tuple[Reading, ...]]:
    """The cells with gaps filled, and the rules that applied. The first rule to fill a cell wins; a ``put`` always does."""
    filled = dict(cells)
    applied = []
    for rule in rules:
        if not all(cells.get(column, "").startswith(starts) for column, starts in rule.where.items()):
            continue
        gaps = {column: value for column, value in rule.fill.items() if not filled.get(column)}
        gaps.update(rule.put)
        filled.update(gaps)
        if gaps or (rule.idle_gpu_w > 0.0 and cells.get("idle_gpus")):
            applied.append(rule)
    return filled, tuple(applied)
