"""What worker processes that ended had counted, added up in one pair of files: each leaves two, which fill the folder.

``/metrics`` adds up all files. While counts move from one to another it waits, or it would see them twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import mark_process_dead

from .shared_counts import FOLDER_VARIABLE

_KINDS: Final = ("counter", "histogram")
_NOBODY: Final = 0
"""Stands for all processes that ended; none that lives has this number."""


@contextmanager
def still(folder: str, moving: bool = False) -> Iterator[None]:
    """For as long as this lasts no counts move from file to file, but for those of the one who is ``moving`` them."""
    import fcntl  # only where there are several workers, which Windows has not

    with Path(folder, "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX if moving else fcntl.LOCK_SH)
        yield


def forget(pid: int) -> None:
    """A process ended: what it counted stays, what it was holding does not."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is not None:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
        _fold(folder, pid)


def _fold(folder: str, pid: int) -> None:
    """Add what a process counted to what others had that ended, and remove its files."""
    with still(folder, moving=True):
        for kind in _KINDS:
            path = Path(folder, f"{kind}_{pid}.db")
            if path.exists():
                _add(path, Path(folder, f"{kind}_{_NOBODY}.db"))
                path.unlink()


def _add(more: Path, total: Path) -> None:
    sums = MmapedDict(str(total))  # type: ignore[no-untyped-call]
    for key, value, timestamp, _ in MmapedDict.read_all_values_from_file(str(more)):  # type: ignore[no-untyped-call]
        have, _ = sums.read_value(key)  # type: ignore[no-untyped-call]
        sums.write_value(key, have + value, timestamp)  # type: ignore[no-untyped-call]
    sums.close()  # type: ignore[no-untyped-call]
