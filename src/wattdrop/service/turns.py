"""Large requests, one after another: on the event loop a step at a time where that is quick, else on a thread beside it.

Threads of Python share one interpreter, and cores their memory only by way of slow caches. So what goes to a thread and
back while the event loop goes on costs a tenth more. But a step on the loop makes small requests wait for all of it. Bytes
do not tell how long it takes: a thousand rows of one model are a matter of some milliseconds, of a thousand models of a
hundred. What a key sends is mostly like what it sent before, and is taken for that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

_Made = TypeVar("_Made")

#: Small requests wait so long at most, as a rule.
_LONGEST_STEP_S: Final = 0.01
#: After so much of them others have the event loop: a turn of it has a price.
_HELD_S: Final = 0.001
#: A body that is so many times as large as one that was quick is not taken for quick.
_ALIKE: Final = 2


class Turns:
    """Gives large requests of a process their turns."""

    def __init__(self) -> None:
        self._on_loop, self._beside = asyncio.Lock(), asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "wattdrop-impact")
        self._quick: dict[int, int] = {}

    @asynccontextmanager
    async def turn(self, key_id: int, size_bytes: int, is_long: bool = False) -> AsyncIterator[Turn]:
        """Wait for those before. ``is_long`` says of a request that it is known to take long."""
        is_quick = not is_long and size_bytes <= _ALIKE * self._quick.get(key_id, 0)
        async with self._on_loop if is_quick else self._beside:
            turn = Turn(None if is_quick else self._thread)
            try:
                yield turn
            finally:
                if turn.longest_s > _LONGEST_STEP_S and not is_long:
                    self._quick.pop(key_id, None)
            if turn.longest_s <= _LONGEST_STEP_S:  # and nothing was wrong with it
                self._quick[key_id] = max(size_bytes, self._quick.get(key_id, 0))


class Turn:
    """The turn of one request."""

    def __init__(self, thread: ThreadPoolExecutor | None) -> None:
        self._thread = thread
        self.longest_s = 0.0
        """CPU time of the longest step so far."""
        self._held_s = 0.0  # since others had the event loop

    async def step(self, work: Callable[..., _Made], *given: object) -> _Made:
        """Do this, after others had the event loop where steps before took a while."""
        if self._thread is not None:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._timed, work, *given)
        if self._held_s > _HELD_S:
            self._held_s = 0.0
            await asyncio.sleep(0)
        return self._timed(work, *given)

    def _timed(self, work: Callable[..., _Made], *given: object) -> _Made:
        began = time.thread_time()
        try:
            return work(*given)
        finally:
            spent_s = time.thread_time() - began
            self.longest_s = max(self.longest_s, spent_s)
            self._held_s += spent_s
