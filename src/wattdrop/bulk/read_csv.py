"""CSV to columns: by pyarrow where every line is clean, line by line where one is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import csv as arrow_csv

from ..errors import RowError
from .plan import Plan
from .sources import Text

if TYPE_CHECKING:
    from .reading import Piece


#: Names repeat: as dictionaries each is looked at once from here to the output.
_NAMES: Final = pa.dictionary(pa.int32(), pa.string())


def read_csv(source: Text, plan: Plan) -> Piece:
    """The rows of a piece of CSV without its header."""
    from .reading import Piece

    refused: dict[int, RowError] = {}
    try:
        table = _fast(source.data, plan, typed=True)
    except pa.ArrowInvalid:
        try:
            table = _fast(source.data, plan, typed=False)
        except pa.ArrowInvalid:
            table, lines, refused = _by_line(source, plan)
            return Piece(table.num_rows, _columns(table), lines, refused)
    plain = source.lines + (not source.data.endswith(b"\n")) == table.num_rows
    lines = (
        range(source.first_line, source.first_line + table.num_rows)
        if plain
        else _Lines(source, plan.delimiter)
    )
    return Piece(table.num_rows, _columns(table), lines, refused)


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


def _by_line(source: Text, plan: Plan) -> tuple[Any, Sequence[int], dict[int, RowError]]:
    """Every record by Python's reader; a line that has other cells than the header is refused and keeps its place."""
    names, lines, refused = plan.header, [], {}
    cells: list[list[str | None]] = [[] for _ in names]
    for row, (line, record) in enumerate(_records(source, plan.delimiter)):
        lines.append(line)
        if any("\ufffd" in cell for cell in record):
            refused[row] = RowError("invalid_value", "the line is not UTF-8 text; save the file as UTF-8")
        elif any(record[len(names) :]):
            refused[row] = RowError(
                "invalid_value", f"the line has {len(record)} cells, the header names {len(names)}"
            )
        for at, column in enumerate(cells):
            column.append((record[at] or None) if at < len(record) else None)
    columns = [pa.array(column, pa.string()) for column in cells]
    return pa.table(dict(zip(names, columns, strict=True))), lines, refused


def _records(source: Text, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line on which each record begins, and its cells; a line that ends the reader counts as one broken record."""
    text = source.data.decode("utf-8", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            record = [f"\ufffd{error}"]
        if record is None:
            return
        if any(record):
            yield source.first_line + before, record
        before = reader.line_num


class _Lines(Sequence[int]):
    """Lines of records that may span several; worked out when a row has something to be said of it."""

    def __init__(self, source: Text, delimiter: str) -> None:
        self._source, self._delimiter = source, delimiter
        self._known: list[int] | None = None

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, at: Any) -> Any:
        return self._all()[at]

    def _all(self) -> list[int]:
        if self._known is None:
            self._known = [line for line, _ in _records(self._source, self._delimiter)]
        return self._known
