"""Keys are shown once, kept as keyed hashes, and end when they are revoked or their user is disabled."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from wattdrop.errors import Conflict, NotFound, SettingError, StoreError
from wattdrop.store import Store, key_secret, open_store

SECRET = b"a secret of thirty-two letters or more"


def test_a_key_is_recognised_and_never_stored(store: Store) -> None:
    key = store.keys.create("laptop")
    found = store.keys.find(key)
    assert found is not None
    assert (found.name, found.customer_id, found.owner) == ("laptop", 1, "laptop")
    assert store.keys.find(key + "x") is None
    stored = store.database.query("SELECT hash FROM api_key")[0][0]
    assert len(bytes(stored)) == 32
    assert key.encode() not in bytes(stored)


def test_nothing_of_a_key_is_in_the_file(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "folder" / "wattdrop.db", SECRET)) as store:
        key = store.keys.create("laptop")
    assert key.encode() not in b"".join(file.read_bytes() for file in (tmp_path / "folder").iterdir())


def test_a_revoked_key_is_not_found(store: Store) -> None:
    key = store.keys.create("laptop")
    (listed,) = store.keys.list()
    store.keys.revoke(listed.id)
    assert store.keys.find(key) is None
    assert store.keys.list()[0].revoked_at is not None
    with pytest.raises(NotFound, match="revoked already"):
        store.keys.revoke(listed.id)
    with pytest.raises(NotFound, match="does not exist"):
        store.keys.revoke(99)


def test_a_customer_revokes_its_own_keys_only(store: Store) -> None:
    store.keys.create("theirs", store.customers.create("acme").id)
    (listed,) = store.keys.list()
    with pytest.raises(NotFound, match="does not exist"):
        store.keys.revoke(listed.id, customer_id=1)
    store.keys.revoke(listed.id, customer_id=listed.customer_id)


def test_a_key_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="no customer 42"):
        store.keys.create("ghost", customer_id=42)
    assert store.keys.list() == []


def test_keys_end_with_their_user(store: Store) -> None:
    user = store.customers.create_user(1, "ann")
    key = store.keys.create("laptop", user_id=user.id)
    found = store.keys.find(key)
    assert found is not None
    assert found.owner == "ann"
    store.customers.disable_user(user)
    assert store.keys.find(key) is None
    assert store.customers.users(1)[0].disabled_at is not None


def test_the_last_use_is_kept(store: Store) -> None:
    store.keys.create("laptop")
    (key,) = store.keys.list()
    store.keys.used({key.id: "2026-11-25T12:00:00Z"})
    store.keys.used({key.id: "2026-11-25T11:00:00Z"})
    assert store.keys.list()[0].last_used_at == "2026-11-25T12:00:00Z"


def test_a_key_has_its_limits(store: Store) -> None:
    found = store.keys.find(store.keys.create("laptop", requests_per_s=0.5, rows_per_s=1000))
    assert found is not None
    assert (found.requests_per_s, found.rows_per_s) == (0.5, 1000)


def test_customers_have_names_of_their_own(store: Store) -> None:
    acme = store.customers.create("acme")
    assert (acme.id, store.customers.find("acme"), store.customers.find(acme.id)) == (2, acme, acme)
    with pytest.raises(Conflict, match="acme"):
        store.customers.create("acme")
    with pytest.raises(NotFound, match="customers list"):
        store.customers.find("nobody")
    store.customers.create_user(1, "ann")
    store.customers.create_user(acme.id, "ann")
    with pytest.raises(Conflict, match="ann"):
        store.customers.create_user(acme.id, "ann")
    assert [customer.name for customer in store.customers.list()] == ["global", "default", "acme"]


def test_another_secret_recognises_no_key_and_says_so(where: str | Path, store: Store) -> None:
    store.keys.create("laptop")
    with pytest.raises(StoreError, match="WATTDROP_KEY_SECRET"):
        open_store(where, b"another secret of thirty-two letters")


def test_a_secret_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    file = tmp_path / "data" / "key-secret"
    made = key_secret("", file)
    assert len(made) == 64
    assert key_secret("", file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["key-secret"]
    with pytest.raises(SettingError, match="WATTDROP_KEY_SECRET"):
        key_secret("short", file)


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "wattdrop.db"
    open_store(path, SECRET).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_opening_again_keeps_everything(reopened: Callable[[], Store]) -> None:
    key = reopened().keys.create("laptop")
    assert reopened().keys.find(key) is not None


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="WATTDROP_DATA_DIR"):
        open_store(tmp_path / "file" / "wattdrop.db", SECRET)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match="WATTDROP_DATABASE_URL") as caught:
        open_store("postgresql://ann:hunter2@127.0.0.1:1/wattdrop", SECRET)
    assert "hunter2" not in str(caught.value)
    assert "ann@127.0.0.1:1" in str(caught.value)


def test_hostile_keys_are_only_unknown(store: Store) -> None:
    for key in ("", "' OR 1=1 --", "\udcff", "wd_" + "x" * 100_000, "\0"):
        assert store.keys.find(key) is None


def test_keys_are_chosen_by_words_state_and_order(store: Store) -> None:
    ann = store.customers.create_user(1, "Annabel")
    for name in ("50 % of it", "under_score", "underxscore", "Dashboard"):
        store.keys.create(name)
    store.keys.create("hers", user_id=ann.id)
    names = [one.name for one in store.keys.list(newest_first=True)]
    assert names == ["hers", "Dashboard", "underxscore", "under_score", "50 % of it"]

    def found(search: str) -> list[str]:
        chosen = [one.name for one in store.keys.list(search=search)]
        assert store.keys.count(search=search) == len(chosen)
        return chosen

    assert found("dash") == ["Dashboard"]
    assert found("UNDER_SCORE") == ["under_score"]  # any letter, to a database
    assert (found("%"), found("!")) == (["50 % of it"], [])
    assert found("annab") == ["hers"]
    store.customers.disable_user(ann)
    assert [one.name for one in store.keys.list(state="ended")] == ["hers"]
    assert store.keys.count(state="valid") == 4
    assert store.customers.names([1, 1, 0]) == {0: "global", 1: "default"}
    assert store.customers.names([]) == {}
    assert [one.name for one in store.customers.list(search="DEF")] == ["default"]
    store.customers.create("ÄRZTE Łódź")
    for search in ("ÄRZTE", "ärzte", "łódź"):
        assert [one.name for one in store.customers.list(search=search)] == ["ÄRZTE Łódź"], search
    assert store.customers.count_users(search="ann") == 1
