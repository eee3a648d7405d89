"""What follows from setups, as columns that rows gather from.

Batches bring the same setups again and again. What programs need of them is worked out when they are first seen and kept
in arrays, a place for each, so that a batch only says which place each of its rows has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from ..kernel.columns import Setup
    from ..kernel.constants import Constants
    from .program import Program

Group: TypeAlias = Sequence[Sequence[Sequence["Setup"]]]
"""For each program, and each cause that it serves, the setups that it is run with: one for each end."""

_MOST: Final = 2048
"""Groups kept by one table, 20 kB each; a batch of more gets the room that it needs."""


class Columns:
    """The statics of one program: float64 of shape (statics, setups of a group, places)."""

    __slots__ = ("_gathered", "_same_everywhere", "_same_in_groups", "_slots", "filled", "room", "values")

    def __init__(self, statics: int, slots: Sequence[int], room: int) -> None:
        import numpy

        self.values = numpy.empty((statics, sum(slots), room))
        self.filled, self.room = 0, room
        self._slots = slots
        self._gathered: tuple[int, Gathered] | None = None  # for so many places
        self._same_everywhere = numpy.ones(statics, dtype=bool)  # in all groups and all setups of each
        self._same_in_groups = numpy.ones(statics, dtype=bool)  # in all groups, though not in all setups

    def add(self, groups: Iterable[Sequence[Sequence[Sequence[float]]]]) -> None:
        """Fill the next places; a cause of fewer ends than others repeats its last."""
        for causes in groups:
            at = 0
            for ends, slots in zip(causes, self._slots, strict=True):
                for slot in range(slots):
                    self.values[:, at + slot, self.filled] = ends[min(slot, len(ends) - 1)]
                at += slots
            added, first = self.values[:, :, self.filled], self.values[:, :, 0]
            self._same_in_groups &= (added == first).all(axis=1)
            self._same_everywhere &= (added == first[:, :1]).all(axis=1)
            self.filled += 1

    def of(self, places: Any) -> Gathered:
        """For a batch of groups at these places."""
        if len(places) == 1:
            values = self.values[:, :, places[0]]
            alike = (values == values[:, :1]).all(axis=1).tolist()
            return Gathered(
                [float(one[0]) if same else one[:, None] for one, same in zip(values, alike, strict=True)],
                [False] * len(values),
            )
        filled = self.filled
        kept = self._gathered
        if kept is None or kept[0] != filled:
            kept = self._gathered = filled, self._of_many()
        return kept[1]

    def _of_many(self) -> Gathered:
        alone = self.values.shape[1] == 1
        columns: list[Any] = []
        for column, everywhere, in_groups in zip(
            self.values, self._same_everywhere.tolist(), self._same_in_groups.tolist(), strict=True
        ):
            if everywhere:
                columns.append(float(column[0, 0]))
            elif in_groups:
                columns.append(column[:, :1])
            else:
                columns.append(column[0] if alone else column)
        return Gathered(columns, [not same for same in self._same_in_groups.tolist()])


class Gathered:
    """The statics of a batch: numbers that all rows share, or columns that rows gather from."""

    __slots__ = ("_columns", "_many")

    def __init__(self, columns: Sequence[Any], many: Sequence[bool]) -> None:
        self._columns, self._many = columns, many

    def of_rows(self, place_of: Any) -> Callable[[int, Any], Any]:
        """What gives a static by its number: a number, an array of shape (setups, 1), or one gathered into a register.

        Of a single setup it has a number a row and no axis of setups, which the register of a cause of one end has.
        """

        def static(number: int, into: Any) -> Any:
            column = self._columns[number]
            if not self._many[number]:
                return column
            into = into if into.ndim == column.ndim else into[0]
            return column.take(place_of, -1, into, "clip")

        return static

    def __len__(self) -> int:
        return len(self._columns)


class Statics:
    """The statics of a list of programs. One table serves many threads."""

    __slots__ = ("_known", "_lock", "_programs", "_tuples", "columns")

    def __init__(self, programs: Sequence[tuple[Program, Sequence[int]]]) -> None:
        """``programs``: each with the most ends that any group has of the causes that it serves."""
        self._programs = programs
        self._lock = threading.Lock()
        self._known: dict[Hashable, tuple[Any, Any, int]] = {}
        self._tuples: list[list[list[list[tuple[float, ...]]]]] = []
        self.columns: list[Columns] = []
        """Of each program; another list when the columns before had no room."""

    def tuples(self, group: Group, c: Constants) -> list[list[list[tuple[float, ...]]]]:
        """The statics of a group, setup by setup, for one row of floats."""
        with self._lock:
            return self._tuples[self._places((group,), c)[0]]

    def arrays(self, groups: Sequence[Group], c: Constants) -> tuple[list[Columns], list[int]]:
        """For each program its statics as columns, and the place of each group in them."""
        with self._lock:
            places = self._places(groups, c)
            if not self.columns or self.columns[0].room < len(self._tuples):
                room = max(2 * len(self._tuples), 16)
                self.columns = [
                    Columns(len(program.static_nodes), slots, room) for program, slots in self._programs
                ]
            for at, columns in enumerate(self.columns):
                columns.add(of_group[at] for of_group in self._tuples[columns.filled :])
            return self.columns, places

    def _places(self, groups: Sequence[Group], c: Constants) -> list[int]:
        places = [self._place(group, c) for group in groups]
        if -1 in places:
            if len(self._known) + places.count(-1) > max(_MOST, len(groups)):
                self._known, self._tuples, self.columns = {}, [], []
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
                [[program.worked_out(setup, c) for setup in ends] for ends in causes]
                for (program, _), causes in zip(self._programs, group, strict=True)
            ]
        )
        self._known[id(group)] = group, c, place
        return place
