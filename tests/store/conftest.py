"""Each test of the store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.store import postgresql

from wattdrop.store import Store, open_store

SECRET = b"a secret of thirty-two letters or more"


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Server]:
    with postgresql.started() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """The address of an empty database."""
    if request.param == "sqlite":
        return tmp_path / "folder" / "wattdrop.db"
    server: postgresql.Server = request.getfixturevalue("server")
    return server.new_database()


@pytest.fixture
def reopened(where: str | Path) -> Iterator[Callable[[], Store]]:
    """Opens the same database again and again."""
    opened: list[Store] = []

    def again() -> Store:
        opened.append(open_store(where, SECRET))
        return opened[-1]

    yield again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopened: Callable[[], Store]) -> Store:
    return reopened()
