"""A run: every measurement one after another, its cases in turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from .machine import commit, load, machine, versions
from .measurements import MEASUREMENTS, Measurement
from .results import Run
from .timing import Case, least_s


def run(
    measurements: Sequence[Measurement] = MEASUREMENTS,
    *,
    quick: bool = False,
    seconds: float = 20.0,
    most_s: float = float("inf"),
) -> Run:
    """Measure.

    Parameters
    ----------
    quick
        Leave out what takes long to set up.
    seconds
        How long the rounds of a measurement go on; five rounds are done in any case.
    most_s
        Begin no other measurement after so long, and say which were left out.
    """
    found = Run(
        commit=commit(), date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", machine=machine(), load_before=load(),
        load_after=[], versions=versions(), figures={},
    )  # fmt: skip
    start = time.perf_counter()
    for one in measurements:
        name = one.cases.__name__
        if quick and not one.quick:
            continue
        if time.perf_counter() - start > most_s:
            print(f"{name} is left out: {most_s:.0f} s are over", file=sys.stderr)
            continue
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            _measure(one, seconds, found)
        except Exception as error:  # noqa: BLE001 - a measurement that broke must not take the others with it
            found.absent[name] = f"{name} failed: {type(error).__name__}: {error}"
            print(found.absent[name], file=sys.stderr)
    found.load_after = load()
    return found


def _measure(one: Measurement, seconds: float, into: Run) -> None:
    with ExitStack() as stack:
        cases = one.cases(stack)
        into.absent.update((case.name, case.why) for case in cases if not isinstance(case, Case))
        into.figures.update(least_s([case for case in cases if isinstance(case, Case)], seconds))
