"""A bar with rows, rows a second and the time left, on a terminal; nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .summary import Summary


class Progress:
    """Told of every part that is done."""

    def __init__(self, bar: object, rows: int | None, of_bytes: int) -> None:
        self._bar, self._rows, self._bytes = bar, rows, of_bytes
        self._done = Summary()

    def add(self, part: Summary) -> None:
        """A part is done. Where rows are not known beforehand, those to come are as long as those before."""
        self._done.add(part)
        if self._bar is None:
            return
        if self._rows is None and self._done.bytes_read and self._bytes > 0:
            self._bar.total = max(  # type: ignore[attr-defined]
                self._done.rows, round(self._done.rows * self._bytes / self._done.bytes_read)
            )
        self._bar.update(part.rows)  # type: ignore[attr-defined]


@contextmanager
def progress(rows: int | None, of_bytes: int) -> Iterator[Progress]:
    """A bar for a job of so many rows, or, where they are not known, of so many bytes."""
    if not sys.stderr.isatty():
        yield Progress(None, rows, of_bytes)
        return
    from tqdm import tqdm

    with tqdm(
        total=rows, unit=" rows", unit_scale=True, smoothing=0.1, leave=False, dynamic_ncols=True
    ) as bar:
        yield Progress(bar, rows, of_bytes)
