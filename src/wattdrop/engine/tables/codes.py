"""Values as small whole numbers: those of a column by its dictionary, and combinations of several columns."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from .buffers import integers, valid

#: Numbers of combinations up to here are looked up in an array, larger ones are sorted.
MOST_COMBINATIONS: Final = 1 << 20


def dictionary(column: Any) -> Any:
    """The column with each distinct value once."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def indices(encoded: Any) -> Any:
    """For each row which value of the dictionary it has; one past the end where it has none."""
    found = integers(encoded.indices)
    if not encoded.indices.null_count:
        return found
    return np.where(valid(encoded.indices), found, np.int64(len(encoded.dictionary)))


def numbered(combined: Any, distinct: int) -> tuple[Any, Any]:
    """A row of each distinct combination, and for each row the number of its own."""
    row_of, places, number_of = places_of(combined, distinct)
    return row_of, number_of.take(places)


def places_of(combined: Any, distinct: int) -> tuple[Any, Any, Any]:
    """A row of each distinct combination; for each row a place; and the number that every place stands for.

    What is looked up by these numbers is looked up for places first, of which there are fewer than rows.
    """
    if distinct > MOST_COMBINATIONS:
        _, row_of, codes = np.unique(combined, return_index=True, return_inverse=True)
        return row_of, codes.astype(np.int64), np.arange(len(row_of))
    row_of = np.full(distinct, -1, dtype=np.int64)
    row_of[combined] = np.arange(len(combined))
    found = np.flatnonzero(row_of >= 0)
    number_of = np.zeros(distinct, dtype=np.int64)
    number_of[found] = np.arange(len(found))
    return row_of[found], combined, number_of
