"""A ledger of made-up requests, filled when somebody first asks for it, in a folder of its own that goes with the process.

It is read by the same code as the real one, and never mixed with it: whoever asks with ``demo=true`` reads here alone.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from ..catalog import Catalog
from ..engine import METHOD_VERSION
from ..engine.api import estimate_checked
from ..schema import ImpactRow, given_by_rows
from ..store import Ledger, LedgerColumns, UsageReader
from ..store.database import Database, open_database
from ..store.pages import RowPages
from ..store.texts import Texts
from .catalogs import Catalogs
from .demo_requests import requests_of
from .entries import entry_of
from .entry_columns import columns_of

CUSTOMER_ID: Final = 1
_AT_ONCE: Final = 1000


class Filled(NamedTuple):
    """The ledger as it is on one day."""

    day: date
    database: Database
    ledger: Ledger
    usage: UsageReader
    pages: RowPages


class Demo:
    """Fills it once a day and process. Everything happens on one thread: nothing of it is needed fast."""

    def __init__(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._filled: Filled | None = None
        self._thread = ThreadPoolExecutor(1, "wattdrop-demo")

    async def on_thread(self, work: Callable[[], Any]) -> Any:
        """Do something on the thread that all of it shares: it needs no key, so it must not take much."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def filled(self, today: date | None = None) -> Filled:
        """The ledger up to yesterday, so that every process has the same. Takes a second when it is first asked for."""
        today = today or datetime.now(UTC).date()
        if self._filled is None or self._filled.day != today:
            self._forget()
            self._folder = tempfile.TemporaryDirectory(prefix="wattdrop-demo-")
            database = open_database(Path(self._folder.name) / "demo.db")
            ledger = Ledger(database)
            try:
                fill(ledger, self._catalogs.base, requests_of(today - timedelta(days=1)))
            except BaseException:
                database.close()
                raise
            self._filled = Filled(today, database, ledger, UsageReader(database), RowPages(database))
        return self._filled

    def _forget(self) -> None:
        if self._filled is not None:
            self._filled.database.close()
            self._filled = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def stop(self) -> None:
        """Leave nothing behind."""
        self._thread.shutdown()
        self._forget()


def fill(ledger: Ledger, catalog: Catalog, requests: Iterable[ImpactRow]) -> int:
    """Keep requests as if they had been answered. Gives how many there were."""
    requests = iter(requests)
    count = 0
    while rows := list(islice(requests, _AT_ONCE)):
        count += ledger.add_columns(answered(rows, catalog))
    return count


def answered(rows: Sequence[ImpactRow], catalog: Catalog, customer_id: int = CUSTOMER_ID) -> LedgerColumns:
    """What the ledger keeps of requests that were estimated at the moment that they name."""
    result = estimate_checked(rows, catalog)
    whole = entry_of(
        rows,
        result,
        None,
        0,
        customer_id=customer_id,
        key_id=0,
        recorded_at="",
        method_version=METHOD_VERSION,
        catalog_digest=result.catalog_digest,
    )
    found = columns_of([replace(whole, rows=given_by_rows(rows))], catalog)
    return LedgerColumns({**found.columns, "recorded_at": Texts.of(found["at"])}, found.batches, found.parts)
