"""An Arrow table of rows in, an Arrow table of results out, through the same resolution and the same kernel.

Names become codes and each distinct combination of them is resolved once; numbers stay columns. A row with a value that
cannot be read as a column (out of bounds, an image list, a contradiction) goes through the parser of single rows, so
its error reads the same as anywhere else.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from ..catalog import Catalog
from ..errors import BadRequest, RowError
from ..resolve.description import NAME_FIELDS, PRESENT, Description
from ..resolve.quantities import PLAIN_FIELDS, USUAL, Quantities, QuantityColumns
from ..resolve.resolved import Resolved
from ..schema import FIELD_ALIASES, FIELDS, ImpactRow, parse_rows
from ..schema.moment import CANONICAL, Moment
from ..schema.moment import parse as parse_moment
from ..schema.refusal import known_field_like
from .api import default_catalog, resolver_of
from .evaluate import REPORTED, evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ..resolve.batch import Resolver


#: Rows that are resolved and computed at a time.
BATCH_ROWS = 131_072
#: Result columns, in order, after the caller's own.
RESULT_COLUMNS: tuple[str, ...] = (
    *REPORTED,
    "error_code",
    "error_message",
)

#: Row of a quantity in the array of numbers.
_AT = {name: at for at, name in enumerate(Quantities._fields)}
_HOURLY = (_AT["grid_hourly_ratio"], _AT["ewif_hourly_ratio"])
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
    codes, descriptions, hours = _descriptions(batch, fields, numbers, doubtful)
    outcomes = resolver.descriptions(descriptions)
    resolved: list[Resolved] = []
    setup_of = np.full(len(outcomes) + 1, -1, dtype=np.int64)
    for number, outcome in enumerate(outcomes):
        if not isinstance(outcome, RowError):
            setup_of[number] = len(resolved)
            resolved.append(outcome)
    index = setup_of.take(codes)
    if hours is not None and resolved:
        for at, ratios in zip(_HOURLY, hours.ratios(catalog, resolved, index), strict=True):
            if (ratios != 1.0).any():
                numbers[at] = ratios
    errors: dict[int, RowError] = {}
    if doubtful.any():
        _read_singly(batch, fields, resolver, doubtful, index, numbers, resolved, errors)
    failed = index < 0
    if failed.any():
        for row in np.flatnonzero(failed & ~doubtful).tolist():
            errors[row] = cast("RowError", outcomes[codes[row]])
        computed = np.flatnonzero(~failed)
        numbers = {at: column[computed] for at, column in numbers.items()}
        index = index[computed]
    if not len(index):
        return _results([np.full(rows, np.nan)] * len(REPORTED), errors, rows)
    given = QuantityColumns(
        len(index), numbers, frozenset(at for at in numbers if _is_incomplete(at, numbers[at]))
    )
    setups = [found.setup for found in resolved]
    reported = evaluate(setups, index, given, resolver.constants)
    columns = [reported.array(name) for name in REPORTED]
    if errors:
        columns = [_spread(column, computed, rows) for column in columns]
    return _results(columns, errors, rows)


def _read_singly(
    batch: pa.RecordBatch,
    fields: dict[str, str],
    resolver: Resolver,
    doubtful: Any,
    index: Any,
    numbers: dict[int, Any],
    resolved: list[Resolved],
    errors: dict[int, RowError],
) -> None:
    """Rows that columns cannot say, through the parser of single rows: into ``index``, ``numbers`` and the rest."""
    import numpy as np

    rows = np.flatnonzero(doubtful)
    single = resolver.batch(parse_rows(_raw(batch, fields, row) for row in rows.tolist()))
    index[rows] = -1
    errors.update((int(rows[number]), error) for number, error in single.errors.items())
    places = rows[np.array(single.computed, dtype=np.int64)]
    index[places] = np.array(single.resolved_of, dtype=np.int64) + len(resolved)
    resolved.extend(single.resolved)
    for at in {*numbers, *single.quantities.columns}:
        usual = USUAL[at]
        column = numbers[at].copy() if at in numbers else np.full(batch.num_rows, usual)
        column[rows] = usual
        column[places] = single.quantities.columns.get(at, usual)
        numbers[at] = column


def _is_incomplete(at: int, column: Any) -> bool:
    import numpy as np

    return USUAL[at] != USUAL[at] and bool(np.isnan(column).any())


def _spread(column: Any, computed: Any, rows: int) -> Any:
    import numpy as np

    whole = np.full(rows, np.nan)
    whole[computed] = column
    return whole


def _results(columns: list[Any], errors: dict[int, RowError], rows: int) -> pa.RecordBatch:
    import numpy as np
    import pyarrow as pa

    bitmap = None
    if errors:
        valid = np.ones(rows, dtype=bool)
        valid[list(errors)] = False
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    arrays: list[Any] = [
        pa.Array.from_buffers(pa.float64(), rows, [bitmap, pa.py_buffer(column)], null_count=len(errors))
        for column in columns
    ]
    for part in ("code", "message"):
        texts: list[str | None] = [None] * rows if errors else []
        for row, error in errors.items():
            texts[row] = getattr(error, part)
        arrays.append(pa.array(texts, pa.string()) if errors else pa.nulls(rows, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=_schema())


def _numbers(batch: pa.RecordBatch, fields: dict[str, str]) -> tuple[dict[int, Any], Any]:
    """Quantities as columns, and which rows hold something that a column cannot say."""
    import numpy as np

    numbers: dict[int, Any] = {}
    doubtful = np.zeros(batch.num_rows, dtype=bool)
    for name in PLAIN_FIELDS:
        if name in fields:
            values = _floats(batch.column(fields[name]))
            if values is None:
                doubtful[:] = True
            elif len(values) and not np.isnan(np.fmax.reduce(values)):  # not all of them missing
                doubtful |= _out_of_bounds(values, _bounds(name))
                usual = USUAL[_AT[name]]
                numbers[_AT[name]] = np.where(np.isnan(values), usual, values) if usual == usual else values
    for name in (*_IMAGE_FIELDS, "measured_energy_boundary"):
        if name in fields:
            doubtful |= _given(batch.column(fields[name]))
    if "cached_input_tokens" in fields:
        none = np.zeros(batch.num_rows)
        cached, read = (numbers.get(_AT[name], none) for name in ("cached_input_tokens", "input_tokens"))
        doubtful |= cached > np.nan_to_num(read)
    return numbers, doubtful


def _out_of_bounds(values: Any, bounds: _Bounds) -> Any:
    """Which values no row may have; False where none."""
    import numpy as np

    wrong: Any = False
    if np.fmin.reduce(values) < bounds.low or np.fmax.reduce(values) > bounds.high:
        wrong = (values < bounds.low) | (values > bounds.high)
    if bounds.whole:
        fractions = (values == values) & (values != np.floor(values))
        if fractions.any():
            wrong = wrong | fractions
    return wrong


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
    ]
    if doubles.null_count:
        values = np.where(_valid(doubles), values, np.nan)
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
    batch: pa.RecordBatch, fields: dict[str, str], numbers: dict[int, Any], doubtful: Any
) -> tuple[Any, list[Description], _Hours | None]:
    """For each row the number of its description; the distinct descriptions; and when rows ran, where any says so."""
    import numpy as np

    rows = batch.num_rows
    combined = _present(rows, numbers)
    present = combined.copy()
    distinct = 128
    columns: dict[str, tuple[Any, list[Any]]] = {}
    hours: _Hours | None = None
    for name in (*NAME_FIELDS, "utc_datetime"):
        if name not in fields:
            continue
        if name == "utc_datetime":
            of_rows, moments, unreadable = _moment_codes(name, batch.column(fields[name]))
            hours = _Hours(of_rows, moments)
            years = sorted({moment.year for moment in moments if moment is not None})
            year_of = [
                years.index(moment.year) if moment is not None else len(years) for moment in (*moments, None)
            ]
            name, values, codes = "year", list(years), np.array(year_of, dtype=np.int64).take(of_rows)
        else:
            codes, values, unreadable = _codes(name, batch.column(fields[name]))
        doubtful |= unreadable
        columns[name] = codes, [*values, None]
        distinct *= len(values) + 1
        combined = combined * (len(values) + 1) + codes
        if distinct > _MOST_COMBINATIONS:
            _, combined = _numbered(combined, distinct)
            distinct = int(combined.max(initial=0)) + 1
    first, codes = _numbered(combined, distinct)
    named = {
        name: [values[code] for code in of_row.take(first).tolist()]
        for name, (of_row, values) in columns.items()
    }
    kinds = present.take(first).tolist()
    descriptions = [
        Description(**{name: values[at] for name, values in named.items()}, present=kinds[at])
        for at in range(len(first))
    ]
    codes[doubtful] = len(descriptions)
    return codes, descriptions, hours


class _Hours(NamedTuple):
    """When rows ran: a code for each row, and the moments that codes stand for (one past the end: not given)."""

    codes: Any
    moments: list[Moment | None]

    def ratios(self, catalog: Catalog, resolved: Sequence[Resolved], index: Any) -> Any:
        """The hour's ratios to the annual mean of grid intensity and off-site water: float64 of shape (2, rows)."""
        import numpy as np

        of_moment = [
            0 if one is None else (one.month - 1) * 24 + one.hour + 1 for one in (*self.moments, None)
        ]
        profiles = list(dict.fromkeys(found.place.profile_ix for found in resolved))
        tables = np.ones((2, len(profiles) + 1, _HOURS))  # the last one: rows that nothing is known of
        for number, profile in enumerate(profiles):
            if profile is not None:
                for at in set(of_moment) - {0}:
                    month, hour = divmod(at - 1, 24)
                    tables[:, number, at] = catalog.hourly_ratio(profile, month + 1, hour)
        number_of = [profiles.index(found.place.profile_ix) for found in resolved]
        of_rows = np.array([*number_of, len(profiles)], dtype=np.int64).take(index, mode="wrap")
        places = of_rows * _HOURS + np.array(of_moment, dtype=np.int64).take(self.codes)
        return tables.reshape(2, -1).take(places, axis=1)


_HOURS: Final = 12 * 24 + 1
"""Every hour of a day in every month, and the hour that nobody gives."""


#: Numbers of combinations up to here are looked up in an array, larger ones are sorted.
_MOST_COMBINATIONS = 1 << 20


def _numbered(combined: Any, distinct: int) -> tuple[Any, Any]:
    """Row of the first of each distinct combination, and for each row the number of its own."""
    import numpy as np

    if distinct > _MOST_COMBINATIONS:
        _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
        return first, codes.astype(np.int64)
    first_of = np.full(distinct, -1, dtype=np.int64)
    first_of[combined[::-1]] = np.arange(len(combined) - 1, -1, -1)
    found = np.flatnonzero(first_of >= 0)
    number_of = np.empty(distinct, dtype=np.int64)
    number_of[found] = np.arange(len(found))
    return first_of[found], number_of.take(combined)


def _codes(name: str, column: Any) -> tuple[Any, list[Any], Any]:
    """Code of each row, the values that codes stand for (one past the end: not given), and rows that cannot be read."""
    import numpy as np
    import pyarrow as pa

    rows = len(column)
    unreadable = np.zeros(rows, dtype=bool)
    if pa.types.is_null(column.type):
        return np.zeros(rows, dtype=np.int64), [], unreadable
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    indices = _floats(encoded.indices)
    raw = encoded.dictionary.to_pylist()
    codes = np.where(np.isnan(indices), len(raw), indices).astype(np.int64)
    read = [_read(name, value) for value in raw]
    bad = np.array([value is _UNREADABLE for value in read] + [False])
    unreadable = bad[codes]
    values = [None if value is _UNREADABLE else value for value in read]
    return codes, values, unreadable


def _moment_codes(name: str, column: Any) -> tuple[Any, list[Any], Any]:
    """The same of moments: one code for every hour of a month of a year, however many moments there are."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind):
        return _timestamp_codes(column.cast(pa.timestamp("s"), safe=False), np, pa)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return _codes(name, column)
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = encoded.dictionary
    if len(texts) < _FEW_TEXTS:
        return _codes(name, encoded)
    canonical = pc.match_substring_regex(texts, CANONICAL.replace(r"\Z", "$"))
    hours = pc.if_else(canonical, pc.utf8_slice_codeunits(texts, 0, 13), texts).dictionary_encode()
    spelled = [
        f"{text}:00:00Z" if text is not None and len(text) == 13 else text
        for text in hours.dictionary.to_pylist()
    ]
    read = [_read(name, text) for text in spelled]
    indices = _floats(encoded.indices)
    of_text = _floats(hours.indices)
    of_text = np.append(np.where(np.isnan(of_text), len(read), of_text), len(read)).astype(np.int64)
    codes = of_text.take(np.where(np.isnan(indices), len(texts), indices).astype(np.int64))
    bad = np.array([value is _UNREADABLE for value in read] + [False])
    return codes, [None if value is _UNREADABLE else value for value in read], bad[codes]


_FEW_TEXTS = 256


def _timestamp_codes(column: Any, np: Any, pa: Any) -> tuple[Any, list[Any], Any]:
    """Codes of timestamps, in UTC or without a zone."""
    seconds = np.frombuffer(column.buffers()[1], dtype="datetime64[s]", count=len(column) + column.offset)
    valid, seconds = _valid(column), seconds[column.offset :]
    months = seconds.astype("datetime64[M]").astype(np.int64)
    hours = months * 24 + seconds.astype("datetime64[h]").astype(np.int64) % 24
    distinct, codes = np.unique(
        np.where(valid, hours, hours.min(initial=0, where=valid)), return_inverse=True
    )
    moments = [
        Moment(1970 + month // 12, 1 + month % 12, hour)
        for month, hour in (divmod(at, 24) for at in distinct.tolist())
    ]
    codes = np.where(valid, codes, len(moments)).astype(np.int64)
    return codes, moments, np.zeros(len(column), dtype=bool)


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


def _present(rows: int, numbers: dict[int, Any]) -> Any:
    """The kinds of work that each row states, as ``describe`` has them."""
    import numpy as np

    present = np.zeros(rows, dtype=np.int64)
    for flag, names, positive in (
        ("input_tokens", ("input_tokens",), True),
        ("output_tokens", ("output_tokens", "reasoning_tokens"), True),
        ("input_audio", ("input_audio_seconds",), False),
        ("output_audio", ("output_audio_seconds",), False),
        ("output_audio", ("output_audio_tokens",), True),
        ("output_video", ("output_video_frames", "output_video_seconds"), False),
    ):
        for name in names:
            column = numbers.get(_AT[name])
            if column is not None:
                stated = column > 0 if positive else column == column
                present |= stated.astype(np.int64) * PRESENT[flag]
    return present


def _raw(batch: pa.RecordBatch, fields: dict[str, str], row: int) -> dict[str, Any]:
    """One row as the parser of single rows takes it."""
    return listed({field: batch.column(column)[row].as_py() for field, column in fields.items()})


def listed(row: dict[str, Any]) -> dict[str, Any]:
    """One row of the columns as the parser of single rows takes it: sizes in one cell are a list."""
    for field in _IMAGE_FIELDS:
        if isinstance(row.get(field), str):
            row[field] = [size.strip() for size in row[field].replace(",", ";").split(";") if size.strip()]
    return row


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
