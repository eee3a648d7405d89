"""The store that commands work on: the one of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..service.settings import read_settings
from ..store import Store, open_store


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open it, and close it at the end of the block."""
    settings = read_settings()
    store = open_store(settings.database, settings.secret())
    try:
        yield store
    finally:
        store.close()
