"""The cost curve: CPU time and peak memory of a fresh process that estimates one row, ten, ... twenty million.

Every point is a process of its own (``curve_point``). Start and imports count in, because who estimates a single row
from a command pays for them. ``make bench-curve`` runs it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .curve_point import WAYS
from .files import BATCH_ROWS, COMPRESSION
from .machine import ROOT, commit, load, machine
from .results import Curve, Point
from .rows import bare, table
from .timing import children_s

#: Rounds of a point; the least time and the least memory are kept.
ROUNDS: Final = 3
#: From here on a point is measured once.
MANY: Final = 1_000_000


def sizes(most_rows: int) -> list[int]:
    """Powers of ten to a million; then two million and twenty million, which the target of memory compares."""
    powers = [10**power for power in range(7) if 10**power <= most_rows]
    return sorted({*powers, *(rows for rows in (2_000_000, 20_000_000) if rows <= most_rows)})


def curve(most_rows: int, root: Path = ROOT) -> Curve:
    """Every point of every way."""
    before, points = load(), []
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes(most_rows):
            file = Path(folder) / "in.parquet"
            _write_input(file, rows)
            for name, way in WAYS.items():
                if rows > way.most_rows:
                    continue
                point = _point(name, rows, file, root)
                if point is not None:
                    print(
                        f"{rows:>10,} {name:26} {point.cpu_s:8.2f} s CPU {point.peak_mb:7.0f} MB", flush=True
                    )
                    points.append(point)
    return Curve(
        commit=commit(), date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine=machine(), load_before=before,
        load_after=load(), points=points,
    )  # fmt: skip


def _write_input(file: Path, rows: int) -> None:
    """Part by part, so that this process stays small."""
    import msgspec
    import pyarrow.parquet as pq

    part = table(min(rows, BATCH_ROWS * 8))
    with pq.ParquetWriter(file, part.schema, compression=COMPRESSION) as writer:
        for start in range(0, rows, len(part)):
            writer.write_table(part.slice(0, min(len(part), rows - start)), row_group_size=BATCH_ROWS)
    if rows <= WAYS["JSON, bytes to bytes"].most_rows:
        body = msgspec.json.encode({"rows": [bare(number) for number in range(rows)]})
        file.with_suffix(".json").write_bytes(body)


def _point(name: str, rows: int, file: Path, root: Path) -> Point | None:
    whole = []
    for _ in range(1 if rows >= MANY else ROUNDS):
        found = _process(name, rows, file, root)
        if found is None:
            return None
        whole.append(found)
    return Point(
        way=name,
        rows=rows,
        cpu_s=round(min(one[0] for one in whole), 4),
        wall_s=round(min(one[1] for one in whole), 4),
        peak_mb=round(min(one[2] for one in whole), 1),
    )


def _process(name: str, rows: int, file: Path, root: Path) -> tuple[float, float, float] | None:
    """CPU and wall seconds and peak megabytes of a process; None where it fails, and says why."""
    before, start = children_s(), time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.curve_point", name, str(rows), str(file)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    cpu_s, wall_s = children_s() - before, time.perf_counter() - start
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:]
        print(f"{rows:>10,} {name:26} failed: {' '.join(reason)}", file=sys.stderr)
        return None
    return cpu_s, wall_s, float(done.stdout.split()[-1])
