"""What waits in the journal is added together, some ten thousand rows a transaction; each row once, whatever happens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.store import postgresql

from wattdrop import estimate
from wattdrop.engine.api import default_catalog
from wattdrop.schema import ImpactRow
from wattdrop.service import instruments, recording
from wattdrop.service.catalogs import Catalogs
from wattdrop.service.entries import Entry, encoder
from wattdrop.service.recording import Recorder
from wattdrop.service.settings import read_settings
from wattdrop.store import ApiKey, Ledger, LedgerColumns, Store, journal, open_store

KEY = ApiKey(1, 1, "", "", "", None, frozenset(), None, None, None, None, None, None)
READ_BYTES = 10_000
"""Of the journal at a time, here: some fifty rows."""


class Ledgered:
    """A recorder whose journal is moved when a test says so."""

    def __init__(self, where: str | Path, folder: Path, in_files: bool, **settings: str) -> None:
        self.folder = folder
        self.store: Store = open_store(where, b"s" * 32, folder / "ledger", in_files)
        given = read_settings({"WATTDROP_DATA_DIR": str(folder), **settings})
        self.recorder = Recorder(self.store.ledger, Catalogs(default_catalog(), self.store.entities), given)
        self.recorder._thread = object()  # type: ignore[assignment] # none: the tests do its work
        self.journal = self.recorder._opened()

    def answered(self, *names: str | None) -> None:
        """Record a request of rows with these names."""
        rows = [
            ImpactRow(
                model_id="gpt-4o", input_tokens=10 + at, output_tokens=50, country="FR", request_id=name
            )
            for at, name in enumerate(names)
        ]
        assert self.recorder.record(KEY, rows, estimate(rows)) == len(rows)

    def move(self) -> None:
        """Until nothing waits."""
        while not self.recorder._move(self.journal):
            pass

    def names(self) -> list[str]:
        """Of the rows in the ledger. The sums have as many."""
        found = [row["request_id"] for row in self.store.ledger.rows(1, columns=["request_id"])]
        (usage,) = self.store.usage.usage(1, "2000-01-01", "2099-12-31") if found else [None]
        assert usage is None or usage.rows == len(found)
        return found

    def die(self) -> None:
        """As a killed process does: the journal keeps its files, and nobody holds their locks any more."""
        for segment in self.journal._segments:
            segment.close()
        self.journal._segments.clear()


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.started() as one:
        yield one


@pytest.fixture(params=["table", "files", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Ledgered]]:
    """Opens a recorder; again, for the process after one that died."""
    where: str | Path = tmp_path / "wattdrop.db"
    if request.param == "postgresql":
        where = request.getfixturevalue("server").new_database()
    with ExitStack() as stack:

        def again() -> Ledgered:
            one = Ledgered(where, tmp_path, request.param == "files")
            stack.callback(one.store.close)
            stack.callback(one.journal.close)
            return one

        yield again


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each of them added."""
    monkeypatch.setattr(journal, "_READ_BYTES", READ_BYTES)
    found: list[int] = []
    add_columns = Ledger.add_columns

    def noted(self: Ledger, rows: LedgerColumns) -> int:
        found.append(len(rows))
        return add_columns(self, rows)

    monkeypatch.setattr(Ledger, "add_columns", noted)
    return found


def test_what_waits_is_added_together(opened: Callable[[], Ledgered], transactions: list[int]) -> None:
    one = opened()
    names = [f"r{number}" for number in range(90)]
    for start in range(0, 90, 3):
        one.answered(*names[start : start + 3])
    one.move()
    assert sorted(one.names()) == sorted(names)
    assert 1 <= len(transactions) < 5
    one.answered("later")
    one.move()
    assert transactions[-1] == 1


def test_no_more_is_taken_at_once_than_has_room(
    opened: Callable[[], Ledgered], transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    add = Recorder._add

    def noted(self: Recorder, entries: Sequence[bytes]) -> int:
        taken.append(sum(map(len, entries)))
        return add(self, entries)

    monkeypatch.setattr(Recorder, "_add", noted)
    one = opened()
    for number in range(150):
        one.answered(f"{number}a", f"{number}b", f"{number}c")
    one.move()
    assert len(one.names()) == 450
    assert len(taken) > 1
    assert max(taken) <= READ_BYTES
    # A request that is larger than what is read at a time is added whole.
    one.answered(*[f"large {number}" for number in range(100)])
    one.move()
    assert transactions[-1] == 100


def test_a_name_twice_is_kept_once(opened: Callable[[], Ledgered], transactions: list[int]) -> None:
    one = opened()
    one.answered("a", "b", "a")
    one.answered("b", "c")
    one.move()
    assert transactions == [5]
    assert sorted(one.names()) == ["a", "b", "c"]
    one.answered("a", "d")
    one.move()
    assert sorted(one.names()) == ["a", "b", "c", "d"]


def test_what_was_added_when_the_process_died_is_not_added_again(
    opened: Callable[[], Ledgered], transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    first = opened()
    for number in range(20):
        first.answered(f"{number}a", f"{number}b", None)
    with monkeypatch.context() as patched:
        patched.setattr(journal.Journal, "forget", killed)
        with pytest.raises(KeyboardInterrupt):
            first.move()
    first.answered("last")
    added = len(first.names())
    assert 0 < added <= 60
    first.die()
    second = opened()
    second.recorder._adopt(second.journal)
    assert len(second.names()) == 61
    assert list((second.folder / "journal").glob("*.journal")) == [second.journal._segments[0].path]


def test_one_bad_entry_stops_no_other(opened: Callable[[], Ledgered], transactions: list[int]) -> None:
    one = opened()
    for number in range(20):
        one.answered(f"{number}a", f"{number}b")
    one.journal.append(b"no entry")
    rows = [ImpactRow(model_id="gpt-4o", request_id=name) for name in "xyz"]
    errors = dict.fromkeys(range(3), "unknown_model")
    refused = Entry(2**63, 1, "2026-11-26T10:00:00Z", "1", "d", rows, errors=errors, answered=b"")
    one.journal.append(encoder.encode(refused))
    before = _refused_rows()
    for number in range(20, 40):
        one.answered(f"{number}a", f"{number}b")
    one.move()
    assert len(one.names()) == 80
    kept = sorted(path.read_bytes() for path in (one.folder / "journal").glob("*.refused"))
    assert kept == sorted([b"no entry", encoder.encode(refused)])
    assert len(transactions) < 20  # the good ones were not added one by one
    assert _refused_rows() - before == 4  # three of the entry that could be read


def _refused_rows() -> float:
    return instruments.ledger_dropped.labels("refused")._value.get()  # type: ignore[no-any-return]


def test_of_a_large_request_every_row_is_kept(opened: Callable[[], Ledgered]) -> None:
    """Rows without names are known by their request, all of them together, also where one is larger than what is read."""
    one = opened()
    one.answered(*[None] * 2001)
    one.answered(None)
    one.move()
    assert len(one.names()) == 2002


def test_large_requests_wait_where_much_waits_for_the_database(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = Ledgered(tmp_path / "wattdrop.db", tmp_path, False, WATTDROP_LEDGER_JOURNAL_BYTES="10000")
    one.answered("a")
    one.move()
    assert one.recorder.pause(1000) == 0.0
    while one.journal.waiting_bytes < 5000:
        one.answered(*[f"{one.journal.waiting_bytes} {at}" for at in range(10)])
    first, second = one.recorder.pause(1), one.recorder.pause(1)
    assert 0.0 < first < second
    assert one.recorder.pause(10**9) == 10.0  # longer, and clients give up
    assert [record.getMessage() for record in caplog.records] == [
        "the ledger is slower than what is answered: large requests wait for it now"
    ]
    one.move()
    assert one.recorder.pause(1000) == 0.0
    one.journal.close()
    one.store.close()


def test_while_requests_keep_coming_many_share_a_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a price of its own. They were gathered only once nothing waited, which under load is never."""
    monkeypatch.setattr(journal, "_READ_BYTES", 1_000_000)  # more than comes
    one = Ledgered(tmp_path / "wattdrop.db", tmp_path, False)
    add, added = Ledger.add_columns, list[int]()

    def slow(self: Ledger, rows: LedgerColumns) -> int:
        time.sleep(0.02)  # meanwhile others come
        new = add(self, rows)
        if self is one.store.ledger:  # other services of this process have theirs
            added.append(new)
        return new

    monkeypatch.setattr(Ledger, "add_columns", slow)
    one.recorder._thread = None
    one.recorder._opened()  # starts its thread
    began = time.monotonic()
    for number in range(300):
        one.answered(f"request {number}")
        time.sleep(0.004)
    assert one.recorder.flush()
    took = time.monotonic() - began
    asyncio.run(one.recorder.stop())
    assert sum(added) == len(set(one.names())) == 300
    assert len(added) <= 2 + took / recording._GATHER_SECONDS
    one.store.close()


def test_a_full_batch_is_not_waited_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_READ_BYTES", READ_BYTES)
    monkeypatch.setattr(recording, "_GATHER_SECONDS", 60.0)
    monkeypatch.setattr(recording, "_LONGEST_GATHER_SECONDS", 60.0)
    one = Ledgered(tmp_path / "wattdrop.db", tmp_path, False)
    one.recorder._thread = None
    one.recorder._opened()  # starts its thread
    for number in range(300):
        one.answered(f"request {number}")
    end = time.monotonic() + 20
    while not one.store.ledger.count() and time.monotonic() < end:
        time.sleep(0.01)
    assert one.store.ledger.count() > 0
    began = time.monotonic()
    asyncio.run(one.recorder.stop())  # what is left is not waited with either
    assert time.monotonic() - began < 20
    assert one.store.ledger.count() == 300
    one.store.close()


def test_a_flush_waits_for_what_was_recorded_before_it_alone(tmp_path: Path) -> None:
    """Whoever erases rows waits for it; requests may keep coming meanwhile, so that there is always one that waits."""
    one = Ledgered(tmp_path / "wattdrop.db", tmp_path, False)
    one.recorder._thread = None
    one.recorder._opened()  # starts its thread
    stopped = threading.Event()

    def keep_coming() -> None:
        while not stopped.wait(0.001):
            one.answered(None)

    others = threading.Thread(target=keep_coming)
    others.start()
    try:
        one.answered("before")
        assert one.recorder.flush()
        assert "before" in [row["request_id"] for row in one.store.ledger.rows(1, columns=["request_id"])]
    finally:
        stopped.set()
        others.join()
    asyncio.run(one.recorder.stop())
    one.store.close()


def test_a_stop_leaves_what_takes_long_to_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each transaction takes a twentieth of a second here, all of them ten."""
    monkeypatch.setattr(recording, "_MOST_ENTRIES", 1)
    monkeypatch.setattr(recording, "_STOP_SECONDS", 0.2)
    add = Ledger.add_columns

    def slow(self: Ledger, rows: LedgerColumns) -> None:
        time.sleep(0.05)
        add(self, rows)

    first = Ledgered(tmp_path / "wattdrop.db", tmp_path, False)
    names = [f"request {number}" for number in range(200)]
    for name in names:
        first.answered(name)
    with monkeypatch.context() as slowly:
        slowly.setattr(Ledger, "add_columns", slow)
        first.recorder._thread = None
        first.recorder._opened()  # starts its thread
        asyncio.run(first.recorder.stop())
    assert len(first.names()) < len(names)
    first.store.close()
    second = Ledgered(tmp_path / "wattdrop.db", tmp_path, False)
    second.recorder._adopt(second.journal)
    assert sorted(second.names()) == sorted(names)
    second.journal.close()
    second.store.close()
