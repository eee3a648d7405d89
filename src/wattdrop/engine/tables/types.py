"""Types of columns that say what a usual type says, in another way: as engines and warehouses hand them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable


def usual(column: Any) -> Any:
    """Runs and views as plain columns, text that is called bytes as text, counts in a decimal type as numbers."""
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return usual(decoded(column))
    if pa.types.is_dictionary(kind) and pa.types.is_string_view(kind.value_type):  # Polars' categories
        return pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(pa.string()))
    if pa.types.is_dictionary(kind):
        textual = pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
        return column if textual else usual(column.dictionary_decode())
    if pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return _text_of_bytes(column)
    return column


def decoded(column: Any) -> Any:
    """Runs as single values."""
    if pa.types.is_string_view(column.type.value_type):  # which Arrow has no function for
        kind = pa.run_end_encoded(column.type.run_end_type, pa.string())
        parts = [column.run_ends, column.values.cast(pa.string())]
        column = pa.RunEndEncodedArray.from_buffers(kind, len(column), [None], 0, column.offset, parts)
    return pc.run_end_decode(column)


def _text_of_bytes(column: Any) -> Any:
    """Old writers of Parquet say bytes where they mean text."""
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:  # what is no text becomes a name that nobody knows
        texts = [None if one is None else one.decode("utf-8", "replace") for one in column.to_pylist()]
        return pa.array(texts, pa.string())


def with_usual_types(batch: Any, names: Iterable[str]) -> Any:
    """A batch whose columns of these names have usual types."""
    for name in names:
        column = batch.column(name)
        found = usual(column)
        if found is not column:
            batch = batch.set_column(batch.schema.get_field_index(name), name, found)
    return batch
