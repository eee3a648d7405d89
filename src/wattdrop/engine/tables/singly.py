"""Rows that columns cannot say, through the parser of single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import RowError
from ...resolve.quantities import USUAL
from ...resolve.resolved import Resolved
from ...schema import parse_rows
from .one_row import raw

if TYPE_CHECKING:
    import pyarrow as pa

    from ...resolve.batch import Resolver


def read_singly(
    batch: pa.RecordBatch,
    fields: dict[str, str],
    resolver: Resolver,
    doubtful: Any,
    index: Any,
    numbers: dict[int, Any],
    resolved: list[Resolved],
    errors: dict[int, RowError],
) -> None:
    """Read the rows that are ``doubtful`` into ``index``, ``numbers`` and the rest."""
    rows = np.flatnonzero(doubtful)
    single = resolver.batch(parse_rows(raw(batch, fields, row) for row in rows.tolist()))
    index[rows] = -1
    errors.update((int(rows[number]), error) for number, error in single.errors.items())
    places = rows[np.array(single.computed, dtype=np.int64)]
    index[places] = np.array(single.resolved_of, dtype=np.int64) + len(resolved)
    resolved.extend(single.resolved)
    for at in {*numbers, *single.quantities.columns}:
        usual = USUAL[at]
        column = numbers[at].copy() if at in numbers else np.full(batch.num_rows, usual)
        column[rows] = usual
        column[places] = single.quantities.columns.get(at, usual)
        numbers[at] = column
