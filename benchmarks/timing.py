"""The least CPU time of calls that are compared: all of them in turn, round after round, in one process.

Other work on the machine only ever adds time, so the minimum is kept; and it comes and goes, so whatever is compared is
measured in the same rounds. Only ratios of such figures carry over to another machine, and hardly those.
"""

from __future__ import annotations

import gc
import math
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

FEWEST_ROUNDS: Final = 5
MOST_ROUNDS: Final = 200
#: A sample takes at least so long, so that the clock's own cost does not count.
SAMPLE_S: Final = 0.01
#: What a process learns on its first calls (programs, caches) is not measured.
WARM_UP_CALLS: Final = 200
WARM_UP_S: Final = 0.3


class Case(NamedTuple):
    """Something to be timed: a call that handles ``per`` rows (or is one call), and the clock that sees its cost."""

    name: str
    call: Callable[[], object]
    per: int = 1
    clock: Callable[[], float] = time.process_time


class Absent(NamedTuple):
    """Something that cannot be timed here, and why; the table says so."""

    name: str
    why: str


def children_s() -> float:
    """CPU time of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def least_s(cases: Sequence[Case], seconds: float) -> dict[str, float]:
    """Seconds for each row of each case, by name: the minimum of as many rounds as ``seconds`` hold, five at least."""
    repeats = {case.name: _repeats(case) for case in cases}
    least = dict.fromkeys(repeats, math.inf)
    gc.collect()
    end = time.perf_counter() + seconds
    for number in range(MOST_ROUNDS):
        if number >= FEWEST_ROUNDS and time.perf_counter() >= end:
            break
        for case in cases:
            count = repeats[case.name]
            least[case.name] = min(least[case.name], _sample_s(case, count) / (count * case.per))
    return least


def _repeats(case: Case) -> int:
    """How many calls a sample has, after the first ones."""
    start = time.perf_counter()
    calls = 0
    while calls < 1 or (calls < WARM_UP_CALLS and time.perf_counter() - start < WARM_UP_S):
        case.call()
        calls += 1
    one_s = min(_sample_s(case, 1) for _ in range(2))
    return max(1, math.ceil(SAMPLE_S / max(one_s, 1e-7)))


def _sample_s(case: Case, count: int) -> float:
    call = case.call
    start = case.clock()
    for _ in range(count):
        call()
    return case.clock() - start


def missing(error: ImportError) -> str:
    """Why a peer is not there, in the words of the table."""
    name = error.name or str(error)
    with suppress(ImportError):
        __import__(name)
        return f"{name} cannot be imported: {error}"
    return f"{name.partition('.')[0]} is not installed"
