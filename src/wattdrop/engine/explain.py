"""Why a row got its numbers: every step with value, unit, formula and inputs, every input with source and basis.

Nothing is recomputed. The formulas are the kernel's own text, the values are the columns it kept, the figures behind
them are those that resolution picked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from ..kernel.ops import FLOATS
from ..resolve.origins import Origin, origin_of_constant, origin_of_evidence, origin_of_setup
from ..resolve.quantities import evidence
from ..units import unit_of
from .formulas import Formula, formulas

if TYPE_CHECKING:
    from ..kernel.columns import Evidence, Setup
    from ..resolve.choice import Choice
    from ..resolve.resolved import Resolved
    from .api import Estimate


class Input(NamedTuple):
    """One value that enters a step, and where it comes from."""

    name: str
    value: float | None  # None: not given by the caller
    unit: str
    origin: str  # setup, evidence, constant or step
    basis: str  # given, measured, published, derived, assumed; empty for steps
    source_ids: tuple[str, ...]
    note: str


class Step(NamedTuple):
    """One assignment of the kernel and the value that it gave for this row."""

    name: str
    value: float
    unit: str
    formula: str
    stage: str
    inputs: tuple[Input, ...]


class Explanation(NamedTuple):
    """One row: what was chosen, and every step from there to the totals."""

    choices: tuple[Choice, ...]
    steps: tuple[Step, ...]
    method_version: str
    catalog_digest: str


def explain(estimate: Estimate, row: int) -> Explanation:
    """Explain a computed row; ``row`` counts all rows of the batch.

    Raises
    ------
    ValueError
        If the row has an error and so no numbers to explain.
    """
    at = estimate.position(row)
    resolved = estimate.resolution.resolved[estimate.resolution.resolved_of[at]]
    quantities = evidence(estimate.resolution.quantities[at], estimate.frame_aspect, FLOATS)
    setup = resolved.setup
    kept: dict[str, float] = {}
    steps: list[Step] = []
    for formula in formulas():
        value = estimate.evaluation.value(at, formula.name)
        inputs = tuple(
            _input(estimate, resolved, setup, quantities, kept, origin, name)
            for origin, name in formula.inputs
        )
        kept[formula.name] = value
        steps.append(
            Step(formula.name, value, unit_of(formula.name), _readable(formula), formula.stage, inputs)
        )
    return Explanation(resolved.choices, tuple(steps), estimate.method_version, estimate.catalog_digest)


def _input(
    estimate: Estimate,
    resolved: Resolved,
    setup: Setup,
    quantities: Evidence,
    kept: dict[str, float],
    origin: str,
    name: str,
) -> Input:
    if origin == "step":
        return Input(name, kept[name], unit_of(name), origin, "", (), "")
    if origin == "constant":
        found: Origin = origin_of_constant(estimate.catalog, name)
        value = float(getattr(estimate.constants, name))
    elif origin == "evidence":
        found = origin_of_evidence(name)
        value = float(getattr(quantities, name))
    else:
        found = origin_of_setup(estimate.catalog, resolved, name)
        value = float(getattr(setup, name))
    return Input(
        name,
        None if math.isnan(value) else value,
        unit_of(name),
        origin,
        found.basis if not math.isnan(value) else "not given",
        found.source_ids,
        found.note,
    )


def _readable(formula: Formula) -> str:
    """The formula without the kernel's prefixes: ``s.x`` is ``x``."""
    return re.sub(r"\b(?:op|s|e|c)\.", "", formula.text)
