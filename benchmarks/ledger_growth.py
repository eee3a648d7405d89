"""Does a row get dearer to store the more there are? ``python benchmarks/ledger_growth.py [ROWS]``, 300,000 by default.

The same batches are added to an empty SQLite file and to one with so many rows, by turns, so that other work on the
machine meets both alike: once with ids of one request, as rows without ids of their own get, once with a random id a row.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from wattdrop.store import LedgerRow, Store, open_store

BATCH_ROWS = 400
ROUNDS = 60
AMOUNTS = (0.5, 0.2, 1.1, 0.01, 0.05)
ROW = LedgerRow(
    customer_id=1,
    request_id="",
    key_id=1,
    recorded_at="2026-11-26T05:00:00.000000Z",
    at="2026-11-26T05:00:00.000000Z",
    ids=("",) * 7,
    entities=("llama_v31_8b", "aws-p4d-24xlarge", "a100_40gb", "", "US", "US-VA", "text-generation"),
    input_tokens=100,
    output_tokens=500,
    cost=None,
    currency="",
    error="",
    central=AMOUNTS,
    low=AMOUNTS,
    high=AMOUNTS,
    basis='{"device_s":0.31,"requests_in_flight":90.0,"it_energy_wh":0.5,"effective_pue":1.14}',
    request='{"model_id":"llama_v31_8b","input_tokens":100,"output_tokens":500}',
    method_version="2026.11.4",
    catalog_digest="0" * 64,
)


def add(store: Store, own_ids: bool) -> float:
    """CPU seconds of a row of a batch."""
    name = f"{random.getrandbits(64):016x}"
    ids = [
        f"{random.getrandbits(64):016x}" if own_ids else f"{name}-{number}" for number in range(BATCH_ROWS)
    ]
    rows = [ROW._replace(request_id=one) for one in ids]
    start = time.process_time()
    store.ledger.add(rows)
    return (time.process_time() - start) / BATCH_ROWS


def main(count: int) -> None:
    """Print what a row costs in either file."""
    print(f"{'us CPU a row':<24} {'empty file':>11} {f'{count:,} rows':>15} {'ratio':>6}")
    for own_ids in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            empty, filled = (
                open_store(Path(folder, f"{name}.db"), b"x" * 32) for name in ("empty", "filled")
            )
            for _ in range(count // BATCH_ROWS):
                add(filled, own_ids)
            found = [(add(empty, own_ids), add(filled, own_ids)) for _ in range(ROUNDS)]
            few, many = (1e6 * statistics.median(costs) for costs in zip(*found, strict=True))
            ratio = statistics.median(high / low for low, high in found)
            name = "a random id a row" if own_ids else "ids of one request"
            print(f"{name:<24} {few:11.1f} {many:15.1f} {ratio:6.2f}", flush=True)
            empty.close()
            filled.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
