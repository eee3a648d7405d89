"""Objects are kept as given; every change counts."""

from __future__ import annotations

import threading

import pytest

from wattdrop.store import Store


def test_an_object_is_kept_changed_and_forgotten(store: Store) -> None:
    entities = store.entities
    assert entities.revision(1) == 0
    with entities.changing(1) as change:
        made = change.put("model", "mine", {"id": "mine", "total_params_billions": 7.5}, "ann")
    assert (made.customer_id, made.created_by, made.body["total_params_billions"]) == (1, "ann", 7.5)
    with entities.changing(1) as change:
        change.put("model", "mine", {"id": "mine", "aliases": ["own"]}, "bob")
    (kept,) = entities.all(1)
    assert (kept.body, kept.created_by, kept.created_at) == (
        {"id": "mine", "aliases": ["own"]},
        "ann",
        made.created_at,
    )
    assert entities.revision(1) == 2
    with entities.changing(1) as change:
        assert change.remove("model", "mine")
        assert not change.remove("model", "mine")
    assert entities.all(1) == []


def test_customers_do_not_share(store: Store) -> None:
    other = store.customers.create("acme").id
    with store.entities.changing(other) as change:
        change.put("gpu", "chip", {"id": "chip"}, "ann")
    assert store.entities.all(1) == []
    assert store.entities.revision(1) == 0
    with store.entities.changing(1) as change:
        assert change.all() == []
        assert not change.remove("gpu", "chip")


def test_what_raises_changes_nothing(store: Store) -> None:
    def fail() -> None:
        with store.entities.changing(1) as change:
            change.put("node", "a", {"id": "a"}, "ann")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.entities.all(1) == []
    assert store.entities.revision(1) == 0


def test_changes_wait_for_each_other(store: Store) -> None:
    def work(number: int) -> None:
        for _ in range(5):
            with store.entities.changing(1) as change:
                count = len(change.all())
                change.put("model", f"m{count}", {"id": f"m{count}"}, str(number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.entities.all(1)) == 15
    assert store.entities.revision(1) == 15
