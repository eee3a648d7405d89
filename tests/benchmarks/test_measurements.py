"""Every measurement can be made: its cases are called once, on few rows, and are those that the ratios name."""

from __future__ import annotations

import sys
from contextlib import ExitStack

import pytest
from benchmarks.measurements import MEASUREMENTS, Measurement
from benchmarks.ratios import CONSTANTS, RATIOS
from benchmarks.timing import Case

FEW = {"ROWS": 60, "REQUESTS": 2}


def name(one: Measurement) -> str:
    return one.cases.__name__


@pytest.fixture(scope="module")
def names_of_cases() -> set[str]:
    """Filled by the test below."""
    return set()


@pytest.mark.parametrize("one", MEASUREMENTS, ids=name)
def test_its_cases_run(one: Measurement, names_of_cases: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[one.cases.__module__]
    for size, few in FEW.items():
        if hasattr(module, size):
            monkeypatch.setattr(module, size, few)
    with ExitStack() as stack:
        for case in one.cases(stack):
            names_of_cases.add(case.name)
            if isinstance(case, Case):
                before = case.clock()
                case.call()
                assert case.clock() >= before
            else:
                assert "not installed" in case.why


def test_ratios_name_cases_that_exist(names_of_cases: set[str]) -> None:
    used = {figure for ratio in RATIOS for figure in (ratio.over, ratio.under)}
    assert used <= names_of_cases | CONSTANTS.keys()


@pytest.mark.parametrize("one", MEASUREMENTS, ids=name)
def test_it_says_what_it_measures(one: Measurement) -> None:
    assert len((one.cases.__doc__ or "").split()) > 20
