"""What `wattdrop.spark.impact` costs beside a `mapInArrow` that does nothing: `python -m benchmarks.spark` (see --help).

Four jobs over the same rows in one session, taking turns: `identity` hands batches back as they came; `wide` hands back
twenty columns more, all of them constant, which is the transport alone; `totals` estimates, as `impact` does by default;
`all` gives back all twenty metrics. Each writes to Spark's `noop` sink, which takes every column and keeps none. The least
wall time of the rounds counts; ratios are of those.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import wattdrop
from wattdrop.bulk.spark import with_results
from wattdrop.engine.evaluate import REPORTED
from wattdrop.engine.tables import RESULT_COLUMNS

MODELS = ("gpt-4o", "claude-3-5-sonnet", "llama_v31_8b", "gpt-4o-mini", "gemini-1.5-pro")
COUNTRIES = ("US", "FR", "DE", "IE", None)


def table(rows: int) -> pa.Table:
    return pa.table(
        {
            "model_id": pa.array([MODELS[n % 5] for n in range(rows)]).dictionary_encode().cast(pa.string()),
            "country": pa.array([COUNTRIES[n // 5 % 5] for n in range(rows)]),
            "input_tokens": pa.array([n * 7 % 3000 for n in range(rows)]),
            "output_tokens": pa.array([n * 13 % 900 + 1 for n in range(rows)]),
        }
    )


def identity(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return batches


def wide(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = [*batch.columns]
        for name in RESULT_COLUMNS:
            kind = pa.string() if name.startswith("error") else pa.float64()
            null = name.startswith("error")
            columns.append(pa.nulls(len(batch), kind) if null else pa.repeat(1.5, len(batch)))
        yield pa.RecordBatch.from_arrays(columns, names=[*batch.schema.names, *RESULT_COLUMNS])


def seconds(df: Any) -> float:
    start = time.perf_counter()
    df.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    from tests.bulk.spark_cluster import cluster

    with tempfile.TemporaryDirectory() as name, cluster(Path(name), f"local[{chosen.cores}]") as spark:
        path = Path(name) / "requests.parquet"
        pq.write_table(table(chosen.rows), path, row_group_size=-(-chosen.rows // (4 * chosen.cores)))
        df = spark.read.parquet(str(path)).repartition(chosen.cores).cache()
        df.count()
        jobs = {
            "identity": df.mapInArrow(identity, df.schema),
            "wide": df.mapInArrow(wide, with_results(df.schema, REPORTED)),
            "totals": wattdrop.spark.impact(df),
            "all": wattdrop.spark.impact(df, metrics="all"),
        }
        least = dict.fromkeys(jobs, float("inf"))
        for nth in range(chosen.rounds + 1):  # the first round starts workers and compiles
            for job, plan in jobs.items():
                took = seconds(plan)
                if nth:
                    least[job] = min(least[job], took)
        print(f"{platform.processor() or platform.machine()}, {chosen.cores} cores, Python {platform.python_version()}, "
              f"Spark {spark.version}, {chosen.rows} rows, {chosen.rounds} rounds, batches of 65536")  # fmt: skip
        for job, took in least.items():
            print(f"{job:9} {took:7.2f} s   {chosen.rows / took / chosen.cores:12,.0f} rows/s a core   "
                  f"{took / least['identity']:.2f} x identity   {took / least['wide']:.2f} x wide")  # fmt: skip


if __name__ == "__main__":
    main()
