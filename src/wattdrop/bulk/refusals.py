"""Rows that failed, a line of JSON each: the first so many of the job, and of the others how many there are by code."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import IO

import msgspec

from ..errors import RowError
from . import places
from .reading import Piece


class Room:
    """Lines that the file of errors has room for, behind the parts that are done."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def take(self, failed: int) -> None:
        """A part is done of which so many rows failed."""
        self.lines = max(0, self.lines - failed)


class Refusals:
    """The file of a part's errors, of so many lines at most; there is none where no row failed."""

    def __init__(self, address: str, of: str, most: int) -> None:
        self._address, self._of, self._left = address, of, most
        self._making = places.in_the_making(address)
        self._file: IO[bytes] | None = None

    def add(self, piece: Piece, errors: Mapping[int, RowError]) -> None:
        """Append the rows of a piece that failed."""
        rows = sorted(errors)[: self._left]
        if not rows:
            return
        self._left -= len(rows)
        if self._file is None:
            self._file = places.open_output(self._making)
        self._file.write(b"".join(_line(self._of, piece.lines[row], errors[row]) for row in rows))

    def close(self) -> None:
        """The file is whole."""
        if self._file is not None:
            self._file.close()
            if self._making != self._address:
                places.settle(self._address)


def join(parts: Sequence[str], output: str, most: int, by_code: Mapping[str, int]) -> None:
    """The errors of a job to one file, in order; where they are more than that, a line for each code says how many."""
    making = places.in_the_making(output)
    left = Counter(by_code)
    with places.open_output(making) as out:
        for address in parts:
            with places.open_stream(address, "") as file:
                for line in islice(io.BufferedReader(file), most):
                    out.write(line)
                    most -= 1
                    left[msgspec.json.decode(line, type=_Code).code] -= 1
        for code, count in sorted(left.items()):
            if count > 0:
                out.write(
                    _line(
                        None,
                        None,
                        RowError(code, f"{count} more of this code are not listed, see --error-lines"),
                    )
                )
    if making != output:
        places.settle(output)


class _Code(msgspec.Struct):
    code: str


def _line(file: str | None, line: int | None, error: RowError) -> bytes:
    about = {"file": file, "line": line, "code": error.code, "field": error.field, "reason": error.message}
    return msgspec.json.encode(about) + b"\n"
