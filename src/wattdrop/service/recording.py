"""Keeps what was answered: in the journal before the answer is sent, in the ledger a moment later.

The thread that answers appends to the journal and does no more. A thread of its own takes entries from there, works out
their ranges, and adds them to the ledger in batches; what it cannot add, because the database is away, waits. Entries of
processes that died are taken over, see ``store.journal``. An entry that was added twice changes nothing: its rows have ids.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from ..engine import METHOD_VERSION
from ..errors import StoreError
from ..schema import ImpactRow
from ..store import ApiKey, Ledger, LedgerColumns
from ..store.clock import second
from ..store.database import Unstorable
from . import metrics
from .backlog import Backlog
from .entries import Entry, encoder, entry_of, read
from .entry_columns import columns_of
from .exchange import new_name
from .sample import sample
from .settings import Settings

if TYPE_CHECKING:
    from ..engine import Estimate
    from ..errors import RowError
    from ..store.journal import Journal
    from .catalogs import Catalogs

_log = logging.getLogger(__name__)
_MOST_ENTRIES: Final = 5000
_GATHER_SECONDS: Final = 0.5  # ranges of many rows cost a tenth a row of those of few
_GATHER_SAMPLE_SECONDS: Final = 2.0  # of a sample few come in half a second
_LONGEST_GATHER_SECONDS: Final = 3.0
_PAUSE_RATIO: Final = 10.0
_TIDY_SECONDS: Final = 600.0
_SHORTEST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 10.0
_ORPHAN_SECONDS: Final = 5.0
#: How long what waits is still moved when the service stops; the rest is safe in the journal for the next start.
_STOP_SECONDS: Final = 5.0
_RETENTION_SECONDS: Final = 3600.0


class Recorder:
    """Records for one process."""

    def __init__(self, ledger: Ledger, catalogs: Catalogs, settings: Settings) -> None:
        self._ledger = ledger
        self._catalogs = catalogs
        self._settings = settings
        self._journal: Journal | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._news = threading.Event()
        self._enough = threading.Event()
        self._stopping = threading.Event()
        self._stop_at = 0.0
        self._away = ""
        self._one_in = settings.ledger_one_in if settings.ledger == "sampled" else 1
        self._spent_seconds = 0.0  # on batches since rows were last gathered
        self._backlog = Backlog(settings.ledger_journal_bytes)

    @property
    def is_on(self) -> bool:
        """Whether anything is recorded at all."""
        return self._settings.ledger != "off"

    # --- the side of the answers ---

    def record(
        self,
        key: ApiKey,
        rows: Sequence[ImpactRow | RowError],
        result: Estimate,
        idempotency_key: str = "",
        first: int = 0,
    ) -> int:
        """Keep what was answered. Gives the number of rows that are safe now.

        Parameters
        ----------
        idempotency_key
            Stands for the ids of rows that have none, so that the same request sent again is known again.
        first
            Number of the first row, where they are a part of a longer stream.

        Raises
        ------
        StoreError
            If they cannot be kept and the setting ``ledger`` is ``required``.
        """
        if not self.is_on or not rows:
            return 0
        name = idempotency_key or new_name()
        kept = None
        if self._one_in > 1:
            kept = sample(rows, self._one_in, name, first, bool(idempotency_key))
            if not kept:
                return 0
        entry = entry_of(
            rows,
            result,
            kept,
            first,
            customer_id=key.customer_id,
            key_id=key.id,
            recorded_at=_this_moment(),
            method_version=METHOD_VERSION,
            catalog_digest=result.catalog_digest,
            weight=self._one_in,
            name="" if idempotency_key else name,
            unnamed=name,
        )
        try:
            journal = self._opened()
            journal.append(encoder.encode(entry))
            metrics.ledger_waiting(journal.waiting_bytes)
        except (StoreError, OSError, ImportError) as error:
            metrics.ledger_dropped(len(rows), "no_room")
            self._say(f"answers are not stored: {error}")
            if self._settings.ledger == "required":
                raise StoreError(
                    "the ledger takes no more at the moment; send the request again later"
                ) from error
            return 0
        if not self._news.is_set():
            self._news.set()
        if journal.has_a_batch and not self._enough.is_set():
            self._enough.set()
        return len(entry.rows)

    def pause(self, rows: int) -> float:
        """Seconds that a request of so many rows is to wait before it is answered, so that there is room for them."""
        journal = self._journal
        return self._backlog.pause(rows / self._one_in, journal.waiting_bytes) if journal is not None else 0.0

    def _opened(self) -> Journal:
        with self._lock:
            if self._journal is None:
                from ..store.journal import Journal  # needs locks of files, which not every system has

                settings = self._settings
                self._journal = Journal(settings.data_dir / "journal", settings.ledger_journal_bytes)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="wattdrop-ledger", daemon=True)
                self._thread.start()
            return self._journal

    def _say(self, text: str) -> None:
        """Log a trouble once, not for every row."""
        if text != self._away:
            self._away = text
            _log.error("%s", text) if text else _log.warning("the ledger is written again")

    # --- the life of the thread ---

    async def start(self) -> None:
        """Take over what dead processes left, whether or not requests come."""
        if self.is_on:
            try:
                self._opened()
            except (StoreError, OSError, ImportError) as error:
                self._say(f"answers are not stored: {error}")

    async def stop(self) -> None:
        """Move what waits into the database; what it does not take waits for the next process."""
        thread = self._thread
        if thread is not None:
            self._stop_at = time.monotonic() + _STOP_SECONDS
            self._stopping.set()
            self._enough.set()
            self._news.set()
            await asyncio.get_running_loop().run_in_executor(None, thread.join)

    def flush(self, seconds: float = 30.0) -> bool:
        """Wait until everything that was recorded so far is in the database. False where that takes too long."""
        journal = self._journal
        if journal is None:
            return True
        goal, end = journal.appended_bytes, time.monotonic() + seconds
        while (
            (left := journal.forgotten_bytes < goal) and self._journal is journal and time.monotonic() < end
        ):
            self._enough.set()
            time.sleep(0.01)
        return not left

    def _run(self) -> None:
        journal = self._opened()
        pause, look_at, retire_at = _SHORTEST_PAUSE_SECONDS, 0.0, 0.0
        tidy_at = time.monotonic() + _TIDY_SECONDS
        while True:
            stopping = self._stopping.is_set()
            if stopping and time.monotonic() >= self._stop_at:
                left = journal.waiting_bytes
                if left:
                    _log.warning("%d bytes of answers wait in the journal for the next start", left)
                break
            try:
                if not stopping and time.monotonic() >= look_at:
                    self._adopt(journal)
                    look_at = time.monotonic() + _ORPHAN_SECONDS
                if not stopping and time.monotonic() >= retire_at:
                    self._retire()
                    retire_at = time.monotonic() + _RETENTION_SECONDS
                if not stopping and time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + _TIDY_SECONDS
                    self._ledger.tidy()
                emptied = self._move(journal)
                self._say("")
                pause = _SHORTEST_PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - whatever it is: what waits is safe, and tried again
                self._say(f"the ledger waits: {error}")
                if not isinstance(error, StoreError):
                    _log.exception("the ledger waits")
                if stopping:
                    break
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            if stopping:
                if emptied:
                    break
                continue
            if emptied:
                self._news.wait(_ORPHAN_SECONDS)
                self._news.clear()
            self._gather(journal)
        with self._lock:
            journal.close()
            self._journal = None
            self._thread = None
            self._stopping.clear()

    def _gather(self, journal: Journal) -> None:
        """Let rows come until a batch is full, or for a while: it has a price of its own, whatever its size."""
        least = _GATHER_SECONDS if self._one_in == 1 else _GATHER_SAMPLE_SECONDS
        seconds = max(least, _PAUSE_RATIO * self._spent_seconds)
        self._spent_seconds = 0.0
        self._enough.clear()
        if not (journal.has_a_batch or self._stopping.is_set()):
            self._enough.wait(min(seconds, _LONGEST_GATHER_SECONDS))

    def _move(self, journal: Journal) -> bool:
        """Move a batch into the database. True where nothing waits any more."""
        entries, mark = journal.waiting(_MOST_ENTRIES)
        if entries:
            began = time.monotonic()
            count = self._add(entries)
            journal.forget(mark)
            spent = time.monotonic() - began
            self._spent_seconds += spent
            self._backlog.moved(count, spent)
        metrics.ledger_waiting(journal.waiting_bytes)
        return not entries

    def _adopt(self, journal: Journal) -> None:
        for orphan in journal.orphans():
            for entries in orphan.batches(_MOST_ENTRIES):
                if self._stopping.is_set():
                    return  # the next process takes it over, and adds nothing twice
                self._add(entries)
            orphan.remove()

    def _retire(self) -> None:
        days = self._settings.retention_days
        if days:
            first = date.today() - timedelta(days=days)  # noqa: DTZ011 - a day more or less does not matter
            erased = self._ledger.erase(None, before_day=first.isoformat())
            if erased:
                _log.info("%d rows of the ledger are older than %d days and were erased", erased, days)

    def _add(self, entries: Sequence[bytes]) -> int:
        """Add entries in one transaction. Gives their rows."""
        try:
            rows = self.ledger_rows(list(map(read, entries)))
            self._ledger.add_columns(rows)
        except StoreError as error:
            if not isinstance(error, Unstorable):
                raise
            return self._add_apart(entries)
        except Exception:  # noqa: BLE001 - one entry that cannot be read must not stop those behind it
            return self._add_apart(entries)
        metrics.ledger_written(len(rows))
        return len(rows)

    def _add_apart(self, entries: Sequence[bytes]) -> int:
        """Add what could not be added together: by halves, until the entry is found that is to blame."""
        if len(entries) > 1:
            middle = len(entries) // 2
            return self._add(entries[:middle]) + self._add(entries[middle:])
        kept = self._settings.data_dir / "journal" / f"{secrets.token_hex(8)}.refused"
        kept.write_bytes(entries[0])
        metrics.ledger_dropped(_rows_of(entries[0]), "refused")
        _log.exception("an answer could not be added to the ledger; it is kept as %s", kept)
        return 0

    # --- from the journal to the ledger ---

    def ledger_rows(self, entries: Sequence[Entry]) -> LedgerColumns:
        """What the ledger keeps of entries. Rows of a customer are ranged together: many at once cost a tenth each."""
        of_customers: dict[int, list[Entry]] = {}
        for entry in entries:
            of_customers.setdefault(entry.customer_id, []).append(entry)
        return LedgerColumns.joined(
            [columns_of(some, self._catalogs.of(one)) for one, some in sorted(of_customers.items())]
        )


def _rows_of(entry: bytes) -> int:
    """How many rows an entry has; one that cannot be read counts as one."""
    try:
        return len(read(entry).rows)
    except Exception:  # noqa: BLE001 - whatever it is that cannot be read
        return 1


def _this_moment() -> str:
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{second(seconds)}.{rest // 1000:06}Z"
