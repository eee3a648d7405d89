"""CSV to columns: by pyarrow where every line is clean, line by line where one is not."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from ..errors import RowError
from ..schema.csv_head import GROUPED, grouped
from ..schema.requests import whole_number_fields
from .plan import Plan
from .quotes import are_paired, unclosed
from .sources import LONGEST_ROW, Text

if TYPE_CHECKING:
    from .reading import Piece


#: Names repeat: as dictionaries each is looked at once from here to the output.
_NAMES: Final = pa.dictionary(pa.int32(), pa.string())


def read_csv(source: Text, plan: Plan) -> Iterator[Piece]:
    """The rows of a part of CSV without its header, some at a time: lines may be so short that it has millions."""
    from .reading import BATCH_ROWS, Piece

    table = _table(source.data, plan)
    if table is None:
        yield from _by_line(source, plan)
        return
    plain = _is_a_line_each(source, table)
    if not plain and not are_paired(source.data):
        yield from _by_line(source, plan)
        return
    line_of = cache(lambda: array("q", (line for line, _ in _records(source, plan.delimiter))))
    for start in range(0, table.num_rows, BATCH_ROWS):
        some = table.slice(start, BATCH_ROWS)
        first = source.first_line + start
        lines = range(first, first + some.num_rows) if plain else _Lines(line_of, start, some.num_rows)
        columns = _columns(some)
        yield Piece(some.num_rows, columns, lines, _grouped(columns, plan))


def _table(data: bytes, plan: Plan) -> Any:
    """All of it, columns of numbers as such where every cell is one; None where a line has other cells than the header."""
    for typed in (True, False):
        try:
            return _fast(data, plan, typed)
        except pa.ArrowInvalid:
            continue
    return None


def _is_a_line_each(source: Text, table: Any) -> bool:
    return bool(source.lines + (not source.data.endswith(b"\n")) == table.num_rows)


def _columns(table: Any) -> dict[str, Any]:
    return dict(zip(table.column_names, (column.combine_chunks() for column in table.columns), strict=True))


def _fast(data: bytes, plan: Plan, typed: bool) -> Any:
    types = {name: _type(name, plan) if typed else pa.string() for name in plan.header}
    return arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, column_names=plan.header, block_size=len(data) + 1
        ),
        parse_options=arrow_csv.ParseOptions(delimiter=plan.delimiter, newlines_in_values=b'"' in data),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True
        ),
    )


def _type(name: str, plan: Plan) -> Any:
    kind = plan.carried.field(name).type if name in plan.carried.names else pa.string()
    return _NAMES if kind == pa.string() and name in plan.names else kind


def _by_line(source: Text, plan: Plan) -> Iterator[Piece]:
    """Every record by Python's reader; a line that has other cells than the header is refused and keeps its place."""
    from .reading import BATCH_ROWS, Piece

    names, records = plan.header, _records(source, plan.delimiter)
    while some := list(islice(records, BATCH_ROWS)):
        refused: dict[int, RowError] = {}
        cells: list[list[str | None]] = [[] for _ in names]
        for row, (_, record) in enumerate(some):
            if isinstance(record, RowError):
                refused[row], record = record, []
            elif any("\ufffd" in cell for cell in record):
                refused[row] = RowError("invalid_value", "the line is not UTF-8 text; save the file as UTF-8")
            elif any(record[len(names) :]):
                refused[row] = RowError(
                    "invalid_value", f"the line has {len(record)} cells, the header names {len(names)}"
                )
            for at, column in enumerate(cells):
                column.append((record[at] or None) if at < len(record) else None)
        columns = [pa.array(column, pa.string()) for column in cells]
        named = dict(zip(names, columns, strict=True))
        yield Piece(len(some), named, [line for line, _ in some], _grouped(named, plan) | refused)


def _grouped(columns: dict[str, Any], plan: Plan) -> dict[int, RowError]:
    """Rows with a count that may be in thousands."""
    found: dict[int, RowError] = {}
    if plan.delimiter == ";":
        counts = whole_number_fields()
        takes = [t for t in plan.mapping.takes if t.field in counts and not t.read.startswith("metered")]
        for name in (name for take in takes for name in take.columns):
            if name in columns and pa.types.is_string(columns[name].type):
                hits = pc.fill_null(pc.match_substring_regex(columns[name], GROUPED), False)
                for row in pc.indices_nonzero(hits).to_pylist():
                    found.setdefault(row, grouped(name, columns[name][row].as_py()))
    return found


_Record: TypeAlias = list[str] | RowError


def _records(source: Text, delimiter: str) -> Iterator[tuple[int, _Record]]:
    """Line on which each record begins, and its cells, or why it cannot be told which they are."""
    line, at = source.first_line, 0
    for start, end in [*unclosed(source.data), (len(source.data), len(source.data))]:
        yield from _between(source.data[at:start], line, delimiter)
        line += source.data.count(b"\n", at, start)
        if end > start:
            yield line, _UNCLOSED
        line, at = line + source.data.count(b"\n", start, end), end


_UNCLOSED: Final = RowError(
    "invalid_value",
    "a quote opens a cell of this line and nothing closes it; close it, or double it inside a cell",
)


def _between(data: bytes, line: int, delimiter: str) -> Iterator[tuple[int, _Record]]:
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", errors="replace", newline="")
    csv.field_size_limit(LONGEST_ROW)  # a prompt may be long
    reader = csv.reader(text, delimiter=delimiter)
    before = 0
    while True:
        try:
            record: _Record | None = next(reader, None)
        except csv.Error as error:
            record = RowError("invalid_value", f"the line cannot be read: {error}")
        if record is None:
            return
        if isinstance(record, RowError) or any(record):
            yield line + before, record
        before = reader.line_num


class _Lines(Sequence[int]):
    """Lines of records that may span several; worked out when a row has something to be said of it."""

    def __init__(self, line_of: Callable[[], Sequence[int]], start: int, rows: int) -> None:
        self._line_of, self._start, self._rows = line_of, start, rows

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, at: Any) -> Any:
        return self._line_of()[self._start + at]
