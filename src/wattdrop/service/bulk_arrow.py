"""The Arrow half of ``POST /v1/impact/bulk``: a stream that is read whole, then answered a batch at a time."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING

from ..catalog import Catalog
from ..engine import estimate
from ..errors import BadRequest, UnsupportedMediaType
from . import metrics
from .bulk_body import SPOOL_BYTES

if TYPE_CHECKING:
    import pyarrow as pa


def check_arrow() -> None:
    """The plain service reads lines only."""
    if find_spec("pyarrow") is None:
        raise UnsupportedMediaType(
            "Arrow streams need one more package on the server: pip install 'wattdrop[bulk]'; or send lines of "
            "JSON",
            field="Content-Type",
        )


async def spooled(body: AsyncIterator[bytes]) -> IO[bytes]:
    """The stream in a file of its own, because Arrow's readers block: memory stays small, the disk holds the rest."""
    loop = asyncio.get_running_loop()
    file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed when the answer ends
    try:
        async for chunk in body:
            await loop.run_in_executor(None, file.write, chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def opened(file: IO[bytes]) -> pa.RecordBatchStreamReader:
    """The batches of a stream; what is none is refused before the answer begins.

    Arrow believes what a stream says of itself: offsets and codes that point elsewhere end the process when they are used.
    """
    import pyarrow as pa

    try:
        for batch in pa.ipc.open_stream(file):
            batch.validate(full=True)
        file.seek(0)
        return pa.ipc.open_stream(file)
    except (pa.ArrowException, OSError) as error:
        file.close()
        raise BadRequest(f"the body is no Arrow stream: {str(error)[:200]}", code="invalid_arrow") from None


class AnsweredTables:
    """The Arrow stream of results, a piece for each batch that is read."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sink = io.BytesIO()
        self._writer: pa.RecordBatchStreamWriter | None = None

    def of(self, table: pa.Table) -> bytes:
        """The piece of one batch."""
        import pyarrow as pa

        try:
            result = estimate(table, self._catalog)
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise BadRequest(
                f"a column is of a type that is not read: {str(error)[:200]}", code="invalid_arrow"
            ) from None
        metrics.estimated_table(result.num_rows)
        self._writer = self._writer or pa.ipc.new_stream(self._sink, result.schema)
        self._writer.write_table(result)
        return _taken(self._sink)

    def end(self) -> bytes:
        """What closes the stream."""
        if self._writer is not None:
            self._writer.close()
        return _taken(self._sink)


def tables_of(batches: pa.RecordBatchStreamReader) -> Iterator[pa.Table]:
    """A table for each batch; an empty one where there is none, for its schema."""
    import pyarrow as pa

    empty = True
    for batch in batches:
        empty = False
        yield pa.Table.from_batches([batch])
    if empty:
        yield batches.schema.empty_table()


def _taken(sink: io.BytesIO) -> bytes:
    taken = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return taken
