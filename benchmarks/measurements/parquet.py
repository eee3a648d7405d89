"""Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.files import BATCH_ROWS, COMPRESSION, batches, estimate_file, write
from benchmarks.rows import table
from benchmarks.timing import Absent, Case

ROWS: Final = 262_144


def parquet(stack: ExitStack) -> Sequence[Case | Absent]:
    """A Parquet file of 262,144 rows (three names, two sizes), batch by batch on one thread: only read; read and
    estimated; read, estimated and written with its twenty results (lz4). Beside it what Arrow takes to read the file and
    to write the very same results, computing nothing.
    """
    import pyarrow.parquet as pq

    from wattdrop import estimate_table

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    source, target = folder / "in.parquet", folder / "out.parquet"
    pq.write_table(table(ROWS), source, row_group_size=BATCH_ROWS, compression=COMPRESSION)
    results = [estimate_table(batch) for batch in batches(source)]

    def read() -> None:
        for _ in batches(source):
            pass

    def read_and_write() -> None:
        read()
        write(results, target)

    def to_nothing() -> None:
        for batch in batches(source):
            estimate_table(batch)

    return [
        Case("Parquet, read", read, ROWS),
        Case("Parquet, read and written", read_and_write, ROWS),
        Case("Parquet to nothing", to_nothing, ROWS),
        Case("Parquet to Parquet", lambda: estimate_file(source, target), ROWS),
    ]
