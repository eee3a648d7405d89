"""What more cores give: files and the service with one process, two, four and so on, up to the cores of the machine.

    python benchmarks/cores.py [--rows 20000000] [--rounds 2] [--seconds 4] [--folder /dev/shm] [--write]

Files: the real command, Parquet to a folder of Parquet, and a tenth of the rows to totals of twenty groups, start-up
included. Service: wrk (https://github.com/wg/wrk) on the same machine, which takes cores of its own, so with as many
workers as cores the two are in each other's way; the ledger is off. With ``--write`` the tables go to
docs/reference/benchmarks-cores.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.bulk import Cost, best, estimate, made
from benchmarks.load import LEDGERS, Generator, cpu_of, latencies, service, where
from benchmarks.pages import put

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "benchmarks-cores.md"
#: Files of a larger job, which a start hardly counts in.
MANY = 6
#: Connections for each worker: enough that none waits for the next request.
CONNECTIONS = 16


def counts(cores: int) -> list[int]:
    """1, 2, 4 and so on, and all.

    >>> counts(12)
    [1, 2, 4, 8, 12]
    """
    powers = [2**step for step in range(cores.bit_length()) if 2**step < cores]
    return [*powers, cores]


def files_table(folder: Path, rows: int, rounds: int) -> str:
    """Files with more and more workers, by turns; totals of groups take longer a row, and get a tenth of the rows."""
    whole = made(rows, folder / "rows.parquet")
    jobs: dict[str, tuple[Path, Sequence[str]]] = {
        "files": (whole, ()),
        "groups": (made(rows // 10, folder / "few.parquet"), ("--group-by", "project_id")),
    }
    costs: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(rounds):
        for workers in counts(os.cpu_count() or 1):
            for name, (source, flags) in jobs.items():
                cost = estimate(source, f"{folder}/{name}/", "--workers", workers, *flags)
                costs.setdefault((name, workers), []).append(cost)
                shutil.rmtree(folder / name)
    lines = [
        "| workers | Parquet to Parquet, rows/s | against one | CPU ns a row | largest process MB "
        "| totals of 20 groups, rows/s | against one |",
        "|--:|--:|--:|--:|--:|--:|--:|",
    ]
    one, one_of_groups = (best(costs[name, 1]) for name in ("files", "groups"))
    for workers in counts(os.cpu_count() or 1):
        files, groups = best(costs["files", workers]), best(costs["groups", workers])
        lines.append(
            f"| {workers} | {rows / files.wall_s:,.0f} | {one.wall_s / files.wall_s:.2f} "
            f"| {files.cpu_s / rows * 1e9:.0f} | {files.peak_mb:.0f} "
            f"| {rows // 10 / groups.wall_s:,.0f} | {one_of_groups.wall_s / groups.wall_s:.2f} |"
        )
    many = folder / "many"
    many.mkdir()
    for number in range(MANY):
        (many / f"{number}.parquet").hardlink_to(whole)
    cost = estimate(many, f"{folder}/files/", "--workers", os.cpu_count() or 1)
    shutil.rmtree(folder / "files")
    return "\n".join(lines) + (
        f"\n\nA folder of {MANY} such files on all cores: {MANY * rows / cost.wall_s:,.0f} rows/s, "
        f"{cost.cpu_s / MANY / rows * 1e9:.0f} ns of CPU a row."
    )


def service_table(folder: Path, seconds: float) -> str:
    """Requests of one row and of a thousand with more and more workers."""
    lines = [
        "| workers | rows a request | req/s | rows/s | against one | p50 ms | p99 ms | p99.9 ms | server CPU a request |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    first: dict[int, float] = {}
    for workers, rows, generator in _services(folder):
        with service(workers, {"WATTDROP_LOG_LEVEL": "info", **LEDGERS["off"]}) as server:
            cpu, threads = cpu_of(server), max(1, min(workers, (os.cpu_count() or 1) // 4))
            url, connections = server.url + "/v1/impact", CONNECTIONS * workers
            generator.run(url, server.key, connections, 1, cpu, threads)
            load = generator.run(url, server.key, connections, seconds, cpu, threads)
        gain = load.per_s / first.setdefault(rows, load.per_s)
        lines.append(
            f"| {workers} | {rows:,} | {load.per_s:,.0f} | {rows * load.per_s:,.0f} | {gain:.2f} | {latencies(load)} "
            f"| {load.cpu_us:,.0f} µs |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines)


def _services(folder: Path) -> Iterator[tuple[int, int, Generator]]:
    for rows, bodies in ((1, 200), (1000, 5)):
        generator = Generator(folder, rows, bodies)
        for workers in counts(os.cpu_count() or 1):
            yield workers, rows, generator


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000_000, help="of the file")
    parser.add_argument("--rounds", type=int, default=2, help="of the files")
    parser.add_argument("--seconds", type=float, default=4, help="of each run of the service")
    parser.add_argument("--folder", help="where files are written; a disk in memory leaves the disk out")
    parser.add_argument("--only", choices=("files", "service"), action="append")
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/reference/benchmarks-cores.md"
    )
    options = parser.parse_args()
    only: Sequence[str] = options.only or ("files", "service")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        before = ", ".join(f"{one:.1f}" for one in psutil.getloadavg())
        tables = {"machine": f"{where()}; load average before {before}."}
        print(tables["machine"], flush=True)
        for part in only:
            tables[part] = (
                files_table(Path(name), options.rows, options.rounds)
                if part == "files"
                else service_table(Path(name), options.seconds)
            )
            print(f"\n## {part}\n\n{tables[part]}", flush=True)
    if options.write:
        put(PAGE, tables)


if __name__ == "__main__":
    main()
