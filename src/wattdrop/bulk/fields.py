"""Columns of a file to the fields of a row: renamed, read as a preset says, and what cannot be read set aside.

A row with a value that is no value of its field is taken out of the columns and read by the parser of single rows, so that
it is refused with the same words as anywhere else, or understood after all (``" 500"``, ``us``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..engine.tables.python_values import python_value
from ..engine.tables.types import usual
from ..errors import RowError
from ..schema import ImpactRow
from ..schema.requests import ATTRIBUTION, number_fields, whole_number_fields
from ..schema.rows import parse_row
from ..schema.texts import fields_of_texts
from .mapping import ANY, EMPTY, NO_TOKENS, Mapping, Skip, Take
from .readings import EPOCH_END, last_segment, location, tokens_of

_NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"


class Fields(NamedTuple):
    """Rows as columns named like fields; rows that are refused or not counted are null in every one of them."""

    table: Any  # pyarrow.Table
    refused: dict[int, RowError]
    skipped: dict[int, str]


def fields_of(columns: dict[str, Any], rows: int, mapping: Mapping, refused: dict[int, RowError]) -> Fields:
    """The fields of a batch. ``columns``: arrays by name; ``refused``: rows that could not even be read."""
    odd: dict[int, dict[str, object]] = {}
    skipped = _skipped(columns, rows, mapping)
    taken: dict[str, Any] = {}
    takes = sorted(
        mapping.takes, key=lambda take: take.read == "per_request"
    )  # those need the count of requests
    for take in takes:
        if take.field not in ATTRIBUTION and all(column in columns for column in take.columns):
            column = _taken(take, columns, taken, odd)
            if column is not None:
                taken[take.field] = column
    for field, value in mapping.constants:
        taken[field] = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int8()), pa.array([value]))
    apart = set(refused) | set(skipped) | set(odd)
    table = pa.table(taken) if taken else pa.table({"model_id": pa.nulls(rows, pa.string())})
    if not apart:
        return Fields(table, refused, skipped)
    read: dict[int, dict[str, object]] = {}
    for row in sorted(set(odd) - set(refused) - set(skipped)):
        outcome = parse_row({**_plain(table, row), **odd[row]})
        if isinstance(outcome, RowError):
            refused[row] = outcome
        else:
            read[row] = {
                name: v for name in ImpactRow.__struct_fields__ if (v := getattr(outcome, name)) is not None
            }
    return Fields(_with_read(table, rows, apart, read), refused, skipped)


def _plain(table: Any, row: int) -> dict[str, object]:
    """The fields of one row that are columns, as single values."""
    values = {name: python_value(table.column(name), row) for name in table.column_names}
    return {
        name: fields_of_texts({name: value}).get(name) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not None
    }


def _with_read(table: Any, rows: int, apart: set[int], read: dict[int, dict[str, object]]) -> Any:
    """The columns with rows set aside as nulls, and rows that were understood after all put back."""
    import numpy as np

    extra = [
        name
        for name in dict.fromkeys(name for row in read.values() for name in row)
        if name not in table.column_names
    ]
    at = np.arange(rows)
    missing = np.zeros(rows, dtype=bool)
    missing[list(apart)] = True
    base = table
    if read:
        schema = pa.schema(
            [pa.field(f.name, _plain_type(f.type)) for f in table.schema]
            + [
                pa.field(name, pa.array([row[name] for row in read.values() if name in row]).type)
                for name in extra
            ]
        )
        added = pa.Table.from_pylist(
            [{k: _as(schema.field(k).type, v) for k, v in row.items()} for row in read.values()], schema
        )
        for name in extra:
            base = base.append_column(name, pa.nulls(rows, schema.field(name).type))
        base = pa.concat_tables([base.cast(schema), added])
        for number, row in enumerate(read):
            at[row] = rows + number
            missing[row] = False
    return base.take(pa.array(at, mask=missing))


def _plain_type(kind: Any) -> Any:
    return (
        kind.value_type if pa.types.is_dictionary(kind) else pa.string() if pa.types.is_null(kind) else kind
    )


def _as(kind: Any, value: object) -> object:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return list(value) if isinstance(value, tuple) else value


def _skipped(columns: dict[str, Any], rows: int, mapping: Mapping) -> dict[int, str]:
    found: dict[int, str] = {}
    for skip in mapping.skips:
        if skip.column in columns or skip.values == NO_TOKENS or EMPTY in skip.values:
            column = columns.get(skip.column, pa.nulls(rows, pa.string()))
            for row in pc.indices_nonzero(_hit(skip, column)).to_pylist():
                found.setdefault(row, skip.why)
    return found


def _hit(skip: Skip, column: Any) -> Any:
    """Whether each row is one to be skipped."""
    if skip.values == NO_TOKENS:
        return _sizes(column).is_null()
    texts = pc.fill_null(pc.utf8_lower(_texts(column)), EMPTY)
    if skip.values == ANY:
        return pc.not_equal(texts, EMPTY)
    return pc.is_in(texts, pa.array(list(skip.values)))


# --- ways of reading ---


def _taken(
    take: Take, columns: dict[str, Any], taken: dict[str, Any], odd: dict[int, dict[str, object]]
) -> Any:
    there = [usual(columns[name]) for name in take.columns]
    if take.read in ("plain", "last_segment", "location"):
        column = there[0] if len(there) == 1 else _first_given(there)
        if take.values:
            return _in_our_words(column, dict(take.values))
        if take.read != "plain":
            return _rewritten(column, last_segment if take.read == "last_segment" else location)
        return _plain_column(take.field, column, odd)
    if take.read.startswith("metered"):
        return _metered(take, odd, *there)
    if take.read in ("epoch_s", "epoch_ms") and _is_text_of_dates(there[0]):
        return there[0]
    if take.read == "between_s" and _is_text_of_dates(there[0]):
        return None
    numbers = [_numbers(take, column, odd) for column in there]
    if take.read == "sum":
        return _whole(take.field, _sum(numbers))
    if take.read == "with_part":
        return _whole(take.field, _with_part(*numbers))
    if take.read == "seconds":
        return pc.multiply(numbers[0], 1000.0)
    if take.read == "between_s":
        return pc.multiply(pc.subtract(numbers[1], numbers[0]), 1000.0)
    if take.read == "per_request":
        return _whole(take.field, pc.round(pc.divide(numbers[0], _requests(taken))))
    return _moments(numbers[0], 1.0 if take.read == "epoch_s" else 1000.0)


def _first_given(there: list[Any]) -> Any:
    """The first value of each row that is given, among columns that mean the same."""
    if all(pa.types.is_integer(column.type) or pa.types.is_floating(column.type) for column in there):
        return pc.coalesce(*there)
    texts = [_texts(column) for column in there]
    return pc.coalesce(*(pc.if_else(pc.equal(one, ""), pa.scalar(None, pa.string()), one) for one in texts))


def _is_text_of_dates(column: Any) -> bool:
    """Whether what may be seconds since 1970 is dates as text instead, as in exports of databases."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return False
    numbers = pc.match_substring_regex(_texts(column), _NUMBER)
    return not pc.any(numbers, min_count=0).as_py()


def _metered(take: Take, odd: dict[int, dict[str, object]], quantity: Any, unit: Any, meter: Any) -> Any:
    """Tokens a request, or requests, of a quantity with a unit such as ``1K tokens``, where the meter is the field's."""
    tokens = pc.multiply(_numbers(take, quantity, odd), _sizes(unit))
    requests = pc.max_element_wise(pc.round(pc.divide(tokens, take.size)), 1.0)
    if take.read == "metered_requests":
        return _whole(take.field, requests)
    names = pc.utf8_lower(_texts(meter))
    ours = pc.fill_null(pc.match_substring_regex(names, "|".join(take.words)), False)
    share = pc.round(pc.divide(tokens, requests))
    return _whole(take.field, pc.if_else(ours, share, pa.scalar(None, pa.float64())))


def _sizes(unit: Any) -> Any:
    """How many tokens the unit of each row is, null where it is none of tokens."""
    units = _in_our_words(unit, {})
    return pa.array(map(tokens_of, units.dictionary.to_pylist()), pa.float64()).take(units.indices)


def _in_our_words(column: Any, words: dict[str, str]) -> Any:
    """The column as a dictionary, with values replaced where there is another word for them."""
    return _rewritten(
        column, lambda name: None if name is None else words.get(name, name if not words else None)
    )


def _plain_column(field: str, column: Any, odd: dict[int, dict[str, object]]) -> Any:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    textual = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if field in number_fields() and textual:
        return _whole(field, numbers_of_texts(field, _texts(column), odd))
    return column


def _numbers(take: Take, column: Any, odd: dict[int, dict[str, object]]) -> Any:
    """The column as float64; what is no number is refused as a value of the field."""
    if pa.types.is_null(column.type):
        return pa.nulls(len(column), pa.float64())
    if pa.types.is_timestamp(column.type):
        return pc.divide(
            column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).cast(pa.float64()), 1e6
        )
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.cast(pa.float64(), safe=False)
    return numbers_of_texts(take.field, _texts(column), odd)


def numbers_of_texts(field: str, texts: Any, odd: dict[int, dict[str, object]]) -> Any:
    """Texts as float64. ``odd`` gets those that are no number, by row and field."""
    texts = pc.utf8_trim_whitespace(texts)
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    try:
        numbers = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        pass
    else:
        if pc.all(pc.is_finite(numbers), min_count=0).as_py():
            return numbers
    fits = pc.match_substring_regex(texts, _NUMBER)
    for row in pc.indices_nonzero(pc.invert(fits)).to_pylist():
        odd.setdefault(row, {})[field] = texts[row].as_py()
    return pc.if_else(fits, texts, pa.scalar(None, pa.string())).cast(pa.float64())


def _whole(field: str, numbers: Any) -> Any:
    """Whole numbers as such where all are: counts stay counts."""
    if field not in whole_number_fields() or not pa.types.is_floating(numbers.type):
        return numbers
    try:
        return numbers.cast(pa.int64())
    except pa.ArrowInvalid:
        return numbers


def _texts(column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type)
    return column if pa.types.is_string(kind) else column.cast(pa.string())


def _sum(numbers: list[Any]) -> Any:
    """What is given, added up; nothing where none is."""
    whole = numbers[0]
    for other in numbers[1:]:
        whole = pc.coalesce(pc.add(whole, other), whole, other)
    return whole


def _with_part(whole: Any, part: Any = None) -> Any:
    """More than the whole cannot be part of it, so the whole was written without."""
    if part is None:
        return whole
    return pc.if_else(pc.fill_null(pc.greater(part, whole), False), pc.add(whole, part), whole)


def _or_zero(numbers: Any) -> Any:
    return pc.coalesce(numbers, pa.scalar(0.0))


def _requests(taken: dict[str, Any]) -> Any:
    """How many requests each record counts; one where it does not say."""
    if "quantity" not in taken:
        return pa.scalar(1.0)
    counts = taken["quantity"].cast(pa.float64())
    return pc.if_else(pc.greater(_or_zero(counts), 0.0), counts, pa.scalar(1.0))


def _rewritten(column: Any, change: Callable[[str | None], str | None]) -> Any:
    """A column of text as a dictionary whose values are changed, each once."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    names = pa.array([change(name) for name in column.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(column.indices, names)


def _moments(numbers: Any, per_second: float) -> Any:
    """Moments as the wire has them, from seconds or milliseconds since 1970."""
    seconds = pc.divide(numbers, per_second)
    inside = pc.and_(pc.greater(seconds, 0.0), pc.less(seconds, EPOCH_END))
    seconds = pc.if_else(inside, seconds, pa.scalar(None, pa.float64()))
    micros = pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64())
    return micros.cast(pa.timestamp("us"))
