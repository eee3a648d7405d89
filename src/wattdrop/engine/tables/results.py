"""Results as Arrow has them: metrics as they were computed, and errors as a code and a message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from .columns import ERRORS

if TYPE_CHECKING:
    from ...errors import RowError


def schema(metrics: Sequence[str]) -> pa.Schema:
    """Types of the result columns."""
    return pa.schema([(name, pa.float64()) for name in metrics] + [(name, pa.string()) for name in ERRORS])


def results(columns: Mapping[str, Any], errors: dict[int, RowError], rows: int) -> pa.RecordBatch:
    """The results of all rows."""
    arrays = numbers(columns, errors, rows)
    for part in ("code", "message"):
        texts: list[str | None] = [None] * rows if errors else []
        for row, error in errors.items():
            texts[row] = getattr(error, part)
        arrays.append(pa.array(texts, pa.string()) if errors else pa.nulls(rows, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=schema(tuple(columns)))


def numbers(columns: Mapping[str, Any], errors: Collection[int], rows: int) -> list[Any]:
    """The metrics of all rows. ``columns``: by metric a float64 array, of which nothing is read where there is an error."""
    bitmap = None
    if errors:
        valid = np.ones(rows, dtype=bool)
        valid[list(errors)] = False
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return [
        pa.Array.from_buffers(pa.float64(), rows, [bitmap, pa.py_buffer(column)], null_count=len(errors))
        for column in columns.values()
    ]


def spread(column: Any, computed: Any, rows: int) -> Any:
    """A column of the computed rows as one of all rows; NaN where a row was not computed."""
    whole = np.full(rows, np.nan)
    whole[computed] = column
    return whole
