"""One batch: columns to numbers and descriptions, those to setups, and all of it through the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from ...errors import RowError
from ...resolve.quantities import QuantityColumns
from ...resolve.resolved import Resolved
from ..api import resolver_of
from ..evaluate import evaluate
from .names import named_of
from .numbers import AT, is_incomplete, numbers_of
from .results import results, spread
from .singly import read_singly

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ...catalog import Catalog

_HOURLY: Final = (AT["grid_hourly_ratio"], AT["ewif_hourly_ratio"])


def results_of(
    batch: pa.RecordBatch, fields: dict[str, str], catalog: Catalog, metrics: tuple[str, ...]
) -> pa.RecordBatch:
    """The metrics and errors of a batch. ``fields``: field of a row, column of the batch."""
    rows = batch.num_rows
    resolver = resolver_of(catalog)
    numbers, doubtful = numbers_of(batch, fields)
    named = named_of(batch, fields, numbers, doubtful)
    outcomes = resolver.descriptions(named.descriptions)
    resolved, setup_of = _resolved(outcomes)
    index = setup_of.take(named.of_rows)
    if named.hours is not None and resolved:
        for at, ratios in zip(_HOURLY, named.hours.ratios(catalog, resolved, index), strict=True):
            if (ratios != 1.0).any():
                numbers[at] = ratios
    errors: dict[int, RowError] = {}
    if doubtful.any():
        read_singly(batch, fields, resolver, doubtful, index, numbers, resolved, errors)
    failed = index < 0
    if failed.any():
        for row in np.flatnonzero(failed & ~doubtful).tolist():
            errors[row] = cast("RowError", outcomes[named.of_rows[row]])
        computed = np.flatnonzero(~failed)
        numbers = {at: column[computed] for at, column in numbers.items()}
        index = index[computed]
    if not len(index):
        return results(dict.fromkeys(metrics, np.full(rows, np.nan)), errors, rows)
    given = QuantityColumns(
        len(index), numbers, frozenset(at for at in numbers if is_incomplete(at, numbers[at]))
    )
    setups = [found.setup for found in resolved]
    reported = evaluate(setups, index, given, resolver.constants, metrics)
    columns = {name: reported.array(name) for name in metrics}
    if errors:
        columns = {name: spread(column, computed, rows) for name, column in columns.items()}
    return results(columns, errors, rows)


def _resolved(outcomes: Sequence[Resolved | RowError]) -> tuple[list[Resolved], Any]:
    """What could be resolved, and for each outcome which of these it is: -1 for an error, and one past the last."""
    resolved: list[Resolved] = []
    number_of = np.full(len(outcomes) + 1, -1, dtype=np.int64)
    for number, outcome in enumerate(outcomes):
        if not isinstance(outcome, RowError):
            number_of[number] = len(resolved)
            resolved.append(outcome)
    return resolved, number_of
