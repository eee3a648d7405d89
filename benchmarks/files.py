"""Parquet files of any size, batch by batch on one thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

BATCH_ROWS: Final = 131_072
COMPRESSION: Final = "lz4"


def estimate_file(source: Path, target: Path) -> None:
    """A Parquet file with results for one without, batch by batch."""
    from wattdrop import estimate_table

    write((estimate_table(batch) for batch in batches(source)), target)


def write(parts: Iterable[Any], target: Path) -> None:
    """Tables, one after another, as a Parquet file."""
    import pyarrow.parquet as pq

    writer = None
    for part in parts:
        if writer is None:
            writer = pq.ParquetWriter(target, part.schema, compression=COMPRESSION)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def batches(path: Path) -> Iterator[Any]:
    """Tables of a batch each, names left as dictionaries."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ["model_id", "managed_service_id", "country"]
    with pq.ParquetFile(path, read_dictionary=names) as file:
        for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
            yield pa.Table.from_batches([batch])
