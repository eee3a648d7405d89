"""Results as Arrow has them: metrics as they were computed, and errors as a code and a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from .columns import RESULT_COLUMNS

if TYPE_CHECKING:
    from ...errors import RowError

#: Types of the result columns.
SCHEMA: Final = pa.schema(
    [(name, pa.string() if name.startswith("error") else pa.float64()) for name in RESULT_COLUMNS]
)


def results(columns: list[Any], errors: dict[int, RowError], rows: int) -> pa.RecordBatch:
    """The results of all rows. ``columns``: a float64 array a metric, of which nothing is read where there is an error."""
    bitmap = None
    if errors:
        valid = np.ones(rows, dtype=bool)
        valid[list(errors)] = False
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    arrays: list[Any] = [
        pa.Array.from_buffers(pa.float64(), rows, [bitmap, pa.py_buffer(column)], null_count=len(errors))
        for column in columns
    ]
    for part in ("code", "message"):
        texts: list[str | None] = [None] * rows if errors else []
        for row, error in errors.items():
            texts[row] = getattr(error, part)
        arrays.append(pa.array(texts, pa.string()) if errors else pa.nulls(rows, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def spread(column: Any, computed: Any, rows: int) -> Any:
    """A column of the computed rows as one of all rows; NaN where a row was not computed."""
    whole = np.full(rows, np.nan)
    whole[computed] = column
    return whole
