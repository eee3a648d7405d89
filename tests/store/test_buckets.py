"""Token buckets in PostgreSQL: one statement, atomic, on the clock of the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.store import postgresql
from tests.store.conftest import SECRET

from wattdrop.errors import StoreError
from wattdrop.store import DatabaseBuckets, Store, open_store


@pytest.fixture
def shared(server: postgresql.Server) -> Iterator[Store]:
    opened = open_store(server.new_database(), SECRET)
    yield opened
    opened.close()


def test_a_bucket_gives_its_burst_and_then_nothing(shared: Store) -> None:
    buckets = DatabaseBuckets(shared.database)
    given = [buckets.take(1, "requests", 1000.0, 10_000.0) for _ in range(12)]
    assert [granted for granted, _ in given] == [True] * 10 + [False] * 2
    # Ten tokens of a thousand seconds are gone, less what came back while the test ran.
    assert 9_000 < given[-1][1] <= 10_000


def test_keys_and_kinds_have_buckets_of_their_own(shared: Store) -> None:
    buckets = DatabaseBuckets(shared.database)
    assert buckets.take(1, "requests", 1000.0, 1000.0)[0]
    assert not buckets.take(1, "requests", 1000.0, 1000.0)[0]
    assert buckets.take(1, "rows", 1000.0, 1000.0)[0]
    assert buckets.take(2, "requests", 1000.0, 1000.0)[0]


def test_a_bucket_refills(shared: Store) -> None:
    buckets = DatabaseBuckets(shared.database)
    assert buckets.take(1, "rows", 0.05, 0.05)[0]
    end = time.monotonic() + 60
    while not buckets.take(1, "rows", 0.05, 0.05)[0]:
        assert time.monotonic() < end, "it never refilled"


def test_many_who_ask_at_once_get_no_more_than_there_is(shared: Store) -> None:
    buckets = DatabaseBuckets(shared.database)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: buckets.take(7, "requests", 1000.0, 100_000.0)[0], range(300)))
    assert sum(given) == 100


def test_a_clock_that_was_set_back_locks_nobody_out(shared: Store) -> None:
    buckets = DatabaseBuckets(shared.database)
    assert buckets.take(1, "requests", 0.01, 0.1)[0]
    shared.database.execute("UPDATE bucket SET full_at = full_at + 1000000")
    end = time.monotonic() + 60
    while not buckets.take(1, "requests", 0.01, 0.1)[0]:
        assert time.monotonic() < end, "locked out"


def test_the_table_is_not_written_to_the_log_of_the_database(shared: Store) -> None:
    (kind,) = shared.database.query("SELECT relpersistence FROM pg_class WHERE relname = ?", ("bucket",))
    assert kind[0] in ("u", b"u")


def test_a_database_that_is_away_is_named_so(shared: Store) -> None:
    shared.database.execute("DROP TABLE bucket")
    with pytest.raises(StoreError):
        DatabaseBuckets(shared.database).take(1, "requests", 1.0, 10.0)
