"""The folder in which worker processes keep what they count, so that ``/metrics`` of any of them tells of all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from .settings import Settings

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Read by prometheus_client when it is imported, so it must be set before."""


@contextmanager
def shared_counts(settings: Settings) -> Iterator[None]:
    """Make the folder, for several workers, and remove it in the end."""
    if settings.workers == 1:
        yield
        return
    folder = _make(settings)
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(settings: Settings) -> str:
    prefix = "wattdrop-counts-"
    try:
        return tempfile.mkdtemp(prefix=prefix)
    except OSError:  # a machine that lends no writable folder but that of the database
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.mkdtemp(prefix=prefix, dir=settings.data_dir)
