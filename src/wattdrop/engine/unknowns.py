"""What is not known about each row, with the direction in which it moves the row: two rows that share it move together.

Ranges (``ranges``) need how far a cause moves a row, and add up what rows share: in a sum it is careful to take an error
as shared. In a difference it is careless, because what is shared cancels. So here an unknown is the same for two rows only
where it is certainly one thing, see ``_identity``.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ..resolve.quantities import QuantityColumns
from .cases import DURATION, EffectId, case_of
from .evaluate import TOTALS, evaluate
from .quantiles import Z90

if TYPE_CHECKING:
    from ..kernel.columns import Setup
    from ..resolve.causes import Cause
    from ..resolve.resolved import Resolved
    from .api import Estimate


class Unknown(NamedTuple):
    """One standard normal variable behind a row: what it is, and where its ends put the row's totals."""

    effect: EffectId
    identity: Hashable
    """Rows for which effect and identity are equal have the same unknown."""
    steps: Mapping[str, Sequence[float]]
    """By quantity, the logarithm of the ratio to the central value at each end; a negative one goes down."""


class _End(NamedTuple):
    """A row with one unknown at one end, or with none: what the kernel is to evaluate."""

    row: int
    setup: Setup
    duration_factor: float = 1.0


def unknowns_of(estimate: Estimate) -> list[list[Unknown]]:
    """The unknowns of every computed row, in order."""
    found = [_of_row(estimate, row) for row in range(len(estimate.resolution.computed))]
    resolution = estimate.resolution
    central = [_End(row, resolution.at(row).setup) for row in range(len(found))]
    values = iter(
        _evaluated(estimate, [*central, *(end for row in found for one in row for end in one.ends)])
    )
    middles = [next(values) for _ in central]
    return [
        [_unknown(one, middle, [next(values) for _ in one.ends]) for one in row]
        for row, middle in zip(found, middles, strict=True)
    ]


class _Open(NamedTuple):
    """An unknown before its ends are evaluated."""

    effect: EffectId
    identity: Hashable
    ends: Sequence[_End]


def _of_row(estimate: Estimate, row: int) -> list[_Open]:
    resolution = estimate.resolution
    resolved = resolution.at(row)
    alone = resolution.quantities.column("batch_size")[row] == 1.0
    found = [
        _Open(effect, _identity(cause, resolved), [_End(row, setup) for setup in cause.ends])
        for effect, cause in case_of(estimate.catalog, resolved, alone).causes.items()
    ]
    observed = resolution.quantities.column("processing_duration_ms")[row]
    if observed == observed:
        error = math.exp(Z90 * estimate.catalog.constant("duration_error"))
        ends = [_End(row, resolved.setup, factor) for factor in (1.0 / error, error)]
        found.append(_Open(DURATION, resolved.description, ends))
    return found


#: How a model is run, which is decided for each: its queue, the machines that wait for it, and which they are.
_OF_A_DEPLOYMENT: Final = frozenset({"occupancy", "utilisation", "hardware"})
_OF_A_PLACE: Final = frozenset({"pue", "wue", "grid", "ewif"})


def _identity(cause: Cause, resolved: Resolved) -> Hashable:
    """What another row must have in common for a cause to be one unknown of both: its key, or more.

    Ends are compared one by one, so there must be as many. Two models are not run alike because they run on the same
    machines. Where nobody says where a row ran, another service may be elsewhere.
    """
    key = cause.key, len(cause.ends)
    if cause.name in _OF_A_DEPLOYMENT:
        return key, resolved.model_ix, resolved.node_ix
    if cause.name in _OF_A_PLACE:
        unsaid = () if resolved.place.is_given else (resolved.service_ix,)
        return key, resolved.zone_ix, unsaid
    return key


def _evaluated(estimate: Estimate, ends: Sequence[_End]) -> Iterator[dict[str, float]]:
    """The totals of each, worked out together."""
    given = estimate.resolution.quantities
    columns = {at: [float(column[end.row]) for end in ends] for at, column in given.columns.items()}
    quantities = QuantityColumns(len(ends), columns, given.incomplete)
    durations = quantities.column("processing_duration_ms")
    if any(end.duration_factor != 1.0 for end in ends):
        moved = [value * end.duration_factor for value, end in zip(durations, ends, strict=True)]
        quantities = quantities.replaced("processing_duration_ms", moved)
    setups = [end.setup for end in ends]
    evaluation = evaluate(setups, range(len(ends)), quantities, estimate.constants, TOTALS)
    of_totals = [evaluation.column(name) for name in TOTALS]
    return (dict(zip(TOTALS, of_end, strict=True)) for of_end in zip(*of_totals, strict=True))


def _unknown(one: _Open, middle: Mapping[str, float], ends: Sequence[Mapping[str, float]]) -> Unknown:
    steps = {name: [_step(middle[name], end[name]) for end in ends] for name in TOTALS}
    return Unknown(one.effect, one.identity, steps)


def _step(central: float, moved: float) -> float:
    return math.log(moved / central) if central > 0.0 and moved > 0.0 else 0.0
