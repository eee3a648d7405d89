"""One part of a file to batches of columns, in order, with the line of each row and what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ipc

from ..engine.tables.types import decoded
from ..errors import RowError
from . import places
from .plan import Plan
from .read_csv import read_csv
from .read_jsonl import columns_of_json, read_jsonl
from .sources import Batches, RowGroups, Source, Stream, Text, received

#: Rows that are held at a time.
BATCH_ROWS = 65_536
#: Bytes of a dictionary, compressed, of some hundred names. One that overflowed, such as that of ids, is larger.
_SMALL_DICTIONARY = 16_384


class Piece(NamedTuple):
    """Some rows: their columns as the file has them, nested ones also as ``outer.inner``."""

    rows: int
    columns: dict[str, Any]
    lines: Sequence[int]  # where each row stands: line of a text, number of a row
    refused: dict[int, RowError]
    raw: list[bytes] | None = None  # lines of JSON as they were, for output in kind


def pieces_of(source: Source, kind: str, plan: Plan) -> Iterator[Piece]:
    """The rows of a part."""
    if isinstance(source, Text):
        read = read_csv if kind == "csv" else read_jsonl
        yield from (_with_inner_columns(piece, plan) for piece in read(received(source), plan))
        return
    row = source.first_row
    for batch in _batches(source, plan):
        yield Piece(
            batch.num_rows, _with_inner(_flat(batch), plan), range(row + 1, row + 1 + batch.num_rows), {}
        )
        row += batch.num_rows


def _batches(source: RowGroups | Batches | Stream, plan: Plan) -> Iterator[Any]:
    if isinstance(source, RowGroups):
        with places.open_input(source.address) as file:
            footer = pq.ParquetFile(file).metadata
            parquet = pq.ParquetFile(
                file,
                metadata=footer,
                read_dictionary=repeating(footer, range(source.first, source.last)),
                pre_buffer=places.is_remote(source.address),
            )
            yield from parquet.iter_batches(
                BATCH_ROWS,
                row_groups=range(source.first, source.last),
                columns=_needed(plan, parquet.schema_arrow),
                use_threads=False,
            )
        return
    if isinstance(source, Batches):
        with places.open_input(source.address) as file:
            reader = ipc.open_file(file)
            for number in range(source.first, source.last):
                yield from _sliced(reader.get_batch(number))
        return
    with ipc.open_stream(pa.py_buffer(source.data)) as stream:
        for batch in stream:
            yield from _sliced(batch)


def _sliced(batch: Any) -> Iterator[Any]:
    for start in range(0, batch.num_rows, BATCH_ROWS):
        yield batch.slice(start, BATCH_ROWS)


def repeating(footer: Any, groups: Iterable[int]) -> list[str]:
    """Columns of text that have few distinct values in each of the row groups. They are read as dictionaries, as they
    lie there: each value is then looked at once, and the output gets it the same way.
    """
    names = [field.name for field in footer.schema.to_arrow_schema() if pa.types.is_string(field.type)]
    large: set[str] = set()
    for group in map(footer.row_group, groups):
        for chunk in map(group.column, range(group.num_columns)):
            start = chunk.dictionary_page_offset
            most = min(_SMALL_DICTIONARY, chunk.num_values)  # a byte a row
            if start is None or chunk.data_page_offset - start > most:
                large.add(chunk.path_in_schema)
    return [name for name in names if name not in large]


def _needed(plan: Plan, schema: Any) -> list[str] | None:
    """Columns worth reading: those carried along, used or grouped by."""
    used = {*plan.mapping.columns, *plan.options.group_by}
    tops = {column.partition(".")[0] for column in used} | used
    if not plan.options.group_by:
        tops |= set(plan.carried.names)
    return [name for name in schema.names if name in tops]


def _flat(batch: Any) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        _put(columns, name, column)
    return columns


def _put(columns: dict[str, Any], name: str, column: Any) -> None:
    if pa.types.is_run_end_encoded(column.type):
        column = decoded(column)
    columns.setdefault(name, column)
    if pa.types.is_struct(column.type):
        for field, inner in zip(column.type, column.flatten(), strict=True):
            _put(columns, f"{name}.{field.name}", inner)


def _with_inner_columns(piece: Piece, plan: Plan) -> Piece:
    return piece._replace(columns=_with_inner(piece.columns, plan))


def _with_inner(columns: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Values that the mapping looks for inside columns of maps or of JSON text, as columns."""
    inside: dict[str, list[str]] = {}
    for name in plan.mapping.columns:
        outer = None if name in columns else _outer(name, columns)
        if outer is not None:
            inside.setdefault(outer, []).append(name.removeprefix(outer + "."))
    found = dict(columns)
    for outer, inner in inside.items():
        read = _of_map if pa.types.is_map(columns[outer].type) else _of_json
        found |= {f"{outer}.{name}": column for name, column in read(columns[outer], inner).items()}
    return found


def _outer(name: str, columns: dict[str, Any]) -> str | None:
    """The column that a name is inside of: ``usage`` of ``usage.tokens``, the innermost that is there."""
    outer = name.rpartition(".")[0]
    while outer and outer not in columns:
        outer = outer.rpartition(".")[0]
    return outer or None


def _of_map(column: Any, names: list[str]) -> dict[str, Any]:
    return {name: pc.map_lookup(column, pa.scalar(name, column.type.key_type), "first") for name in names}


def _of_json(column: Any, names: list[str]) -> dict[str, Any]:
    lines = [text.encode() if text else b"{}" for text in column.cast(pa.string()).to_pylist()]
    return columns_of_json(lines, names)
