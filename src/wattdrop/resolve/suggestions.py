"""The known names nearest to an unknown one, for so many unknown names of a batch.

A search takes about 2 ms on a long list, the first one a tenth of a second more. A request may hold a thousand different
unknown names, and its client waits five seconds; the first few suggestions say as much as all.
"""

from __future__ import annotations

# What `threading.local` is, without `threading`. A batch is resolved in one go: no other task gets in between.
from _thread import _local

from ..errors import RowError
from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from ..catalog import Table

MOST_SEARCHES: Final = 20


class _Left(_local):
    """How many searches the batch of this thread has left; None outside of a batch."""

    searches: int | None = None


_left: Final = _Left()


class OfOneBatch:
    """Within it, the first ``MOST_SEARCHES`` unknown names get suggestions."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _left.searches
        _left.searches = MOST_SEARCHES

    def __exit__(self, *_: object) -> None:
        _left.searches = self._before


def used_up() -> bool:
    """Whether this batch gets no more suggestions."""
    return _left.searches is not None and _left.searches <= 0


def unknown(what: str, field: str, name: str, table: Table) -> RowError:
    """An unknown name: quoted, with the nearest known ones."""
    shown = name if len(name) <= 80 else name[:77] + "..."
    if used_up():
        hint = f"; nearest names are looked up for the first {MOST_SEARCHES} unknown names of a batch"
        return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field)
    if _left.searches is not None:
        _left.searches -= 1
    nearest = table.nearest(name)
    hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field, tuple(nearest))
