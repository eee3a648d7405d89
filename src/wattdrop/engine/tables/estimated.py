"""A whole table: batch by batch, so that what is in between stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...errors import BadRequest
from ..api import default_catalog
from ..evaluate import REPORTED
from .columns import fields_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ...catalog import Catalog
    from ..api import Columns

#: Rows that are resolved and computed at a time.
BATCH_ROWS: Final = 131_072


def estimate_table(
    table: Columns,
    catalog: Catalog | None = None,
    *,
    extra: str = "error",
    metrics: Sequence[str] = REPORTED,
) -> pa.Table:
    """Energy, carbon and water of each row of an Arrow table, or of a data frame that hands itself out as one.

    Parameters
    ----------
    table
        Columns named as the fields of a row, or as one of their aliases; nulls are fields not given.
    extra
        What to do with a column that is no such field: ``"error"``, because a misspelt ``output_token`` would silently
        give other numbers, or ``"keep"`` to pass it through.
    metrics
        The metrics to work out, all of them by default.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order with the caller's columns, then the metrics as float64, null where
        the row has an error, and ``error_code`` and ``error_message``, null where it has none.

    Raises
    ------
    TypeError
        If ``table`` is neither.
    BadRequest
        If a column is unknown (and ``extra`` is ``"error"``), two columns mean one field, or a metric is none.
    """
    import pyarrow as pa

    from .batch import results_of
    from .results import schema

    given = _arrow(table)
    facts = catalog if catalog is not None else default_catalog()
    fields = fields_of(given.column_names, extra)
    wanted = tuple(metrics)
    if unknown := set(wanted).difference(REPORTED):
        raise BadRequest(
            f"metrics: {min(unknown)!r} is none; there are {', '.join(REPORTED)}", field="metrics"
        )
    parts = [results_of(batch, fields, facts, wanted) for batch in given.to_batches(max_chunksize=BATCH_ROWS)]
    results = pa.Table.from_batches(parts, schema=schema(wanted))
    kept, columns, names = list(given.schema), given.columns, given.column_names
    for field, column in zip(results.schema, results.columns, strict=True):
        if field.name in names:
            at = names.index(field.name)
            kept[at], columns[at] = field, column
        else:
            kept.append(field)
            columns.append(column)
    # All at once: a table for each new column would take as long as resolving some thousand rows.
    return pa.table(columns, schema=pa.schema(kept, metadata=given.schema.metadata))


def _arrow(table: Columns) -> pa.Table:
    import pyarrow as pa

    if isinstance(table, pa.Table):
        return table
    if not hasattr(table, "__arrow_c_stream__"):
        raise TypeError(f"expected an Arrow table or a data frame, got a {type(table).__name__}")
    found = pa.table(table)
    index = [
        name for name in found.column_names if name.startswith("__index_level_")
    ]  # numbers of pandas' rows
    return found.drop_columns(index)
