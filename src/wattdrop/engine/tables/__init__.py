"""An Arrow table of rows in, an Arrow table of results out, through the same resolution and the same kernel.

Names become codes and each distinct combination of them is resolved once; numbers stay columns. A row with a value that
cannot be read as a column (out of bounds, an image list, a contradiction) goes through the parser of single rows, so
its error reads the same as anywhere else.

``estimated`` takes a table batch by batch; ``batch`` is the way of one: ``numbers``, ``names`` (with ``codes``, ``values``
and ``moments``), the kernel, ``singly`` for rows that columns cannot say, ``results``. A plain install lacks pyarrow and
numpy, so only what computes imports them, with the first table.
"""

from __future__ import annotations

from .columns import ERRORS, RESULT_COLUMNS
from .estimated import estimate_table

__all__ = ["ERRORS", "RESULT_COLUMNS", "estimate_table"]
