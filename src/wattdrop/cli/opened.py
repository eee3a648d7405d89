"""The store that commands work on: the one of the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..service.settings import read_settings, store_of
from ..store import Store


@contextmanager
def opened_store() -> Iterator[Store]:
    """Open it, and close it at the end of the block."""
    store = store_of(read_settings())
    try:
        yield store
    finally:
        store.close()
