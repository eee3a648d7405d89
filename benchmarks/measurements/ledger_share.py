"""What keeping costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import msgspec
from benchmarks.rows import row
from benchmarks.timing import Absent, Case, missing

ROWS: Final = 1000
REQUESTS: Final = 10
#: What a worker that answers such requests at full speed is asked in half a second, and is kept of it.
SAMPLED_REQUESTS: Final = 50
ONE_IN: Final = 100


def ledger_share(stack: ExitStack) -> Sequence[Case | Absent]:
    """1,000 answered rows into the ledger, all of it: the journal before the answer, then ranges and the database (SQLite,
    in a temporary folder) behind it. Compared with the same 1,000 rows from bytes to bytes, which is what they cost without
    a ledger. The rows have no ids, so that each time they are new. They are of 84 days, each with sums of its own, as rows
    are that are sent long after; beside them ten such requests of one day, which wait together, as those of a service under
    load do: once into a table, once into files. Then fifty of them of which one row in a hundred is kept, in a table: what
    a worker at full load answers in half a second; the time is for each row that was answered.
    """
    rows = [row(number) for number in range(ROWS)]
    of_a_day = [{**one, "utc_datetime": f"2026-11-26T{one['utc_datetime'][11:]}"} for one in rows]
    found: list[Case | Absent] = [
        Case("ledger, 1000 rows", _keeping(stack, rows, 1), ROWS),
        Case("ledger, 10,000 rows of a day", _keeping(stack, of_a_day, REQUESTS), REQUESTS * ROWS),
        Case(
            "ledger, sampled, 50 requests",
            _keeping(stack, of_a_day, SAMPLED_REQUESTS, one_in=ONE_IN),
            SAMPLED_REQUESTS * ROWS,
        ),
    ]
    name = "ledger, 10,000 rows of a day in files"
    try:
        found.append(Case(name, _keeping(stack, of_a_day, REQUESTS, in_files=True), REQUESTS * ROWS))
    except ImportError as error:
        found.append(Absent(name, missing(error)))
    return found


def _keeping(
    stack: ExitStack, raw: Sequence[dict[str, Any]], requests: int, in_files: bool = False, one_in: int = 1
) -> Callable[[], None]:
    """Keeps so many requests of these rows in a ledger of its own, each time it is called."""
    from wattdrop import estimate
    from wattdrop.engine.api import default_catalog
    from wattdrop.schema import ImpactRequest
    from wattdrop.service.catalogs import Catalogs
    from wattdrop.service.recording import Recorder
    from wattdrop.service.settings import read_settings
    from wattdrop.store import ApiKey, open_store

    if in_files:
        import pyarrow  # noqa: F401 - or files cannot be written
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    given = {"WATTDROP_DATA_DIR": str(folder)}
    if one_in > 1:
        given |= {"WATTDROP_LEDGER": "sampled", "WATTDROP_LEDGER_ONE_IN": str(one_in)}
    settings = read_settings(given)
    store = open_store(folder / "wattdrop.db", b"x" * 32, folder / "ledger", in_files)
    stack.callback(store.close)
    recorder = Recorder(store.ledger, Catalogs(default_catalog(), store.entities), settings)
    recorder._thread = object()  # type: ignore[assignment] # none: this one does its work, so that its time is seen
    rows = msgspec.json.decode(msgspec.json.encode({"rows": raw}), type=ImpactRequest).rows
    result = estimate(rows)
    key = ApiKey(1, 1, "", "", "", None, frozenset(), None, None, None, None, None, None)

    def keep() -> None:
        for _ in range(requests):
            recorder.record(key, rows, result)
        journal = recorder._journal
        assert journal is not None
        while not recorder._move(journal):
            pass

    keep()
    kept = store.ledger.count() * one_in / (requests * len(rows))
    if not (kept == 1.0 if one_in == 1 else 0.5 < kept < 2.0):
        raise RuntimeError("the ledger did not take the rows")
    return keep
