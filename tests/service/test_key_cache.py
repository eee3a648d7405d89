"""Recognising keys: cached, revoked in time, honest while the database is away, and not to be flooded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.service.in_process import serving

from wattdrop.errors import Overloaded, StoreError
from wattdrop.service import key_cache
from wattdrop.service.key_cache import KeyCache
from wattdrop.service.last_use import LastUse
from wattdrop.store import ApiKey, Keys, Store, open_store

SECRET = b"a secret of thirty-two letters or more"
Found = TypeVar("Found")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Switched(Keys):
    """Keys of a real store whose database can be taken away; counts questions."""

    away = False
    asked = 0

    def find(self, key: str) -> ApiKey | None:
        self.asked += 1
        if self.away:
            raise StoreError("away")
        return super().find(key)


@pytest.fixture
def store(tmp_path: Path):
    opened = open_store(tmp_path / "wattdrop.db", SECRET)
    yield opened
    opened.close()


@pytest.fixture
def keys(store: Store) -> Switched:
    return Switched(store.database, SECRET)


def run(asked: Awaitable[Found]) -> Found:
    async def wait() -> Found:
        return await asked

    return asyncio.run(wait())


def cache_of(keys: Keys, clock: Clock, grace_s: float = 300) -> KeyCache:
    return KeyCache(keys, 5.0, grace_s, clock)


def test_the_database_is_asked_once_in_a_while(keys: Switched) -> None:
    clock, key = Clock(), keys.create("a")
    cache = cache_of(keys, clock)
    assert cache.fresh(key) is None
    assert run(cache.find(key)) is not None
    assert cache.fresh(key) is not None and keys.asked == 1
    clock.now += 5.1
    assert cache.fresh(key) is None


def test_a_revoked_key_ends_when_it_is_looked_at_again(keys: Switched) -> None:
    clock, key = Clock(), keys.create("a")
    cache = cache_of(keys, clock)
    found = run(cache.find(key))
    assert found is not None
    keys.revoke(found.id)
    clock.now += 5.1
    assert run(cache.find(key)) is None
    keys.away = True  # and no grace brings it back
    clock.now += 5.1
    with pytest.raises(StoreError):
        run(cache.find(key))


def test_the_process_that_revokes_a_key_forgets_it_at_once(keys: Switched) -> None:
    cache, key = cache_of(keys, Clock()), keys.create("a")
    found = run(cache.find(key))
    assert found is not None
    cache.forget(lambda one: one.id == found.id)
    assert cache.fresh(key) is None


def test_known_keys_work_while_the_database_is_away_and_unknown_ones_are_told_so(
    keys: Switched, caplog: pytest.LogCaptureFixture
) -> None:
    clock, known, unknown = Clock(), keys.create("known"), keys.create("unknown")
    cache = cache_of(keys, clock)
    assert run(cache.find(known)) is not None
    keys.away = True
    for _ in range(20):
        clock.now += 10
        assert run(cache.find(known)) is not None
        with pytest.raises(StoreError):
            run(cache.find(unknown))
    clock.now += 101  # 301 seconds after it was seen valid
    with pytest.raises(StoreError):
        run(cache.find(known))
    keys.away = False
    clock.now += 2
    assert run(cache.find(known)) is not None and run(cache.find(unknown)) is not None
    assert sum("is away" in one.getMessage() for one in caplog.records) == 1


def test_a_database_that_is_away_is_asked_about_one_key_a_second(keys: Switched) -> None:
    clock, made = Clock(), [keys.create(str(number)) for number in range(5)]
    cache = cache_of(keys, clock)
    for key in made:
        assert run(cache.find(key)) is not None
    keys.away, keys.asked = True, 0
    clock.now += 6
    for _ in range(100):
        for key in made:
            assert run(cache.find(key)) is not None
    assert keys.asked == 1


def test_the_grace_is_not_longer_than_the_key(
    keys: Switched, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, key = Clock(), keys.create("a")
    store.database.execute("UPDATE api_key SET expires_at = '2099-01-01T00:00:00Z'")
    cache = cache_of(keys, clock)
    assert run(cache.find(key)) is not None
    keys.away = True
    clock.now += 10
    monkeypatch.setattr(key_cache, "this_second", lambda: "2099-01-01T00:00:01Z")
    with pytest.raises(StoreError):
        run(cache.find(key))


def test_a_wrong_key_is_looked_up_once_in_a_while(keys: Switched) -> None:
    clock = Clock()
    cache = cache_of(keys, clock)
    assert [run(cache.find("wd_wrong")) for _ in range(100)] == [None] * 100
    assert keys.asked == 1
    clock.now += 2.1
    run(cache.find("wd_wrong"))
    assert keys.asked == 2


def test_many_wrong_keys_neither_fill_memory_nor_hammer_the_database(keys: Switched) -> None:
    clock, known = Clock(), keys.create("known")
    cache = cache_of(keys, clock)
    assert run(cache.find(known)) is not None
    clock.now += 1
    keys.asked = 0

    async def flood() -> int:
        refused = 0
        for number in range(3000):
            try:
                assert await cache.find(f"wd_{number}") is None
            except Overloaded:
                refused += 1
        return refused

    assert run(flood()) == 2000
    assert keys.asked == 1000
    assert run(cache.find("x" * 10_000)) is None and keys.asked == 1000
    clock.now += 5.1  # a known key is not among the strangers
    assert run(cache.find(known)) is not None


def test_what_is_remembered_is_bounded(keys: Switched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_cache, "_MOST_REMEMBERED", 3)
    monkeypatch.setattr(key_cache, "_MOST_WRONG", 3)
    cache = cache_of(keys, Clock())
    made = [keys.create(str(number)) for number in range(5)]
    for key in made:
        run(cache.find(key))
        run(cache.find(key + "x"))
    assert [cache.fresh(key) is not None for key in made] == [False, False, True, True, True]
    assert len(cache._wrong) == 3


def test_a_slow_database_stops_nobody_and_is_asked_once_about_a_key(store: Store) -> None:
    gate = threading.Event()

    class Slow(Switched):
        def find(self, key: str) -> ApiKey | None:
            gate.wait(60)
            return super().find(key)

    keys = Slow(store.database, SECRET)
    key, cache = keys.create("a"), cache_of(keys, Clock())

    async def both() -> list[Any]:
        first, second = asyncio.create_task(cache.find(key)), asyncio.create_task(cache.find(key))
        for _ in range(5):
            await asyncio.sleep(0.01)  # the event loop turns while the database is asked
        first.cancel()  # whoever gives up takes the answer from nobody else
        gate.set()
        return await asyncio.gather(first, second, return_exceptions=True)

    first, second = run(both())
    assert isinstance(first, asyncio.CancelledError)
    assert second is not None and second.name == "a"
    assert keys.asked == 1


def test_a_service_whose_database_is_gone_answers_known_keys(tmp_path: Path) -> None:
    with serving(tmp_path, key_cache_seconds="0") as service:
        unknown = service.keys.create("unknown")
        assert service.get("/model").status_code == 200
        service.store.database.execute("ALTER TABLE api_key RENAME TO gone")
        assert service.get("/model").status_code == 200
        refused = service.get("/model", key=unknown)
        assert (refused.status_code, refused.json()["code"]) == (503, "store_error")
        assert refused.headers["retry-after"] == "1"
        assert "www-authenticate" not in refused.headers


def test_last_use_is_written_in_batches_and_again_where_it_failed(store: Store) -> None:
    key = store.keys.find(store.keys.create("a"))
    assert key is not None and key.last_used_at is None
    writing = LastUse(store.keys)
    writing.note(key.id)
    store.database.execute("ALTER TABLE api_key RENAME TO gone")
    run(writing.write())
    store.database.execute("ALTER TABLE gone RENAME TO api_key")
    run(writing.write())
    first = store.keys.list()[0].last_used_at
    assert first is not None and first.startswith("20")


def test_last_use_is_written_while_the_service_runs_and_when_it_stops(tmp_path: Path) -> None:
    with serving(tmp_path) as service:

        async def live() -> None:
            await service.app.lifecycle.start()
            assert (await service._request("GET", "/model", headers=headers)).status_code == 200
            assert service.keys.list()[0].last_used_at is None  # not on the way of the answer
            await service.app.lifecycle.stop()

        headers = {"Authorization": f"Bearer {service.key}"}
        asyncio.run(live())
        assert service.keys.list()[0].last_used_at is not None
