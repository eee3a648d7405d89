"""Parquet files, as ``wattdrop estimate`` does them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.files import BATCH_ROWS, COMPRESSION
from benchmarks.rows import table
from benchmarks.timing import Absent, Case

ROWS: Final = 524_288


def bulk_job(stack: ExitStack) -> Sequence[Case | Absent]:
    """``wattdrop estimate IN.parquet -o OUT.parquet`` of 524,288 rows (three names, two sizes; five totals added) by the
    one worker of this process, with all that a job does beside: plan, manifest, parts, joining them. Beside it what Arrow
    takes to read the same input and to write the very same output.
    """
    import pyarrow.parquet as pq

    from wattdrop.bulk import Options, run

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    source, target, copy = folder / "in.parquet", folder / "out.parquet", folder / "copy.parquet"
    pq.write_table(table(ROWS), source, row_group_size=BATCH_ROWS, compression=COMPRESSION)

    def estimated() -> None:
        target.unlink(missing_ok=True)
        run([str(source)], str(target), Options(workers=1))

    estimated()
    results = pq.read_table(target, use_threads=False)
    if results.num_rows != ROWS:
        raise RuntimeError(f"the job wrote {results.num_rows} rows")

    def read_and_written() -> None:
        pq.read_table(source, use_threads=False)
        pq.write_table(results, copy, row_group_size=BATCH_ROWS, compression=COMPRESSION)

    return [
        Case("job, Parquet to Parquet", estimated, ROWS),
        Case("job's files, read and written", read_and_written, ROWS),
    ]
