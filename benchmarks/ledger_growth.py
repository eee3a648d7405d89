"""Does a row get dearer to store the more there are? ``python benchmarks/ledger_growth.py [ROWS]``, a million by default.

The same batches are added to an empty SQLite file and to one with so many rows, by turns, so that other work on the
machine meets both alike. Ids are random, as those of requests are: every row goes to another place of the index.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from wattdrop.catalog import load
from wattdrop.engine import METHOD_VERSION, estimate
from wattdrop.schema import ImpactRow
from wattdrop.service.catalogs import Catalogs
from wattdrop.service.recording import Entry, EntryRow, Recorder
from wattdrop.service.settings import read_settings
from wattdrop.store import Store, open_store
from wattdrop.store.ledger import LedgerRow
from wattdrop.store.parts import Parts

ROWS = 400
ROUNDS = 60
ROW = ImpactRow(model_id="llama_v31_8b", input_tokens=100, output_tokens=500)


def batch(store: Store) -> tuple[list[LedgerRow], Parts | None]:
    """Rows as the service's writer hands them to the ledger."""
    catalog = load()
    total = estimate([ROW], catalog).response().rows[0].total_impact
    central = (
        total.usage_energy_wh, total.usage_emissions_gco2e, total.usage_water_ml, total.embodied_emissions_gco2e,
        total.embodied_water_ml,
    )  # fmt: skip
    rows = [EntryRow("", ROW, "", central) for _ in range(ROWS)]
    entry = Entry(1, 1, "2026-11-26T05:00:00Z", METHOD_VERSION, catalog.digest, rows)
    recorder = Recorder(store.ledger, Catalogs(catalog, store.entities), read_settings())
    (found,) = recorder.ledger_rows([entry])
    return found


def add(store: Store, rows: Sequence[LedgerRow], parts: Parts | None) -> float:
    """CPU seconds of a row, of rows with new ids."""
    new = [row._replace(request_id=f"{random.getrandbits(64):016x}") for row in rows]
    start = time.process_time()
    store.ledger.add(new, parts)
    return (time.process_time() - start) / len(rows)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        empty, filled = (open_store(Path(folder, f"{name}.db"), b"x" * 32) for name in ("empty", "filled"))
        rows, parts = batch(empty)
        for _ in range(count // ROWS):
            add(filled, rows, parts)
        found = [(add(empty, rows, parts), add(filled, rows, parts)) for _ in range(ROUNDS)]
        for store in (empty, filled):
            ((sums, longest),) = store.database.query("SELECT COUNT(*), MAX(LENGTH(parts)) FROM usage_sum")
            print(f"{store.ledger.count():9,} rows, {sums} sums of {longest} bytes")
            store.close()
        ratios = [high / low for low, high in found]
        for name, costs in zip(("few rows", f"{count:,} rows"), zip(*found, strict=True), strict=True):
            print(f"{name:<16} {1e6 * statistics.median(costs):6.1f} us CPU a row")
        print(f"{'ratio':<16} {statistics.median(ratios):6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
