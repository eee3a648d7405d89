"""One row of the columns, as the parser of single rows takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .python_values import python_value

if TYPE_CHECKING:
    import pyarrow as pa

IMAGE_FIELDS: Final = ("input_images", "output_images")


def raw(batch: pa.RecordBatch, fields: dict[str, str], row: int) -> dict[str, Any]:
    """One row of a batch, by field."""
    return listed({field: python_value(batch.column(column), row) for field, column in fields.items()})


def listed(row: dict[str, Any]) -> dict[str, Any]:
    """The row with sizes that stand in one cell as a list."""
    for field in IMAGE_FIELDS:
        if isinstance(row.get(field), str):
            row[field] = [size.strip() for size in row[field].replace(",", ";").split(";") if size.strip()]
    return row
