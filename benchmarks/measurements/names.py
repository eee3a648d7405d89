"""From names to what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any, Final

from benchmarks.rows import table
from benchmarks.timing import Absent, Case

ROWS: Final = 131_072


def names(_: ExitStack) -> Sequence[Case | Absent]:
    """Three columns of names (model, service, country) of an Arrow batch of 131,072 rows, from text to the number of what
    each row means: as dictionary columns, which is how Parquet holds them, and as plain strings.
    """
    return [
        Case("names, dictionary columns", resolution_of(table(ROWS)), ROWS),
        Case("names, plain strings", resolution_of(table(ROWS, dictionaries=False)), ROWS),
    ]


def resolution_of(of: Any) -> Callable[[], object]:
    """A call that resolves the names of a table of one batch."""
    from wattdrop.engine.api import default_catalog, resolver_of
    from wattdrop.engine.tables.columns import fields_of
    from wattdrop.engine.tables.names import named_of
    from wattdrop.engine.tables.numbers import numbers_of

    resolver = resolver_of(default_catalog())
    (batch,) = of.to_batches()
    fields = fields_of(of.column_names, "error")
    numbers, doubtful = numbers_of(batch, fields)

    def call() -> object:
        named = named_of(batch, fields, numbers, doubtful)
        return named.number_of.take(named.places), resolver.descriptions(named.descriptions)

    return call
