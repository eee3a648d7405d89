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
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ..engine import METHOD_VERSION
from ..errors import StoreError
from ..schema import ImpactRow
from ..store import ApiKey, Ledger, LedgerRow
from ..store.database import Unstorable
from ..store.ledger import IDS
from . import metrics
from .settings import Settings

if TYPE_CHECKING:
    from ..engine import Estimate
    from ..engine.recorded import Recorded
    from ..errors import RowError
    from ..store.journal import Journal
    from .catalogs import Catalogs

_log = logging.getLogger(__name__)
_MOST_ENTRIES: Final = 1000
_MOST_ROWS: Final = 4000
_GATHER_SECONDS: Final = 0.5  # ranges of many rows cost a tenth a row of those of few
_SHORTEST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 10.0
_ORPHAN_SECONDS: Final = 5.0
_RETENTION_SECONDS: Final = 3600.0
_TOTALS: Final = (
    "total_energy_wh",
    "total_emissions_gco2e",
    "total_water_ml",
    "total_embodied_gco2e",
    "total_embodied_ml",
)
_NO_ENTITIES: Final = ("",) * 6


class EntryRow(msgspec.Struct, array_like=True, gc=False):
    """One answered row, as the journal holds it."""

    request_id: str
    row: ImpactRow | None
    error: str
    central: tuple[float, float, float, float, float] | None


class Entry(msgspec.Struct, array_like=True):
    """One answered request."""

    customer_id: int
    key_id: int
    recorded_at: str
    method_version: str
    catalog_digest: str
    rows: list[EntryRow]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


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
        self._stopping = threading.Event()
        self._away = ""

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
        entry = Entry(
            key.customer_id,
            key.id,
            f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            METHOD_VERSION,
            result.catalog_digest,
            _entry_rows(rows, result, idempotency_key or secrets.token_hex(8), first),
        )
        try:
            journal = self._opened()
            journal.append(_encoder.encode(entry))
            metrics.ledger_waiting(journal.waiting_bytes)
        except (StoreError, OSError, ImportError) as error:
            metrics.ledger_dropped(len(rows), "no_room")
            self._say(f"answers are not stored: {error}")
            if self._settings.ledger == "required":
                raise StoreError(
                    "the ledger takes no more at the moment; send the request again later"
                ) from error
            return 0
        self._news.set()
        return len(rows)

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
            self._stopping.set()
            self._news.set()
            await asyncio.get_running_loop().run_in_executor(None, thread.join)

    def flush(self, seconds: float = 30.0) -> bool:
        """Wait until everything that was recorded so far is in the database. False where that takes too long."""
        end = time.monotonic() + seconds
        while self._journal is not None and self._journal.waiting_bytes and time.monotonic() < end:
            time.sleep(0.01)
        return self._journal is None or not self._journal.waiting_bytes

    def _run(self) -> None:
        journal = self._opened()
        pause, look_at, retire_at = _SHORTEST_PAUSE_SECONDS, 0.0, 0.0
        while True:
            stopping = self._stopping.is_set()
            try:
                if not stopping and time.monotonic() >= look_at:
                    self._adopt(journal)
                    look_at = time.monotonic() + _ORPHAN_SECONDS
                if not stopping and time.monotonic() >= retire_at:
                    self._retire()
                    retire_at = time.monotonic() + _RETENTION_SECONDS
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
            if emptied:
                if stopping:
                    break
                self._news.wait(_ORPHAN_SECONDS)
                self._news.clear()
                self._stopping.wait(_GATHER_SECONDS)
        with self._lock:
            journal.close()
            self._journal = None
            self._thread = None
            self._stopping.clear()

    def _move(self, journal: Journal) -> bool:
        """Move a batch into the database. True where nothing waits any more."""
        entries, mark = journal.waiting(_MOST_ENTRIES)
        if entries:
            self._add(entries)
            journal.forget(mark)
        metrics.ledger_waiting(journal.waiting_bytes)
        return not entries

    def _adopt(self, journal: Journal) -> None:
        for orphan in journal.orphans():
            for entries in orphan.batches(_MOST_ENTRIES):
                self._add(entries)
            orphan.remove()

    def _retire(self) -> None:
        days = self._settings.retention_days
        if days:
            first = date.today() - timedelta(days=days)  # noqa: DTZ011 - a day more or less does not matter
            erased = self._ledger.erase(None, before_day=first.isoformat())
            if erased:
                _log.info("%d rows of the ledger are older than %d days and were erased", erased, days)

    def _add(self, entries: Sequence[bytes]) -> None:
        try:
            rows = self.ledger_rows([_decoder.decode(entry) for entry in entries])
            self._ledger.add(rows)
        except StoreError as error:
            if not isinstance(error, Unstorable):
                raise
            self._add_singly(entries)
        except Exception:  # noqa: BLE001 - one entry that cannot be read must not stop those behind it
            self._add_singly(entries)
        else:
            metrics.ledger_written(len(rows))

    def _add_singly(self, entries: Sequence[bytes]) -> None:
        if len(entries) > 1:
            for entry in entries:
                self._add([entry])
            return
        kept = self._settings.data_dir / "journal" / f"{secrets.token_hex(8)}.refused"
        kept.write_bytes(entries[0])
        metrics.ledger_dropped(1, "refused")
        _log.exception("an answer could not be added to the ledger; it is kept as %s", kept)

    # --- from the journal to the ledger ---

    def ledger_rows(self, entries: Sequence[Entry]) -> list[LedgerRow]:
        """What the ledger keeps of entries. Rows of a customer are ranged together: many at once cost a tenth each."""
        from ..engine.recorded import recorded

        known: dict[tuple[int, int], Recorded] = {}
        for customer_id in {entry.customer_id for entry in entries}:
            places = [
                (number, at, one.row)
                for number, entry in enumerate(entries)
                if entry.customer_id == customer_id
                for at, one in enumerate(entry.rows)
                if one.row is not None and one.central is not None
            ]
            catalog = self._catalogs.of(customer_id)
            for start in range(0, len(places), _MOST_ROWS):
                part = places[start : start + _MOST_ROWS]
                for index, found in recorded([row for _, _, row in part], catalog).items():
                    number, at, _ = part[index]
                    known[number, at] = found
        return [
            _ledger_row(entry, one, known.get((number, at)))
            for number, entry in enumerate(entries)
            for at, one in enumerate(entry.rows)
        ]


def _entry_rows(
    rows: Sequence[ImpactRow | RowError], result: Estimate, fallback: str, first: int
) -> list[EntryRow]:
    columns = [result.evaluation.column(name) for name in _TOTALS]
    centrals: dict[int, Any] = dict(zip(result.resolution.computed, zip(*columns, strict=True), strict=True))
    kept = []
    for number, row in enumerate(rows):
        error = result.resolution.errors.get(number)
        given = row if isinstance(row, ImpactRow) else None
        request_id = (given.request_id if given else None) or f"{fallback}-{first + number}"
        kept.append(EntryRow(request_id, given, error.code if error else "", centrals.get(number)))
    return kept


def _ledger_row(entry: Entry, one: EntryRow, found: Recorded | None) -> LedgerRow:
    row = one.row or ImpactRow()
    times = row.quantity or 1
    if found is None:
        named = row.model_used_id or row.model_id or row.model_hugging_face_path or row.model_name or ""
        entities = ("" if one.central is None else named, *_NO_ENTITIES)
        low = high = None
        parts: dict[str, tuple[float, ...]] = {}
        basis = "{}"
    else:
        entities = found[:7]
        # The same numbers as were answered, unless the catalog or the method has changed in between.
        ratios = [
            a / b if b else 1.0 for a, b in zip(one.central or found.central, found.central, strict=True)
        ]
        low = [value * ratio for value, ratio in zip(found.low, ratios, strict=True)]
        high = [value * ratio for value, ratio in zip(found.high, ratios, strict=True)]
        parts = {
            name: tuple(value * ratio for value, ratio in zip(part, ratios * 2, strict=True))
            for name, part in found.parts.items()
        }
        basis = msgspec.json.encode(found.basis).decode()
    return LedgerRow(
        customer_id=entry.customer_id,
        request_id=_storable(one.request_id),
        key_id=entry.key_id,
        recorded_at=entry.recorded_at,
        at=row.utc_datetime or entry.recorded_at,
        ids=tuple(_storable(getattr(row, name) or "") for name in IDS),
        entities=tuple(map(_storable, entities)),
        input_tokens=times * (row.input_tokens or 0),
        output_tokens=times * (row.output_tokens or 0),
        cost=row.request_cost,
        currency=_storable(row.currency or ""),
        error=one.error,
        central=one.central,
        low=low,
        high=high,
        basis=basis,
        request=msgspec.json.encode(row).decode(),
        method_version=entry.method_version,
        catalog_digest=entry.catalog_digest,
        parts=parts,
    )


def _storable(text: str) -> str:
    """A text without the one character that PostgreSQL keeps in no text."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
