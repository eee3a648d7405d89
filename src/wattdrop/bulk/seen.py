"""What a file holds, before any row is read: its columns from a footer, a header or the first lines, or why it is none."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from ..schema import FIELD_ALIASES
from ..schema.csv_head import head_of, header_end
from ..schema.requests import number_fields, whole_number_fields
from . import places
from .inputs import STANDARD_INPUT, Input
from .json_keys import Path, exploded, paths_of_lines
from .options import Options
from .partitions import Partitions, partitions_of
from .presets import explode
from .refused import JobRefused
from .sources import (
    LONGEST_ROW,
    Pushed,
    arrow_stream,
    is_arrow_file,
    opened,
    seekable,
    standard_input,
)

#: How much of a text is read to learn which columns it has.
SAMPLE_BYTES: Final = 1 << 20
_NO_TEXT: Final = (
    "this is not UTF-8 text: save it as UTF-8, or where it is compressed end its name with .gz or .zst"
)


class Seen(NamedTuple):
    """The columns of one file."""

    schema: Any
    header: tuple[str, ...] = ()
    delimiter: str = ","
    paths: tuple[Path, ...] = ()
    partitions: Partitions = ()  # columns of its folders that it has not itself; in the schema too


def seen(one: Input, options: Options) -> Seen:
    """Columns of a file, from its footer, header or first lines, and from its folders."""
    found = _seen(one, options)
    twice = next((name for name, count in Counter(found.schema.names).items() if count > 1), None)
    if twice is not None:
        raise JobRefused(f"{one.address}: two columns are called {twice}; leave one")
    given = tuple(pair for pair in partitions_of(one.address) if pair[0] not in found.schema.names)
    schema = pa.schema([*found.schema, *((name, pa.string()) for name, _ in given)])
    return found._replace(schema=schema, partitions=given)


def _seen(one: Input, options: Options) -> Seen:
    try:
        if one.address == STANDARD_INPUT and one.kind != "parquet":
            return _seen_in_pipe(one.kind, options)
        if one.kind == "parquet":
            with seekable(one) as address, places.open_input(address) as file:
                return Seen(pq.ParquetFile(file).schema_arrow)
        if one.kind == "arrow":
            if one.codec or not is_arrow_file(one):
                with arrow_stream(one) as reader:
                    return Seen(reader.schema)
            with places.open_input(one.address) as file:
                return Seen(ipc.open_file(file).schema)
        with opened(one) as file:
            lines = _first_lines(Pushed(file))
        try:
            return seen_in_text(one.kind, lines, options)
        except JobRefused as error:
            raise JobRefused(f"{one.address}: {error.message}") from None
    except pa.ArrowInvalid as error:
        raise JobRefused(f"{one.address}: not {one.kind.capitalize()}: {error}") from None
    except csv.Error as error:
        raise JobRefused(f"{one.address}: not CSV: {error}") from None
    except OSError as error:
        raise JobRefused(f"cannot read {one.address}: {error}") from None


def _seen_in_pipe(kind: str, options: Options) -> Seen:
    if kind != "arrow":
        lines = _first_lines(standard_input())
        if not lines.strip():
            raise JobRefused("standard input is empty")
        return seen_in_text(kind, lines, options)
    sample = standard_input().peek(SAMPLE_BYTES)
    if not sample:
        raise JobRefused("standard input is empty")
    return Seen(ipc.open_stream(sample[8:] if sample.startswith(b"ARROW1") else sample).schema)


def _first_lines(file: Pushed) -> bytes:
    """What a file begins with, one line at least: a prompt may be longer than what is looked at."""
    size = SAMPLE_BYTES
    sample = file.peek(size)
    while b"\n" not in sample and len(sample) == size < LONGEST_ROW:
        size *= 2
        sample = file.peek(size)
    return sample


def seen_in_text(kind: str, sample: bytes, options: Options) -> Seen:
    """Columns of CSV from its header, of JSONL from the keys of its first lines."""
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    if kind == "csv":
        return _seen_in_csv(sample, options)
    lines: Sequence[bytes] = sample.split(b"\n")
    rows_in = explode(options.preset)
    _check_lines(lines[0].strip(), rows_in is not None)
    if rows_in is not None:
        lines, _ = exploded(lines, range(len(lines)), rows_in)
    paths = tuple(paths_of_lines(lines))
    names = tuple(dict.fromkeys(map(".".join, paths)))
    return Seen(pa.schema([(name, _type_of_text(name, options)) for name in names]), names, paths=paths)


def _seen_in_csv(sample: bytes, options: Options) -> Seen:
    try:
        head = head_of(_checked(sample[: header_end(sample)]))
    except UnicodeDecodeError:
        raise JobRefused(_NO_TEXT) from None
    header = tuple(name or f"column_{number}" for number, name in enumerate(head.names, 1))
    return Seen(pa.schema([(name, _type_of_text(name, options)) for name in header]), header, head.delimiter)


def _check_lines(first: bytes, pages: bool) -> None:
    """Stop at a document that is not an object a line. ``pages``: whether a line is a page with a list of records."""
    try:
        value = msgspec.json.decode(_checked(first))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        value = {b"[": [], b"{": None}.get(first, {})
    makes_lines = None
    if isinstance(value, list):
        makes_lines = "jq -c '.[]'"
    elif value is None:
        makes_lines = "jq -c ." if pages else "jq -c '.rows[]'"
    elif isinstance(value, dict) and isinstance(value.get("rows"), list):
        makes_lines = "jq -c '.rows[]'"
    if makes_lines:
        raise JobRefused(f"this is one JSON document, not an object a line: {makes_lines} makes lines of it")


def _checked(line: bytes) -> bytes:
    """A line of text: UTF-16 and what is compressed have zeros where text has none."""
    if b"\0" in line:
        raise JobRefused(_NO_TEXT)
    return line


def _type_of_text(name: str, options: Options) -> Any:
    """Columns of text formats: numbers where the field is one, sizes as text, anything else as text."""
    mapped = {column: field for field, column in options.mapped}
    field = mapped.get(name, FIELD_ALIASES.get(name, name))
    if options.preset is not None and name not in mapped:
        return pa.string()
    if field in whole_number_fields():
        return pa.int64()
    return pa.float64() if field in number_fields() else pa.string()
