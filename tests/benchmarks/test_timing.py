"""The least time of calls, told by a clock of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat

import pytest
from benchmarks.timing import Case, least_s, missing

from benchmarks import timing


class Clock:
    """Goes on by what a call is said to cost."""

    def __init__(self, costs_s: Iterator[float]) -> None:
        self.now = 0.0
        self.calls = 0
        self._costs_s = costs_s

    def call(self) -> None:
        self.calls += 1
        self.now += next(self._costs_s)

    def __call__(self) -> float:
        return self.now


def test_the_least_of_the_rounds_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "WARM_UP_CALLS", 1)
    clock = Clock(chain([9.0, 5.0, 5.0], [5.0, 3.0, 7.0, 4.0, 5.0]))  # the first three are not measured
    assert least_s([Case("a", clock.call, clock=clock)], seconds=0) == {"a": 3.0}


def test_a_call_of_many_rows_is_told_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "WARM_UP_CALLS", 1)
    clock = Clock(repeat(2.0))
    assert least_s([Case("a", clock.call, per=1000, clock=clock)], seconds=0) == {"a": 0.002}


def test_a_short_call_is_repeated_within_a_sample() -> None:
    clock = Clock(repeat(1e-4))
    (found,) = least_s([Case("a", clock.call, clock=clock)], seconds=0).values()
    assert found == pytest.approx(1e-4)
    in_samples = clock.calls - timing.WARM_UP_CALLS - 2
    assert in_samples / timing.FEWEST_ROUNDS == pytest.approx(100, abs=1)


def test_cases_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "WARM_UP_CALLS", 1)
    asked: list[str] = []
    clock = Clock(repeat(1.0))

    def called(name: str) -> Case:
        return Case(name, lambda: (asked.append(name), clock.call()), clock=clock)

    least_s([called("a"), called("b")], seconds=0)
    assert "".join(asked).endswith("ab" * timing.FEWEST_ROUNDS)


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ImportError) as raised:
        import nonesuch_of_the_benchmarks.inner  # type: ignore[import-not-found] # noqa: F401
    assert missing(raised.value) == "nonesuch_of_the_benchmarks is not installed"


def test_a_package_of_another_version_is_told_apart() -> None:
    with pytest.raises(ImportError) as raised:
        from json import nonesuch  # type: ignore[attr-defined] # noqa: F401
    assert missing(raised.value).startswith("json cannot be imported: ")
