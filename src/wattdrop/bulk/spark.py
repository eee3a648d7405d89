"""Apache Spark: ``wattdrop.spark.impact(df)``, a table function for SQL, and totals of groups.

Spark hands Arrow batches to Python and takes Arrow batches back, so each executor does what ``estimate_table`` does on
one machine, with the same bits. Executors have wattdrop installed; custom entities travel with the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..catalog import Catalog
from ..catalog.shipped import Shipped, shipped
from ..engine.api import METHOD_VERSION, default_catalog
from ..engine.tables import ERRORS, estimate_table
from ..errors import BadRequest, WattdropError
from ..schema import FIELD_ALIASES, FIELDS
from ..schema.refusal import known_field_like
from .options import COLUMNS, metrics_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from .options import Columns

#: Catalogs that this worker process has put together, by digest.
_catalogs: dict[str, Catalog] = {}


class Work(NamedTuple):
    """What executors do to each batch. Small enough to travel with every task."""

    names: tuple[str, ...]
    """Columns of the DataFrame."""
    fields: tuple[tuple[str, str], ...]
    """Pairs of a field of a row and the column that fills it."""
    metrics: tuple[str, ...]
    facts: Shipped
    method_version: str

    def catalog(self) -> Catalog:
        """The facts, put together once in a process."""
        if self.method_version != METHOD_VERSION:
            raise WattdropError(
                f"this process has the method {METHOD_VERSION}, the one that sent the work has {self.method_version}: "
                "install the same version of wattdrop on both"
            )
        found = _catalogs.get(self.facts.digest)
        if found is None:
            found = _catalogs[self.facts.digest] = self.facts.catalog()
        return found

    def described(self, batch: pa.RecordBatch) -> pa.Table:
        """The columns that fill fields, under the names of the fields."""
        import pyarrow as pa

        if tuple(batch.schema.names) != self.names:
            raise BadRequest(
                f"the table has the columns {', '.join(batch.schema.names)}; the function was registered for "
                f"{', '.join(self.names)}: register it for this table under another name"
            )
        return pa.table({field: batch.column(column) for field, column in self.fields})

    def one(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A batch with its results: where a column is called like a result, in its place, else behind."""
        import pyarrow as pa

        results = estimate_table(self.described(batch), self.catalog(), metrics=self.metrics)
        columns = dict(zip(batch.schema.names, batch.columns, strict=True))
        for name in (*self.metrics, *ERRORS):
            result = results.column(name)
            columns[name] = result.chunk(0) if result.num_chunks == 1 else result.combine_chunks()
        return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))

    def all(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batch after batch."""
        return map(self.one, batches)


def work(
    names: Sequence[str],
    catalog: Catalog | None = None,
    columns: Mapping[str, str] | None = None,
    extra: str = "error",
    metrics: str | Sequence[str] = "totals",
) -> Work:
    """What to do to batches with these columns; raises before anything is sent where that is not clear."""
    import pyarrow as pa

    facts = catalog if catalog is not None else default_catalog()
    wanted = _metrics(metrics)
    given: dict[str, str] = {}
    for field, column in (columns or {}).items():
        field = FIELD_ALIASES.get(field, field)
        if field not in FIELDS:
            raise BadRequest(f"columns: {known_field_like(field).message}", field=field)
        if column not in names:
            raise BadRequest(f"columns: there is no column {column!r} for {field}", field=field)
        given[field] = column
    rest = [name for name in names if name not in given.values()]
    for name in rest:
        if FIELD_ALIASES.get(name, name) in given:
            field = FIELD_ALIASES.get(name, name)
            raise BadRequest(
                f"columns {given[field]!r} and {name!r} both mean {field}; rename {name!r} or leave it out",
                field=name,
            )
    estimate_table(
        pa.table({name: pa.nulls(0) for name in rest}), facts, extra=extra, metrics=wanted
    )  # says what it would refuse
    given |= {name: name for name in rest if FIELD_ALIASES.get(name, name) in FIELDS}
    if not given:
        raise BadRequest(
            f"no column is a field of a row, among {', '.join(names)}; "
            'columns={"model_id": "MODEL_ID"} says which column fills which field'
        )
    return Work(tuple(names), tuple(given.items()), wanted, shipped(facts), METHOD_VERSION)


def _metrics(asked: str | Sequence[str]) -> tuple[str, ...]:
    if not isinstance(asked, str):
        return tuple(asked)
    if asked not in COLUMNS:
        raise BadRequest(
            f"metrics: expected {', '.join(COLUMNS)} or a list of metrics, got {asked!r}", field="metrics"
        )
    return metrics_of(cast("Columns", asked))


def impact(
    df: DataFrame,
    *,
    catalog: Catalog | None = None,
    columns: Mapping[str, str] | None = None,
    extra: str = "error",
    metrics: str | Sequence[str] = "totals",
) -> DataFrame:
    """Energy, carbon and water of each row of a Spark DataFrame, the same to the bit as ``estimate_table`` gives.

    Parameters
    ----------
    df
        Columns named as the fields of a row, or as one of their aliases; nulls are fields not given.
    catalog
        The facts to use, such as ``wattdrop.load().overlay(models=[...])``; the package's own by default.
    columns
        Field -> column, where columns have other names: ``{"model_id": "model", "output_tokens": "completion"}``.
    extra
        What to do with a column that is no field: ``"error"``, or ``"keep"`` to pass it through.
    metrics
        What to give back: ``"totals"``, as ``wattdrop estimate`` does for a file, ``"blocks"`` (inference, training and
        fine-tuning), ``"all"``, or names of metrics. Fewer cost less: most of a row's time is its way through Spark.

    Returns
    -------
    pyspark.sql.DataFrame
        The caller's columns, then the metrics and ``engine.tables.ERRORS``. A row with an error has nulls for
        numbers, ``error_code`` and ``error_message``, and stops no other.

    Raises
    ------
    BadRequest
        If a column is unknown (and ``extra`` is ``"error"``), two columns mean one field, or a metric is none.
    """
    todo = work(df.columns, catalog, columns, extra, metrics)
    return df.mapInArrow(lambda batches: todo.all(batches), with_results(df.schema, todo.metrics))


def register(
    spark: SparkSession,
    like: DataFrame | StructType | str,
    name: str = "wattdrop_impact",
    *,
    catalog: Catalog | None = None,
    columns: Mapping[str, str] | None = None,
    extra: str = "error",
    metrics: str | Sequence[str] = "totals",
) -> None:
    """Make a table function for SQL: ``SELECT * FROM wattdrop_impact(TABLE(requests))``.

    Parameters
    ----------
    like
        The tables that it takes: a DataFrame, a schema, or the name of a table or view. Spark asks for the columns of the
        answer beforehand, so that a function is for tables with these columns.
    catalog, columns, extra, metrics
        As for ``impact``.
    """
    from pyspark.sql.functions import arrow_udtf

    shape = spark.table(like) if isinstance(like, str) else like
    schema: StructType = getattr(shape, "schema", shape)
    todo = work(schema.names, catalog, columns, extra, metrics)

    class Impact:
        def eval(self, table: Any) -> Any:
            yield todo.one(table)

    spark.udtf.register(name, arrow_udtf(Impact, returnType=with_results(schema, todo.metrics)))


def totals(
    df: DataFrame,
    by: Sequence[str] = (),
    *,
    catalog: Catalog | None = None,
    columns: Mapping[str, str] | None = None,
    extra: str = "error",
    ranges: bool = True,
) -> DataFrame:
    """Totals of groups with their 90 % ranges: rows that share a cause of error share the error, wherever they lie.

    Parameters
    ----------
    by
        Columns of the DataFrame that make the groups; none for one group of all rows.
    catalog, columns, extra
        As for ``impact``.
    ranges
        Without them a group costs what ``impact`` costs; working them out costs many times that.

    Returns
    -------
    pyspark.sql.DataFrame
        A row a group: the columns of ``by``, ``rows``, ``failed_rows``, and each total, with ranges also
        ``..._low_90`` and ``..._high_90``.
    """
    from .spark_totals import totals_of

    missing = [name for name in by if name not in df.columns]
    if missing:
        raise BadRequest(f"by: there is no column {missing[0]!r}", field=missing[0])
    return totals_of(df, work(df.columns, catalog, columns, extra), tuple(by), ranges)


def with_results(schema: StructType, metrics: Sequence[str]) -> StructType:
    """The schema of a table with its results."""
    from pyspark.sql.types import DataType, DoubleType, StringType, StructField, StructType

    fields = {field.name: field for field in schema.fields}
    for name in (*metrics, *ERRORS):
        kind: DataType = StringType() if name in ERRORS else DoubleType()
        fields[name] = StructField(name, kind, nullable=True)
    return StructType(list(fields.values()))
