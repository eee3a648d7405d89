"""Rows of a part that failed, a line of JSON each, written as they come: there may be as many as there are rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

import msgspec

from ..errors import RowError
from . import places
from .reading import Piece


class Refusals:
    """The file of a part's errors; there is none where no row failed."""

    def __init__(self, address: str, of: str) -> None:
        self._address, self._of = address, of
        self._making = places.in_the_making(address)
        self._file: IO[bytes] | None = None

    def add(self, piece: Piece, errors: Mapping[int, RowError]) -> None:
        """Append the rows of a piece that failed."""
        if not errors:
            return
        if self._file is None:
            self._file = places.open_output(self._making)
        self._file.write(b"".join(self._line(piece.lines[row], errors[row]) for row in sorted(errors)))

    def close(self) -> None:
        """The file is whole."""
        if self._file is not None:
            self._file.close()
            if self._making != self._address:
                places.settle(self._address)

    def _line(self, line: int, error: RowError) -> bytes:
        about = {
            "file": self._of,
            "line": line,
            "code": error.code,
            "field": error.field,
            "reason": error.message,
        }
        return msgspec.json.encode(about) + b"\n"
