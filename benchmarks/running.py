"""A run: every measurement one after another, its cases in turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import NamedTuple

from .machine import commit, load, machine, versions
from .measurements import MEASUREMENTS, Measurement
from .ratios import Ratio
from .results import Run
from .timing import Case, least_s


class Budget(NamedTuple):
    """How long the rounds of a measurement go on (five are done in any case), and after how long no other begins."""

    seconds: float = 20.0
    most_s: float = float("inf")


def run(budget: Budget, *, quick: bool = False, measurements: Sequence[Measurement] = MEASUREMENTS) -> Run:
    """Measure everything; ``quick`` leaves out what takes long to set up. One that fails does not take others with it."""
    found = Run(
        commit=commit(), date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine=machine(), load_before=load(),
        load_after=[], versions=versions(), figures={},
    )  # fmt: skip
    start = time.perf_counter()
    for one in measurements:
        name = one.cases.__name__
        if quick and not one.quick:
            continue
        if time.perf_counter() - start > budget.most_s:
            _say(f"{name} is left out: {budget.most_s:.0f} s are over")
            continue
        _say(f"measuring {name} ...")
        _measure(one, budget.seconds, found)
    found.load_after = load()
    return found


def look_again(
    found: Run,
    doubtful: Collection[Ratio],
    budget: Budget,
    measurements: Sequence[Measurement] = MEASUREMENTS,
) -> None:
    """Measure again what seems to have become worse, and keep the lesser figures: a busy minute is no regression."""
    wanted = {name for ratio in doubtful for name in (ratio.over, ratio.under)}
    start = time.perf_counter()
    for one in measurements:
        if wanted.intersection(found.figures_of.get(one.cases.__name__, ())):
            if time.perf_counter() - start > budget.most_s / 4:
                return
            _say(f"measuring {one.cases.__name__} again ...")
            _measure(one, budget.seconds, found)


def _measure(one: Measurement, seconds: float, into: Run) -> None:
    name = one.cases.__name__
    try:
        with ExitStack() as stack:
            cases = one.cases(stack)
            into.absent.update((case.name, case.why) for case in cases if not isinstance(case, Case))
            figures = least_s([case for case in cases if isinstance(case, Case)], seconds)
    except Exception as error:  # noqa: BLE001 - a measurement that broke must not take the others with it
        into.absent[name] = f"{name} failed: {type(error).__name__}: {error}"
        _say(into.absent[name])
        return
    for of, figure in figures.items():
        into.figures[of] = min(figure, into.figures.get(of, figure))
    into.figures_of[name] = sorted(figures)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
