"""When keys were last used: noted in memory, written in batches beside the answers, at most once a minute for each key."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from ..errors import WattdropError
from ..store import Keys
from ..store.clock import written

_WRITE_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)


class LastUse:
    """Runs between the start and the stop of the service. What cannot be written is tried again with the next batch."""

    def __init__(self, keys: Keys, write_seconds: float = _WRITE_SECONDS) -> None:
        self._keys = keys
        self._write_seconds = write_seconds
        self._noted: dict[int, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(1, "wattdrop-last-use")

    def note(self, key_id: int) -> None:
        """A key was used now."""
        self._noted[key_id] = time.time()

    async def start(self) -> None:
        """Write from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is noted, and no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.write()

    async def write(self) -> None:
        """Write what is noted."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        moments = {key_id: written(datetime.fromtimestamp(at, UTC)) for key_id, at in noted.items()}
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._keys.used, moments)
        except WattdropError as error:
            _log.warning("the last use of %d keys could not be written: %s", len(noted), error.message)
            self._noted = {**noted, **self._noted}

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._write_seconds)
            await self.write()
