"""Token buckets: in this process, or in a small file that the processes of a host share.

A bucket is kept as the moment at which it will be full, on a clock that nobody can set. What is taken moves that moment
away; nothing has to be poured in.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

_TOLERANCE_S: Final = 1e-6  # of sums of floats
_MOST_BUCKETS: Final = 20_000
_MOMENT: Final = struct.Struct("d")
_KINDS: Final = ("requests", "rows")
_LOCK_TRIES: Final = 200
_LOCK_WAIT_S: Final = 0.00005


class Buckets(Protocol):
    """Where buckets are kept."""

    @property
    def waits(self) -> bool:
        """Whether a question goes over a network, and must not be asked on the event loop."""

    def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """Take what takes ``cost_s`` to refill from a bucket that refills in ``burst_s``, or nothing.

        Gives whether it was there, and in how many seconds the bucket will be full.
        """


def taken(full_at: float, now: float, cost_s: float, burst_s: float) -> tuple[bool, float]:
    """Whether it was there, and when the bucket will be full.

    A bucket is never further from full than empty, whatever is written down: a clock that began anew locks nobody out.

    >>> taken(full_at=100.0, now=100.0, cost_s=6.0, burst_s=10.0)
    (True, 106.0)
    >>> taken(full_at=106.0, now=101.0, cost_s=6.0, burst_s=10.0)
    (False, 106.0)
    >>> taken(full_at=9e9, now=100.0, cost_s=1.0, burst_s=10.0)
    (False, 110.0)
    """
    start = min(max(now, full_at), now + burst_s)
    if start + cost_s <= now + burst_s + _TOLERANCE_S:
        return True, start + cost_s
    return False, start


class OwnBuckets:
    """Buckets of this process alone, or its share of those of several processes that cannot ask each other."""

    waits = False

    def __init__(self, clock: Callable[[], float] = time.monotonic, processes: int = 1) -> None:
        self._clock = clock
        self._processes = processes
        self._full_at: dict[tuple[int, str], float] = {}

    def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """See ``Buckets``.

        Of several processes each refills its share so much more slowly. What is more than a share but not more than
        all of them is given to a full bucket, which then takes the longer to be full again.
        """
        now, bucket = self._clock(), (key_id, kind)
        cost_of_share_s, most_s = cost_s * self._processes, burst_s * self._processes
        start = min(max(now, self._full_at.get(bucket, now)), now + most_s)
        room_s = max(burst_s, cost_of_share_s) if cost_s <= burst_s else burst_s
        granted = start + cost_of_share_s <= now + room_s + _TOLERANCE_S
        full_in_s = start + cost_of_share_s * granted - now
        self.put(key_id, kind, full_in_s)
        return granted, full_in_s

    def full_in_s(self, key_id: int, kind: str) -> float:
        """Until the bucket is full."""
        return max(0.0, self._full_at.get((key_id, kind), 0.0) - self._clock())

    def put(self, key_id: int, kind: str, full_in_s: float) -> None:
        """What is known of a bucket from elsewhere."""
        bucket = (key_id, kind)
        if bucket not in self._full_at and len(self._full_at) >= _MOST_BUCKETS:
            del self._full_at[next(iter(self._full_at))]  # the one seen first; it begins anew, full
        self._full_at[bucket] = self._clock() + full_in_s


class FileBuckets:
    """Buckets of the processes of a host: eight bytes each in a file, under a lock of their own.

    The lock ends with the process that holds it. A restart of the machine, where the clock begins anew, fills every
    bucket within its burst.
    """

    waits = False

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        import fcntl

        self._fcntl = fcntl
        self._clock = clock
        self._path = path
        self._file: int | None = None

    def take(self, key_id: int, kind: str, cost_s: float, burst_s: float) -> tuple[bool, float]:
        """See ``Buckets``. Raises ``OSError``."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        place = (key_id * len(_KINDS) + _KINDS.index(kind)) * _MOMENT.size
        self._lock(place)
        try:
            found = os.pread(self._file, _MOMENT.size, place)
            now = self._clock()
            full_at = _MOMENT.unpack(found)[0] if len(found) == _MOMENT.size else now
            granted, full_at = taken(full_at, now, cost_s, burst_s)
            os.pwrite(self._file, _MOMENT.pack(full_at), place)  # also where it was only brought into bounds
        finally:
            self._fcntl.lockf(self._file, self._fcntl.LOCK_UN, _MOMENT.size, place)
        return granted, full_at - now

    def _lock(self, place: int) -> None:
        """Others hold it for microseconds; one that was stopped just then must not stop us."""
        assert self._file is not None  # noqa: S101 - for the type checker
        kind = self._fcntl.LOCK_EX | self._fcntl.LOCK_NB
        for _ in range(_LOCK_TRIES):
            try:
                self._fcntl.lockf(self._file, kind, _MOMENT.size, place)
            except BlockingIOError:
                time.sleep(_LOCK_WAIT_S)
            else:
                return
        raise OSError(f"the lock of {self._path} is not given back")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
