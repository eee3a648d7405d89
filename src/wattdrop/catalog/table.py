"""One kind of entity as columns, found by name.

Rows are integers from the first lookup on. Numbers and texts are read where they lie in the cache (`columns`), and
figures with their provenance sit in a part of their own that a plain estimate never opens. An overlaid table keeps a
reference to its base and only its own few rows.
"""

from __future__ import annotations

from math import nan

from ..errors import CatalogError
from ..schema.names import normalise
from ..typed import TYPE_CHECKING
from .columns import BETWEEN_ITEMS, Columns, Provenance
from .figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Final

    from .columns import Part
    from .nearest import NameIndex

_MOST_ASKED: Final = 1000
"""Names remembered; beyond that the memory starts anew."""
_NOT_ASKED: Final = -1


class Table:
    """Entities of one kind. `kind` is the plural used everywhere: models, gpus, nodes, zones, ..."""

    __slots__ = ("_asked", "_base", "_columns", "_figures", "_near", "_numbers", "_offset", "_part", "kind")

    def __init__(self, kind: str, part: Callable[[str], Part], base: Table | None = None) -> None:
        self.kind: Final = kind
        self._part = part
        self._base = base
        self._offset = len(base) if base is not None else 0
        self._columns: Columns | None = None
        self._numbers: dict[str, Sequence[float]] = {}
        self._figures: Provenance | None = None
        self._near: NameIndex | None = None
        self._asked: dict[str, int | None] = {}

    def _own(self) -> Columns:
        columns = self._columns
        if columns is None:
            columns = self._columns = Columns(self._part(self.kind))
        return columns

    def __len__(self) -> int:
        return self._offset + self._own().rows

    @property
    def ids(self) -> Sequence[str]:
        """The id of every row."""
        own = self._own().ids
        if self._base is None:
            return own
        from .chained_ids import ChainedIds

        return ChainedIds(self._base.ids, own)

    def find(self, name: str) -> int | None:
        """The row whose id or alias is `name`, whatever its case and separators. No guessing."""
        found = self._asked.get(name, _NOT_ASKED)
        if found == _NOT_ASKED:
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            found = self._asked[name] = self.find_normalised(normalise(name))
        return found

    def find_normalised(self, key: str) -> int | None:
        """As `find`, for a name that went through `normalise` already."""
        ix = self._own().find(key)
        if ix is not None:
            return ix + self._offset
        below = None if self._base is None else self._base.find_normalised(key)
        return None if below in self._own().hidden else below

    def row(self, name: str) -> int:
        """As `find`, for a name that must exist: an unknown one is an error that lists the nearest ids."""
        ix = self.find(name)
        if ix is None:
            raise CatalogError(
                f"no {self.kind} entry named {name!r}; nearest: {', '.join(self.nearest(name))}"
            )
        return ix

    def visible(self) -> Iterator[int]:
        """Every row that another does not stand in for, in order."""
        if self._base is not None:
            hidden = self._own().hidden
            yield from (ix for ix in self._base.visible() if ix not in hidden)
        yield from range(self._offset, len(self))

    def names(self) -> Iterator[tuple[str, int]]:
        """Every normalised name with its row: the base's first, then the overlay's."""
        if self._base is not None:
            own = self._own()
            yield from (
                (key, ix) for key, ix in self._base.names() if ix not in own.hidden and key not in own.names
            )
        for key, ix in self._own().names.items():
            yield key, ix + self._offset

    def nearest(self, name: str, n: int = 3) -> list[str]:
        """Ids of the entities with the most similar names, best first, for error messages."""
        from .nearest import nearest_rows  # difflib: only when something was not found

        wanted = normalise(name).replace("-", "")
        return [self.ids[ix] for ix in nearest_rows(wanted, self._alike(wanted, lambda key, ix: True), n)]

    def _alike(self, wanted: str, keep: Callable[[str, int], bool]) -> list[tuple[float, str, int]]:
        """Names that share letter pairs with one: the base's are indexed once for all overlays."""
        from .nearest import NameIndex

        if self._near is None:
            own_names = self._own().names.items()
            self._near = NameIndex([(key, ix + self._offset) for key, ix in own_names])
        found = self._near.shortlist(wanted, keep)
        if self._base is not None:
            own = self._own()
            found += self._base._alike(
                wanted, lambda key, ix: ix not in own.hidden and key not in own.names and keep(key, ix)
            )
        return found

    def number(self, ix: int, quantity: str) -> float:
        """The value of a quantity, nan where it is not known."""
        if ix < self._offset and self._base is not None:
            return self._base.number(ix, quantity)
        column = self._numbers.get(quantity)
        if column is None:
            column = self._own().numbers(quantity)
            if column is None:
                self._must_know(quantity)
                return nan
            self._numbers[quantity] = column
        return column[ix - self._offset]

    def text(self, ix: int, field: str) -> str:
        """The text of a field, empty where it is not known."""
        if ix < self._offset and self._base is not None:
            return self._base.text(ix, field)
        column = self._own().texts(field)
        if column is None:
            self._must_know(field)
            return self.note(ix) if field == "note" else ""
        return column[ix - self._offset]

    def texts(self, ix: int, field: str) -> tuple[str, ...]:
        """The items of a list field, such as `aliases`."""
        if ix < self._offset and self._base is not None:
            return self._base.texts(ix, field)
        column = self._own().texts(field)
        if column is None:
            self._must_know(field)
            return ()
        items = column[ix - self._offset]
        return tuple(items.split(BETWEEN_ITEMS)) if items else ()

    def figure(self, ix: int, quantity: str) -> Figure | None:
        """The value of a quantity with range, source and basis; None where it is not known."""
        if ix < self._offset and self._base is not None:
            return self._base.figure(ix, quantity)
        value = self.number(ix, quantity)
        if value != value:
            return None
        own_ix = ix - self._offset
        details = self._details()
        low, high, valid_from, sources, basis, note = details.of_quantity(quantity).get(own_ix, _PLAIN)
        if not sources or not basis:
            default_sources, default_basis = details.defaults.get(quantity, ("", ""))
            sources = sources or default_sources or details.sources[own_ix]
            basis = basis or default_basis or details.bases[own_ix]
        return Figure(value, low, high, valid_from, tuple(sources.split(BETWEEN_ITEMS)), basis, note)

    def figures(self, ix: int) -> Iterator[tuple[str, Figure]]:
        """Every figure of a row under its quantity."""
        for quantity in self.quantities():
            figure = self.figure(ix, quantity)
            if figure is not None:
                yield quantity, figure

    def note(self, ix: int) -> str:
        """The remark about the entity as a whole."""
        if ix < self._offset and self._base is not None:
            return self._base.note(ix)
        return self._details().notes[ix - self._offset]

    def source_ids(self, ix: int) -> tuple[str, ...]:
        """The sources of the entity as a whole: the origin of every figure that names none of its own."""
        if ix < self._offset and self._base is not None:
            return self._base.source_ids(ix)
        sources = self._details().sources[ix - self._offset]
        return tuple(sources.split(BETWEEN_ITEMS)) if sources else ()

    def file(self, ix: int) -> str:
        """The data file that holds the entity, relative to the data folder."""
        if ix < self._offset and self._base is not None:
            return self._base.file(ix)
        details = self._details()
        return details.files[details.file_rows[ix - self._offset]]

    def quantities(self) -> list[str]:
        """The quantities of which at least one row has a figure, in the order of the data files."""
        inherited = self._base.quantities() if self._base is not None else []
        return list(dict.fromkeys([*inherited, *self._own().quantities()]))

    def fields(self) -> list[str]:
        """The text and list fields that at least one row has."""
        inherited = self._base.fields() if self._base is not None else []
        return list(dict.fromkeys([*inherited, *self._own().fields()]))

    def all_source_ids(self) -> set[str]:
        """Every source that an entity or a figure of the table names."""
        details = self._details()
        joined = set(details.sources)
        for quantity in details.quantities:
            joined.update(sources for _, _, _, sources, _, _ in details.of_quantity(quantity).values())
        inherited = self._base.all_source_ids() if self._base is not None else set()
        return inherited.union(*(sources.split(BETWEEN_ITEMS) for sources in joined if sources))

    def _details(self) -> Provenance:
        if self._figures is None:
            self._figures = Provenance(self._part(self.kind + ".figures"), self._own().rows)
        return self._figures

    def _must_know(self, field: str) -> None:
        """A misspelt column must not look like a missing figure."""
        if not self._own().knows(field):
            raise CatalogError(
                f"{self.kind} have no field or quantity named {field!r}; see docs/reference/data-files.md"
            )


_PLAIN: Final = (nan, nan, None, "", "", "")
