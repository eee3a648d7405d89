"""Columns as Python's values, moments included that Python has no type for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa


def python_values(column: Any) -> list[Any]:
    """The values of a column; a moment that Python has no type for as its text.

    Python's moments know neither nanoseconds, which many writers of Parquet use, nor the year 57,000, which
    milliseconds give that are taken for seconds.

    >>> python_values(pa.array([10**18 + 1, None], pa.timestamp("ns")))
    ['2001-09-09T01:46:40.000000001', None]
    """
    if pa.types.is_duration(column.type):  # what is lost of one is less than a microsecond
        column = column.cast(_microseconds(column.type), safe=False)
    known = _changed(column.type, _microseconds)
    try:
        values: list[Any] = (column if known == column.type else column.cast(known)).to_pylist()
    except (OverflowError, ValueError):
        texts = column.cast(_changed(column.type, lambda _: pa.string())).to_pylist()
        values = [_value(one, known, text) for one, text in zip(column, texts, strict=True)]
    return values


def python_value(column: Any, row: int) -> Any:
    """One of them."""
    return python_values(column.slice(row, 1))[0]


def _value(found: Any, known: Any, text: Any) -> Any:
    try:
        return found.cast(known).as_py()
    except (OverflowError, ValueError):
        is_moment = isinstance(text, str) and not text.startswith(
            "<"
        )  # "<value out of range: 1740000000000>"
        return text.replace(" ", "T", 1) if is_moment else text


def _changed(kind: Any, change: Callable[[Any], Any]) -> Any:
    """The type with its moments changed, those in lists and structures too."""
    if pa.types.is_temporal(kind):
        return change(kind)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        made = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return made(_changed(kind.value_type, change))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_changed(field.type, change)) for field in kind])
    return kind


def _microseconds(kind: Any) -> Any:
    """Nanoseconds as microseconds. Of nanoseconds pyarrow makes values of pandas, if it finds that."""
    if getattr(kind, "unit", "") != "ns":
        return kind
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.time64("us") if pa.types.is_time(kind) else pa.duration("us")
