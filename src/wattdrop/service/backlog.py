"""Keeps large requests in step with the ledger where much waits for it: in the end there would be no room for rows."""

from __future__ import annotations

import logging
import time
from typing import Final

_log = logging.getLogger(__name__)
_FULL_ENOUGH: Final = 0.5
_LONGEST_SECONDS: Final = 10.0  # longer, and clients give up


class Backlog:
    """What waits in a journal of so many bytes, and how fast it goes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._row_seconds = 50e-6  # until one is known
        self._free_at = 0.0
        self._is_told = False

    def moved(self, rows: int, seconds: float) -> None:
        """So many rows took so long into the database."""
        if rows:
            self._row_seconds = seconds / rows

    def pause(self, rows: float, waiting_bytes: int) -> float:
        """How many seconds so many rows are to wait, so that no more of them come than are stored meanwhile.

        >>> backlog = Backlog(1000)
        >>> backlog.moved(10_000, 1.0)
        >>> backlog.pause(5000, 400)
        0.0
        >>> [round(backlog.pause(5000, 600), 1) for _ in range(3)]
        [0.5, 1.0, 1.5]
        """
        if waiting_bytes < _FULL_ENOUGH * self._most_bytes:
            self._is_told = False
            return 0.0
        if not self._is_told:
            self._is_told = True
            _log.warning("the ledger is slower than what is answered: large requests wait for it now")
        now = time.monotonic()
        self._free_at = max(now, self._free_at) + rows * self._row_seconds
        return min(self._free_at - now, _LONGEST_SECONDS)
