"""A whole table: batch by batch, so that what is in between stays small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..api import default_catalog
from .columns import RESULT_COLUMNS, fields_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ...catalog import Catalog

#: Rows that are resolved and computed at a time.
BATCH_ROWS: Final = 131_072


def estimate_table(table: pa.Table, catalog: Catalog | None = None, *, extra: str = "error") -> pa.Table:
    """Energy, carbon and water of each row of an Arrow table.

    Parameters
    ----------
    table
        Columns named as the fields of a row, or as one of their aliases; nulls are fields not given.
    extra
        What to do with a column that is no such field: ``"error"``, because a misspelt ``output_token`` would silently
        give other numbers, or ``"keep"`` to pass it through.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order with the caller's columns, then ``RESULT_COLUMNS``: float64 metrics, null where
        the row has an error, and ``error_code`` and ``error_message``, null where it has none.

    Raises
    ------
    BadRequest
        If a column is unknown (and ``extra`` is ``"error"``) or two columns mean one field.
    """
    import pyarrow as pa

    from .batch import results_of
    from .results import SCHEMA

    facts = catalog if catalog is not None else default_catalog()
    fields = fields_of(table.column_names, extra)
    parts = [results_of(batch, fields, facts) for batch in table.to_batches(max_chunksize=BATCH_ROWS)]
    results = pa.Table.from_batches(parts, schema=SCHEMA) if parts else SCHEMA.empty_table()
    clash = [name for name in table.column_names if name in RESULT_COLUMNS]
    for name in results.column_names:
        if name not in clash:
            table = table.append_column(name, results.column(name))
        else:
            table = table.set_column(table.column_names.index(name), name, results.column(name))
    return table
