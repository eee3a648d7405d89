"""The buckets of a service: shared where its processes can share them, a share of each while they cannot."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from ..errors import StoreError
from ..store import DatabaseBuckets, Store
from . import metrics
from .buckets import Buckets, FileBuckets, OwnBuckets
from .redis_buckets import RedisBuckets
from .settings import Settings

_log = logging.getLogger(__name__)

_ANSWER_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 3.0
_THREADS: Final = 4
_MOST_ALONE: Final = 20_000
_TOLERANCE_S: Final = 1e-6  # of sums of floats


class Taken(NamedTuple):
    """What a question was answered."""

    granted: bool
    full_in_s: float
    processes: int = 1
    """Among how many the limit is divided, because they cannot ask each other."""


class SharedBuckets:
    """Asks the shared buckets. While they are away each process gives its share, so that requests go on and all
    together get no more than is allowed; what was given is paid for when they are back.
    """

    def __init__(
        self,
        shared: Buckets,
        where: str,
        errors: tuple[type[Exception], ...],
        processes: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._where = where
        self._errors: tuple[type[Exception], ...] = (*errors, OSError, TimeoutError)
        self._processes = processes
        self._clock = clock
        self._own = OwnBuckets(clock, processes)
        # Buckets that gave something while the others were away, and when theirs was to be full.
        self._alone: dict[tuple[int, str], float] = {}
        self._paying: set[tuple[int, str]] = set()
        self._away = False
        self._ask_at = 0.0
        self._threads = ThreadPoolExecutor(_THREADS, "wattdrop-limits")

    async def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> Taken:
        """See ``Buckets``."""
        if self._away:
            if self._clock() < self._ask_at:
                return self._take_alone(key_id, kind, cost_s, burst_s)
            # One request tries, the others need not wait for it.
            self._ask_at = self._clock() + _RETRY_SECONDS
        elif (refused := self._known_to_be_empty(key_id, kind, cost_s, burst_s)) is not None:
            return refused
        asked_at, bucket = self._clock(), (key_id, kind)
        debt_s = 0.0 if bucket in self._paying else self._debt_s(key_id, kind)
        if debt_s:
            self._paying.add(bucket)
        try:
            unpaid_s, granted, full_in_s = await self._ask(key_id, kind, cost_s, burst_s, debt_s)
        except self._errors as error:
            self._lost(error)
            return self._take_alone(key_id, kind, cost_s, burst_s)
        finally:
            if debt_s:
                self._paying.discard(bucket)
        self._repay(key_id, kind, debt_s - unpaid_s)
        if self._debt_s(key_id, kind) <= _TOLERANCE_S:
            self._alone.pop(bucket, None)
            # So that who loses the others begins where they were. It was measured after the question was sent: what
            # is kept is never emptier than theirs.
            self._own.put(key_id, kind, full_in_s - (self._clock() - asked_at))
        if self._away:
            self._away = False
            _log.warning("limits of keys are shared through %s again", self._where)
        return Taken(granted, full_in_s)

    def _known_to_be_empty(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> Taken | None:
        """Whether the last answer tells already that there is not enough yet: a key that is over its limit must not
        keep the database busy.
        """
        if not self._shared.waits or (key_id, kind) in self._alone:
            return None
        full_in_s = min(self._own.full_in_s(key_id, kind), burst_s)
        return Taken(False, full_in_s) if full_in_s + cost_s > burst_s + _TOLERANCE_S else None

    def _take_alone(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> Taken:
        """Take from the share of this process, and remember where the shared bucket was."""
        metrics.limit_kept_alone()
        if (key_id, kind) not in self._alone:
            if len(self._alone) >= _MOST_ALONE:
                del self._alone[next(iter(self._alone))]
            self._alone[key_id, kind] = self._clock() + self._own.full_in_s(key_id, kind)
        granted, full_in_s = self._own.take(key_id, kind, cost_s, burst_s)
        return Taken(granted, full_in_s, self._processes)

    def _debt_s(self, key_id: int, kind: str) -> float:
        """What this process gave of a bucket alone and the shared one does not know of, in seconds of its refill."""
        if (key_id, kind) not in self._alone:
            return 0.0
        known_s = max(0.0, self._alone[key_id, kind] - self._clock())
        return max(0.0, self._own.full_in_s(key_id, kind) - known_s) / self._processes

    def _repay(self, key_id: int, kind: str, paid_s: float) -> None:
        if paid_s:
            left_s = self._own.full_in_s(key_id, kind) - paid_s * self._processes
            self._own.put(key_id, kind, left_s)

    async def _ask(
        self, key_id: int, kind: str, cost_s: float, burst_s: float, debt_s: float
    ) -> tuple[float, bool, float]:
        if not self._shared.waits:
            return self._pay_and_take(key_id, kind, cost_s, burst_s, debt_s)
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._pay_and_take, key_id, kind, cost_s, burst_s, debt_s)
        return await asyncio.wait_for(asked, _ANSWER_SECONDS)

    def _pay_and_take(
        self, key_id: int, kind: str, cost_s: float, burst_s: float, debt_s: float
    ) -> tuple[float, bool, float]:
        """What could not be paid of a debt because others had emptied the bucket, and the answer."""
        if debt_s > _TOLERANCE_S:
            _, full_in_s = self._shared.take(key_id, kind, 0.0, burst_s)
            part_s = max(0.0, min(debt_s, burst_s - full_in_s))
            paid, _ = self._shared.take(key_id, kind, part_s, burst_s)
            debt_s -= part_s * paid
        return (debt_s, *self._shared.take(key_id, kind, cost_s, burst_s))

    async def close(self) -> None:
        """Give back connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if isinstance(self._shared, RedisBuckets):
            self._shared.close()

    def _lost(self, error: Exception) -> None:
        self._ask_at = self._clock() + _RETRY_SECONDS
        if not self._away:
            self._away = True
            _log.warning(
                "limits of keys are not shared through %s at the moment, each process keeps its %s: %s",
                self._where,
                "own" if self._processes == 1 else f"share, 1/{self._processes}",
                str(error) or type(error).__name__,
            )


def buckets_of(settings: Settings, store: Store) -> SharedBuckets:
    """Redis where the settings name one, else PostgreSQL, else a file in the data folder, else the process alone."""
    if settings.redis_url:
        in_redis = RedisBuckets(settings.redis_url)
        return SharedBuckets(in_redis, "Redis", (in_redis.error,), settings.workers)
    if store.database.dialect == "postgresql":
        in_database = DatabaseBuckets(store.database)
        return SharedBuckets(in_database, "the database", (StoreError,), settings.workers)
    if os.name == "posix":
        in_file = FileBuckets(settings.data_dir / "limits")
        return SharedBuckets(in_file, "a file in the data folder", (), settings.workers)
    return SharedBuckets(OwnBuckets(), "this process", ())
