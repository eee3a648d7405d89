"""Distinct values of a column of names, each read once, as the parser of single rows would."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from ...schema.moment import parse as parse_moment
from .codes import dictionary, indices

_UNREADABLE = object()


class Codes(NamedTuple):
    """A column as codes."""

    of_rows: Any  # whole numbers
    values: list[Any]  # what codes stand for; one past the end: not given
    unreadable: Any  # which rows have a value that is left to the parser of single rows; None: no row


def codes_of(name: str, column: Any) -> Codes:
    """The column of a field as codes."""
    if pa.types.is_null(column.type):
        return Codes(np.zeros(len(column), dtype=np.int64), [], None)
    encoded = dictionary(column)
    of_rows = indices(encoded)
    read = [_read(name, value) for value in encoded.dictionary.to_pylist()]
    if _UNREADABLE not in read:
        return Codes(of_rows, read, None)
    bad = np.array([value is _UNREADABLE for value in read] + [False])
    return Codes(of_rows, [None if value is _UNREADABLE else value for value in read], bad[of_rows])


def _read(name: str, value: Any) -> Any:
    """A value as the parser of single rows would have it; anything unusual is left to that parser."""
    if value is None or value == "":
        return None
    if name == "utc_datetime":
        found = parse_moment(value) if isinstance(value, str) else None
        return _UNREADABLE if found is None else found
    if name == "gpu_count":
        return value if isinstance(value, int) and 1 <= value <= 10_000 else _UNREADABLE
    if not isinstance(value, str) or len(value) > 2000:
        return _UNREADABLE
    if name in ("country", "region"):
        return (
            value
            if len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()
            else _UNREADABLE
        )
    return value
