"""When the service starts and stops: the place where background work is begun, and finished before the process ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

Hook = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)

#: A hook that hangs must not keep the process: what it holds is lost, and the log says whose it was.
STOP_HOOK_SECONDS = 10.0


class Lifecycle:
    """Hooks of parts that live as long as the server process.

    Start hooks run in the order of registration before the first request is taken; one that raises stops the start.
    Stop hooks run in the opposite order after the last request was answered; each runs, whatever another does.

    A part that writes in the background registers its drain::

        context.lifecycle.on_start(writer.start)
        context.lifecycle.on_stop(writer.drain)
    """

    def __init__(self, stop_hook_seconds: float = STOP_HOOK_SECONDS) -> None:
        self._start: list[Hook] = []
        self._stop: list[Hook] = []
        self._stop_hook_seconds = stop_hook_seconds
        self.draining = False
        """True from the signal to stop on: the service is not ready any more."""
        self.leaving = False
        """True once no connection can be made any more: every answer closes its connection."""

    def on_start(self, hook: Hook) -> None:
        """Run before the first request."""
        self._start.append(hook)

    def on_stop(self, hook: Hook) -> None:
        """Run after the last answer."""
        self._stop.append(hook)

    async def start(self) -> None:
        """Run the start hooks."""
        for hook in self._start:
            await hook()

    async def stop(self) -> None:
        """Run the stop hooks."""
        self.draining = True
        for hook in reversed(self._stop):
            try:
                await asyncio.wait_for(hook(), self._stop_hook_seconds)
            except Exception:  # noqa: BLE001 - the others must run, and the process must end
                _log.exception("%s failed while the service stopped", getattr(hook, "__qualname__", hook))

    # The names that falcon calls on the two events of an ASGI lifespan.

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """The server process is about to take requests."""
        await self.start()

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """The server process has answered its last request."""
        await self.stop()
