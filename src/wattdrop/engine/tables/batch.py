"""One batch: columns to numbers and descriptions, those to setups, and all of it through the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from ...errors import RowError
from ...resolve.batch import Resolution
from ...resolve.quantities import QuantityColumns
from ...resolve.resolved import Resolved
from ..api import Estimate, default_catalog, resolver_of
from ..evaluate import REPORTED, Evaluation, evaluate
from .columns import fields_of
from .names import named_of
from .numbers import AT, is_incomplete, numbers_of
from .results import results, spread
from .singly import read_singly
from .types import with_usual_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ...catalog import Catalog
    from ...resolve.batch import Resolver

_HOURLY: Final = (AT["grid_hourly_ratio"], AT["ewif_hourly_ratio"])


def resolution_of(batch: pa.RecordBatch, fields: dict[str, str], resolver: Resolver) -> Resolution:
    """What the rows of a batch resolve to. ``fields``: field of a row, column of the batch."""
    batch = with_usual_types(batch, fields.values())
    numbers, doubtful = numbers_of(batch, fields)
    named = named_of(batch, fields, numbers, doubtful)
    outcomes = resolver.descriptions(named.descriptions)
    resolved, setup_of = _resolved(outcomes)
    index = setup_of.take(named.number_of).take(named.places)
    if named.hours is not None and resolved:
        for at, ratios in zip(_HOURLY, named.hours.ratios(resolver.catalog, resolved, index), strict=True):
            if (ratios != 1.0).any():
                numbers[at] = ratios
    errors: dict[int, RowError] = {}
    if doubtful.any():
        read_singly(batch, fields, resolver, doubtful, index, numbers, resolved, errors)
    failed = index < 0
    computed: Any = range(batch.num_rows)
    if failed.any():
        for row in np.flatnonzero(failed & ~doubtful).tolist():
            errors[row] = cast("RowError", outcomes[named.number_of[named.places[row]]])
        computed = np.flatnonzero(~failed)
        numbers = {at: column[computed] for at, column in numbers.items()}
        index = index[computed]
    incomplete = frozenset(at for at, column in numbers.items() if is_incomplete(at, column))
    given = QuantityColumns(len(index), numbers, incomplete)
    return Resolution(resolved, [one.setup for one in resolved], index, given, computed, errors)


def results_of(
    batch: pa.RecordBatch, fields: dict[str, str], catalog: Catalog, metrics: tuple[str, ...]
) -> pa.RecordBatch:
    """The metrics and errors of a batch."""
    return results(*computed(batch, fields, catalog, metrics), batch.num_rows)


def computed(
    batch: pa.RecordBatch, fields: dict[str, str], catalog: Catalog, metrics: Sequence[str]
) -> tuple[dict[str, Any], dict[int, RowError]]:
    """The metrics of a batch as float64 arrays, NaN where a row has an error, and these errors by row."""
    resolver = resolver_of(catalog)
    found = resolution_of(batch, fields, resolver)
    if not len(found.computed):
        return dict.fromkeys(metrics, np.full(batch.num_rows, np.nan)), found.errors
    reported = evaluated(found, resolver, tuple(metrics))
    columns = {name: reported.array(name) for name in metrics}
    if found.errors:
        columns = {name: spread(column, found.computed, batch.num_rows) for name, column in columns.items()}
    return columns, found.errors


def estimate_batch(batch: pa.RecordBatch, catalog: Catalog | None = None) -> Estimate:
    """What ``estimate`` gives for the rows of a batch: for some thousand rows, of which ranges are wanted."""
    resolver = resolver_of(catalog if catalog is not None else default_catalog())
    found = resolution_of(batch, fields_of(batch.schema.names, "error"), resolver)
    return Estimate(resolver, found, evaluated(found, resolver, REPORTED), batch.num_rows)


def evaluated(found: Resolution, resolver: Resolver, metrics: tuple[str, ...]) -> Evaluation:
    """The kernel's metrics of resolved rows."""
    return evaluate(found.setups, found.resolved_of, found.quantities, resolver.constants, metrics)


def _resolved(outcomes: Sequence[Resolved | RowError]) -> tuple[list[Resolved], Any]:
    """What could be resolved, and for each outcome which of these it is: -1 for an error, and one past the last."""
    resolved: list[Resolved] = []
    number_of = np.full(len(outcomes) + 1, -1, dtype=np.int64)
    for number, outcome in enumerate(outcomes):
        if not isinstance(outcome, RowError):
            number_of[number] = len(resolved)
            resolved.append(outcome)
    return resolved, number_of
