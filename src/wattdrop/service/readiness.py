"""Whether the service can do its work now: what it needs, asked at most once a second, whoever asks how often."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from .lifecycle import Lifecycle

_log = logging.getLogger(__name__)

Probe = Callable[[], str]
"""Gives an empty text if all is well, else why not in few words that strangers may read; what it raises is logged."""

_PROBE_SECONDS: Final = 2.0
_FRESH_SECONDS: Final = 1.0


class Readiness:
    """The probes of the parts that answers depend on.

    A part adds its own, which may wait for a database: ``context.readiness.add("ledger", probe)``.
    """

    def __init__(self, lifecycle: Lifecycle, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifecycle = lifecycle
        self._clock = clock
        self._probes: dict[str, Probe] = {}
        self._found: dict[str, str] = {}
        self._found_until = float("-inf")
        self._asking: asyncio.Task[None] | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, name: str, probe: Probe) -> None:
        """Ask this too."""
        self._probes[name] = probe

    async def problems(self) -> Mapping[str, str]:
        """What is wrong, by part; empty where the service is ready."""
        if self._lifecycle.draining:
            return {"service": "stopping"}
        if self._clock() >= self._found_until:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())
            done, _ = await asyncio.wait([self._asking], timeout=_PROBE_SECONDS)
            if not done:
                return {"service": "a check takes too long"}
        return self._found

    @property
    def parts(self) -> list[str]:
        """What is asked."""
        return list(self._probes)

    async def _ask(self) -> None:
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[dict[str, str]] = loop.create_future()

        def ask() -> None:
            found = {name: _answer(name, probe) for name, probe in self._probes.items()}
            with suppress(RuntimeError):  # the loop ended before
                loop.call_soon_threadsafe(answered.set_result, found)

        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True, name="wattdrop-ready")
            self._thread.start()
        self._jobs.put(ask)
        found = await answered
        self._found = {name: problem for name, problem in found.items() if problem}
        self._found_until = self._clock() + _FRESH_SECONDS

    def _work(self) -> None:
        """On one thread, which keeps its connections; not the process, as a probe may wait for a database for ever."""
        while True:
            self._jobs.get()()


def _answer(name: str, probe: Probe) -> str:
    try:
        return probe()
    except Exception:  # noqa: BLE001 - whatever it is, the part does not work
        _log.warning("%s is not ready", name, exc_info=True)
        return "not reachable"
