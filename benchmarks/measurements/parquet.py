"""Parquet files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
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

    def read() -> None:
        for _ in _batches(source):
            pass

    def read_and_write() -> None:
        read()
        _write(results, target)

    def to_nothing() -> None:
        for batch in _batches(source):
            estimate_table(batch)

    return [
        Case("Parquet, read", read, ROWS),
        Case("Parquet, read and written", read_and_write, ROWS),
        Case("Parquet to nothing", to_nothing, ROWS),
        Case("Parquet to Parquet", lambda: estimate_file(source, target), ROWS),
    ]


def estimate_file(source: Path, target: Path) -> None:
    """A Parquet file with results for one without, batch by batch."""
    from wattdrop import estimate_table

    _write((estimate_table(batch) for batch in _batches(source)), target)


def _write(parts: Iterable[Any], target: Path) -> None:
    import pyarrow.parquet as pq

    writer = None
    for part in parts:
        if writer is None:
            writer = pq.ParquetWriter(target, part.schema, compression=COMPRESSION)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _batches(path: Path) -> Any:
    """Tables of a batch each, names left as dictionaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ["model_id", "managed_service_id", "country"]
    with pq.ParquetFile(path, read_dictionary=names) as file:
        for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
            yield pa.Table.from_batches([batch])
