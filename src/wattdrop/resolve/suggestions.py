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

_found: ContextVar[dict[tuple[str, str], tuple[str, ...]] | None] = ContextVar("searches_found", default=None)


class OfOneBatch:
    """Within it, the first ``MOST_SEARCHES`` unknown names get suggestions."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _found.set({})

    def __exit__(self, *_: object) -> None:
        _found.reset(self._token)


def used_up() -> bool:
    """Whether this batch gets no more suggestions."""
    found = _found.get()
    return found is not None and len(found) >= MOST_SEARCHES


def unknown(what: str, field: str, name: str, table: Table) -> RowError:
    """An unknown name: quoted, with the nearest known ones."""
    shown = name if len(name) <= 80 else name[:77] + "..."
    nearest = _nearest(what, name, table)
    if nearest is None:
        hint = f"; nearest names are looked up for the first {MOST_SEARCHES} unknown names of a batch"
        return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field)
    hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
    return RowError(f"unknown_{what}", f"unknown {what} {shown!r}{hint}", field, nearest)


def _nearest(what: str, name: str, table: Table) -> tuple[str, ...] | None:
    """The nearest names, searched for once a batch however many rows say the name; None where it gets no more."""
    found = _found.get()
    if found is None:
        return tuple(table.nearest(name))
    if (what, name) not in found:
        if used_up():
            return None
        found[what, name] = tuple(table.nearest(name))
    return found[what, name]
