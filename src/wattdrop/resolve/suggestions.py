"""The known names nearest to an unknown one, for so many unknown names of a batch.

A search takes about 2 ms on a long list, the first one a tenth of a second more. A request may hold a thousand different
unknown names, and its client waits five seconds; the first few suggestions say as much as all.
"""

from __future__ import annotations

from contextvars import ContextVar

from ..errors import RowError
from ..typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

    from ..catalog import Table

MOST_SEARCHES: Final = 20

_left: ContextVar[list[int] | None] = ContextVar("searches_left", default=None)


class OfOneBatch:
    """Within it, the first ``MOST_SEARCHES`` unknown names get suggestions."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _left.set([MOST_SEARCHES])

    def __exit__(self, *_: object) -> None:
        _left.reset(self._token)


def used_up() -> bool:
    """Whether this batch gets no more suggestions."""
    left = _left.get()
    return left is not None and left[0] <= 0


def unknown(what: str, field: str, name: str, table: Table) -> RowError:
    """An unknown name: quoted, with the nearest known ones."""
    shown = name if len(name) <= 80 else name[:77] + "..."
    if used_up():
        hint = f"; nearest names are looked up for the first {MOST_SEARCHES} unknown names of a batch"
        return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field)
    left = _left.get()
    if left is not None:
        left[0] -= 1
    nearest = table.nearest(name)
    hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field, tuple(nearest))
