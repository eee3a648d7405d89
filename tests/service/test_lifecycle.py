"""Background work begins before the first request and ends after the last one."""

from __future__ import annotations

import asyncio
import logging

import pytest

from wattdrop.service.lifecycle import Lifecycle


def test_parts_stop_in_the_opposite_order_of_their_start() -> None:
    seen: list[str] = []
    lifecycle = Lifecycle()
    for name in ("database", "writer"):

        async def start(name: str = name) -> None:
            seen.append(f"{name} starts")

        async def stop(name: str = name) -> None:
            seen.append(f"{name} stops")

        lifecycle.on_start(start)
        lifecycle.on_stop(stop)

    async def run() -> None:
        await lifecycle.start()
        assert not lifecycle.draining
        await lifecycle.stop()

    asyncio.run(run())
    assert seen == ["database starts", "writer starts", "writer stops", "database stops"]
    assert lifecycle.draining


def test_a_hook_that_fails_or_hangs_keeps_no_other_from_running(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []
    lifecycle = Lifecycle(stop_hook_seconds=0.01)

    async def drain() -> None:
        seen.append("drained")

    async def hang() -> None:
        await asyncio.Event().wait()

    async def fail() -> None:
        raise OSError("disk full")

    for hook in (drain, hang, fail):
        lifecycle.on_stop(hook)
    with caplog.at_level(logging.ERROR):
        asyncio.run(lifecycle.stop())
    assert seen == ["drained"]
    assert [record.getMessage().split(".")[-1] for record in caplog.records] == [
        "fail failed while the service stopped",
        "hang failed while the service stopped",
    ]


def test_a_start_that_fails_stops_the_start() -> None:
    lifecycle = Lifecycle()

    async def fail() -> None:
        raise OSError("no such database")

    lifecycle.on_start(fail)
    with pytest.raises(OSError, match="no such database"):
        asyncio.run(lifecycle.start())
