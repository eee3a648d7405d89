"""Why a row got its numbers: every step with value, unit, formula and inputs, every input with source and basis.

Nothing is recomputed. The formulas are the kernel's own text, the values are the columns it kept, the figures behind
them are those that resolution picked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ..resolve.origins import origin_of_constant, origin_of_evidence, setup_origins
from ..units import unit_of
from .formulas import Formula, formulas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..catalog import Catalog
    from ..kernel.columns import Evidence
    from ..resolve.choice import Choice
    from ..resolve.description import Description
    from ..resolve.origins import Origin
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
    resolved = estimate.resolution.at(at)
    given = estimate.resolution.quantities.evidence(at, resolved.setup.frame_aspect)
    leaves = _Leaves(estimate, resolved, given)
    kept: dict[str, float] = {}
    steps: list[Step] = []
    for formula in formulas():
        value = estimate.evaluation.value(at, formula.name)
        inputs = tuple(
            Input(name, kept[name], unit_of(name), origin, "", (), "")
            if origin == "step"
            else leaves.read(origin, name)
            for origin, name in formula.inputs
        )
        kept[formula.name] = value
        unit = unit_of(formula.name)
        steps.append(Step(formula.name, value, unit, _readable(formula), formula.stage, inputs))
    return Explanation(estimate.choices(row), tuple(steps), estimate.method_version, estimate.catalog_digest)


class _Leaves:
    """The inputs of a row that no step computes: setup, evidence and constants, each with its origin."""

    def __init__(self, estimate: Estimate, resolved: Resolved, given: Evidence) -> None:
        self._estimate = estimate
        self._setup = resolved.setup
        self._evidence = given
        self._setup_origins = _origins(estimate.catalog, resolved)

    def read(self, origin: str, name: str) -> Input:
        """One input by the name it has in the kernel."""
        if origin == "constant":
            found = origin_of_constant(self._estimate.catalog, name)
            value = float(getattr(self._estimate.constants, name))
        elif origin == "evidence":
            found = origin_of_evidence(name)
            value = float(getattr(self._evidence, name))
        else:
            found = self._setup_origins[name]
            value = float(getattr(self._setup, name))
        if math.isnan(value):
            return Input(name, None, unit_of(name), origin, "not given", (), "")
        return Input(name, value, unit_of(name), origin, found.basis, found.source_ids, found.note)


#: Origins by catalog and description: finding them takes a hundred milliseconds. 20 kB each.
_remembered: dict[tuple[str, Description], Mapping[str, Origin]] = {}
_MOST_REMEMBERED: Final = 250


def _origins(catalog: Catalog, resolved: Resolved) -> Mapping[str, Origin]:
    """Where the fields of a setup come from."""
    key = (catalog.digest, resolved.description)
    found = _remembered.get(key)
    if found is None:
        found = setup_origins(catalog, resolved)
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = found
    return found


def _readable(formula: Formula) -> str:
    """The formula without the kernel's prefixes: ``s.x`` is ``x``."""
    return re.sub(r"\b(?:op|s|e|c)\.", "", formula.text)
