"""The ids of an overlaid table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload


class ChainedIds(Sequence[str]):
    """The ids of a base table followed by those of an overlay, without copying the base."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Sequence[str], second: Sequence[str]) -> None:
        self._first = first
        self._second = second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = index + len(self) if index < 0 else index
        start_of_second = len(self._first)
        return (
            self._first[position] if position < start_of_second else self._second[position - start_of_second]
        )

    def __iter__(self) -> Iterator[str]:
        yield from self._first
        yield from self._second
