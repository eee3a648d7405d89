"""Eight bytes in a file that every process of a machine sees: they say whether something has changed since one last looked.

They are read from memory, without a call of the system: a service looks with every request.
"""

from __future__ import annotations

import mmap
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

_BYTES: Final = 8


class SharedMark:
    """A mark that is another one after each change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: mmap.mmap | None = None

    def now(self) -> bytes | None:
        """The mark; None where it cannot be told, such as on a disk that is full and never had one."""
        if self._seen is None:
            with suppress(OSError):
                self._seen = self._opened()
        return None if self._seen is None else self._seen[:]

    def change(self) -> None:
        """Something has changed, and who looks from now on must see that."""
        with suppress(OSError):  # then others find out when they ask anyway
            file = self._file()
            try:
                os.write(file, secrets.token_bytes(_BYTES))
            finally:
                os.close(file)

    def _opened(self) -> mmap.mmap:
        file = self._file()
        try:
            # What is mapped must be there: where the disk is full, to read a hole would end the process.
            if os.fstat(file).st_size < _BYTES:
                os.write(file, secrets.token_bytes(_BYTES))
            return mmap.mmap(file, _BYTES, access=mmap.ACCESS_READ)
        finally:
            os.close(file)

    def _file(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
