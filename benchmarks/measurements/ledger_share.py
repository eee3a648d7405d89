"""What keeping costs."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
from benchmarks.rows import row
from benchmarks.timing import Absent, Case

ROWS: Final = 1000


def ledger_share(stack: ExitStack) -> Sequence[Case | Absent]:
    """1,000 answered rows into the ledger, all of it: the journal before the answer, then ranges and the database (SQLite,
    in a temporary folder) behind it. Compared with the same 1,000 rows from bytes to bytes, which is what they cost without
    a ledger. The rows have no ids, so that each time they are new.
    """
    from wattdrop import estimate
    from wattdrop.engine.api import default_catalog
    from wattdrop.schema import ImpactRequest
    from wattdrop.service.catalogs import Catalogs
    from wattdrop.service.recording import Recorder
    from wattdrop.service.settings import read_settings
    from wattdrop.store import ApiKey, open_store

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    settings = read_settings({"WATTDROP_DATA_DIR": str(folder)})
    store = open_store(folder / "wattdrop.db", b"x" * 32)
    stack.callback(store.close)
    recorder = Recorder(store.ledger, Catalogs(default_catalog(), store.entities), settings)
    recorder._thread = object()  # type: ignore[assignment] # none: this one does its work, so that its time is seen
    body = msgspec.json.encode({"rows": [row(number) for number in range(ROWS)]})
    rows = msgspec.json.decode(body, type=ImpactRequest).rows
    result = estimate(rows)
    key = ApiKey(1, 1, "", "", "", None, frozenset(), None, None, None, None, None, None)

    def answer_side() -> None:
        recorder.record(key, rows, result)

    def keep() -> None:
        recorder.record(key, rows, result)
        journal = recorder._journal
        assert journal is not None
        while not recorder._move(journal):
            pass

    keep()
    if len(store.database.query("SELECT 1 FROM ledger")) != ROWS:
        raise RuntimeError("the ledger did not take the rows")
    return [
        Case("ledger, 1000 rows", keep, ROWS),
    ]
