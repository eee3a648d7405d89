"""Columns that folders hold, as Hive, Spark and others write tables: rows in ``country=FR/`` have that country."""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

#: Names and values; None where there was no value.
Partitions: TypeAlias = tuple[tuple[str, str | None], ...]

_NONE: Final = "__HIVE_DEFAULT_PARTITION__"


def partitions_of(address: str) -> Partitions:
    """What the folders of an address say of every row, the innermost of a name.

    >>> partitions_of("s3://logs/day=2026-11-01/country=FR/part-0.parquet?region=eu-west-1")
    (('day', '2026-11-01'), ('country', 'FR'))
    """
    pairs = [folder.partition("=") for folder in address.partition("?")[0].split("/")[:-1]]
    found = {unquote(name): unquote(value) for name, _, value in pairs if name and value}
    return tuple((name, None if value == _NONE else value) for name, value in found.items())


def columns_of_partitions(partitions: Partitions, rows: int) -> dict[str, Any]:
    """The same value for so many rows."""
    same = pa.array(np.zeros(rows, dtype=np.int8))
    return {
        name: pa.DictionaryArray.from_arrays(same, pa.array([value], pa.string()))
        for name, value in partitions
    }
