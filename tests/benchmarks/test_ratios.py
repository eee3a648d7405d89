"""Ratios of the benchmarks: figures divided, held against bounds and against earlier ones. No timing is tested."""

from __future__ import annotations

import pytest
from benchmarks.ratios import CONSTANTS, RATIOS, Ratio

THEIRS_OVER_OURS = Ratio("T1", "their call against ours", "theirs", "ours", "more", 20)
OURS_OVER_LEAST = Ratio("T2", "ours against the least", "ours", "least", "less", 1.2)
TOLD = Ratio("", "ours against a copy", "ours", "copy", "less")


def test_a_ratio_divides_two_figures() -> None:
    assert THEIRS_OVER_OURS.value({"theirs": 500e-6, "ours": 20e-6}) == pytest.approx(25)


def test_a_ratio_without_both_figures_is_none() -> None:
    assert THEIRS_OVER_OURS.value({"ours": 20e-6}) is None
    assert THEIRS_OVER_OURS.value({"theirs": 500e-6}) is None
    assert THEIRS_OVER_OURS.value({"theirs": 500e-6, "ours": 0.0}) is None


@pytest.mark.parametrize(
    ("ratio", "value", "met"),
    [
        (THEIRS_OVER_OURS, 20.0, True),
        (THEIRS_OVER_OURS, 19.9, False),
        (OURS_OVER_LEAST, 1.2, True),
        (OURS_OVER_LEAST, 1.3, False),
        (TOLD, 1000.0, None),
    ],
)
def test_a_bound_is_met_from_its_own_side(ratio: Ratio, value: float, met: bool | None) -> None:
    assert ratio.is_met(value) is met


def test_worse_is_less_where_more_is_better_and_more_where_less_is() -> None:
    assert THEIRS_OVER_OURS.worse_by(now=10.0, before=25.0) == pytest.approx(2.5)
    assert OURS_OVER_LEAST.worse_by(now=3.0, before=1.5) == pytest.approx(2.0)
    assert OURS_OVER_LEAST.worse_by(now=1.0, before=2.0) == pytest.approx(0.5)


def test_no_ratio_is_listed_twice() -> None:
    keys = [ratio.key for ratio in RATIOS]
    assert len(keys) == len(set(keys))


def test_a_constant_is_no_figure_of_a_measurement() -> None:
    assert CONSTANTS["a millisecond"] == 0.001
