"""The columns of one kind of entity as a part of the cache holds them, and their provenance.

A column is packed into bytes of its own: float64 or int32 numbers; texts with a table of where each starts; or an object
that marshal wrote. Reading one row of it leaves the others as they lie in the file.
"""

from __future__ import annotations

import marshal

from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, Final, TypeAlias

Part: TypeAlias = "Mapping[str, Any]"
Packed: TypeAlias = "bytes | memoryview"
Detail: TypeAlias = "tuple[float, float, int | None, str, str, str]"
"""What a figure says besides its value: low, high, first year, sources, basis, note."""
BETWEEN_ROWS: Final = "\x1f"
BETWEEN_ITEMS: Final = "\x1e"
_FEW_NAMES: Final = 12
_FEW_TEXTS: Final = 200
_BYTES_PER_START: Final = 4


def encoded_text(text: str) -> bytes:
    """UTF-8; what has no such form, as half of a surrogate pair, stays what it is."""
    return text.encode("utf-8", "surrogatepass")


def _decoded(packed: Packed) -> str:
    return str(packed, "utf-8", "surrogatepass")


def packed_texts(texts: Iterable[str]) -> bytes:
    """A column of texts, packed."""
    from array import array
    from itertools import accumulate

    encoded = list(map(encoded_text, texts))
    return array("I", accumulate(map(len, encoded), initial=0)).tobytes() + b"".join(encoded)


class Texts:
    """A packed column of texts. The first few are read where they lie; then all are taken apart.

    >>> column = Texts(packed_texts(["llama", "", "größe"]), 3)
    >>> column[0], column[2], list(column)
    ('llama', 'größe', ['llama', '', 'größe'])
    """

    __slots__ = ("_packed", "_read", "_rows", "_starts", "_texts")

    def __init__(self, packed: Packed, rows: int) -> None:
        view, size = memoryview(packed), _BYTES_PER_START * (rows + 1)
        self._starts = view[:size].cast("I")
        self._packed = view[size:]
        self._rows = rows
        self._read = 0
        self._texts: list[str] | None = None

    def __getitem__(self, row: int) -> str:
        if self._texts is not None:
            return self._texts[row]
        self._read += 1
        if self._read > _FEW_TEXTS:
            self._texts = list(self)
        return self._text(row)

    def __iter__(self) -> Iterator[str]:
        return map(self._text, range(self._rows))

    def _text(self, row: int) -> str:
        return _decoded(self._packed[self._starts[row] : self._starts[row + 1]])


def packed_object(content: Any) -> bytes:
    """A plain object, packed."""
    return marshal.dumps(content)


def unpacked(packed: Packed) -> Any:
    """Such an object."""
    return marshal.loads(packed)  # noqa: S302 — made by this process, or read from a cache that is trusted


class Columns:
    """What an estimate needs of the entities."""

    __slots__ = ("_found", "_known", "_names", "_part", "_texts", "hidden", "ids", "rows")

    def __init__(self, part: Part) -> None:
        self._part = part
        self.rows: Final[int] = part["rows"]
        self.ids: Final[tuple[str, ...]] = tuple(_split(part["ids"])) if self.rows else ()
        self._names: dict[str, int] | None = None
        self._known: frozenset[str] | None = None
        self._found: dict[str, int | None] = {}
        self.hidden: Final[frozenset[int]] = part.get("hidden", frozenset())  # rows below that these replace
        self._texts: dict[str, Texts] = {}

    @property
    def names(self) -> dict[str, int]:
        """Every normalised name with its row."""
        if self._names is None:
            names = _split(self._part["names"])[1:-1]
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
        names, mark = bytes(self._part["names"]), BETWEEN_ROWS.encode()
        at = names.find(mark + encoded_text(key) + mark)
        if at < 0 or not key:
            return None
        row: int = memoryview(self._part["name_rows"]).cast("i")[names.count(mark, 0, at)]
        return row

    def numbers(self, quantity: str) -> Sequence[float] | None:
        """A column of numbers, nan where a row has none; None where no row has one."""
        packed = self._part.get(f"number {quantity}")
        return None if packed is None else memoryview(packed).cast("d")

    def texts(self, field: str) -> Texts | None:
        """A column of texts, or of lists in one text each; None where no row has one."""
        column = self._texts.get(field)
        if column is None and (packed := self._part.get(f"text {field}")) is not None:
            column = self._texts[field] = Texts(packed, self.rows)
        return column

    def knows(self, name: str) -> bool:
        """Whether there is such a quantity or field at all, be it that no row has it."""
        if self._known is None:
            self._known = unpacked(self._part["known"])
        return name in self._known

    def quantities(self) -> Sequence[str]:
        """The columns of numbers."""
        quantities: Sequence[str] = self._part["quantities"]
        return quantities

    def fields(self) -> Sequence[str]:
        """The columns of texts, then those of lists."""
        fields: Sequence[str] = self._part["fields"]
        return fields


class Provenance:
    """Where the figures of the entities come from."""

    __slots__ = (
        "_figures",
        "_part",
        "bases",
        "defaults",
        "file_rows",
        "files",
        "notes",
        "quantities",
        "sources",
    )

    def __init__(self, part: Part, rows: int) -> None:
        self._part = part
        self._figures: dict[str, dict[int, Detail]] = {}
        self.quantities: Sequence[str] = part["quantities"]
        self.defaults: Mapping[str, tuple[str, str]] = part["defaults"]
        """By quantity, the sources and the basis of a figure that names none, before those of its entity."""
        self.sources = Texts(part["sources"], rows)
        self.bases = Texts(part["bases"], rows)
        self.notes = Texts(part["notes"], rows)
        self.files: Sequence[str] = part["files"]
        self.file_rows: Sequence[int] = memoryview(part["file_rows"]).cast("i")

    def of_quantity(self, quantity: str) -> dict[int, Detail]:
        """What figures of a quantity say of their own, by row."""
        found = self._figures.get(quantity)
        if found is None:
            packed = self._part.get(f"figures {quantity}")
            found = self._figures[quantity] = {} if packed is None else unpacked(packed)
        return found


def _split(packed: Packed) -> list[str]:
    return _decoded(packed).split(BETWEEN_ROWS)
