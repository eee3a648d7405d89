"""The processes that work beside this one.

They take as long to start as this one does, so for files that are plainly large they are started first of all, before this
process has loaded what it needs to look at them. Processes, because half of an estimate is Python: threads of one process
would wait for each other.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

#: Bytes of files on this machine that are worth more processes whatever is in them: seconds of work.
LARGE: Final = 32 << 20

_Result = TypeVar("_Result")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def are_large(given: Sequence[str]) -> bool:
    """Whether files and folders on this machine hold so much; addresses and patterns are not looked at."""
    seen = 0
    for path in map(Path, given):
        for file in path.rglob("*") if path.is_dir() else [path]:
            seen += file.stat().st_size if file.is_file() else 0
            if seen >= LARGE:
                return True
    return False


class Crew:
    """So many processes beside this one, none of them until they are started."""

    def __init__(self, others: int) -> None:
        self.others = others
        self._pool: ProcessPoolExecutor | None = None
        self._before = set(active_children())

    def start(self) -> None:
        """Start them, unless they are started."""
        if self._pool is None:
            # Started anew rather than forked: pyarrow has threads, which a fork would lose in the middle of their work.
            self._pool = ProcessPoolExecutor(self.others, mp_context=get_context("spawn"), initializer=_begin)
            for _ in range(self.others):  # each thing to do starts one more, as long as nobody is idle
                self.submit(os.getpid)

    def submit(self, do: Callable[..., _Result], *given: Any) -> Future[_Result]:
        """Have one of them do something."""
        assert self._pool is not None  # noqa: S101 - started before
        with _interrupts_wait():
            return self._pool.submit(do, *given)

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What they were asked is done by now, or wanted no more: what is half done is done again anyway."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            begun = set(active_children()) - self._before
            for child in begun:
                child.kill()
            for child in begun:
                child.join()


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C takes effect at the end. A process started meanwhile inherits that it does not see any: a terminal sends
    them to everybody, and one that is still importing would end with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """A worker's start: it ends when the job that it works for does, leaves Ctrl-C to that, and gets ready to work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    from .no_pandas import without_pandas

    without_pandas()
    from ..engine.api import default_catalog
    from . import part  # noqa: F401 - loaded before the first part comes

    default_catalog()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)
