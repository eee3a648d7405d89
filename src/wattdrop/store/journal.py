"""The journal: what was answered and is not in the database yet, in files beside it.

An answer is appended to a file of its process before it is sent, in one write: what the operating system has taken
survives the end of the process, however sudden, and a database that is away costs no answer. A background writer moves
entries into the database and then forgets them. What a process leaves behind when it dies is taken over by the next one
that looks: a file belongs to whoever holds its lock, and locks of the dead are free.

An entry is the length and the CRC-32 of its bytes (both little-endian, four bytes), then the bytes. A process may die
within a write: bytes at the end of a file that make no whole entry were never acknowledged.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import secrets
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import StoreError

_HEAD: Final = struct.Struct("<II")
_SUFFIX: Final = ".journal"
#: Some five thousand rows, which are made ready together and added in one transaction: the ranges of many cost less, and
#: the commit, the sums and the pages of indexes that it changes are paid once. Twice as many save no tenth more.
_READ_BYTES: Final = 1_000_000
_log = logging.getLogger(__name__)


class JournalFull(StoreError):
    """No room: the disk is full, cannot be written, or the journal has reached its limit."""


class Journal:
    """The file that this process appends to. One thread may append while another reads."""

    def __init__(self, folder: Path, most_bytes: int, segment_bytes: int = 16_000_000) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._segments: list[_Segment] = []
        self._lock = threading.Lock()
        self.appended_bytes = 0
        """Of this process so far; ``forgotten_bytes`` of them are forgotten."""
        self.forgotten_bytes = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._open()

    @property
    def waiting_bytes(self) -> int:
        """Bytes of this process that nobody has forgotten yet."""
        return self.appended_bytes - self.forgotten_bytes

    @property
    def has_a_batch(self) -> bool:
        """Whether as much waits as is read at a time."""
        return self.waiting_bytes >= _READ_BYTES

    def append(self, entry: bytes) -> None:
        """Keep an entry. When this returns it survives the end of the process.

        Raises
        ------
        JournalFull
            If it cannot be kept; nothing of it is.
        """
        data = _HEAD.pack(len(entry), zlib.crc32(entry)) + entry
        with self._lock:
            if self.waiting_bytes + len(data) > self._most_bytes:
                raise JournalFull("the journal is full: the database has been away for long")
            try:
                if self._segments[-1].size >= self._segment_bytes:
                    self._open()
                self._segments[-1].append(data)
                self.appended_bytes += len(data)
            except OSError as error:
                raise JournalFull(f"the journal cannot be written: {error.strerror}") from error

    def waiting(self, most: int) -> tuple[list[bytes], Mark]:
        """Entries that were not forgotten yet, oldest first, at most so many, and what to pass to ``forget``."""
        segment = next((one for one in self._segments if one.read < one.size), self._segments[-1])
        return segment.entries(most, segment.read)

    def forget(self, mark: Mark) -> None:
        """Everything up to a mark is in the database."""
        segment, end = mark
        with self._lock:
            self.forgotten_bytes += end - segment.read
            segment.read = end
            last = self._segments[-1]
            if last.read >= last.size > self._segment_bytes // 16:
                with contextlib.suppress(OSError):  # a full disk: the old file goes on
                    self._open()
            for done in [one for one in self._segments[:-1] if one.read >= one.size]:
                self._segments.remove(done)
                done.remove()

    def close(self) -> None:
        """Let go; what waits is for the next process."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        for segment in self._segments:
            if segment.read >= segment.size:
                segment.remove()
            segment.close()
        self._segments.clear()

    def orphans(self) -> Iterator[Orphan]:
        """Files of processes that are gone, each locked for the time that it is looked at."""
        own = {segment.path for segment in self._segments}
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if path not in own and (orphan := Orphan.of(path)):
                with orphan:
                    yield orphan

    def _open(self) -> None:
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(6)}{_SUFFIX}"
        self._segments.append(_Segment(path))


class _Segment:
    """One file of ours, locked as long as it is open."""

    def __init__(self, path: Path) -> None:
        # Locked before it has its name: nobody may take it for a dead process's.
        part = path.with_suffix(".part")
        self._file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        part.rename(path)
        self.path = path
        self.size = 0
        self.read = 0

    def append(self, data: bytes) -> None:
        written = 0
        try:
            written = os.write(self._file, data)
        finally:
            # A full disk takes a part: away with it, or what follows could not be read.
            if written != len(data):
                os.ftruncate(self._file, self.size)
        if written != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += len(data)

    def entries(self, most: int, at: int) -> tuple[list[bytes], Mark]:
        data = os.pread(self._file, min(self.size - at, _READ_BYTES), at)
        if len(data) < _HEAD.size:
            return [], (self, at)
        needed = _HEAD.size + _HEAD.unpack_from(data)[0]
        if len(data) < needed:  # one entry larger than what is read at a time
            data = os.pread(self._file, needed, at)
        found, used = _whole_entries(data, most)
        return found, (self, at + used)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


Mark = tuple[_Segment, int]


class Orphan:
    """A file that a dead process left, locked by us."""

    def __init__(self, path: Path, file: int) -> None:
        self._path = path
        self._file = file

    @classmethod
    def of(cls, path: Path) -> Orphan | None:
        """The file, unless its process lives or somebody else was faster."""
        try:
            file = os.open(path, os.O_RDWR)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_nlink > 0:  # not removed between opening and locking
                return cls(path, file)
        except OSError:
            pass
        os.close(file)
        return None

    def __enter__(self) -> Orphan:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def batches(self, most: int) -> Iterator[list[bytes]]:
        """Its entries, at most so many at a time."""
        at, size = 0, os.fstat(self._file).st_size
        while at < size:
            data = os.pread(self._file, _READ_BYTES, at)
            if len(data) >= _HEAD.size:
                needed = _HEAD.size + _HEAD.unpack_from(data)[0]
                if len(data) < needed <= size - at:
                    data = os.pread(self._file, needed, at)
            found, used = _whole_entries(data, most)
            if not found:
                self._report(at, size)
                return
            at += used
            yield found

    def remove(self) -> None:
        """Everything in it is in the database."""
        self._path.unlink(missing_ok=True)

    def _report(self, at: int, size: int) -> None:
        """A torn end is what a sudden death leaves; a damaged entry with more behind it is kept for people."""
        head = os.pread(self._file, _HEAD.size, at)
        torn = len(head) < _HEAD.size or at + _HEAD.size + _HEAD.unpack(head)[0] >= size
        if not torn:
            kept = self._path.with_suffix(".damaged")
            with contextlib.suppress(FileExistsError):  # whoever kept it died before it was removed
                kept.hardlink_to(self._path)
            _log.error(
                "the journal %s is damaged at byte %d; the rest of it is kept as %s", self._path, at, kept
            )


def _whole_entries(data: bytes, most: int) -> tuple[list[bytes], int]:
    """Entries at the start of some bytes, and how many bytes they take."""
    found: list[bytes] = []
    at = 0
    while len(found) < most and at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        entry = data[at + _HEAD.size : at + _HEAD.size + length]
        if len(entry) < length or zlib.crc32(entry) != checksum:
            break
        found.append(entry)
        at += _HEAD.size + length
    return found, at
