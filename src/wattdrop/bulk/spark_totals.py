"""Totals of groups over a Spark DataFrame, with ranges.

Executors say for each group of a batch its sums, and those of each cause of its range (see ``cause_sums``). Spark adds up
those of one group and cause over all batches, then the squares over the causes of a group, as ``Ranges.total`` does over
the rows of one estimate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .cause_sums import MOST_ROWS, NAMES, cause_sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame

    from .spark import Work

_CAUSE: Final = "_wattdrop_cause"  # empty: the sums themselves
_COUNTS: Final = ("rows", "failed_rows")
_VALUES: Final = tuple(f"_wattdrop_{side}_{at}" for side in ("down", "up") for at in range(len(NAMES)))


def totals_of(df: DataFrame, todo: Work, by: tuple[str, ...], ranges: bool) -> DataFrame:
    """The plan: sums of batches, added up by group and cause, then by group."""
    from pyspark.sql import functions as f
    from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

    schema = StructType(
        [
            *(df.schema[name] for name in by),
            StructField(_CAUSE, StringType()),
            *(StructField(name, LongType()) for name in _COUNTS),
            *(StructField(name, DoubleType()) for name in _VALUES),
        ]
    )
    sums = df.mapInArrow(lambda batches: _sums(batches, todo, by, ranges), schema)
    of_cause = sums.groupBy(*by, _CAUSE).agg(*(f.sum(name).alias(name) for name in (*_COUNTS, *_VALUES)))
    itself = f.col(_CAUSE) == ""
    of_group = of_cause.groupBy(*by).agg(
        *(f.sum(name).alias(name) for name in _COUNTS),
        *(f.sum(f.when(itself, f.col(_VALUES[at]))).alias(name) for at, name in enumerate(NAMES)),
        *(f.sum(f.when(~itself, f.col(name) * f.col(name))).alias(name) for name in _VALUES),
    )
    columns = [f.col(name) for name in (*by, *_COUNTS)]
    for at, name in enumerate(NAMES):
        total = f.coalesce(f.col(name), f.lit(0.0))
        columns.append(total.alias(name))
        for side, sign in (("low", -1.0), ("high", 1.0)) if ranges else ():
            square = f.coalesce(f.col(_VALUES[at + (len(NAMES) if sign > 0 else 0)]), f.lit(0.0))
            end = f.when(total > 0, total * f.exp(sign * f.sqrt(square) / total)).otherwise(total)
            columns.append(end.alias(f"{name}_{side}_90"))
    return of_group.select(*columns)


def _sums(
    batches: Iterator[pa.RecordBatch], todo: Work, by: tuple[str, ...], ranges: bool
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, MOST_ROWS):
            yield _of_rows(batch.slice(start, MOST_ROWS), todo, by, ranges)


def _of_rows(batch: pa.RecordBatch, todo: Work, by: tuple[str, ...], ranges: bool) -> pa.RecordBatch:
    """A line for each group, and one for each cause of its range."""
    import numpy as np
    import pyarrow as pa

    from ..engine.tables.batch import estimate_batch

    keys = (
        list(zip(*(batch.column(name).to_pylist() for name in by), strict=True)) if by else [()] * len(batch)
    )
    numbers: dict[Any, int] = {}
    groups = np.array([numbers.setdefault(repr(key), len(numbers)) for key in keys], dtype=np.int64)
    first = np.unique(groups, return_index=True)[1]
    (described,) = todo.described(batch).to_batches()
    result = estimate_batch(described, todo.catalog())
    of_computed, of_failed = groups[result.resolution.computed], groups[list(result.resolution.errors)]
    count = len(numbers)
    sums = np.array([np.bincount(of_computed, result.evaluation.array(name), count) for name in NAMES])
    rows, bad = np.bincount(of_computed, minlength=count), np.bincount(of_failed, minlength=count)
    lines = [
        (group, "", int(rows[group]), int(bad[group]), [*sums[:, group].tolist(), *[0.0] * len(NAMES)])
        for group in range(count)
    ]
    if ranges and len(of_computed):
        lines += [(group, cause, 0, 0, widths) for group, cause, widths in cause_sums(result, of_computed)]
    of = pa.array([line[0] for line in lines], pa.int64())
    names = [*by, _CAUSE, *_COUNTS, *_VALUES]
    heads = batch.take(pa.array(first))
    arrays = [heads.column(name).take(of) for name in by]
    arrays.append(pa.array([line[1] for line in lines], pa.string()))
    arrays += [pa.array([line[at] for line in lines], pa.int64()) for at in (2, 3)]
    arrays += [pa.array([line[4][at] for line in lines], pa.float64()) for at in range(len(_VALUES))]
    return pa.RecordBatch.from_arrays(arrays, names=names)
