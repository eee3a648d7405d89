"""Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.files import BATCH_ROWS, COMPRESSION, batches, estimate_file, write
from benchmarks.rows import log, table
from benchmarks.timing import Absent, Case

ROWS: Final = 262_144


def parquet(stack: ExitStack) -> Sequence[Case | Absent]:
    """Two Parquet files of 262,144 rows, batch by batch on one thread. A log: three names, moments of a year, input, cached
    and output tokens at random, zstd; only read, and read and estimated. And five columns (three names, two sizes that
    repeat, lz4), which Arrow reads in half the time: read; read and estimated; read, estimated and written with its
    twenty results (lz4). Beside it what Arrow takes to read that file and to write the same results, computing nothing.
    """
    import pyarrow.parquet as pq

    from wattdrop import estimate_table

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    of_log, source, target = (folder / f"{name}.parquet" for name in ("log", "in", "out"))
    pq.write_table(log(ROWS), of_log, row_group_size=BATCH_ROWS, compression="zstd")
    pq.write_table(table(ROWS), source, row_group_size=BATCH_ROWS, compression=COMPRESSION)
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
        Case("log, read", lambda: read(of_log), ROWS),
        Case("log to nothing", lambda: to_nothing(of_log), ROWS),
        Case("Parquet, read", lambda: read(source), ROWS),
        Case("Parquet, read and written", read_and_write, ROWS),
        Case("Parquet to nothing", lambda: to_nothing(source), ROWS),
        Case("Parquet to Parquet", lambda: estimate_file(source, target), ROWS),
    ]
