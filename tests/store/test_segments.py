"""A ledger whose rows are in Parquet files says, keeps and forgets what one in a table does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.store.conftest import SECRET
from tests.store.test_ledger import row, rows_of_clients

from wattdrop.errors import StoreError
from wattdrop.store import LedgerColumns, LedgerRow, Store, open_store, tidying
from wattdrop.store.columns import COLUMNS
from wattdrop.store.json_columns import JsonNumbers
from wattdrop.store.segments import Segments

DAYS = ("2026-11-25", "2026-11-25")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


@pytest.fixture
def opened(where: str | Path, folder: Path) -> Iterator[Callable[..., Store]]:
    stores: list[Store] = []

    def again(segments: str | Path = folder, in_segments: bool = True) -> Store:
        stores.append(open_store(where, SECRET, segments, in_segments))
        return stores[-1]

    yield again
    for one in stores:
        one.close()


@pytest.fixture
def store(opened: Callable[..., Store]) -> Store:
    return opened()


def names(store: Store, **given: Any) -> list[str]:
    return [one["request_id"] for one in store.ledger.rows(1, columns=("request_id",), **given)]


def aged(folder: Path, hours: float) -> None:
    """Let every file be so old."""
    moment = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
    for file in folder.iterdir():
        os.utime(file, (moment, moment))


def test_rows_come_back_from_files_as_from_a_table(store: Store, folder: Path) -> None:
    rows = [
        row("a", project_id="search", model_id="m", cost=0.25, currency="USD"),
        row("b", error="unknown_model", central=None, low=None, high=None, parts={}),
        row("c", customer_id=2, at="2026-10-01T00:00:00Z"),
    ]
    assert store.ledger.add(rows) == 3
    assert store.database.query("SELECT COUNT(*) FROM ledger") == [(0,)]
    assert len(list(folder.glob("*.parquet"))) == 2  # one a customer
    assert (store.ledger.count(), store.ledger.count(1)) == (3, 2)
    for customer_id, some in ((1, rows[:2]), (2, rows[2:])):
        found = list(store.ledger.rows(customer_id))
        assert [tuple(one) for one in found] == [COLUMNS] * len(some)
        assert [list(one.values()) for one in found] == [one.values for one in some]
    assert list(store.ledger.rows(2, first_day="2026-10-02")) == []


def test_rows_in_the_table_and_in_files_are_read_together(opened: Callable[..., Store]) -> None:
    opened(in_segments=False).ledger.add([row("a")])
    store = opened()
    store.ledger.add([row("b")])
    assert names(store) == ["a", "b"]
    (usage,) = opened(in_segments=False).usage.usage(1, *DAYS)
    assert (usage.rows, store.ledger.count(1)) == (2, 2)


def test_sums_are_the_same_as_of_a_table(opened: Callable[..., Store]) -> None:
    def usage(customer_id: int, store: Store) -> Any:
        store.ledger.add(
            [
                row(f"r{number}", customer_id=customer_id, model_id=f"m{number % 3}", project_id=f"p{number % 2}",
                    parts={f"method|m{number % 3}": [0.3] * 10, "grid|FR": [0.2] * 10})
                for number in range(50)
            ]
        )  # fmt: skip
        return store.usage.usage(customer_id, *DAYS, ["model", "project"])

    assert usage(1, opened()) == usage(2, opened(in_segments=False))


def test_what_is_sent_again_changes_nothing(store: Store) -> None:
    assert store.ledger.add([row("a"), row("b"), row("a")]) == 2
    assert store.ledger.add([row("b"), row("c")]) == 1
    assert names(store) == ["a", "b", "c"]
    (usage,) = store.usage.usage(1, *DAYS)
    assert (usage.rows, usage.amounts["usage_energy_wh"].central) == (3, 3.0)


def test_rows_without_names_are_known_by_the_request_that_brought_them(store: Store) -> None:
    """As an entry of the journal that is moved twice, because a process died between moving and forgetting it."""
    batch = [row(f"5a-{number}", batch="5a") for number in range(3)]
    assert store.ledger.add(batch) == 3
    assert store.ledger.add([*batch, row("own")]) == 1
    assert store.database.query("SELECT COUNT(*) FROM ledger_name") == [(2,)]  # not one a row
    assert store.ledger.count() == 4


def test_a_file_counts_with_the_sums_or_not_at_all(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patched:
        patched.setattr("wattdrop.store.ledger.add_sums", broken)
        with pytest.raises(StoreError, match="away"):
            store.ledger.add([row("a")])
    assert list(folder.glob("*.parquet")) == []
    assert store.ledger.count() == 0
    assert store.ledger.add([row("a")]) == 1  # its name was not noted either


def test_erasing_reaches_into_files(store: Store, folder: Path) -> None:
    store.ledger.add(rows_of_clients())
    assert store.ledger.erase(1, client_id="ann", project_id="q") == 1
    assert names(store) == ["a", "c"]
    assert store.ledger.erase(1, before_day="2026-01-01") == 1
    assert names(store) == ["c"]
    assert [(u.group, u.rows) for u in store.usage.usage(1, "2000-01-01", "2026-12-31", ["client"])] == [
        ({"client": "bob"}, 1)
    ]
    assert store.ledger.erase(None, before_day="2027-01-01") == 2
    assert list(folder.glob("*.parquet")) == []
    assert store.ledger.count() == 0


def small_files(store: Store, count: int, prefix: str = "r") -> None:
    for number in range(count):
        store.ledger.add([row(f"{prefix}{number:03}", client_id="ann" if number % 2 else "bob")])


def test_small_files_are_put_together_and_the_old_ones_stay_for_readers(store: Store, folder: Path) -> None:
    small_files(store, 40)
    reading = store.ledger.rows(1, columns=("request_id",))
    first = next(reading)
    store.ledger.tidy()
    expected = [f"r{number:03}" for number in range(40)]
    assert [one["request_id"] for one in (first, *reading)] == expected  # whoever had begun
    assert names(store) == expected
    assert len(list(folder.glob("*.parquet"))) == 41
    store.database.execute("UPDATE ledger_segment SET replaced_at = '2026-01-01' WHERE replaced_at <> ''")
    store.ledger.tidy()
    assert len(list(folder.glob("*.parquet"))) == 1
    assert names(store) == expected
    assert store.ledger.count() == 40


def test_erasing_reaches_files_that_were_put_together_and_those_that_were_replaced(
    store: Store, folder: Path
) -> None:
    small_files(store, 40)
    store.ledger.tidy()
    assert store.ledger.erase(1, client_id="ann") == 20
    assert names(store) == [f"r{number:03}" for number in range(0, 40, 2)]
    left = [one for _, *rest in store.database.query("SELECT id, name FROM ledger_segment") for one in rest]
    assert sorted(left) == sorted(file.name for file in folder.glob("*.parquet"))
    assert all(b"ann" not in (folder / name).read_bytes() for name in left)


def test_files_that_no_list_names_are_swept_up_after_a_while(store: Store, folder: Path) -> None:
    """A process died after it wrote a file and before the database knew of it."""
    store.ledger.add([row("a")])
    (folder / "of-the-dead.parquet").write_bytes(b"half a file")
    store.ledger.tidy()
    assert (folder / "of-the-dead.parquet").exists()  # perhaps it is being written
    aged(folder, 2)
    store.ledger.tidy()
    assert not (folder / "of-the-dead.parquet").exists()
    assert names(store) == ["a"]


def test_erasing_reads_no_more_of_a_file_than_says_what_goes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.ledger.add([row("a", client_id="c"), row("b", client_id="d")])
    asked: list[Any] = []
    tables = Segments.tables

    def noted(self: Segments, name: str, columns: Any = None, **more: bool) -> Any:
        asked.append(columns)
        return tables(self, name, columns, **more)

    monkeypatch.setattr(Segments, "tables", noted)
    assert store.ledger.erase(1, client_id="nobody") == 0
    assert asked == [["client_id", "day"]]
    assert store.ledger.erase(1, client_id="c") == 1
    assert asked[1:3] == [["client_id", "day"], None]
    assert names(store) == ["b"]


def test_names_are_forgotten_also_where_every_row_was_erased(store: Store) -> None:
    store.ledger.add([row("a")])
    assert store.ledger.erase(1, before_day="9999") == 1
    store.database.execute("UPDATE ledger_name SET day = '2026-01-01'")
    store.ledger.tidy()
    assert store.database.query("SELECT COUNT(*) FROM ledger_name") == [(0,)]


def test_names_are_forgotten_after_some_days(store: Store) -> None:
    store.ledger.add([row("a")])
    store.database.execute("UPDATE ledger_name SET day = '2026-01-01'")
    store.ledger.tidy()
    assert store.database.query("SELECT COUNT(*) FROM ledger_name") == [(0,)]


def test_a_folder_may_be_an_address(opened: Callable[..., Store], tmp_path: Path) -> None:
    store = opened(f"file://{tmp_path}/elsewhere")
    store.ledger.add([row("a")])
    assert names(store) == ["a"]
    assert len(list((tmp_path / "elsewhere").glob("*.parquet"))) == 1


def test_a_folder_that_is_not_there_any_more_is_named(store: Store, folder: Path) -> None:
    store.ledger.add([row("a")])
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(StoreError, match="WATTDROP_LEDGER_FOLDER"):
        names(store)


def test_rows_in_files_need_their_folder(opened: Callable[..., Store]) -> None:
    opened().ledger.add([row("a")])
    with pytest.raises(StoreError, match="no folder"):
        names(opened("", in_segments=False))


def sampled(rows: list[LedgerRow], weight: int) -> list[LedgerRow]:
    return [one._replace(weight=weight) for one in rows]


def test_a_sample_is_scaled_up_and_says_how_far_off_it_may_be(opened: Callable[..., Store]) -> None:
    """1,000 rows of which one in ten is kept: sums are those of all rows, and their range holds the error of sampling."""
    for in_segments in (True, False):
        customer_id = 3 + in_segments
        store = opened(in_segments=in_segments)
        rows = [
            row(f"r{number}", customer_id=customer_id, parts={}, cost=0.5, currency="EUR")
            for number in range(100)
        ]
        store.ledger.add(sampled(rows, 10))
        (usage,) = store.usage.usage(customer_id, *DAYS)
        assert (usage.rows, usage.kept_rows, usage.input_tokens, usage.costs) == (
            1000,
            100,
            100_000,
            {"EUR": 500.0},
        )
        energy = usage.amounts["usage_energy_wh"]
        assert energy.central == pytest.approx(1000.0)
        # The variance is 100 x 10 x 9: a standard deviation of 95 of 1,000, and 1.645 of them either way.
        assert energy.high / energy.central == pytest.approx(energy.central / energy.low)
        assert energy.high / energy.central == pytest.approx(1.169, abs=0.001)
        assert {one["weight"] for one in store.ledger.rows(customer_id)} == {10}


def test_a_whole_ledger_has_no_error_of_sampling(store: Store) -> None:
    store.ledger.add([row(f"r{number}", parts={}) for number in range(10)])
    (usage,) = store.usage.usage(1, *DAYS)
    assert (usage.rows, usage.kept_rows) == (10, 10)
    assert usage.amounts["usage_energy_wh"].low == usage.amounts["usage_energy_wh"].high


def test_the_basis_is_numbers_in_a_file_and_json_for_readers(store: Store, folder: Path) -> None:
    numbers = JsonNumbers(("pue", "device_s"), np.array([[1.2, np.nan], [0.5, np.nan]]))
    given = LedgerColumns.of([row("a"), row("b")])
    rows = LedgerColumns({**given.columns, "basis": numbers}, given.batches, given.parts)
    store.ledger.add_columns(rows)
    assert [one["basis"] for one in store.ledger.rows(1)] == ['{"pue":1.2,"device_s":0.5}', "{}"]
    ((name,),) = store.database.query("SELECT name FROM ledger_segment")
    (table,) = Segments(folder).tables(name, as_stored=True)
    assert table.column("basis").to_pylist() == [
        {"pue": 1.2, "device_s": 0.5},
        {"pue": None, "device_s": None},
    ]


def test_files_with_a_basis_of_another_form_are_put_together_as_well(store: Store) -> None:
    """Those of older versions have it as JSON."""
    for number in range(tidying._FEWEST_MERGED):
        given = LedgerColumns.of([row(f"r{number}")])
        numbers = JsonNumbers(("pue",), np.array([[float(number)]]))
        columns = {**given.columns, "basis": numbers} if number % 2 else given.columns
        store.ledger.add_columns(LedgerColumns(columns, given.batches, given.parts))
    before = {one["request_id"]: one["basis"] for one in store.ledger.rows(1)}
    store.ledger.tidy()
    assert store.database.query("SELECT COUNT(*) FROM ledger_segment WHERE replaced_at = ''") == [(1,)]
    assert {one["request_id"]: one["basis"] for one in store.ledger.rows(1)} == before
    assert before["r3"] == '{"pue":3.0}'
