"""An Arrow table of rows in, an Arrow table of results out, through the same resolution and the same kernel.

Names become codes and each distinct combination of them is resolved once; numbers stay columns. A row with a value that
cannot be read as a column (out of bounds, an image list, a contradiction) goes through the parser of single rows, so
its error reads the same as anywhere else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..catalog import Catalog
from ..errors import BadRequest, RowError
from ..resolve.description import NAME_FIELDS, PRESENT, Description
from ..resolve.place import hourly_ratios
from ..resolve.quantities import PLAIN_FIELDS, USUAL, Quantities, QuantityColumns
from ..resolve.resolved import Resolved
from ..schema import FIELD_ALIASES, FIELDS, ImpactRow, parse_rows
from ..schema.moment import Moment
from ..schema.moment import parse as parse_moment
from ..schema.refusal import known_field_like
from .api import METRICS, default_catalog, resolver_of
from .evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


#: Rows that are resolved and computed at a time.
BATCH_ROWS = 131_072
#: Result columns, in order, after the caller's own.
RESULT_COLUMNS: tuple[str, ...] = (
    *(name for names in METRICS.values() for name in names),
    "error_code",
    "error_message",
)

#: Row of a quantity in the array of numbers.
_AT = {name: at for at, name in enumerate(Quantities._fields)}
_IMAGE_FIELDS = ("input_images", "output_images")


class _Bounds(NamedTuple):
    low: float
    high: float
    whole: bool


def estimate_table(table: pa.Table, catalog: Catalog | None = None, *, extra: str = "error") -> pa.Table:
    """Energy, carbon and water of each row of an Arrow table.

    Parameters
    ----------
    table
        Columns named as the fields of a row, or as one of their aliases; nulls are fields not given.
    extra
        What to do with a column that is no such field: ``"error"``, because a misspelt ``output_token`` would silently
        give other numbers, or ``"keep"`` to pass it through.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order with the caller's columns, then ``RESULT_COLUMNS``: float64 metrics, null where
        the row has an error, and ``error_code`` and ``error_message``, null where it has none.

    Raises
    ------
    BadRequest
        If a column is unknown (and ``extra`` is ``"error"``) or two columns mean one field.
    """
    import pyarrow as pa

    facts = catalog if catalog is not None else default_catalog()
    fields = _fields_of(table.column_names, extra)
    parts = [_batch(batch, fields, facts) for batch in table.to_batches(max_chunksize=BATCH_ROWS)]
    results = pa.Table.from_batches(parts, schema=_schema()) if parts else _schema().empty_table()
    clash = [name for name in table.column_names if name in RESULT_COLUMNS]
    for name in results.column_names:
        if name not in clash:
            table = table.append_column(name, results.column(name))
        else:
            table = table.set_column(table.column_names.index(name), name, results.column(name))
    return table


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [(name, pa.string() if name.startswith("error") else pa.float64()) for name in RESULT_COLUMNS]
    )


def _fields_of(columns: Sequence[str], extra: str) -> dict[str, str]:
    """Field -> column of the table."""
    fields: dict[str, str] = {}
    for column in columns:
        field = FIELD_ALIASES.get(column, column)
        if field not in FIELDS:
            if extra == "keep" or column in RESULT_COLUMNS:
                continue
            raise BadRequest(
                f'{known_field_like(column).message}; pass extra="keep" to carry other columns along',
                code="unknown_field",
                field=column,
            )
        if field in fields:
            raise BadRequest(
                f"columns {fields[field]!r} and {column!r} both mean {field}; leave one out", field=column
            )
        fields[field] = column
    return fields


def _batch(batch: pa.RecordBatch, fields: dict[str, str], catalog: Catalog) -> pa.RecordBatch:
    import numpy as np

    rows = batch.num_rows
    resolver = resolver_of(catalog)
    numbers, doubtful = _numbers(batch, fields)
    codes, descriptions, moments = _descriptions(batch, fields, numbers, doubtful)
    outcomes = resolver.descriptions(descriptions)
    resolved: list[Resolved] = []
    setup_of = np.full(len(outcomes) + 1, -1, dtype=np.int64)
    hourly = np.ones((len(outcomes) + 1, 2))
    for number, (outcome, moment) in enumerate(zip(outcomes, moments, strict=True)):
        if not isinstance(outcome, RowError):
            setup_of[number] = len(resolved)
            resolved.append(outcome)
            hourly[number] = hourly_ratios(catalog, outcome.place, moment)
    index = setup_of[codes]
    numbers[-2:] = hourly[codes].T
    failed = np.flatnonzero((index < 0) & ~doubtful)
    errors = {int(row): cast("RowError", outcomes[codes[row]]) for row in failed}
    doubtful_rows = [int(row) for row in np.flatnonzero(doubtful)]
    single = resolver.batch(parse_rows(_raw(batch, fields, row) for row in doubtful_rows))
    errors.update((doubtful_rows[number], error) for number, error in single.errors.items())
    for number, of, given in zip(single.computed, single.resolved_of, single.quantities, strict=True):
        index[doubtful_rows[number]] = len(resolved) + of
        numbers[:, doubtful_rows[number]] = given
    resolved.extend(single.resolved)
    computed = np.flatnonzero(index >= 0)
    columns: list[Any] = []
    if len(computed):
        setups = [found.setup for found in resolved]
        given = _columns(numbers, None if len(computed) == rows else computed)
        evaluation = evaluate(setups, index[computed], given, resolver.constants)
    for names in METRICS.values():
        for name in names:
            column = np.full(rows, np.nan)
            if len(computed):
                column[computed] = evaluation.array(name)
            columns.append(column)
    return _results(columns, errors, rows)


def _columns(numbers: Any, computed: Any) -> QuantityColumns:
    """The quantities of the rows that can be computed."""
    import numpy as np

    columns, incomplete = {}, set()
    for at, (column, usual) in enumerate(zip(numbers, USUAL, strict=True)):
        of_rows = column if computed is None else column[computed]
        if usual == usual:
            if (of_rows != usual).any():
                columns[at] = of_rows
            continue
        missing = np.isnan(of_rows)
        if not missing.all():
            columns[at] = of_rows
            if missing.any():
                incomplete.add(at)
    return QuantityColumns(numbers.shape[1] if computed is None else len(computed), columns, frozenset(incomplete))


def _results(columns: list[Any], errors: dict[int, RowError], rows: int) -> pa.RecordBatch:
    import numpy as np
    import pyarrow as pa

    valid = np.ones(rows, dtype=bool)
    valid[list(errors)] = False
    bitmap = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes()) if errors else None
    arrays: list[Any] = [
        pa.Array.from_buffers(pa.float64(), rows, [bitmap, pa.py_buffer(column)], null_count=len(errors))
        for column in columns
    ]
    for part in ("code", "message"):
        texts: list[str | None] = [None] * rows
        for row, error in errors.items():
            texts[row] = getattr(error, part)
        arrays.append(pa.array(texts, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=_schema())


def _numbers(batch: pa.RecordBatch, fields: dict[str, str]) -> tuple[Any, Any]:
    """Quantities as an array (fields, rows), and which rows hold something that a column cannot say."""
    import numpy as np

    rows = batch.num_rows
    numbers = np.full((len(Quantities._fields), rows), np.nan)
    doubtful = np.zeros(rows, dtype=bool)
    for name in PLAIN_FIELDS:
        if name in fields:
            values = _floats(batch.column(fields[name]))
            if values is None:
                doubtful[:] = True
                continue
            bounds = _bounds(name)
            with np.errstate(invalid="ignore"):
                doubtful |= (values < bounds.low) | (values > bounds.high)
                if bounds.whole:
                    doubtful |= (values == values) & (values != np.floor(values))
            numbers[_AT[name]] = values
    for name in (*_IMAGE_FIELDS, "measured_energy_boundary"):
        if name in fields:
            doubtful |= _given(batch.column(fields[name]))
    if "cached_input_tokens" in fields:
        cached = numbers[_AT["cached_input_tokens"]]
        doubtful |= cached > np.nan_to_num(numbers[_AT["input_tokens"]])
    quantity = numbers[_AT["quantity"]]
    numbers[_AT["quantity"]] = np.where(np.isnan(quantity), 1.0, quantity)
    numbers[_AT["measured_at_it"]] = numbers[_AT["measured_at_gpu"]] = 0.0
    return numbers, doubtful


def _floats(column: Any) -> Any:
    """A numeric column as float64 with NaN for null, or None where it is of another type.

    Reads the buffers: pyarrow's own conversion would import pandas where that is installed.
    """
    import numpy as np
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return None
    doubles = column.cast(pa.float64(), safe=False)
    values = np.frombuffer(doubles.buffers()[1], dtype=np.float64, count=len(doubles) + doubles.offset)[
        doubles.offset :
    ].copy()
    if doubles.null_count:
        values[~_valid(doubles)] = np.nan
    return values


def _valid(column: Any) -> Any:
    import numpy as np

    bitmap = column.buffers()[0]
    if bitmap is None:
        return np.ones(len(column), dtype=bool)
    bits = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), bitorder="little")
    return bits[column.offset : column.offset + len(column)].astype(bool)


def _given(column: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    if pa.types.is_null(column.type):
        return np.zeros(len(column), dtype=bool)
    return _valid(column)


def _descriptions(
    batch: pa.RecordBatch, fields: dict[str, str], numbers: Any, doubtful: Any
) -> tuple[Any, list[Description], list[Moment | None]]:
    """For each row the number of its description and moment; then the distinct descriptions and moments."""
    import numpy as np

    combined = np.zeros(batch.num_rows, dtype=np.int64)
    columns: dict[str, tuple[Any, list[Any]]] = {}
    for name in (*NAME_FIELDS, "utc_datetime"):
        if name in fields:
            codes, values, unreadable = _codes(name, batch.column(fields[name]))
            doubtful |= unreadable
            columns[name] = codes, [*values, None]
            _, combined = np.unique(combined * (len(values) + 1) + codes, return_inverse=True)
    present = _present(batch, numbers)
    _, first, codes = np.unique(combined * 128 + present, return_index=True, return_inverse=True)
    descriptions, moments = [], []
    for row in first:
        named = {name: values[int(of_row[row])] for name, (of_row, values) in columns.items()}
        moment = named.pop("utc_datetime", None)
        moments.append(moment)
        descriptions.append(
            Description(**named, year=None if moment is None else moment.year, present=int(present[row]))
        )
    codes = codes.astype(np.int64)
    codes[doubtful] = len(descriptions)
    return codes, descriptions, moments


def _codes(name: str, column: Any) -> tuple[Any, list[Any], Any]:
    """Code of each row, the values that codes stand for (one past the end: not given), and rows that cannot be read."""
    import numpy as np
    import pyarrow as pa

    rows = len(column)
    unreadable = np.zeros(rows, dtype=bool)
    if pa.types.is_null(column.type):
        return np.zeros(rows, dtype=np.int64), [], unreadable
    if name == "utc_datetime" and pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("s"), safe=False).cast(pa.string())
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    indices = _floats(encoded.indices)
    raw = encoded.dictionary.to_pylist()
    codes = np.where(np.isnan(indices), len(raw), indices).astype(np.int64)
    read = [_read(name, value) for value in raw]
    bad = np.array([value is _UNREADABLE for value in read] + [False])
    unreadable = bad[codes]
    values = [None if value is _UNREADABLE else value for value in read]
    return codes, values, unreadable


_UNREADABLE = object()


def _read(name: str, value: Any) -> Any:
    """A value of a name column as the parser of single rows would have it; anything unusual is left to that parser."""
    if value is None or value == "":
        return None
    if name == "utc_datetime":
        found = parse_moment(value) if isinstance(value, str) else None
        return _UNREADABLE if found is None else found
    if name == "gpu_count":
        return value if isinstance(value, int) and 1 <= value <= 10_000 else _UNREADABLE
    if not isinstance(value, str) or len(value) > 2000:
        return _UNREADABLE
    if name in ("country", "region"):
        return (
            value
            if len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()
            else _UNREADABLE
        )
    return value


def _present(batch: pa.RecordBatch, numbers: Any) -> Any:
    """The kinds of work that each row states, as ``describe`` has them."""
    import numpy as np

    present = np.zeros(batch.num_rows, dtype=np.int64)
    for flag, names, positive in (
        ("input_tokens", ("input_tokens",), True),
        ("output_tokens", ("output_tokens", "reasoning_tokens"), True),
        ("input_audio", ("input_audio_seconds",), False),
        ("output_audio", ("output_audio_seconds",), False),
        ("output_audio", ("output_audio_tokens",), True),
        ("output_video", ("output_video_frames", "output_video_seconds"), False),
    ):
        for name in names:
            column = numbers[_AT[name]]
            with np.errstate(invalid="ignore"):
                present |= np.where(column > 0 if positive else column == column, PRESENT[flag], 0)
    return present


def _raw(batch: pa.RecordBatch, fields: dict[str, str], row: int) -> dict[str, Any]:
    """One row as the parser of single rows takes it."""
    raw = {field: batch.column(column)[row].as_py() for field, column in fields.items()}
    for field in _IMAGE_FIELDS:
        if isinstance(raw.get(field), str):
            raw[field] = [size.strip() for size in raw[field].replace(",", ";").split(";") if size.strip()]
    return raw


@cache
def _bounds(name: str) -> _Bounds:
    """Bounds of a numeric field, read from the typed row."""
    import msgspec

    kind = next(f.type for f in msgspec.inspect.type_info(ImpactRow).fields if f.name == name)  # type: ignore[attr-defined]
    for option in getattr(kind, "types", (kind,)):
        if isinstance(option, (msgspec.inspect.IntType, msgspec.inspect.FloatType)):
            low = (
                option.ge
                if option.ge is not None
                else (option.gt if option.gt is not None else float("-inf"))
            )
            high = option.le if option.le is not None else float("inf")
            if option.gt is not None:
                low = float(low) + 5e-324 if low == 0 else low
            return _Bounds(float(low), float(high), isinstance(option, msgspec.inspect.IntType))
    raise LookupError(f"{name} is not a number in the schema")
