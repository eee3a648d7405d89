"""Memory to work in, kept by each thread from one batch to the next.

A block of some thousand rows needs a few megabytes for steps that nobody asks for. Fresh from the system, every page of
them is a fault, and the faults take longer than the arithmetic.
"""

from __future__ import annotations

import threading
from math import prod
from typing import Any, Final

_local = threading.local()
_MOST_KEPT: Final = 4_000_000
"""Numbers that a thread keeps room for, 32 MB."""


class Room:
    """Float64 arrays out of one piece of memory: ``with Room() as room``. What is in them is lost with the room."""

    __slots__ = ("_memory", "used")

    def __enter__(self) -> Room:
        import numpy

        kept: Any = getattr(_local, "memory", None)
        self._memory = numpy.empty(0) if kept is None else kept
        _local.memory = None  # whoever needs room meanwhile takes other memory
        self.used = 0
        return self

    def __exit__(self, *_: object) -> None:
        if len(self._memory) <= _MOST_KEPT:
            _local.memory = self._memory

    def arrays(self, *shape: int) -> Any:
        """An array with anything in it. Setting ``used`` back gives what was taken since to the next."""
        import numpy

        size = prod(shape)
        if self.used + size > len(self._memory):  # what was taken before keeps the memory that it is in
            self._memory, self.used = numpy.empty(max(2 * len(self._memory), size)), 0
        found = self._memory[self.used : self.used + size].reshape(shape)
        self.used += size
        return found


def rows_of(array: Any) -> list[Any]:
    """Views of its rows. ``list`` gives the same, but ends with an error, whose text takes longer than a view."""
    return [array[at] for at in range(len(array))]
