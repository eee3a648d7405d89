"""Bulk files: ``python benchmarks/bulk.py``; ROWS=20000000 for the large one, ROUNDS for more runs of each.

One table of ratios, because a machine's speed changes and its ratios hardly do:

- Parquet to Parquet with one worker, in CPU time of all its processes, against reading the same input and writing the same
  output with pyarrow alone (what is left of the estimate when nothing is estimated); start-up is timed apart and left out.
- Two workers against one, in time on the clock, to a folder of parts.
- Memory: peak resident size of the largest process for ROWS against a tenth of them.
- Totals of groups with their ranges, in CPU time a row.
- Every other format in and out, in rows a second.

Each figure is the best of ROUNDS runs of the real command.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv, ipc

ROWS = int(os.environ.get("ROWS", "2000000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
BLOCK = 131_072
MODELS = ("gpt-4o", "gpt-4o-mini", "llama_v31_8b", "claude-3-5-sonnet", "mistral-7b")


class Cost(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    peak_mb: float  # of its largest process


def made(rows: int, file: Path) -> Path:
    """Rows as a log has them: few models and places, tokens and ids that differ."""
    random = np.random.default_rng(1)
    writer = None
    for start in range(0, rows, BLOCK):
        n = min(BLOCK, rows - start)
        table = pa.table(
            {
                "model_id": np.array(MODELS)[random.integers(0, 5, n)],
                "managed_service_id": np.array(["openai", "aws-bedrock"])[random.integers(0, 2, n)],
                "country": np.array(["US", "FR", "DE", "GB", "SE"])[random.integers(0, 5, n)],
                "input_tokens": random.integers(1, 4000, n),
                "output_tokens": random.integers(1, 1000, n),
                "project_id": np.array([f"p{i}" for i in range(20)])[random.integers(0, 20, n)],
                "request_id": np.array([f"r{start + i}" for i in range(n)]),
            }
        )
        writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return file


def cost(*command: object) -> Cost:
    """Run a command; its children's CPU time and the largest of their peaks are seen by looking often."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = psutil.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
    peak, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            try:
                tree = [process, *process.children(recursive=True)]
                peak[0] = max([peak[0], *(one.memory_info().rss / 1e6 for one in tree)])
            except psutil.NoSuchProcess:
                continue

    thread = threading.Thread(target=look)
    thread.start()
    code = process.wait()
    over.set()
    thread.join()
    assert code == 0, command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - begun, cpu, peak[0])


def estimate(source: Path, output: str, *flags: object) -> Cost:
    """The command, with everything done anew."""
    return cost(
        sys.executable, "-m", "wattdrop", "estimate", source, "-o", output, "--restart", "--bulk", *flags
    )


def best(costs: list[Cost]) -> Cost:
    """The least of each."""
    return Cost(*(min(values) for values in zip(*costs, strict=True)))


def copied(source: Path, results: Path, target: Path) -> float:
    """CPU seconds of reading the input and writing the output, with nothing in between."""
    written = pq.ParquetFile(results)
    spent = 0.0
    numbers = {field.name for field in written.schema_arrow if pa.types.is_floating(field.type)}
    with pq.ParquetWriter(
        target,
        written.schema_arrow,
        compression="lz4",
        use_dictionary=[name for name in written.schema_arrow.names if name not in numbers],
    ) as writer:
        answers = written.iter_batches(BLOCK, use_threads=False)
        batches = pq.ParquetFile(source).iter_batches(BLOCK, use_threads=False)
        while True:
            answer = next(answers, None)  # what is written; reading it is not counted
            if answer is None:
                break
            begun = time.process_time()
            next(batches)
            writer.write_batch(answer)
            spent += time.process_time() - begun
    return spent


def in_format(source: Path, kind: str) -> Path:
    """The same rows in another format."""
    table, file = pq.read_table(source), source.with_suffix(f".{kind}")
    if kind == "csv":
        csv.write_csv(table, file)
    elif kind == "arrow":
        with ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, BLOCK)
    else:
        import msgspec

        with file.open("wb") as out:
            for batch in table.to_batches(BLOCK):
                out.write(msgspec.json.Encoder().encode_lines(batch.to_pylist()))
    return file


def line(name: str, value: Any, target: str = "") -> None:
    print(f"{name:58} {value:>12} {target}", flush=True)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        few = made(ROWS // 10, here / "few.parquet")
        many = made(ROWS, here / "many.parquet")
        nothing = made(1, here / "nothing.parquet")
        out = f"{here}/out/"
        line(f"{ROWS:,} rows, {os.cpu_count()} cores, best of {ROUNDS}", "", "target")
        start = best([estimate(nothing, out, "--workers", 1) for _ in range(ROUNDS)])
        one = best([estimate(many, out, "--workers", 1) for _ in range(ROUNDS)])
        two = best([estimate(many, out, "--workers", 2) for _ in range(ROUNDS)])
        small = best([estimate(few, out, "--workers", 1) for _ in range(ROUNDS)])
        estimate(many, f"{here}/out.parquet", "--workers", 1)
        copy = min(copied(many, here / "out.parquet", here / "copy.parquet") for _ in range(ROUNDS))
        line("Start-up, CPU s", f"{start.cpu_s:.2f}")
        line("Reading and writing alone, ns of CPU a row", f"{copy / ROWS * 1e9:.0f}")
        line("Parquet to Parquet, ns of CPU a row", f"{(one.cpu_s - start.cpu_s) / ROWS * 1e9:.0f}")
        line("  against reading and writing alone", f"{(one.cpu_s - start.cpu_s) / copy:.2f}", "<= 1.6")
        line("Rows/s, one worker, start-up included", f"{ROWS / one.wall_s:,.0f}")
        line("Rows/s, two workers, start-up included", f"{ROWS / two.wall_s:,.0f}")
        line("  two workers against one", f"{one.wall_s / two.wall_s:.2f}", ">= 1.7")
        line("  CPU s of one worker in a second on the clock", f"{one.cpu_s / one.wall_s:.2f}")
        grouped = min(
            estimate(few, f"{here}/groups.parquet", "--workers", 1, "--group-by", "project_id").cpu_s
            for _ in range(ROUNDS)
        )
        line(
            "Totals of groups with ranges, ns of CPU a row",
            f"{(grouped - start.cpu_s) / (ROWS // 10) * 1e9:.0f}",
        )
        line("Peak memory of a process, MB, one worker", f"{one.peak_mb:.0f}", "< 400")
        line("Peak memory of a process, MB, two workers", f"{two.peak_mb:.0f}", "< 400")
        line("  against a tenth of the rows", f"{one.peak_mb / small.peak_mb:.2f}", "<= 1.3")
        if ROWS > 4_000_000:
            return
        for kind in ("arrow", "csv", "jsonl"):
            other = best([estimate(in_format(many, kind), f"{here}/{kind}.{kind}") for _ in range(1)])
            line(f"Rows/s, {kind} to one {kind} file, all cores", f"{ROWS / other.wall_s:,.0f}")
            line("  peak memory of a process, MB", f"{other.peak_mb:.0f}", "< 400")


if __name__ == "__main__":
    main()
