"""Both databases keep what is committed, undo what is not, and are brought up to date once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wattdrop.errors import StoreError
from wattdrop.store import Store, open_store
from wattdrop.store.database import Row, Transaction, migrations, statements

SECRET = b"a secret of thirty-two letters or more"


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.database.transaction() as transaction:
            transaction.execute(
                "INSERT INTO customer (id, name, created_at) VALUES (?, ?, ?)", (7, "x", "now")
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [customer.id for customer in store.customers.list()] == [0, 1]
    store.customers.create("next")  # the connection is still good


def test_every_migration_is_applied_once(reopened: Callable[[], Store]) -> None:
    newest = migrations()[-1][0]
    assert [number for number, _ in migrations()] == list(range(1, newest + 1))
    assert reopened().database.version == newest
    assert reopened().database.version == newest


def test_many_may_open_an_empty_database_together(where: str | Path) -> None:
    opened: list[Store] = []
    threads = [threading.Thread(target=lambda: opened.append(open_store(where, SECRET))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for store in opened:
        assert [customer.id for customer in store.customers.list()] == [0, 1]
        store.close()


def test_a_thread_that_ends_leaves_no_connection(store: Store) -> None:
    """Each export reads on a thread of its own."""
    for number in range(20):
        thread = threading.Thread(target=store.customers.create, args=(f"of thread {number}",))
        thread.start()
        thread.join()
    assert len(store.customers.list()) >= 20
    assert len(store.database._all) <= 2


def test_threads_do_not_disturb_each_other(store: Store) -> None:
    def work(number: int) -> None:
        for nth in range(10):
            store.customers.create(f"customer {number}.{nth}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.customers.list()) == 42


def test_a_newer_database_is_left_alone(where: str | Path, store: Store) -> None:
    if store.database.dialect == "sqlite":
        store.database.query("PRAGMA user_version = 9999")
    else:
        store.database.execute("INSERT INTO schema_version VALUES (9999)")
    with pytest.raises(StoreError, match="newer version"):
        open_store(where, SECRET)


def test_what_is_wrong_with_a_statement_is_for_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StoreError) as caught:
        store.database.query("SELECT secret FROM nowhere")
    assert "nowhere" not in str(caught.value)
    assert "nowhere" in caplog.text


def test_rows_come_a_few_at_a_time(store: Store) -> None:
    found = store.database.rows("SELECT id FROM customer WHERE id < ? ORDER BY id", (9,))
    assert next(found) == (0,)
    assert list(found) == [(1,)]


def test_a_file_of_sql_is_read_as_statements() -> None:
    script = "-- why\nCREATE TABLE a (\n    b TEXT -- what\n);\nINSERT INTO a VALUES ('x;y');\n"
    assert statements(script) == ["CREATE TABLE a (\n    b TEXT\n)", "INSERT INTO a VALUES ('x;y')"]


def test_a_database_that_is_closed_under_the_hands_of_others_says_so(store: Store) -> None:
    """SQLite would otherwise end the process."""
    said: list[str] = []

    def work() -> None:
        try:
            while True:
                store.customers.list()
                store.database.execute("UPDATE customer SET name = name WHERE id = ?", (1,))
        except StoreError as error:
            said.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    store.close()
    for thread in threads:
        thread.join()
    assert len(said) == 4


def test_many_rows_are_inserted_unless_they_are_there(store: Store) -> None:
    columns = ("customer_id", "name", "day")
    with store.database.transaction() as transaction:
        assert _inserted(transaction, columns, [(1, "a", "x"), (2, "a", "x")]) == {
            (1, "a"),
            (2, "a"),
        }
        assert _inserted(transaction, columns, [(1, "a", "y"), (1, "ä'\\\"", "y")]) == {(1, "ä'\\\"")}
        assert _inserted(transaction, columns, []) == set()
        many = [
            (3, f"{number}", "z") for number in range(12_000)
        ]  # more than one statement has parameters for
        assert _inserted(transaction, columns, many) == {row[:2] for row in many}
        assert _inserted(transaction, columns, [*many, (3, "x", "z")]) == {(3, "x")}
    found = store.database.query("SELECT customer_id, name, day FROM ledger_name WHERE customer_id < 3")
    assert sorted(found) == [(1, "a", "x"), (1, "ä'\\\"", "y"), (2, "a", "x")]


def test_inserted_rows_may_say_what_is_there_in_their_place(store: Store) -> None:
    conflict = "ON CONFLICT (customer_id, name) DO UPDATE SET day = excluded.day RETURNING name, day"
    columns = ("customer_id", "name", "day")
    with store.database.transaction() as transaction:
        for day in ("x", "y"):
            rows = [(1, f"{number}", day) for number in range(7_000)]
            assert sorted(transaction.insert("ledger_name", columns, rows, conflict)) == sorted(
                row[1:] for row in rows
            )


def _inserted(transaction: Transaction, columns: Sequence[str], rows: Sequence[Row]) -> set[Row]:
    return transaction.insert_new("ledger_name", columns, [row[:2] for row in rows], iter(rows))
