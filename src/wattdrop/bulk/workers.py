"""Parts handed out, to a crew and to this process, which does them alone where there is one worker or one part."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice

from .crew import Crew
from .part import Task, work
from .refused import JobStopped
from .sources import sent
from .summary import Summary


def done(tasks: Iterator[Task], crew: Crew) -> Iterator[tuple[Task, Summary]]:
    """Each part as it gets done, in whatever order that is."""
    first = list(islice(tasks, 2))
    if not crew.others or len(first) < 2:
        for task in chain(first, tasks):
            yield task, work(task)
        return
    try:
        crew.start()
        yield from _spread(chain(first, tasks), crew)
    except BrokenProcessPool:
        raise JobStopped(
            "a worker was killed, perhaps for want of memory; finished parts are kept: "
            "the same command goes on where it stopped, --workers 1 needs the least memory"
        ) from None


def _spread(tasks: Iterator[Task], crew: Crew) -> Iterator[tuple[Task, Summary]]:
    """Parts for the others first, two each, and in between one for this process, which is a worker too: it has begun
    before the others have started. Text waits in memory, so no more is handed out.
    """
    waiting: dict[Future[Summary], Task] = {}
    for task in tasks:
        if len(waiting) < 2 * crew.others:
            handed = task._replace(source=sent(task.source))
            waiting[crew.submit(work, handed)] = handed
        else:
            yield task, work(task)
            yield from _finished(waiting, 0.0)
    while waiting:
        yield from _finished(waiting, None)


def _finished(waiting: dict[Future[Summary], Task], seconds: float | None) -> Iterator[tuple[Task, Summary]]:
    for future in wait(waiting, timeout=seconds, return_when=FIRST_COMPLETED).done:
        yield waiting.pop(future), future.result()
