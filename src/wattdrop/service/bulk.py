"""``POST /v1/impact/bulk``: any number of rows as lines of JSON or as an Arrow stream, the same out, in constant memory.

Lines are answered in blocks as they arrive, in order, beside the event loop. What a client sends is read at its own pace
into a temporary file, because most clients send everything before they read anything: a service that waits for them to
read would wait for ever. What goes wrong after the answer has begun ends it with a last line that says so, because a
status has been sent. A stream of more rows than its key may send is slowed down, never refused. An Arrow stream is read
whole and checked before it is answered; what goes wrong afterwards breaks off the answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from falcon.asgi import Request, Response

from ..bulk.mapping import Mapping
from ..bulk.presets import NAMES as PRESETS
from ..catalog import Catalog
from ..engine import METHOD_VERSION
from ..errors import BadRequest, UnsupportedMediaType, WattdropError
from ..schema import Error
from ..store import ApiKey
from .answers import unexpected
from .bodies import is_compressed
from .bulk_arrow import AnsweredTables, check_arrow, opened, spooled, tables_of
from .bulk_body import Spool, blocks_of, chunks_of
from .bulk_lines import AnsweredLines, line_of
from .columns import mapping_of
from .context import Context
from .description import Answer, Example, Parameter, operation
from .description.rows import IMAGES, STORING, TEXT, VERSIONS
from .parts import GROUPS
from .queries import one_of
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
        mapping, totals_by = _mapping_of(request), one_of(request, _TOTALS)
        media_type = (request.content_type or NDJSON).partition(";")[0].strip().casefold()
        body = chunks_of(request, is_compressed(request), self._context.settings.max_bulk_bytes)
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
            check_arrow()
            file = await spooled(body)
            batches = await asyncio.get_running_loop().run_in_executor(self._threads, opened, file)
            pieces = self._tables(file, batches, key, catalog)
            # What is wrong with columns is wrong with the first batch: then a status can still say so.
            response.stream = _with_first(await anext(pieces), pieces)
            response.content_type = ARROW
        elif media_type in _LINES:
            response.content_type = NDJSON
            response.stream = self._lines(body, key, keep, AnsweredLines(catalog, mapping, totals_by))
        else:
            raise UnsupportedMediaType(
                f"Content-Type: {media_type[:60]} is not read here; send {NDJSON} or {ARROW}",
                field="Content-Type",
            )

    async def _lines(
        self, body: AsyncIterator[bytes], key: ApiKey, keep: Storing, answering: AnsweredLines
    ) -> AsyncIterator[bytes]:
        loop, limits = asyncio.get_running_loop(), self._context.limits
        spool = Spool()
        reading = asyncio.ensure_future(spool.fill(body))
        record = None
        if keep.rows:
            record = partial(self._context.recorder.record, key, idempotency_key=keep.idempotency_key)
        try:
            async for block in blocks_of(spool.chunks(), limits.piece_of(key, _BLOCK_ROWS)):
                await limits.wait_for_rows(key, len(block))
                if keep.rows:
                    await asyncio.sleep(self._context.recorder.pause(len(block)))
                yield await loop.run_in_executor(self._threads, answering.lines, block, record)
            await reading
            if answering.part is not None:
                yield line_of({"part": answering.part.packed()})
        except Exception as error:  # noqa: BLE001 - a status has been sent: whatever it is, the last line says so
            told = error if isinstance(error, WattdropError) else unexpected(error)
            yield line_of({"error": Error(code=told.code, message=told.message)})
        finally:
            reading.cancel()
            spool.close()

    async def _tables(
        self, file: IO[bytes], batches: pa.RecordBatchStreamReader, key: ApiKey, catalog: Catalog
    ) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        tables, answers = tables_of(batches), AnsweredTables(catalog)
        with file:
            while (table := await loop.run_in_executor(self._threads, next, tables, None)) is not None:
                await self._context.limits.wait_for_rows(key, table.num_rows)
                yield await loop.run_in_executor(self._threads, answers.of, table)
            yield await loop.run_in_executor(self._threads, answers.end)


async def _with_first(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


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
