"""What the rows of a batch give, as columns, and what each of these fields is there for.

Most callers send the same few fields again and again: what is to be done with a set of fields is worked out once.
"""

from __future__ import annotations

# Of `_operator`, because `operator` takes a cold start a quarter of a millisecond more.
from _operator import itemgetter
from itertools import compress, repeat

from .. import schema
from ..errors import RowError
from ..schema.plain import PlainRow
from ..typed import TYPE_CHECKING
from .description import NAME_FIELDS, STATES, Description
from .quantities import FIELDS as QUANTITY_FIELDS
from .quantities import HOURLY, IMAGES, PLACES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final, TypeAlias

    from ..schema import ImpactRow

Fields: TypeAlias = "Mapping[str, Sequence[Any]]"
"""The fields that some row gives, each with its value in every row."""

Key: TypeAlias = "tuple[Any, ...]"
"""What decides the meaning of a row of a given shape."""


def fields_of(rows: Sequence[ImpactRow]) -> Fields:
    """The columns that rows give."""
    plain = all(map(_is_plain, rows))
    given = [row.__dict__ for row in rows] if plain else schema.given_by_rows(rows)
    if len(set(map(len, given))) == 1:  # most batches give the same fields in every row
        try:
            return {name: list(map(itemgetter(name), given)) for name in given[0]}
        except KeyError:
            pass
    names = set().union(*given)
    return {name: [row.get(name) for row in given] for name in _READ if name in names}


def given_by(row: ImpactRow | RowError) -> dict[str, Any] | None:
    """What one row gives; None where it is none, or was made in Python of what JSON has not."""
    kind: type = type(row)
    if kind is PlainRow:
        return row.__dict__
    return None if kind is RowError else schema.given_by_row(row)  # type: ignore[arg-type]


def _is_plain(row: object) -> bool:
    """Whether a row was made without msgspec, which then is not needed to read it."""
    return type(row) is PlainRow


_NAMES: Final = frozenset(NAME_FIELDS)
_READ: Final = (*NAME_FIELDS, *QUANTITY_FIELDS, "utc_datetime")


class Shape:
    """A set of fields. There is one object of each, which is quick to look up."""

    __slots__ = (
        "_all_there",
        "_counted",
        "_named",
        "_there",
        "flags",
        "given",
        "given_with_hour",
        "images",
        "is_plain",
        "may_contradict",
        "names",
        "numbers",
        "states",
    )

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.names = tuple(name for name in fields if name in _NAMES)
        counted = [name for name in fields if name in STATES and STATES[name][1] is bool]
        others = [name for name in fields if name in STATES and name not in counted]
        self.states = tuple((name, STATES[name][1]) for name in (*counted, *others))
        self._named = _getter(self.names)
        self._counted = _getter(counted)
        self._there = (True,) * len(others)
        self._all_there = (True,) * len(self.states)
        self.flags = tuple(STATES[name][0] for name, _ in self.states)
        self.numbers = tuple((name, PLACES[name]) for name in fields if name in PLACES)
        self.given = tuple(at for _, at in self.numbers)
        """The positions of the quantities that are single numbers."""
        self.given_with_hour = (*self.given, *HOURLY)
        self.images = tuple(name for name in fields if name in IMAGES)
        self.may_contradict = (
            "cached_input_tokens" in fields
            or {"reasoning_tokens", "output_tokens"}.issubset(fields)
            or "measured_energy_boundary" in fields
            or {"output_count", "output_images"}.issubset(fields)
        )
        self.is_plain = not self.images and "measured_energy_boundary" not in fields
        """Whether names, single numbers and a time are all that there is."""

    def key(self, given: Mapping[str, Any], year: int | None) -> Key:
        """What decides the meaning of a row that gives this: names, which kinds of work it states, the year."""
        counted = self._counted(given)
        stated = self._all_there if all(counted) else (*map(bool, counted), *self._there)
        return *self._named(given), *stated, year

    def keys(self, fields: Fields, years: Sequence[int | None], rows: int) -> tuple[list[Key], list[int]]:
        """The distinct keys of rows, and which of them each row has."""
        columns = [fields[name] for name in self.names]
        columns += [list(map(states, fields[name])) for name, states in self.states]
        columns.append(years)
        if not rows:
            return [], []
        differs = [column.count(column[0]) < rows for column in columns]
        if not any(differs):
            return [tuple([column[0] for column in columns])], [0] * rows
        known: dict[tuple[Any, ...], int] = {}
        number_of = known.setdefault
        of_rows = [number_of(key, len(known)) for key in zip(*compress(columns, differs), strict=True)]
        differing = iter(zip(*known, strict=True))
        distinct = [
            next(differing) if one_differs else repeat(column[0], len(known))
            for column, one_differs in zip(columns, differs, strict=True)
        ]
        return list(zip(*distinct, strict=True)), of_rows

    def description(self, key: Key) -> Description:
        """What a row with that key names."""
        present = 0
        for flag, is_there in zip(self.flags, key[len(self.names) : -1], strict=True):
            present |= flag if is_there else 0
        return Description(**dict(zip(self.names, key, strict=False)), year=key[-1], present=present)


def _getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes some values out of what a row gives. Of two and more C does it, in a third of the time."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda given: tuple([given[name] for name in names])


#: Shapes remembered; beyond that the memory starts anew.
_MOST_SHAPES: Final = 1000
_shapes: dict[tuple[str, ...], Shape] = {}


def shape_of(fields: Mapping[str, Any]) -> Shape:
    """The shape of a row or batch that gives these."""
    names = tuple(fields)
    found = _shapes.get(names)
    if found is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.clear()
        found = _shapes.setdefault(names, Shape(names))
    return found
