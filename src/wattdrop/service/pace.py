"""Looks at regular intervals whether something still moves, and acts when it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Pace:
    """A clock that runs between ``start`` and ``stop``.

    It is started and stopped with every request, and hardly ever looks: so its timer stays when it is stopped, and finds
    out by itself whether the clock has run long enough.
    """

    __slots__ = ("_handle", "_look_at", "_loop", "_moves", "_seconds", "_stalled")

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
        self._look_at: float | None = None  # None while it stands
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start, unless it runs already."""
        if self._look_at is None:
            self._look_at = self._loop.time() + self._seconds
            if self._handle is None:
                self._handle = self._loop.call_at(self._look_at, self._look)

    def stop(self) -> None:
        """Stop, if it runs."""
        self._look_at = None

    def end(self) -> None:
        """Stop for good."""
        self._look_at = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        self._handle = None
        if self._look_at is None:
            return
        if self._loop.time() < self._look_at:  # it was stopped and started again
            self._handle = self._loop.call_at(self._look_at, self._look)
            return
        self._look_at = None
        if self._moves():
            self.start()
        else:
            self._stalled()
