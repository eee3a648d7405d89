"""Quotes of CSV: where records end although cells hold line ends, and a quote that opens a cell and is never closed.

Readers take what follows such a quote, up to the next one or to the end, for one cell: thousands of rows without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

_QUOTE: Final = ord('"')
#: What a quote of a well-formed file stands next to.
_BESIDE: Final = np.isin(np.arange(256), list(b',;\t|\r\n"'))
#: A cell in quotes, with its end where it is closed as it should be: before the next cell, the next line or the end.
_CELL: Final = re.compile(rb'(?<![^,;\t|\r\n])"[^"]*+(?:""[^"]*+)*+("(?![^,;\t|\r\n]))?+')


def are_paired(data: bytes, end: int = -1) -> bool:
    """Whether, up to the end, every quote opens or closes a cell, or is one of two that stand for one.

    >>> are_paired(b'a,"b ""c""\\n",d\\n'), are_paired(b'screen of 7"\\n'), are_paired(b'a,"b\\nc,"d"\\n')
    (True, False, False)
    """
    text = np.frombuffer(data, dtype=np.uint8, count=end)
    at = np.flatnonzero(text == _QUOTE)
    if len(at) % 2:
        return False
    opens, closes = at[::2], at[1::2]
    opened = _BESIDE[text.take(opens - 1, mode="wrap")] | (opens == 0)
    closed = _BESIDE[text.take(closes + 1, mode="wrap")] | (closes == len(text) - 1)
    return bool(np.all(opened) and np.all(closed))


def end_of_records(data: bytes) -> int:
    """The end of the last record that is whole; 0 where none certainly is."""
    end = _end_by_count(data)
    return end if end and are_paired(data, end) else _end_by_cells(data)


def _end_by_count(data: bytes) -> int:
    """The last line end with an even number of quotes before it."""
    odd = data.count(b'"') % 2
    end = len(data)
    while (at := data.rfind(b"\n", 0, end)) >= 0:
        odd = (odd + data.count(b'"', at, end)) % 2
        if not odd:
            return at + 1
        end = at
    return 0


def _end_by_cells(data: bytes) -> int:
    """The last line end outside of cells in quotes and before one that may be closed further on."""
    end, before = 0, 0
    for start, stop, closed in _cells(data):
        end = max(end, data.rfind(b"\n", before, start) + 1)
        if not closed and stop == len(data):
            return end
        before = stop if closed else start
    return max(end, data.rfind(b"\n", before) + 1)


def unclosed(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of records with a quote that opens a cell and is not closed; they end where their line does."""
    record = before = 0
    for start, stop, closed in _cells(data):
        record = max(record, data.rfind(b"\n", before, start) + 1)
        before = stop
        if not closed:
            before = _line_end(data, start)
            yield record, before


def _cells(data: bytes) -> Iterator[tuple[int, int, bool]]:
    """Cells in quotes: start, end, and whether they are closed. Behind one that is not, the next line is looked at."""
    at = 0
    while cell := _CELL.search(data, at):
        yield cell.start(), cell.end(), cell[1] is not None
        at = cell.end() if cell[1] is not None else _line_end(data, cell.start())


def _line_end(data: bytes, at: int) -> int:
    return data.find(b"\n", at) + 1 or len(data)
