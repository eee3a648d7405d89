"""One kind of entity as columns, found by name.

Rows are integers from the first lookup on. Numbers are float64 buffers read straight from the cache, texts
are split when a column is first asked for, and figures with their provenance sit in a part of their own that
a plain estimate never opens. An overlaid table keeps a reference to its base and only its own few rows.
"""

from __future__ import annotations

from math import nan

from ..errors import CatalogError
from ..schema.names import normalise
from ..typed import TYPE_CHECKING
from .figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Final, TypeAlias

    from .nearest import NameIndex

Part: TypeAlias = "Mapping[str, Any]"
BETWEEN_ROWS: Final = "\x1f"
BETWEEN_ITEMS: Final = "\x1e"
_FEW_NAMES: Final = 12


class _Columns:
    """The rows of one cached part, unpacked column by column as they are asked for."""

    __slots__ = ("_found", "_lists", "_names", "_numbers", "_part", "_texts", "hidden", "ids", "rows")

    def __init__(self, part: Part) -> None:
        self._part = part
        self.rows: Final[int] = part["rows"]
        self.ids: Final[tuple[str, ...]] = tuple(_split(part["ids"], self.rows))
        self._names: dict[str, int] | None = None
        self._found: dict[str, int | None] = {}
        self.hidden: Final[frozenset[int]] = part.get("hidden", frozenset())  # rows below that these replace
        self._numbers: dict[str, Sequence[float]] = {}
        self._texts: dict[str, list[str]] = {}
        self._lists: dict[str, list[tuple[str, ...]]] = {}

    @property
    def names(self) -> dict[str, int]:
        """Every normalised name with its row."""
        if self._names is None:
            names = self._part["names"].split(BETWEEN_ROWS) if self._part["names"] else []
            self._names = dict(zip(names, memoryview(self._part["name_rows"]).cast("i"), strict=True))
        return self._names

    def find(self, key: str) -> int | None:
        """The row of a normalised name. The first few are searched in the text as it is, which takes a thirtieth of the
        time that the eleven thousand names of models take to become a dictionary.
        """
        if self._names is not None:
            return self._names.get(key)
        if key not in self._found:
            if len(self._found) >= _FEW_NAMES:
                return self.names.get(key)
            self._found[key] = self._searched(key)
        return self._found[key]

    def _searched(self, key: str) -> int | None:
        text = f"{BETWEEN_ROWS}{self._part['names']}{BETWEEN_ROWS}"
        at = text.find(f"{BETWEEN_ROWS}{key}{BETWEEN_ROWS}")
        if at < 0 or not key:
            return None
        row: int = memoryview(self._part["name_rows"]).cast("i")[text.count(BETWEEN_ROWS, 0, at)]
        return row

    def numbers(self, quantity: str) -> Sequence[float] | None:
        column = self._numbers.get(quantity)
        if column is None and (packed := self._part["numbers"].get(quantity)) is not None:
            column = self._numbers[quantity] = memoryview(packed).cast("d")
        return column

    def texts(self, field: str) -> list[str] | None:
        column = self._texts.get(field)
        if column is None and (packed := self._part["texts"].get(field)) is not None:
            column = self._texts[field] = _split(packed, self.rows)
        return column

    def lists(self, field: str) -> list[tuple[str, ...]] | None:
        column = self._lists.get(field)
        if column is None and (packed := self._part["lists"].get(field)) is not None:
            column = [
                tuple(items.split(BETWEEN_ITEMS)) if items else () for items in _split(packed, self.rows)
            ]
            self._lists[field] = column
        return column

    def quantities(self) -> list[str]:
        return list(self._part["numbers"])

    def fields(self) -> list[str]:
        return [*self._part["texts"], *self._part["lists"]]


def _split(packed: str, rows: int) -> list[str]:
    return packed.split(BETWEEN_ROWS) if rows else []


class Table:
    """Entities of one kind. `kind` is the plural used everywhere: models, gpus, nodes, zones, ..."""

    __slots__ = ("_base", "_columns", "_figures", "_known", "_near", "_offset", "_part", "kind")

    def __init__(
        self,
        kind: str,
        part: Callable[[str], Part],
        known: Callable[[str, str], bool],
        base: Table | None = None,
    ) -> None:
        self.kind: Final = kind
        self._part = part
        self._known = known  # (kind, quantity or field) -> does such a thing exist at all
        self._base = base
        self._offset = len(base) if base is not None else 0
        self._columns: _Columns | None = None
        self._figures: Part | None = None
        self._near: NameIndex | None = None

    def _own(self) -> _Columns:
        columns = self._columns
        if columns is None:
            columns = self._columns = _Columns(self._part(self.kind))
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
        return self.find_normalised(normalise(name))

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
        column = self._own().numbers(quantity)
        if column is None:
            self._must_know(quantity)
            return nan
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
        column = self._own().lists(field)
        if column is None:
            self._must_know(field)
            return ()
        return column[ix - self._offset]

    def figure(self, ix: int, quantity: str) -> Figure | None:
        """The value of a quantity with range, source and basis; None where it is not known."""
        if ix < self._offset and self._base is not None:
            return self._base.figure(ix, quantity)
        value = self.number(ix, quantity)
        if value != value:
            return None
        own_ix = ix - self._offset
        details = self._details()
        low, high, valid_from, sources, basis, note = details["figures"].get(quantity, {}).get(own_ix, _PLAIN)
        if not sources or not basis:
            default_sources, default_basis = details["defaults"].get(quantity, ("", ""))
            sources = sources or default_sources or details["sources"][own_ix]
            basis = basis or default_basis or details["bases"][own_ix]
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
        note: str = self._details()["notes"].get(ix - self._offset, "")
        return note

    def source_ids(self, ix: int) -> tuple[str, ...]:
        """The sources of the entity as a whole: the origin of every figure that names none of its own."""
        if ix < self._offset and self._base is not None:
            return self._base.source_ids(ix)
        sources: str = self._details()["sources"][ix - self._offset]
        return tuple(sources.split(BETWEEN_ITEMS)) if sources else ()

    def file(self, ix: int) -> str:
        """The data file that holds the entity, relative to the data folder."""
        if ix < self._offset and self._base is not None:
            return self._base.file(ix)
        details = self._details()
        file: str = details["files"][details["file_rows"][ix - self._offset]]
        return file

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
        joined = set(details["sources"])
        joined.update(detail[3] for figures in details["figures"].values() for detail in figures.values())
        inherited = self._base.all_source_ids() if self._base is not None else set()
        return inherited.union(*(sources.split(BETWEEN_ITEMS) for sources in joined if sources))

    def _details(self) -> Part:
        if self._figures is None:
            self._figures = self._part(self.kind + ".figures")
        return self._figures

    def _must_know(self, field: str) -> None:
        """A misspelt column must not look like a missing figure."""
        if not self._known(self.kind, field):
            raise CatalogError(
                f"{self.kind} have no field or quantity named {field!r}; see docs/reference/data-files.md"
            )


_PLAIN: Final = (nan, nan, None, "", "", "")
