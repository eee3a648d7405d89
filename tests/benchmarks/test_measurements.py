"""Every measurement can be made: its cases are called once, on few rows, and are those that the ratios name."""

from __future__ import annotations

import sys
from contextlib import ExitStack

import pytest
from benchmarks.measurements import MEASUREMENTS, Measurement
from benchmarks.ratios import CONSTANTS, RATIOS
from benchmarks.timing import Case

FEW = {"ROWS": 60, "REQUESTS": 2}
#: Figures that the page shows and no ratio has.
UNUSED = {"one row, bytes to bytes"}


def name(one: Measurement) -> str:
    return one.cases.__name__


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in MEASUREMENTS:
        module = sys.modules[one.cases.__module__]
        for size, few in FEW.items():
            if hasattr(module, size):
                monkeypatch.setattr(module, size, few)


@pytest.mark.parametrize("one", MEASUREMENTS, ids=name)
def test_its_cases_run(one: Measurement) -> None:
    with ExitStack() as stack:
        for case in one.cases(stack):
            if isinstance(case, Case):
                before = case.clock()
                case.call()
                assert case.clock() >= before
            else:
                assert case.why.endswith(("is not installed", "is not there"))


def test_ratios_name_cases_that_exist() -> None:
    with ExitStack() as stack:
        names = {case.name for one in MEASUREMENTS for case in one.cases(stack)}
    used = {figure for ratio in RATIOS for figure in (ratio.over, ratio.under)}
    assert used == names - UNUSED | CONSTANTS.keys()


@pytest.mark.parametrize("one", MEASUREMENTS, ids=name)
def test_it_says_what_it_measures(one: Measurement) -> None:
    assert len((one.cases.__doc__ or "").split()) > 20
