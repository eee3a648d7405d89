"""Arrow's buffers as numpy arrays. pyarrow's own conversion would import pandas where that is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa


def floats(column: Any) -> Any:
    """A numeric column as float64 with NaN for null, or None where it is of another type."""
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return None
    doubles = column.cast(pa.float64(), safe=False)
    values = np.frombuffer(doubles.buffers()[1], dtype=np.float64, count=len(doubles) + doubles.offset)[
        doubles.offset :
    ]
    if doubles.null_count:
        values = np.where(valid(doubles), values, np.nan)
    return values


def integers(column: Any) -> Any:
    """A column of whole numbers as it lies there, of the width that it has; anything where it is null."""
    kind = np.dtype(str(column.type))
    return np.frombuffer(column.buffers()[1], dtype=kind, count=len(column) + column.offset)[column.offset :]


def valid(column: Any) -> Any:
    """Which values are not null."""
    bitmap = column.buffers()[0]
    if bitmap is None:
        return np.ones(len(column), dtype=bool)
    bits = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].astype(bool)


def given(column: Any) -> Any:
    """The same of a column that may have no type."""
    return np.zeros(len(column), dtype=bool) if pa.types.is_null(column.type) else valid(column)
