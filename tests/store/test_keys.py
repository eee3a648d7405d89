"""Keys are shown once, kept as hashes, and end when revoked."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from wattdrop.errors import NotFound, StoreError
from wattdrop.store import Keys, open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "wattdrop.db"


@pytest.fixture
def keys(path: Path) -> Iterator[Keys]:
    with closing(open_database(path)) as database:
        yield Keys(database)


def test_a_key_is_recognised_and_never_stored(path: Path) -> None:
    with closing(open_database(path)) as database:
        key = Keys(database).create("laptop")
        found = Keys(database).find(key)
        assert found is not None
        assert (found.name, found.customer_id) == ("laptop", 1)
        assert Keys(database).find(key + "x") is None
    assert key.encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_a_revoked_key_is_not_found(keys: Keys) -> None:
    key = keys.create("laptop")
    (listed,) = keys.list()
    keys.revoke(listed.id)
    assert keys.find(key) is None
    assert keys.list()[0].revoked_at is not None
    with pytest.raises(NotFound, match="revoked already"):
        keys.revoke(listed.id)
    with pytest.raises(NotFound, match="does not exist"):
        keys.revoke(99)


def test_the_file_is_its_owners_only(path: Path) -> None:
    open_database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_opening_again_keeps_everything(path: Path) -> None:
    with closing(open_database(path)) as database:
        key = Keys(database).create("laptop")
    with closing(open_database(path)) as database:
        assert Keys(database).find(key) is not None


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="WATTDROP_DATA_DIR"):
        open_database(tmp_path / "file" / "wattdrop.db")


def test_hostile_keys_are_only_unknown(keys: Keys) -> None:
    assert keys.find("") is None
    assert keys.find("' OR 1=1 --") is None
    assert keys.find("\udcff") is None
