"""What follows from setups, as columns that rows gather from.

Batches bring the same setups again and again. What programs need of them is worked out when they are first seen and kept
in arrays, a place for each, so that a batch only says which place each of its rows has.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from ..kernel.columns import Setup
    from ..kernel.constants import Constants
    from .program import Program

Group: TypeAlias = Sequence[Sequence["Setup"]]
"""For each program the setups that it is run with: one, or one for each end of a cause."""

_MOST: Final = 128
"""Groups kept by one table; a batch of more gets the room that it needs."""


class Statics:
    """The statics of a list of programs. One table serves many threads."""

    __slots__ = ("_arrays", "_known", "_lock", "_programs", "_tuples")

    def __init__(self, programs: Sequence[tuple[Program, int]]) -> None:
        """``programs``: each with the most setups that a group may have for it."""
        self._programs = programs
        self._lock = threading.Lock()
        self._known: dict[Hashable, tuple[Any, Any, int]] = {}
        self._tuples: list[list[list[tuple[float, ...]]]] = []
        self._arrays: tuple[int, list[Any]] = 0, []

    def tuples(self, group: Group, c: Constants) -> list[list[tuple[float, ...]]]:
        """For each program the statics of each setup of a group, for one row of floats."""
        with self._lock:
            return self._tuples[self._places((group,), c)[0]]

    def arrays(self, groups: Sequence[Group], c: Constants) -> tuple[list[Any], list[int]]:
        """For each program a float64 array of shape (statics, setups, places), and the place of each group."""
        import numpy

        with self._lock:
            places = self._places(groups, c)
            filled, arrays = self._arrays
            room = arrays[0].shape[2] if arrays else 0
            if room < len(self._tuples):
                room = max(2 * room, len(self._tuples), 16)
                arrays = [
                    numpy.empty((len(program.varying), setups, room)) for program, setups in self._programs
                ]
                filled = 0
            for place in range(filled, len(self._tuples)):
                for array, of_setups in zip(arrays, self._tuples[place], strict=True):
                    for at in range(array.shape[1]):
                        array[:, at, place] = of_setups[min(at, len(of_setups) - 1)]
            self._arrays = len(self._tuples), arrays
            return arrays, places

    def _places(self, groups: Sequence[Group], c: Constants) -> list[int]:
        places = [self._place(group, c) for group in groups]
        if -1 in places:
            if len(self._known) + places.count(-1) > max(_MOST, len(groups)):
                self._known, self._tuples, self._arrays = {}, [], (0, [])
            places = [
                self._new_place(group, c) if self._place(group, c) < 0 else self._place(group, c)
                for group in groups
            ]
        return places

    def _place(self, group: Group, c: Constants) -> int:
        kept = self._known.get(id(group))
        return -1 if kept is None or kept[0] is not group or kept[1] is not c else kept[2]

    def _new_place(self, group: Group, c: Constants) -> int:
        place = len(self._tuples)
        self._tuples.append(
            [
                [program.worked_out(setup, c) for setup in setups]
                for (program, _), setups in zip(self._programs, group, strict=True)
            ]
        )
        self._known[id(group)] = group, c, place
        return place
