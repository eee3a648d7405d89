"""The service's numbers as Prometheus reads them.

Those of all worker processes are added up: each process writes its own into files of one folder, which
``shared_counts`` makes before this module is imported; a single process needs no folder.
"""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from . import dead_counts, metrics
from .instruments import registry
from .shared_counts import FOLDER_VARIABLE

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """Everything, of all worker processes, as Prometheus reads it."""
    metrics.count()
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        return generate_latest(registry)
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)  # type: ignore[no-untyped-call]
    with dead_counts.still(folder):
        return generate_latest(of_all)
