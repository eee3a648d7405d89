"""A file cut into parts that workers take one by one: runs of row groups, or pieces of text that end where a row ends.

Cuts depend only on the file, so a resumed job cuts as the first one did. Text and Arrow streams are read here, once, from
the start; Parquet and Arrow files are only looked at, and each worker reads its own part.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from ..schema.csv_head import header_end
from . import places
from .inputs import STANDARD_INPUT, Input
from .quotes import end_of_records
from .refused import JobRefused, JobStopped

#: Bytes of text in a part, decompressed: some 100,000 rows.
TEXT_BYTES: Final = 16 << 20
#: Rows in a part of a column format, as far as row groups allow.
PART_ROWS: Final = 1 << 19
#: The same where groups are added up: ranges take ten times as long a row as results, and leave no file behind.
GROUPED_PART_ROWS: Final = 1 << 17
#: A piece of text grows up to this size in search of the end of a row.
LONGEST_ROW: Final = 4 * TEXT_BYTES
_BOM: Final = b"\xef\xbb\xbf"


class RowGroups(NamedTuple):
    """Row groups of a Parquet file, from the first to before the last."""

    address: str
    first: int
    last: int
    first_row: int
    rows: int
    size: int = 0  # bytes of the input, as far as they are known, to tell the time left


class Batches(NamedTuple):
    """Record batches of an Arrow file."""

    address: str
    first: int
    last: int
    first_row: int
    rows: int
    size: int = 0


class Text(NamedTuple):
    """Whole lines of CSV (without the header) or JSONL."""

    data: bytes
    first_line: int
    lines: int  # ends of lines in it
    size: int = 0
    address: str = ""  # of a plain file on this machine, in which it begins at
    start: int = 0
    length: int = 0


class Stream(NamedTuple):
    """Record batches of a stream, as a stream of their own."""

    data: bytes
    first_row: int
    rows: int
    size: int = 0


Source: TypeAlias = RowGroups | Batches | Text | Stream


def sent(source: Source) -> Source:
    """The source as it is sent to another process, which reads text of a plain file on this machine for itself: else as
    much of it would wait in memory here as there are processes.
    """
    return source._replace(data=b"") if isinstance(source, Text) and source.address else source


def received(source: Text) -> Text:
    """The text with its data."""
    if source.data:
        return source
    with Path(source.address).open("rb") as file:
        file.seek(source.start)
        data = file.read(source.length)
    if len(data) < source.length:
        raise OSError("it has become shorter")
    return source._replace(data=data)


@contextmanager
def opened(one: Input) -> Iterator[Any]:
    """The file from its start, decompressed; standard input where it is that."""
    if one.address == STANDARD_INPUT:
        yield standard_input()
    else:
        with places.open_stream(one.address, "") as raw:
            yield _Plain(raw, one.codec)


class _Plain:
    """A file decompressed on the way, which knows how much of it has been read as it lies there."""

    def __init__(self, raw: Any, codec: str) -> None:
        self._raw, self._position = raw, 0
        self._file = (
            pa.CompressedInputStream(pa.PythonFile(_Counted(self), "r"), codec) if codec else _Counted(self)
        )
        self.closed = False

    def read_raw(self, size: int) -> bytes:
        """Bytes as they lie there."""
        block = bytes(self._raw.read(size))
        self._position += len(block)
        return block

    def read(self, size: int = -1) -> bytes:
        """Decompressed bytes; fewer than asked for only at the end."""
        blocks = [self._file.read(size)]
        while (left := size - sum(map(len, blocks))) > 0 and (block := self._file.read(left)):
            blocks.append(block)
        return b"".join(blocks)

    def position(self) -> int:
        """Bytes of the file read so far."""
        return self._position

    def readable(self) -> bool:
        """For pyarrow."""
        return True

    def close(self) -> None:
        """Whoever opened it closes it."""


class _Counted:
    """The raw side of a file, for pyarrow."""

    closed = False

    def __init__(self, of: _Plain) -> None:
        self.read = of.read_raw

    def readable(self) -> bool:
        """For pyarrow."""
        return True

    def close(self) -> None:
        """Whoever opened it closes it."""


@cache
def standard_input() -> Pushed:
    """The pipe, decompressed if what comes looks compressed."""
    import sys

    raw = Pushed(sys.stdin.buffer)
    codec = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd"}.get(raw.peek(2))
    return Pushed(pa.CompressedInputStream(pa.PythonFile(raw, "r"), codec)) if codec else raw


class Pushed:
    """A pipe whose first bytes can be looked at and are read again afterwards."""

    closed = False

    def __init__(self, rest: Any, head: bytes = b"") -> None:
        self._head, self._rest = head, rest

    def peek(self, size: int) -> bytes:
        """The first bytes, left where they are."""
        while len(self._head) < size and (block := self._rest.read(size - len(self._head))):
            self._head += block
        return self._head[:size]

    def read(self, size: int = -1) -> bytes:
        """Bytes that were looked at first, then the others; fewer than asked for only at the end."""
        head, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        if size < 0:
            return head + bytes(self._rest.read())
        while len(head) < size and (block := self._rest.read(size - len(head))):
            head += block
        return head

    def position(self) -> int:
        """A pipe does not tell."""
        return 0

    def readable(self) -> bool:
        """For pyarrow."""
        return True

    def close(self) -> None:
        """Standard input stays open."""


def parts_of(one: Input, rows: int = PART_ROWS) -> Iterator[Source]:
    """The parts of a file, in order; those of column formats have about so many ``rows``."""
    if one.kind in ("csv", "jsonl"):
        yield from _texts(one)
    elif one.kind == "parquet":
        yield from _row_groups(one, rows)
    elif one.codec or one.address == STANDARD_INPUT or not is_arrow_file(one):
        yield from _streamed(one, rows)
    else:
        yield from _batches(one, rows)


# --- Parquet ---


@contextmanager
def seekable(one: Input) -> Iterator[str]:
    """Address of a file that can be read anywhere: the file itself, or a decompressed copy beside the system's others."""
    if not one.codec and one.address != STANDARD_INPUT:
        yield one.address
    else:
        yield _copy(one).name


@cache
def _copy(one: Input) -> Any:
    """Kept until the job ends; removed with the process."""
    copy = tempfile.NamedTemporaryFile(prefix="wattdrop-")  # noqa: SIM115 - open until the process ends
    with opened(one) as file:
        while block := file.read(1 << 20):
            copy.write(block)
    copy.flush()
    return copy


def _row_groups(one: Input, most_rows: int) -> Iterator[Source]:
    with seekable(one) as address:
        try:
            metadata = parquet_metadata(address)
            sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        except pa.ArrowInvalid as error:
            raise JobRefused(f"{one.address}: not Parquet: {error}") from None
        for first, last, first_row, rows in _runs(sizes, most_rows):
            yield RowGroups(address, first, last, first_row, rows)


def parquet_metadata(address: str) -> Any:
    """The footer of a file."""
    with places.open_input(address) as file:
        return pq.ParquetFile(file).metadata


def _runs(sizes: list[int], most_rows: int) -> Iterator[tuple[int, int, int, int]]:
    """Neighbours that together have about the rows of a part: first, one past the last, first row, rows."""
    first = first_row = rows = 0
    for number, size in enumerate(sizes):
        if rows and rows + size > most_rows:
            yield first, number, first_row, rows
            first, first_row, rows = number, first_row + rows, 0
        rows += size
    if rows:
        yield first, len(sizes), first_row, rows


# --- Arrow ---


def is_arrow_file(one: Input) -> bool:
    """Whether it is an Arrow file, with a footer, rather than a stream."""
    with places.open_stream(one.address, "") as file:
        return bool(file.read(6) == b"ARROW1")


def _batches(one: Input, most_rows: int) -> Iterator[Source]:
    with places.open_input(one.address) as file:
        # One column is enough to count rows; the others are not read.
        reader = ipc.open_file(file, options=ipc.IpcReadOptions(included_fields=[0]))
        sizes = [reader.get_batch(number).num_rows for number in range(reader.num_record_batches)]
    for first, last, first_row, rows in _runs(sizes, most_rows):
        yield Batches(one.address, first, last, first_row, rows)


@contextmanager
def arrow_stream(one: Input) -> Iterator[Any]:
    """A reader of batches from the start on. An Arrow file is a stream behind eight bytes, with a footer."""
    with opened(one) as file:
        head = file.read(8)
        rest = file if head[:6] == b"ARROW1" else Pushed(file, head)
        try:
            yield ipc.open_stream(pa.PythonFile(rest, "r"))
        except pa.ArrowInvalid as error:
            raise JobRefused(f"{one.address}: not Arrow: {error}") from None
        except OSError as error:
            raise JobStopped(f"{one.address}: cannot be read on: {error}") from None


def _streamed(one: Input, most_rows: int) -> Iterator[Source]:
    with arrow_stream(one) as reader:
        pending: list[Any] = []
        first_row = rows = 0
        for batch in reader:
            if rows and rows + batch.num_rows > most_rows // 2:
                yield _stream(reader.schema, pending, first_row, rows)
                pending, first_row, rows = [], first_row + rows, 0
            pending.append(batch)
            rows += batch.num_rows
        if rows:
            yield _stream(reader.schema, pending, first_row, rows)


def _stream(schema: Any, batches: list[Any], first_row: int, rows: int) -> Stream:
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=False)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return Stream(sink.getvalue().to_pybytes(), first_row, rows)


# --- text ---


def _texts(one: Input) -> Iterator[Source]:
    end_of = end_of_records if one.kind == "csv" else _end_of_line
    try:
        with opened(one) as file:
            pending, line, begun, before = file.read(TEXT_BYTES), 1, False, 0
            start = len(_BOM) if pending.startswith(_BOM) else 0
            pending = pending.removeprefix(_BOM)
            plain = not (one.codec or one.address == STANDARD_INPUT or places.is_remote(one.address))
            address = one.address if plain else ""
            while pending:
                full = len(pending) >= LONGEST_ROW
                block = b"" if full else file.read(TEXT_BYTES)
                end = end_of(pending) if block or full else len(pending)
                if not end and block:
                    pending += block
                    continue
                # A quote that is never closed leaves every line after it in doubt: then lines are rows.
                end = end or _end_of_line(pending) or len(pending)
                data = pending[:end]
                lines = _ends_of_lines(data)
                if one.kind == "csv" and not begun:
                    header = header_end(data)
                    first_lines = data[:header].count(b"\n")
                    data, line, lines = data[header:], line + first_lines, lines - first_lines
                    begun = True
                if data and not data.isspace():
                    read = file.position() - before
                    yield Text(data, line, lines, read, address, start + end - len(data), len(data))
                    before = file.position()
                line += lines
                start += end
                pending = pending[end:] + block
    except OSError as error:
        raise JobStopped(f"{one.address}: cannot be read on: {error}") from None


def _ends_of_lines(data: bytes) -> int:
    """numpy counts four times as fast as bytes do."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")))


def _end_of_line(data: bytes) -> int:
    return data.rfind(b"\n") + 1
