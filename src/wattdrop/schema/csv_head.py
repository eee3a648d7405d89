"""The head of a CSV file, what separates its cells, where its rows begin; and what separators say of numbers."""

from __future__ import annotations

import csv
import io
import re

from ..errors import RowError
from ..typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

#: What cells may be separated by; the first of those that make most of a header.
DELIMITERS: Final = ",;\t|"
#: A line before the names by which Excel is told what separates cells.
_TOLD = re.compile(rb'[\r\n]*"?sep=([,;\t|])"?[ \t]*\r?\n', re.IGNORECASE)


#: A count as it is written where the decimal mark is a comma, or three decimals where it is a point.
GROUPED: Final = r"^\s*[-+]?\d{1,3}(\.\d{3})+\s*$"


class Head(NamedTuple):
    """The names as they stand there, and what separates cells."""

    names: tuple[str, ...]
    delimiter: str


def head_of(data: bytes) -> Head:
    """Names of the columns of a text that begins with them. UnicodeDecodeError where they are no UTF-8.

    >>> head_of(b"model_id;output_tokens\\ngpt-4o;500\\n")
    Head(names=('model_id', 'output_tokens'), delimiter=';')
    >>> head_of(b"sep=|\\r\\nmodel_id\\r\\n")
    Head(names=('model_id',), delimiter='|')
    """
    told = _TOLD.match(data)
    header = data[told.end() if told else 0 : header_end(data)].decode()
    delimiter = told[1].decode() if told else max(DELIMITERS, key=lambda mark: len(_cells(header, mark)))
    return Head(tuple(cell.strip() for cell in _cells(header, delimiter)), delimiter)


def header_end(data: bytes) -> int:
    """Where the rows begin: behind the first line that is not empty and does not say what separates cells."""
    told = _TOLD.match(data)
    at = told.end() if told else 0
    at = len(data) - len(data[at:].lstrip(b"\r\n"))
    while (at := data.find(b"\n", at)) >= 0:
        if data.count(b'"', 0, at) % 2 == 0:
            return at + 1
        at += 1
    return len(data)


def _cells(header: str, delimiter: str) -> list[str]:
    return next(filter(None, csv.reader(io.StringIO(header), delimiter=delimiter)), [])


def grouped(field: str, text: str) -> RowError:
    """Why a count such as 1.000 is refused in a file whose cells are separated by semicolons."""
    return RowError(
        "invalid_value",
        f'{field}: "{text.strip()}" is a thousand times as much where the decimal mark is a comma, as in most files whose '
        "cells are separated by semicolons; write it without a point",
        field,
    )
