"""The cost curve: CPU time and peak memory of a fresh process that estimates one row, ten, ... twenty million.

    python -m benchmarks.curve WAY ROWS FILE

is one point, alone in its process; ``make bench-curve`` runs all of them. Start and imports count in, because who
estimates a single row from a command pays for them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from .machine import ROOT, commit, load, machine
from .measurements.parquet import BATCH_ROWS, COMPRESSION, estimate_file
from .results import Curve, Point
from .rows import MODELS, bare, table

#: Rounds of a point; the least time and the least memory are kept.
ROUNDS: Final = 3
#: From here on a point is measured once.
MANY: Final = 1_000_000


class Way(NamedTuple):
    """A way to estimate rows: what it does in its process, and where its curve ends."""

    call: Callable[[int, Path], None]
    most_rows: int


def _dicts(rows: int, _: Path) -> None:
    from wattdrop import estimate

    estimate([bare(number) for number in range(rows)]).total("energy_wh")


def _json(rows: int, file: Path) -> None:
    import msgspec

    from wattdrop import estimate
    from wattdrop.schema import parse_request

    msgspec.json.encode(estimate(parse_request(file.with_suffix(".json").read_bytes())).response())


def _parquet(rows: int, file: Path) -> None:
    estimate_file(file, file.with_name("out.parquet"))


def _ecologits(rows: int, _: Path) -> None:
    from ecologits.tracers.utils import llm_impacts

    for number in range(rows):
        llm_impacts("openai", MODELS[number % 2][0], 500, 5.0, electricity_mix_zone="USA")


WAYS: Final[Mapping[str, Way]] = {
    "Python, a list of dicts": Way(_dicts, 100_000),
    "JSON, bytes to bytes": Way(_json, 100_000),
    "Parquet to Parquet": Way(_parquet, 20_000_000),
    "EcoLogits, a call a row": Way(_ecologits, 10_000),
}


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
    found = [_process(name, rows, file, root) for _ in range(1 if rows >= MANY else ROUNDS)]
    whole = [one for one in found if one is not None]
    if not whole:
        return None
    return Point(
        way=name,
        rows=rows,
        cpu_s=round(min(one[0] for one in whole), 4),
        wall_s=round(min(one[1] for one in whole), 4),
        peak_mb=round(min(one[2] for one in whole), 1),
    )


def _process(name: str, rows: int, file: Path, root: Path) -> tuple[float, float, float] | None:
    """CPU and wall seconds and peak megabytes of a process (and of those it waits for); None where it fails."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.curve", name, str(rows), str(file)]
    child = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - start
    if child.returncode:
        print(f"{rows:>10,} {name:26} failed", file=sys.stderr)
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss * unit / 1e6


if __name__ == "__main__":
    WAYS[sys.argv[1]].call(int(sys.argv[2]), Path(sys.argv[3]))
