"""Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from benchmarks.rows import table
from benchmarks.timing import Absent, Case

ROWS: Final = 262_144
BATCH_ROWS: Final = 131_072
COMPRESSION: Final = "lz4"


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
    results = [estimate_table(batch) for batch in _batches(source)]

    def write(parts: Any) -> None:
        with pq.ParquetWriter(target, results[0].schema, compression=COMPRESSION) as writer:
            for part in parts:
                writer.write_table(part)

    def read() -> None:
        for _ in _batches(source):
            pass

    def read_and_write() -> None:
        read()
        write(results)

    def to_nothing() -> None:
        for batch in _batches(source):
            estimate_table(batch)

    return [
        Case("Parquet, read", read, ROWS),
        Case("Parquet, read and written", read_and_write, ROWS),
        Case("Parquet to nothing", to_nothing, ROWS),
        Case("Parquet to Parquet", lambda: write(estimate_table(batch) for batch in _batches(source)), ROWS),
    ]


def _batches(path: Path) -> Any:
    """Tables of a batch each, names left as dictionaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ["model_id", "managed_service_id", "country"]
    with pq.ParquetFile(path, read_dictionary=names) as file:
        for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
            yield pa.Table.from_batches([batch])
