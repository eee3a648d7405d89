"""One part to a file: Parquet, Arrow, CSV or JSONL. Row groups are bounded, so memory is."""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv
from pyarrow import ipc

from ..engine.tables.python_values import python_values
from . import places
from .refused import JobRefused
from .texts import cell, encode, is_text, values_of


class Writer(Protocol):
    """Takes batches in order."""

    def write(self, batch: Any, raw: list[bytes] | None, results: list[str]) -> None:
        """Append rows; ``raw``: the lines of JSON they came from, to which only the columns ``results`` are added."""

    def close(self) -> None:
        """Finish the file."""


def writer(address: str, form: str, compression: str, schema: Any, header: bool) -> Writer:
    """A writer of one part. ``header``: whether CSV names its columns."""
    if form == "parquet":
        return _Parquet(address, schema, compression)
    if form == "arrow":
        return _Arrow(address, schema, compression)
    codec = "" if compression == "none" else compression
    return _Csv(address, schema, codec, header) if form == "csv" else _Jsonl(address, codec)


def check_types(schema: Any, form: str) -> None:
    """Refuse a column that the format has no type for; text formats and Arrow have one for all."""
    for field in schema if form == "parquet" else ():
        try:
            pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
        except pa.ArrowNotImplementedError:
            raise JobRefused(
                f"Parquet has no type for the column {field.name} ({field.type}); write .arrow, or leave it out with "
                "--extra drop"
            ) from None


class _Parquet:
    """Names may come as dictionaries, and are written as such: pages are the same, each name is looked at once."""

    def __init__(self, address: str, schema: Any, compression: str) -> None:
        self._file = places.open_output(address)
        self._schema, self._compression = schema, compression
        self._writer: Any = None

    def write(self, batch: Any, raw: list[bytes] | None, results: list[str]) -> None:
        """A row group of its own."""
        if self._writer is None:
            self._writer = self._begun(batch)
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Footer and end."""
        (self._writer or self._begun(self._schema.empty_table())).close()
        self._file.close()

    def _begun(self, first: Any) -> Any:
        writer = pq.ParquetWriter(
            self._file,
            first.schema,
            store_schema=False,
            compression=self._compression,
            use_dictionary=[name for name in first.schema.names if _repeats(first.column(name))],
        )
        # Whoever reads the file is told the types of the plan, whatever the batches have.
        told = base64.b64encode(self._schema.serialize()).decode()
        writer.add_key_value_metadata({"ARROW:schema": told})
        return writer


#: Rows that tell for a part: as many as a dictionary of ids has room for.
_LOOKED_AT: Final = 65_536


def _repeats(column: Any) -> bool:
    """Whether looking for equal values saves more than it costs: doubles of an estimate and ids hardly repeat."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        some = column.slice(0, _LOOKED_AT)
        return 2 * len(some.unique()) <= len(some)
    return not pa.types.is_floating(column.type)


class _Arrow:
    def __init__(self, address: str, schema: Any, compression: str) -> None:
        self._file = places.open_output(address)
        options = ipc.IpcWriteOptions(compression=None if compression == "none" else compression)
        self._writer = ipc.new_file(self._file, schema, options=options)

    def write(self, batch: Any, raw: list[bytes] | None, results: list[str]) -> None:
        """A record batch of its own."""
        self._writer.write_batch(batch)

    def close(self) -> None:
        """Footer and end."""
        self._writer.close()
        self._file.close()


class _Csv:
    def __init__(self, address: str, schema: Any, codec: str, header: bool) -> None:
        self._file = places.open_output(address, codec)
        options = arrow_csv.WriteOptions(
            include_header=header, quoting_style="needed", quoting_header="needed"
        )
        self._schema = pa.schema([pa.field(f.name, _cell_type(f.type)) for f in schema])
        self._writer = arrow_csv.CSVWriter(self._file, self._schema, write_options=options)

    def write(self, batch: Any, raw: list[bytes] | None, results: list[str]) -> None:
        """Lines."""
        columns = [_cells(column) for column in batch.columns]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """End of the file."""
        self._writer.close()
        self._file.close()


def _cell_type(kind: Any) -> Any:
    return kind if is_text(kind) else pa.string()


def _cells(column: Any) -> Any:
    return column if is_text(column.type) else pa.array(map(cell, python_values(column)), pa.string())


class _Jsonl:
    def __init__(self, address: str, codec: str) -> None:
        self._file = places.open_output(address, codec)

    def write(self, batch: Any, raw: list[bytes] | None, results: list[str]) -> None:
        """An object a line, without what is null."""
        names = results if raw is not None else batch.schema.names
        values = [values_of(batch.column(name)) for name in names]
        objects: list[bytes] = list(map(encode, map(_object_of(tuple(names)), *values)))
        if raw is not None:
            objects = [_joined(line, added) for line, added in zip(raw, objects, strict=True)]
        self._file.write(b"\n".join(objects) + b"\n" if objects else b"")

    def close(self) -> None:
        """End of the file."""
        self._file.close()


@lru_cache(maxsize=16)
def _object_of(names: tuple[str, ...]) -> Any:
    """A type whose values are objects with these keys, left out where they are null: faster to encode than dicts."""
    fields = [(f"f{number}", Any, None) for number in range(len(names))]
    renamed = {f"f{number}": name for number, name in enumerate(names)}
    try:
        return msgspec.defstruct("Line", fields, rename=renamed, omit_defaults=True, gc=False)
    except ValueError:  # a name has characters that no field of a struct may have
        return lambda *values: {n: value for n, value in zip(names, values, strict=True) if value is not None}


def _joined(line: bytes, added: bytes) -> bytes:
    """An object with the keys of another behind its own; the line keeps its spelling."""
    head = line.rstrip()[:-1]
    if head.endswith((b" ", b"{", b"\t", b",")):  # perhaps an empty object
        head = head.rstrip()
        return head + (b"" if head.strip() == b"{" else b",") + added[1:]
    return b"%b,%b" % (head, added[1:])
