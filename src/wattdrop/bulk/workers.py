"""Processes that do parts, one each at a time; with one worker, or one part, this process does them itself.

Processes, because half of an estimate is Python: threads of one process would wait for each other.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait as wait_for

from .no_pandas import without_pandas
from .part import Task, work
from .refused import JobStopped
from .summary import Summary


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def done(tasks: Iterator[Task], workers: int) -> Iterator[tuple[Task, Summary]]:
    """Each part as it gets done, in whatever order that is."""
    first = list(islice(tasks, 2))
    if workers == 1 or len(first) < 2:
        for task in chain(first, tasks):
            yield task, work(task)
        return
    # Started anew rather than forked: pyarrow has threads, which a fork would lose in the middle of their work.
    others = set(active_children())
    with ProcessPoolExecutor(workers - 1, mp_context=get_context("spawn"), initializer=begin) as pool:
        try:
            yield from _spread(chain(first, tasks), pool, workers)
        except BrokenProcessPool:
            raise JobStopped(
                "a worker was killed, perhaps for want of memory; finished parts are kept: "
                "the same command goes on where it stopped, --workers 1 needs the least memory"
            ) from None
        except BaseException:  # interrupted: what is half done is done again anyway
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(active_children()) - others:
                child.kill()
            raise


def _spread(tasks: Iterator[Task], pool: ProcessPoolExecutor, workers: int) -> Iterator[tuple[Task, Summary]]:
    """Parts for the others first, two each, and in between one for this process, which is a worker too: it has begun
    before the others have started. Text waits in memory, so no more is handed out.
    """
    waiting: dict[Future[Summary], Task] = {}
    for task in tasks:
        if len(waiting) < 2 * (workers - 1):
            with _interrupts_wait():
                waiting[pool.submit(work, task)] = task
        else:
            yield task, work(task)
            yield from _finished(waiting, 0.0)
    while waiting:
        yield from _finished(waiting, None)


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


def _finished(waiting: dict[Future[Summary], Task], seconds: float | None) -> Iterator[tuple[Task, Summary]]:
    for future in wait(waiting, timeout=seconds, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()


def begin() -> None:
    """A worker's start: it ends when the job that it works for does, leaves Ctrl-C to that, and never touches pandas."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    without_pandas()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)
