"""Rows a second of one core, without files or clusters: `python -m benchmarks.capacity`, for docs/explanation/capacity.md.

CPU time of `estimate_table` over the rows of `benchmarks/spark.py`, the least of five runs, in batches of 65,536 rows.
"""

from __future__ import annotations

import argparse
import time

from benchmarks.spark import table

import wattdrop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=262_144)
    rows = table(parser.parse_args().rows)
    catalog = wattdrop.load()
    least = float("inf")
    for _ in range(5):
        start = time.process_time()
        for at in range(0, rows.num_rows, 65_536):
            wattdrop.estimate_table(rows.slice(at, 65_536), catalog)
        least = min(least, time.process_time() - start)
    print(f"{rows.num_rows / least:,.0f} rows/s of CPU, {least / rows.num_rows * 1e6:.2f} µs a row")


if __name__ == "__main__":
    main()
