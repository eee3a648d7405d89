"""What the ledger costs: rows a second of processor time by step, and how long usage takes to tell.

    python benchmarks/ledger.py [ROWS] [DATABASE] [--segments]

ROWS is 100,000 by default; DATABASE a new SQLite file in a temporary folder, or a postgresql:// address of an empty
database. With ``--segments`` rows go to Parquet files, sums to the database.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wattdrop.catalog import load
from wattdrop.engine import estimate
from wattdrop.schema import ImpactRow
from wattdrop.service.catalogs import Catalogs
from wattdrop.service.entries import read as read_entry
from wattdrop.service.recording import Recorder
from wattdrop.service.settings import read_settings
from wattdrop.store import ApiKey, open_store

MODELS = ("gpt-4o", "llama_v31_8b", "claude-3-5-sonnet", "mistral-large-latest", "gemini-1.5-pro")
REGIONS = ("us-east-1", "europe-west1", "eastus", "ap-south-1")
PER_REQUEST = 100
ROWS_A_DAY = 500
TOGETHER = 50  # requests, five thousand rows, in a transaction, as under load


def rows(number: int) -> list[ImpactRow]:
    day = number // ROWS_A_DAY  # rows come in the order of their days
    return [
        ImpactRow(
            model_id=MODELS[at % 5],
            cloud_region=REGIONS[at % 4],
            input_tokens=at % 3000,
            output_tokens=at % 700,
            project_id=f"project {at % 20}",
            utc_datetime=f"2026-{1 + day // 28 % 12:02}-{1 + day % 28:02}T10:00:00Z",
            request_id=f"r{at}",
        )
        for at in range(number, number + PER_REQUEST)
    ]


@contextmanager
def timed(name: str, count: int) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:<44} {cpu / count * 1e6:9.1f} us CPU a row {wall:9.2f} s wall in all")


def asked(name: str, ask: Callable[[], Any]) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    found = ask()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:<44} {cpu * 1e3:9.1f} ms CPU {wall * 1e3:9.1f} ms wall, {len(found)} groups")


def main(count: int, where: str, segments: bool = False) -> None:
    catalog, folder = load(), Path(tempfile.mkdtemp())
    settings = read_settings({"WATTDROP_DATA_DIR": str(folder)})
    store = open_store(where or folder / "wattdrop.db", b"x" * 32, folder / "ledger", segments)
    recorder = Recorder(store.ledger, Catalogs(catalog, store.entities), settings)
    key = ApiKey(1, 1, "", "", "", None, frozenset(), None, None, None, None, None, None)
    results = [
        (batch, estimate(batch, catalog)) for at in range(0, count, PER_REQUEST) if (batch := rows(at))
    ]
    journal_folder = folder / "journal"
    from wattdrop.store.journal import Journal

    recorder._journal = Journal(journal_folder, 10**10)
    recorder._thread = object()  # type: ignore[assignment] # no thread: the steps are timed one by one
    with timed("journal, on the path of the answers", count):
        for of_request, result in results:
            recorder.record(key, of_request, result)
    entries: list[bytes] = []
    while found := recorder._journal.waiting(1000):
        if not found[0]:
            break
        entries += found[0]
        recorder._journal.forget(found[1])
    with timed("journal, read", count):
        read = list(map(read_entry, entries))
    with timed("columns and ranges", count):
        batches = [recorder.ledger_rows(read[at : at + TOGETHER]) for at in range(0, len(read), TOGETHER)]
    with timed(f"{'segments' if segments else 'rows'} and sums ({store.database.dialect})", count):
        for batch in batches:
            store.ledger.add_columns(batch)
    year = ("2026-01-01", "2026-12-31")
    asked("usage, total of a year", lambda: store.usage.usage(1, *year))
    asked("usage, by model and month", lambda: store.usage.usage(1, *year, ["model"], "month"))
    asked(
        "usage, one project by day", lambda: store.usage.usage(1, *year, [], "day", {"project": "project 3"})
    )
    sums = store.database.query("SELECT COUNT(*) FROM usage_sum")[0][0]
    print(
        f"{count} rows, {sums} sums; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    if not where:
        print(
            f"size of the files {sum(f.stat().st_size for f in folder.glob('wattdrop.db*')) / count:.0f} bytes a row"
        )
    store.close()


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--segments"]
    main(int(words[0]) if words else 100_000, words[1] if len(words) > 1 else "", "--segments" in sys.argv)
