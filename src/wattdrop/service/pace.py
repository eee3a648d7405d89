"""Looks at regular intervals whether something still moves, and acts when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pace:
    """A clock that runs between ``start`` and ``stop``."""

    __slots__ = ("_handle", "_loop", "_moves", "_seconds", "_stalled")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        seconds: float,
        moves: Callable[[], bool],
        stalled: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._moves = moves
        self._stalled = stalled
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start, unless it runs already."""
        if self._handle is None:
            self._handle = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Stop, if it runs."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        self._handle = None
        if self._moves():
            self.start()
        else:
            self._stalled()
