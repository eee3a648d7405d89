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


class _Batch(_local):
    """The names that the batch of this thread has searched for, with what is near; None outside of a batch."""

    found: dict[tuple[str, str], tuple[str, ...]] | None = None


_batch: Final = _Batch()


class OfOneBatch:
    """Within it, the first ``MOST_SEARCHES`` unknown names get suggestions."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = _batch.found
        _batch.found = {}

    def __exit__(self, *_: object) -> None:
        _batch.found = self._before


def used_up() -> bool:
    """Whether this batch gets no more suggestions."""
    return _batch.found is not None and len(_batch.found) >= MOST_SEARCHES


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
    found = _batch.found
    if found is None:
        return tuple(table.nearest(name))
    if (what, name) not in found:
        if used_up():
            return None
        found[what, name] = tuple(table.nearest(name))
    return found[what, name]
