"""Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.files import BATCH_ROWS, batches, estimate_file, write
from benchmarks.rows import log, table
from benchmarks.timing import Absent, Case

ROWS: Final = 262_144


def parquet(stack: ExitStack) -> Sequence[Case | Absent]:
    """A Parquet file of 262,144 rows as a log has them (three names, moments of a year, input, cached and output tokens at
    random; zstd), batch by batch on one thread: only read; read and estimated; read, estimated and written with its
    twenty results (lz4). Beside it what Arrow takes to read the file and to write the very same results, computing
    nothing. And a file of five columns whose sizes repeat (lz4), which Arrow reads in half the time: read, and estimated.
    """
    import pyarrow.parquet as pq

    from wattdrop import estimate_table

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    source, regular, target = (folder / f"{name}.parquet" for name in ("in", "regular", "out"))
    pq.write_table(log(ROWS), source, row_group_size=BATCH_ROWS, compression="zstd")
    pq.write_table(table(ROWS), regular, row_group_size=BATCH_ROWS, compression="lz4")
    results = [estimate_table(batch) for batch in batches(source)]

    def read(file: Path) -> None:
        for _ in batches(file):
            pass

    def read_and_write() -> None:
        read(source)
        write(results, target)

    def to_nothing(file: Path) -> None:
        for batch in batches(file):
            estimate_table(batch)

    return [
        Case("Parquet, read", lambda: read(source), ROWS),
        Case("Parquet, read and written", read_and_write, ROWS),
        Case("Parquet to nothing", lambda: to_nothing(source), ROWS),
        Case("Parquet to Parquet", lambda: estimate_file(source, target), ROWS),
        Case("regular Parquet, read", lambda: read(regular), ROWS),
        Case("regular Parquet to nothing", lambda: to_nothing(regular), ROWS),
    ]
