"""The service in process with settings of a test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import Service

from wattdrop.catalog import Catalog, load
from wattdrop.service.app import create_app
from wattdrop.service.settings import read_settings
from wattdrop.store import open_store


@contextmanager
def serving(folder: Path, key: dict[str, Any] | None = None, **settings: str) -> Iterator[Service]:
    """A service over an empty store in ``folder``, and a key made with the options of ``key``."""
    variables = {f"WATTDROP_{name.upper()}": value for name, value in settings.items()}
    found = read_settings({"WATTDROP_DATA_DIR": str(folder), **variables})
    store = open_store(found.database, found.secret())
    try:
        made = store.keys.create("tests", **(key or {}))
        app = create_app(_catalog(), store, found)
        yield Service(app, made, store.keys, store)
        asyncio.run(app.lifecycle.stop())
    finally:
        store.close()


@cache
def _catalog() -> Catalog:
    return load()
