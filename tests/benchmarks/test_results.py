"""What is kept, what it is compared with, and what counts as worse."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.results import Curve, Kept, Point, comparable, regressions, with_run
from tests.benchmarks.runs import MACHINE, made_up

from benchmarks import results

GOOD = {
    "EcoLogits": 500e-6,
    "one row, dict": 20e-6,
    "kernel, one row": 10e-6,
    "kernel, rows in blocks": 0.5e-6,
}
ELSEWHERE = {**MACHINE, "processor": "Abacus 8"}


def test_a_ratio_worse_by_less_than_a_fifth_is_let_pass() -> None:
    assert regressions(made_up({**GOOD, "one row, dict": 23e-6}), made_up(GOOD)) == []


def test_a_ratio_worse_by_more_is_found_with_both_values() -> None:
    (found,) = regressions(made_up({**GOOD, "one row, dict": 40e-6}), made_up(GOOD))
    assert found.ratio.over == "EcoLogits"
    assert (found.before, found.now, found.factor) == pytest.approx((25.0, 12.5, 2.0))


def test_better_is_no_regression() -> None:
    assert regressions(made_up({**GOOD, "one row, dict": 5e-6}), made_up(GOOD)) == []


def test_the_worst_comes_first() -> None:
    now = {**GOOD, "one row, dict": 30e-6, "kernel, rows in blocks": 5e-6}
    assert [round(one.factor, 2) for one in regressions(made_up(now), made_up(GOOD))] == [10.0, 1.5]


def test_a_machine_that_is_slower_in_everything_is_no_regression() -> None:
    assert regressions(made_up({name: 3 * figure for name, figure in GOOD.items()}), made_up(GOOD)) == []


def test_a_ratio_that_one_run_lacks_is_not_compared() -> None:
    now = {name: figure for name, figure in GOOD.items() if name != "EcoLogits"}
    assert regressions(made_up(now), made_up(GOOD)) == []


def test_a_run_of_the_same_commit_and_machine_makes_way() -> None:
    kept = Kept(runs=[made_up(GOOD), made_up(GOOD, machine=ELSEWHERE), made_up(GOOD, commit="ba9876543210")])
    again = made_up({**GOOD, "one row, dict": 10e-6})
    assert with_run(kept, again).runs == [*kept.runs[1:], again]


def test_the_newest_run_of_the_same_machine_is_compared_with() -> None:
    first, second, other = made_up(GOOD), made_up(GOOD, commit="b"), made_up(GOOD, machine=ELSEWHERE)
    assert comparable(Kept(runs=[first, second, other]), MACHINE) is second
    assert comparable(Kept(runs=[first, second, other]), {**MACHINE, "cores": 64}) is other
    assert comparable(Kept(), MACHINE) is None


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    point = Point(way="Parquet to Parquet", rows=1, cpu_s=0.5, wall_s=0.6, peak_mb=90.0)
    curve = Curve(commit="c", date="d", machine=MACHINE, load_before=[], load_after=[], points=[point])
    kept = Kept(runs=[made_up(GOOD, absent={"ecocost": "ecocost is not installed"})], curve=curve)
    results.write(kept, tmp_path / "results.json")
    assert results.read(tmp_path / "results.json") == kept
    assert results.read(tmp_path / "nothing.json") == Kept()
