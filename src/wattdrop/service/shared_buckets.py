"""The buckets of a service: shared where its processes can share them, each process's own while they cannot."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..errors import StoreError
from ..store import DatabaseBuckets, Store
from .buckets import Buckets, FileBuckets, OwnBuckets
from .redis_buckets import RedisBuckets
from .settings import Settings

_log = logging.getLogger(__name__)

_ANSWER_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 3.0


class SharedBuckets:
    """Asks the shared buckets; while they are away, the process's own, so that requests go on."""

    def __init__(
        self,
        shared: Buckets,
        where: str,
        errors: tuple[type[Exception], ...],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._where = where
        self._errors: tuple[type[Exception], ...] = (*errors, OSError, TimeoutError)
        self._clock = clock
        self._own = OwnBuckets(clock)
        self._away = False
        self._ask_at = 0.0
        self._threads = ThreadPoolExecutor(4, "wattdrop-limits")

    async def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """See ``Buckets``."""
        if self._away:
            if self._clock() < self._ask_at:
                return self._own.take(key_id, kind, cost_s, burst_s)
            self._ask_at = (
                self._clock() + _RETRY_SECONDS
            )  # one request tries, the others need not wait for it
        try:
            answer = await self._ask(key_id, kind, cost_s, burst_s)
        except self._errors as error:
            self._lost(error)
            return self._own.take(key_id, kind, cost_s, burst_s)
        self._own.put(key_id, kind, answer[1])  # so that who loses the others begins where they were
        if self._away:
            self._away = False
            _log.warning("limits of keys are shared through %s again", self._where)
        return answer

    async def _ask(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        if not self._shared.waits:
            return self._shared.take(key_id, kind, cost_s, burst_s)
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._shared.take, key_id, kind, cost_s, burst_s)
        return await asyncio.wait_for(asked, _ANSWER_SECONDS)

    def _lost(self, error: Exception) -> None:
        self._ask_at = self._clock() + _RETRY_SECONDS
        if not self._away:
            self._away = True
            _log.warning(
                "limits of keys are not shared through %s at the moment, each process keeps its own: %s",
                self._where,
                str(error) or type(error).__name__,
            )


def buckets_of(settings: Settings, store: Store) -> SharedBuckets:
    """Redis where the settings name one, else PostgreSQL, else a file in the data folder, else the process alone."""
    if settings.redis_url:
        in_redis = RedisBuckets(settings.redis_url)
        return SharedBuckets(in_redis, "Redis", (in_redis.error,))
    if store.database.dialect == "postgresql":
        return SharedBuckets(DatabaseBuckets(store.database), "the database", (StoreError,))
    if os.name == "posix":
        return SharedBuckets(FileBuckets(settings.data_dir / "limits"), "a file in the data folder", ())
    return SharedBuckets(OwnBuckets(), "this process", ())
