"""``POST /v1/impact/bulk``: any number of rows as lines of JSON or as an Arrow stream, the same out, in constant memory.

Lines are answered in blocks as they arrive, in order, beside the event loop. What a client sends is read at its own pace
into a temporary file, because most clients send everything before they read anything: a service that waits for them to
read would wait for ever. What goes wrong after the answer has begun ends it with a last line that says so, because a
status has been sent. A stream of more rows than its key may send is slowed down, never refused. An Arrow stream is read
whole before it is answered; one that breaks off breaks off the answer.
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from itertools import repeat
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
from falcon.asgi import Request, Response

from ..bulk.mapping import NO_INFERENCE, Mapping
from ..bulk.presets import NAMES as PRESETS
from ..bulk.records import row_of_record
from ..catalog import Catalog
from ..engine import METHOD_VERSION, Estimate, estimate
from ..errors import BadRequest, RowError, TooLarge, UnsupportedMediaType, WattdropError
from ..schema import Error, ImpactRow, parse_rows
from ..schema.responses import NO_IMPACT, ModeledRow
from ..store import ApiKey
from . import metrics
from .bodies import is_compressed
from .columns import mapping_of
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.rows import IMAGES, STORING, TEXT, VERSIONS
from .parts import GROUPS, Part
from .storing import Storing, storing

if TYPE_CHECKING:
    import pyarrow as pa

NDJSON: Final = "application/x-ndjson"
ARROW: Final = "application/vnd.apache.arrow.stream"
_LINES: Final = (
    NDJSON,
    "application/ndjson",
    "application/jsonl",
    "application/json-lines",
    "application/json",
)
_BLOCK_ROWS: Final = 2_000
_READ_BYTES: Final = 65_536
_MOST_LINE_BYTES: Final = 1_000_000
_GZIP_WINDOW_BITS: Final = 31
_SPOOL_BYTES: Final = 4_000_000
_encoder = msgspec.json.Encoder()
_PRESET: Final = Parameter(
    "preset", "Each line is a record of this export.", {"type": "string", "enum": list(PRESETS)}
)
_MAP: Final = Parameter(
    "map",
    "Each line is a record whose columns have other names: `FIELD=COLUMN`, such as `model_id=model_name`. May be there "
    "many times; wins over the preset. Columns that are no field are left alone.",
    {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9A-Z_]+=.+$"}},
)
_TOTALS: Final = Parameter(
    "totals",
    "Ends the answer with a line that holds only `part`, for `POST /v1/impact/totals`: the sums by this, and "
    "what their ranges are made of.",
    {"type": "string", "enum": list(GROUPS)},
)


class BulkResource:
    """Answers streams. Each has a thread of its own while it lasts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="wattdrop-bulk")

    @operation(
        "streamImpact",
        "Impact",
        "Impact of a stream of any length",
        text="One row a line as JSON (`ImpactRow`), or an Arrow IPC stream whose columns are named like the fields; the "
        "same comes back while it is computed, in order, in constant memory: a `ModeledRow` a line, or columns of numbers "
        "beside the errors. With `preset` or `map` each line is a record of an export instead. A stream that fails after "
        "its answer has begun ends with a line that holds only `error`. Arrow needs the package's extra `bulk` on the "
        "server.",
        scope="impact",
        parameters=(_PRESET, _MAP, _TOTALS, *STORING),
        body={NDJSON: {"type": "string"}, ARROW: {"type": "string", "format": "binary"}},
        answers={
            200: Answer(
                "The results, as they are ready.",
                {NDJSON: {"type": "string"}, ARROW: {"type": "string", "format": "binary"}},
                VERSIONS,
            )
        },
        errors=(400, 401, 403, 415, 429),
        examples=(Example("two rows", "Two rows", f"{json.dumps(TEXT)}\n{json.dumps(IMAGES)}\n"),),
    )
    async def on_post(self, request: Request, response: Response) -> None:
        """Answer a stream of rows with a stream of results."""
        key = await self._context.keys.authorise(request, "impact")
        catalog = self._context.catalogs.of(key.customer_id)
        mapping, totals_by = _mapping_of(request), _totals_by(request)
        media_type = (request.content_type or NDJSON).partition(";")[0].strip().casefold()
        body = _chunks(request, is_compressed(request), self._context.settings.max_bulk_bytes)
        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", catalog.digest)
        keep = storing(request, False)
        if media_type == ARROW:
            if keep.rows:
                raise BadRequest(
                    "store: rows of Arrow streams are not stored; send lines of JSON", field="store"
                )
            if mapping or totals_by:
                raise BadRequest(
                    "preset, map and totals are for lines of JSON; name the columns of an Arrow table like the fields",
                    field="preset",
                )
            _check_arrow()
            file = await _spooled(body)
            response.stream = self._tables(file, _opened(file), key, catalog)
            response.content_type = ARROW
        elif media_type in _LINES:
            response.content_type = NDJSON
            response.stream = self._lines(body, key, keep, _Answering(catalog, mapping, totals_by))
        else:
            raise UnsupportedMediaType(
                f"Content-Type: {media_type[:60]} is not read here; send {NDJSON} or {ARROW}",
                field="Content-Type",
            )

    async def _lines(
        self, body: AsyncIterator[bytes], key: ApiKey, keep: Storing, answering: _Answering
    ) -> AsyncIterator[bytes]:
        loop, limits = asyncio.get_running_loop(), self._context.limits
        spool = _Spool()
        reading = asyncio.ensure_future(spool.fill(body))
        try:
            number = 0
            async for block in _blocks(spool.chunks(), limits.piece_of(key, _BLOCK_ROWS)):
                record = None
                if keep.rows:
                    record = partial(
                        self._context.recorder.record, key, idempotency_key=keep.idempotency_key, first=number
                    )
                number += len(block)
                await limits.wait_for_rows(key, len(block))
                if keep.rows:
                    await asyncio.sleep(self._context.recorder.pause(len(block)))
                yield await loop.run_in_executor(self._threads, answering.lines, block, record)
            await reading
            if answering.part is not None:
                yield _encoder.encode({"part": answering.part.packed()}) + b"\n"
        except WattdropError as error:
            yield _encoder.encode({"error": Error(code=error.code, message=error.message)}) + b"\n"
        finally:
            reading.cancel()
            spool.close()

    async def _tables(
        self, file: IO[bytes], batches: pa.RecordBatchStreamReader, key: ApiKey, catalog: Catalog
    ) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        tables, answers = _tables_of(batches), _AnsweredTables(catalog)
        with file:
            while (table := await loop.run_in_executor(self._threads, next, tables, None)) is not None:
                await self._context.limits.wait_for_rows(key, table.num_rows)
                yield await loop.run_in_executor(self._threads, answers.of, table)
            yield await loop.run_in_executor(self._threads, answers.end)


class _Spool:
    """Bytes on their way from a client to its answer: in memory while they are few, else in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed by close()
        self._written = 0
        self._ended = False
        self._news = asyncio.Event()

    async def fill(self, body: AsyncIterator[bytes]) -> None:
        """Read everything that the client sends. What is wrong with it is raised here, after what was right."""
        try:
            async for chunk in body:
                self._file.seek(self._written)
                self._written += self._file.write(chunk)
                self._news.set()
        finally:
            self._ended = True
            self._news.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """What has arrived, then what arrives."""
        read = 0
        while True:
            while read < self._written:
                self._file.seek(read)
                chunk = self._file.read(_READ_BYTES)
                read += len(chunk)
                yield chunk
            if self._ended:
                return
            self._news.clear()
            await self._news.wait()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


class _Answering:
    """Answers lines: of rows, or of the records of an export; adds up what it answered, where that is asked for."""

    def __init__(
        self, catalog: Catalog, mapping: Mapping | None = None, totals_by: str | None = None
    ) -> None:
        self._catalog, self._mapping = catalog, mapping
        self.part = Part(totals_by) if totals_by else None

    def lines(
        self, lines: list[bytes], record: Callable[[Sequence[Any], Estimate], int] | None = None
    ) -> bytes:
        """One answered row a line. A line that is not JSON is answered in its place, too."""
        values = map(_decoded, lines)
        if self._mapping:
            values = map(row_of_record, values, repeat(self._mapping))
        rows = parse_rows(values)
        counted = [row for row in rows if not _is_no_inference(row)]
        result = estimate(counted, self._catalog)
        metrics.estimated(result)
        if record:
            record(counted, result)
        if self.part is not None:
            self.part.add(result, skipped=len(rows) - len(counted))
        answered = result.response().rows
        if len(counted) < len(rows):
            answered = _in_places(rows, iter(answered))
        return b"".join(_encoder.encode(row) + b"\n" for row in answered)


def _is_no_inference(row: ImpactRow | RowError) -> bool:
    return isinstance(row, RowError) and row.code == NO_INFERENCE


def _in_places(rows: Sequence[ImpactRow | RowError], answered: Iterator[ModeledRow]) -> list[ModeledRow]:
    """Answers in the places of their lines, and beside them why the other lines have none."""
    return [
        ModeledRow(total_impact=NO_IMPACT, error=Error(code=row.code, message=row.message))
        if isinstance(row, RowError) and row.code == NO_INFERENCE
        else next(answered)
        for row in rows
    ]


def _mapping_of(request: Request) -> Mapping | None:
    """What the query says of the lines: the preset of an export, and columns by field. None: lines are rows."""
    name = request.get_param("preset")
    pairs = [text.partition("=") for text in request.get_param_as_list("map") or ()]
    if not name and not pairs:
        return None
    for field, separator, column in pairs:
        if not (field and separator and column):
            raise BadRequest(
                f"map: expected FIELD=COLUMN, such as model_id=model_name, got {field[:60]!r}", field="map"
            )
    return mapping_of(name, [(field, column) for field, _, column in pairs])._replace(required=())


def _totals_by(request: Request) -> str | None:
    by = request.get_param("totals")
    if by and by not in GROUPS:
        raise BadRequest(f"totals: expected {', '.join(GROUPS)}, got {by[:40]!r}", field="totals")
    return by or None


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return RowError("invalid_json", f"the line is not JSON: {str(error)[:100]}")


async def _blocks(body: AsyncIterator[bytes], most_rows: int) -> AsyncIterator[list[bytes]]:
    """Lines in blocks, as many as have arrived, at most so many; empty lines are left out."""
    rest = b""
    async for chunk in body:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _MOST_LINE_BYTES:
            raise TooLarge(f"a line is over {_MOST_LINE_BYTES} bytes; send one row a line")
        kept = [line for line in lines if line.strip()]
        for start in range(0, len(kept), most_rows):
            yield kept[start : start + most_rows]
    if rest.strip():
        yield [rest]


async def _chunks(request: Request, compressed: bool, most_bytes: int) -> AsyncIterator[bytes]:
    """The body as it arrives, decompressed; ``most_bytes`` 0 is no limit."""
    size, inflating = 0, _Inflating() if compressed else None
    while chunk := await request.stream.read(_READ_BYTES):
        for part in inflating.pieces(chunk) if inflating else (chunk,):
            size += len(part)
            if most_bytes and size > most_bytes:
                raise TooLarge(f"the stream is over {most_bytes} bytes; send less at a time")
            yield part
    if inflating and not inflating.is_whole:
        raise BadRequest("the gzip body ends too early", code="invalid_encoding")


class _Inflating:
    """A gzip body as it arrives: member after member, because files of gzip may be put together."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)

    @property
    def is_whole(self) -> bool:
        """Whether the body may end here."""
        return self._member.eof

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Pieces of bounded size, whatever the ratio."""
        try:
            while chunk:
                if self._member.eof:
                    self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)
                yield self._member.decompress(chunk, _READ_BYTES)
                chunk = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise BadRequest(f"the body is not gzip: {error}", code="invalid_encoding") from None


# --- Arrow ----------------------------------------------------------------------------------------------------------


def _check_arrow() -> None:
    """The plain service reads lines only."""
    if find_spec("pyarrow") is None:
        raise UnsupportedMediaType(
            "Arrow streams need one more package on the server: pip install 'wattdrop[bulk]'; or send lines of "
            "JSON",
            field="Content-Type",
        )


async def _spooled(body: AsyncIterator[bytes]) -> IO[bytes]:
    """The stream in a file of its own, because Arrow's readers block: memory stays small, the disk holds the rest."""
    loop = asyncio.get_running_loop()
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed when the answer ends
    try:
        async for chunk in body:
            await loop.run_in_executor(None, file.write, chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _opened(file: IO[bytes]) -> pa.RecordBatchStreamReader:
    """The batches of a stream; what is none is refused before the answer begins."""
    import pyarrow as pa

    try:
        return pa.ipc.open_stream(file)
    except (pa.ArrowInvalid, OSError) as error:
        file.close()
        raise BadRequest(f"the body is no Arrow stream: {str(error)[:200]}", code="invalid_arrow") from None


class _AnsweredTables:
    """The Arrow stream of results, a piece for each batch that is read."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sink = io.BytesIO()
        self._writer: pa.RecordBatchStreamWriter | None = None

    def of(self, table: pa.Table) -> bytes:
        """The piece of one batch."""
        import pyarrow as pa

        result = estimate(table, self._catalog)
        metrics.estimated_table(result.num_rows)
        self._writer = self._writer or pa.ipc.new_stream(self._sink, result.schema)
        self._writer.write_table(result)
        return _taken(self._sink)

    def end(self) -> bytes:
        """What closes the stream."""
        if self._writer is not None:
            self._writer.close()
        return _taken(self._sink)


def _tables_of(batches: pa.RecordBatchStreamReader) -> Iterator[pa.Table]:
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
