"""A clock that is started and stopped with every request acts when it has run long enough, and only then."""

from __future__ import annotations

import asyncio
import time

from tests.service.processes import PATIENCE_S

from wattdrop.service.pace import Pace

SECONDS = 0.2
#: Loops count time in steps of a millisecond.
STEP = 0.005


def test_a_stopped_clock_does_nothing_and_a_restarted_one_begins_anew() -> None:
    async def run() -> None:
        stalled = asyncio.Event()
        pace = Pace(asyncio.get_running_loop(), SECONDS, lambda: False, stalled.set)
        pace.start()
        pace.stop()
        await asyncio.sleep(2 * SECONDS)
        assert not stalled.is_set()
        pace.start()
        await asyncio.sleep(SECONDS / 2)
        pace.stop()
        pace.start()
        began = time.monotonic()
        await asyncio.wait_for(stalled.wait(), PATIENCE_S)
        assert time.monotonic() - began >= SECONDS - STEP

    asyncio.run(run())


def test_what_moves_is_looked_at_again() -> None:
    async def run() -> None:
        stalled = asyncio.Event()
        looks = iter((True, True, False))
        pace = Pace(asyncio.get_running_loop(), SECONDS / 10, lambda: next(looks), stalled.set)
        pace.start()
        await asyncio.wait_for(stalled.wait(), PATIENCE_S)
        assert next(looks, None) is None
        pace.start()
        pace.end()
        stalled.clear()
        await asyncio.sleep(SECONDS)
        assert not stalled.is_set()

    asyncio.run(run())
