"""Rows of the ledger in Parquet files: a fifth of the bytes of a table, and many times as many a second.

The database lists the files that count, with what they hold (``ledger_segment``), and changes that list in the transaction
that changes the sums. A file is written whole before it is listed, so that whoever reads meets either all of its rows or
none; one that no list names was left by a process that died, and is swept up. Needs pyarrow, the package's extra ``bulk``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import StoreError
from .columns import COLUMNS, WHOLE_NUMBERS, is_number
from .json_columns import JsonLines, JsonNumbers
from .texts import Texts

if TYPE_CHECKING:
    import pyarrow as pa

    from .rows import LedgerColumns

_SUFFIX: Final = ".parquet"
_GROUP_ROWS: Final = 20_000
_BLOCK_ROWS: Final = 5_000
#: Columns whose values are few: a dictionary of others costs as much time as all the rest, and room besides.
_REPEATED: Final = [
    name
    for name in COLUMNS
    if name in WHOLE_NUMBERS or not (is_number(name) or name in {"request_id", "basis", "request"})
]
#: What readers of files may pass over blocks by. Ends of the other columns take a fifth of the time, and tell little.
_TIMES: Final = ["recorded_at", "at", "day"]


class Segments:
    """A folder of files, of this machine or of an object store."""

    def __init__(self, where: str | Path) -> None:
        self._where = str(where)

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        """The file system, and the folder in it."""
        try:
            from pyarrow import fs
        except ModuleNotFoundError:
            raise StoreError(
                "rows of the ledger are in Parquet files, which need more packages: pip install 'wattdrop[bulk]'"
            ) from None
        if "://" in self._where:
            system, folder = fs.FileSystem.from_uri(self._where)
            return system, folder.rstrip("/")
        return fs.LocalFileSystem(), self._where

    def write_tables(self, tables: Iterable[pa.Table]) -> str:
        """Keep tables in one file, whatever they add up to, a few thousand rows in memory at a time."""
        import pyarrow as pa
        from pyarrow import parquet

        tables = iter(tables)
        first = next(tables)
        system, folder = self._opened
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(8)}{_SUFFIX}"
        path = f"{folder}/{name}"
        try:
            system.create_dir(folder, recursive=True)
            with parquet.ParquetWriter(
                path,
                first.schema,
                filesystem=system,
                compression="zstd",
                use_dictionary=_REPEATED,
                write_statistics=_TIMES,
                store_schema=False,  # texts are texts, whether or not they came as dictionaries
            ) as writer:
                waiting: list[pa.Table] = []
                for table in chain([first], tables):
                    waiting.append(table)
                    if sum(map(len, waiting)) >= _GROUP_ROWS:
                        writer.write_table(pa.concat_tables(waiting))
                        waiting.clear()
                if waiting:
                    writer.write_table(pa.concat_tables(waiting))
            if "://" not in self._where:
                _settle(path)
        except OSError as error:
            self.remove([name])
            raise StoreError(f"rows of the ledger cannot be written to {self._where}: {error}") from error
        return name

    def tables(
        self, name: str, columns: Sequence[str] | None = None, as_stored: bool = False
    ) -> Iterator[pa.Table]:
        """The rows of a file, some at a time.

        Parameters
        ----------
        as_stored
            For another file: what is JSON for readers may be numbers there.

        Raises
        ------
        StoreError
            If the file is not there: somebody erased rows, or the folder is not the one that they were written to.
        """
        import pyarrow as pa
        from pyarrow import parquet

        system, folder = self._opened
        try:
            with parquet.ParquetFile(f"{folder}/{name}", filesystem=system) as file:
                for batch in file.iter_batches(
                    _BLOCK_ROWS, columns=None if columns is None else list(columns)
                ):
                    table = pa.Table.from_batches([batch])
                    yield table if as_stored else _for_readers(table)
        except FileNotFoundError:
            raise StoreError(
                f"a file of the ledger is not in {self._where}: rows were erased meanwhile, so ask again; or "
                "WATTDROP_LEDGER_FOLDER names another folder than when they were stored"
            ) from None
        except OSError as error:
            raise StoreError(f"rows of the ledger cannot be read from {self._where}: {error}") from error

    def schema(self, name: str) -> pa.Schema:
        """The columns of a file as they are stored."""
        from pyarrow import parquet

        system, folder = self._opened
        return parquet.read_schema(f"{folder}/{name}", filesystem=system)

    def remove(self, names: Iterable[str]) -> None:
        """Delete files. One that is gone already is no harm."""
        system, folder = self._opened
        for name in names:
            try:
                system.delete_file(f"{folder}/{name}")
            except FileNotFoundError:
                pass
            except OSError as error:
                raise StoreError(
                    f"a file of the ledger cannot be deleted from {self._where}: {error}"
                ) from error

    def older_than(self, age: timedelta) -> set[str]:
        """Names of the files that were written longer ago."""
        from pyarrow import fs

        system, folder = self._opened
        found = system.get_file_info(fs.FileSelector(folder, allow_not_found=True))
        latest = datetime.now(UTC) - age
        return {
            one.base_name
            for one in found
            if one.base_name.endswith(_SUFFIX) and one.mtime is not None and one.mtime < latest
        }


def _for_readers(table: pa.Table) -> pa.Table:
    """With the basis as JSON, which it was in files of older versions, and is in the database."""
    import pyarrow as pa

    at = table.schema.get_field_index("basis")
    if at < 0 or pa.types.is_string(table.schema.field(at).type):
        return table
    texts = JsonNumbers.of_arrow(table.column(at).combine_chunks()).listed()
    return table.set_column(at, "basis", pa.array(texts, pa.string()))


def named(segments: Segments | None) -> Segments:
    """The folder, which must have been named where rows are in files."""
    if segments is None:
        raise StoreError("rows of the ledger are in files, and no folder of them was named")
    return segments


def _settle(path: str) -> None:
    """Have a file on the disk before the database says that it is there."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def schema_of_rows() -> pa.Schema:
    """The columns of rows as they are read from files."""
    import pyarrow as pa

    def kind(name: str) -> pa.DataType:
        if name in WHOLE_NUMBERS:
            return pa.int64()
        return pa.float64() if is_number(name) else pa.string()

    return pa.schema([(name, kind(name)) for name in COLUMNS])


def table_of(rows: LedgerColumns) -> pa.Table:
    """Rows on their way into a file."""
    import pyarrow as pa

    return pa.table({name: _array(rows[name]) for name in COLUMNS})


def _array(column: Any) -> pa.Array:
    """A column as Arrow has it: texts that come again and again with each of them once."""
    import pyarrow as pa

    if isinstance(column, JsonLines | JsonNumbers):
        return column.arrow()
    if isinstance(column, Texts):
        codes = pa.array(column.codes.astype("int32"))
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.values, pa.string()))
    return pa.array(column, from_pandas=True)  # NaN is null
