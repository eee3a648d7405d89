"""Finished parts to one file, in order. Parts are copied as they are; only footers are made anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyarrow import ipc

from . import places
from .parquet_footers import Joined


def join(parts: Sequence[str], output: str, form: str, compression: str, schema: Any) -> None:
    """Write the parts to the output, which is there completely or not at all."""
    making = places.in_the_making(output)
    if form == "parquet" and parts:
        _parquet(parts, making)
    elif form == "arrow" and parts:
        _arrow(parts, making, compression)
    else:
        _bytes(parts, making)
    if making != output:
        places.settle(output)


def _bytes(parts: Sequence[str], output: str) -> None:
    """Text; and members of gzip and frames of zstd one after the other are one file of either."""
    with places.open_output(output) as out:
        for part in parts:
            places.copy_into(part, out)


def _arrow(parts: Sequence[str], output: str, compression: str) -> None:
    options = ipc.IpcWriteOptions(compression=None if compression == "none" else compression)
    with places.open_output(output) as out:
        writer = None
        for part in parts:
            with places.open_input(part) as file:
                reader = ipc.open_file(file)
                writer = writer or ipc.new_file(out, reader.schema, options=options)
                for number in range(reader.num_record_batches):
                    writer.write_batch(reader.get_batch(number))
        if writer is not None:
            writer.close()


def _parquet(parts: Sequence[str], output: str) -> None:
    joined = Joined()
    with places.open_output(output) as out:
        out.write(b"PAR1")
        for part in parts:
            joined.add(part, out)
        out.write(joined.footer())


def write_table(table: Any, output: str, form: str, compression: str) -> None:
    """A small table, such as that of groups, to one file."""
    from .writing import writer

    making = places.in_the_making(output)
    out = writer(making, form, compression, table.schema, header=True)
    for batch in table.combine_chunks().to_batches():
        out.write(batch, None, [])
    out.close()
    if making != output:
        places.settle(output)


def empty(output: str, form: str, compression: str, schema: Any) -> None:
    """A file of no rows."""
    write_table(schema.empty_table(), output, form, compression)
