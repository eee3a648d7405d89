"""From rows to an answer, for every endpoint that estimates: the caller's catalog, and large work beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from falcon.asgi import Response

from ..engine import METHOD_VERSION, Estimate
from ..engine.api import estimate_checked
from ..errors import RowError, StoreError
from ..schema import ImpactRow
from ..store import FIRST_CUSTOMER_ID, ApiKey
from . import metrics
from .answers import encode
from .catalogs import Catalogs
from .exchange import current
from .limits import Limits
from .recording import Recorder
from .settings import Settings
from .storing import Storing

Rows = Sequence[ImpactRow | RowError]

#: A served model, and one on a machine in a region: together they look at every table that rows usually do.
_FIRST_ROWS: Final = (
    ImpactRow(model_id="gpt-4o", output_tokens=500),
    ImpactRow(model_id="llama_v31_8b", node_id="aws:p4d.24xlarge", cloud_id="aws", cloud_region="us-east-1"),
)
#: What takes long takes so many times as long a row, and more of rows that were not seen before.
_TIMES_AS_LONG: Final = 16


class Impacts:
    """Estimates rows; small requests on the event loop, large ones on a thread so that small ones need not wait."""

    def __init__(self, catalogs: Catalogs, settings: Settings, limits: Limits, recorder: Recorder) -> None:
        self._catalogs = catalogs
        self._limits = limits
        self._recorder = recorder
        self._settings = settings
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wattdrop-impact")

    async def warm_up(self) -> None:
        """Work out rows before any request comes: the first ones of a process take a tenth of a second."""
        with contextlib.suppress(StoreError):  # whoever needs the database is told so by a request
            catalog = self._catalogs.of(FIRST_CUSTOMER_ID)
            # Many rows first: they go as arrays, and from then on single ones go through programs.
            for rows in (_FIRST_ROWS * 50, *((row,) for row in _FIRST_ROWS)):
                encode(estimate_checked(rows, catalog).response(debug=True, ranges=True))

    async def answer(
        self,
        key: ApiKey,
        response: Response,
        storing: Storing,
        size_bytes: int,
        parse: Callable[[], Rows],
        render: Callable[[Estimate], bytes],
        is_long: bool = False,
    ) -> bytes:
        """Parse, charge the rows to the key, estimate and render for the key's customer.

        Parameters
        ----------
        key
            Who asks.
        response
            Gets the headers that name method and catalog.
        storing
            Whether the ledger keeps the rows. How many are safe then stands in the header ``x-wattdrop-stored``.
        size_bytes
            Size of the body: over ``inline_body_bytes`` the work is done beside the event loop.
        parse, render
            From the body to rows, and from the estimate to the bytes of the answer.
        is_long
            Whether that takes long even of rows that are quick otherwise, as ranges do.
        """
        catalog = self._catalogs.of(key.customer_id)
        exchange = current()

        def answered(rows: Rows) -> bytes:
            result = estimate_checked(rows, catalog)
            exchange.rows += result.count
            exchange.row_errors += len(result.resolution.errors)
            metrics.estimated(result)
            answer = render(result)
            if storing.rows and self._recorder.is_on:
                stored = self._recorder.record(key, rows, result, storing.idempotency_key)
                response.set_header("x-wattdrop-stored", str(stored))
            return answer

        response.set_header("x-wattdrop-method-version", METHOD_VERSION)
        response.set_header("x-wattdrop-catalog-digest", catalog.digest)
        if size_bytes * (_TIMES_AS_LONG if is_long else 1) <= self._settings.inline_body_bytes:
            rows = parse()
            if self._limits.of(key):
                await self._limits.take_rows(key, len(rows))
            return answered(rows)
        loop = asyncio.get_running_loop()
        many = await loop.run_in_executor(self._threads, lambda: list(parse()))
        await self._limits.take_rows(key, len(many))
        if storing.rows:
            await asyncio.sleep(self._recorder.pause(len(many)))

        def answered_there() -> bytes:
            answer = answered(many)
            many.clear()  # to let go of a thousand rows takes a while, and is cheaper where they were made
            return answer

        return await loop.run_in_executor(self._threads, answered_there)
