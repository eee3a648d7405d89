"""Every earlier format is brought up to date, empty or filled, and keeps what it held."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from wattdrop.store import Store, open_store
from wattdrop.store.database import migrations
from wattdrop.store.postgresql import translated, typed

SECRET = b"a secret of thirty-two letters or more"
KEY = "wd_of_an_earlier_version"
NEWEST = migrations()[-1][0]
EARLIER = range(1, NEWEST)

#: What each format adds to a filled database: statements that hold from that version on.
FILL = {
    1: [
        (
            "INSERT INTO api_key (customer_id, name, shown, hash, created_at) VALUES (3, 'old', 'wd_of_a', ?, '2026')",
            (sha256(KEY.encode()).digest(),),
        )
    ],
    2: [("UPDATE api_key SET scopes = ? WHERE name = 'old'", ("impact",))],
    3: [("INSERT INTO customer (id, name, created_at) VALUES (?, 'acme', '2026-11-02')", (9,))],
    4: [
        (
            "INSERT INTO entity (customer_id, kind, entity_id, body, created_at, updated_at, created_by) "
            "VALUES (9, 'model', 'mine', ?, '2026-11-02', '2026-11-02', 'ann')",
            ('{"id":"mine"}',),
        )
    ],
}


def fill(execute: Callable[[str, tuple[object, ...]], object], version: int) -> None:
    """Apply the first migrations, and after each what a service of that version would have kept."""
    for number, script in migrations():
        if number <= version:
            for statement in script:
                execute(statement, ())
            for statement, parameters in FILL.get(number, []):
                execute(statement, parameters)


def check(store: Store, version: int) -> None:
    found = store.keys.find(KEY)
    assert found is not None
    assert (found.customer_id, found.name) == (3, "old")
    assert found.scopes == (
        frozenset({"impact"}) if version >= 2 else frozenset({"impact", "read", "write", "admin"})
    )
    assert store.customers.find(3).id == 3
    if version >= 3:
        assert store.customers.find("acme").id == 9
    if version >= 4:
        assert [entity.id for entity in store.entities.all(9)] == ["mine"]
    assert store.customers.create("after").id > 3
    assert store.keys.find(store.keys.create("after")) is not None
    assert store.ledger.count() == 0
    assert store.database.version == NEWEST


@pytest.mark.parametrize("version", EARLIER)
def test_sqlite(tmp_path: Path, version: int) -> None:
    path = tmp_path / "wattdrop.db"
    with closing(sqlite3.connect(path)) as old:
        fill(old.execute, version)
        old.execute(f"PRAGMA user_version = {version}")
        old.commit()
    with closing(open_store(path, SECRET)) as store:
        check(store, version)


@pytest.mark.parametrize("version", EARLIER)
def test_postgresql(server: object, version: int) -> None:
    url = server.new_database()  # type: ignore[attr-defined]
    with psycopg.connect(url) as old:
        fill(lambda sql, parameters: old.execute(translated(typed(sql)).encode(), parameters), version)
        old.execute("CREATE TABLE schema_version (version BIGINT PRIMARY KEY)")
        old.execute("INSERT INTO schema_version VALUES (%s)", (version,))
    with closing(open_store(url, SECRET)) as store:
        check(store, version)
