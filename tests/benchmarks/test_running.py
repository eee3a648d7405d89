"""A run of measurements that cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

import pytest
from benchmarks.measurements import Measurement
from benchmarks.ratios import Ratio
from benchmarks.running import Budget, look_again, run
from benchmarks.timing import Absent, Case

from benchmarks import timing

NONE = Budget(seconds=0)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "WARM_UP_CALLS", 1)
    monkeypatch.setattr(timing, "SAMPLE_S", 0.0)


def fixed(name: str, *costs_s: float) -> Case:
    """A call that costs each of these in turn, then the last one."""
    now, number = 0.0, -1

    def call() -> None:
        nonlocal now, number
        number = min(number + 1, len(costs_s) - 1)
        now += costs_s[number]

    return Case(name, call, clock=lambda: now)


def ours(_: ExitStack) -> Sequence[Case | Absent]:
    return [fixed("ours", 2.0), Absent("theirs", "theirs is not installed")]


def broken(_: ExitStack) -> Sequence[Case | Absent]:
    raise RuntimeError("no such thing")


def test_figures_and_what_is_absent_come_together() -> None:
    found = run(NONE, measurements=[Measurement(ours)])
    assert found.figures == {"ours": 2.0}
    assert found.absent == {"theirs": "theirs is not installed"}
    assert found.why_not(Ratio("", "", "theirs", "ours", "more")) == "theirs is not installed"


def test_one_that_fails_is_told_and_stops_no_other() -> None:
    found = run(NONE, measurements=[Measurement(broken), Measurement(ours)])
    assert found.absent["broken"] == "broken failed: RuntimeError: no such thing"
    assert found.figures == {"ours": 2.0}


def test_the_quick_table_leaves_out_what_takes_long() -> None:
    assert run(NONE, quick=True, measurements=[Measurement(ours, quick=False)]).figures == {}


def test_nothing_begins_after_the_time_is_over() -> None:
    assert run(Budget(0, most_s=-1), measurements=[Measurement(ours)]).figures == {}


def test_what_is_used_for_a_measurement_is_closed() -> None:
    closed = []

    def with_server(stack: ExitStack) -> Sequence[Case | Absent]:
        stack.callback(closed.append, "server")
        return [fixed("ours", 1.0)]

    run(NONE, measurements=[Measurement(with_server)])
    assert closed == ["server"]


def test_what_seems_worse_is_measured_again_and_the_lesser_figure_kept() -> None:
    costs = iter([3.0, 2.0, 5.0])

    def noisy(_: ExitStack) -> Sequence[Case | Absent]:
        return [fixed("noisy", next(costs))]

    measurements = [Measurement(noisy), Measurement(ours)]
    found = run(NONE, measurements=measurements)
    worse = Ratio("", "", "noisy", "elsewhere", "less")
    look_again(found, [worse], NONE, measurements)
    assert found.figures == {"noisy": 2.0, "ours": 2.0}
    look_again(found, [worse], NONE, measurements)
    assert found.figures["noisy"] == 2.0
