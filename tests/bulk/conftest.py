"""One Spark cluster for all tests of the run: it takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.bulk.spark_cluster import cluster

    with cluster(tmp_path_factory.mktemp("spark")) as session:
        yield session
