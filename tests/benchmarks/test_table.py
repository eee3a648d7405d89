"""The table and the report of a run of made-up figures."""

from __future__ import annotations

from benchmarks.ratios import RATIOS
from benchmarks.table import report, shown, table
from tests.benchmarks.runs import MACHINE, made_up

FIGURES = {
    "EcoLogits": 500e-6,
    "one row, dict": 20e-6,
    "kernel, one row": 10e-6,
    "kernel, rows in blocks": 2e-6,
}
ABSENT = {"ecocost": "ecocost is not installed"}


def line(text: str, start: str) -> str:
    (found,) = [one for one in text.splitlines() if start in one]
    return found


def test_every_ratio_has_a_line_with_its_verdict() -> None:
    text = table(made_up(FIGURES, absent=ABSENT), None)
    assert line(text, "EcoLogits: its call against ours, dict in").split()[-4:] == ["25.0", "≥", "20", "met"]
    assert line(text, "Kernel: one row against").split()[-5:] == ["5.00", "≥", "15", "not", "met"]
    assert all(ratio.text in text for ratio in RATIOS)


def test_a_peer_that_is_missing_is_told_not_left_out() -> None:
    assert "ecocost is not installed" in line(
        table(made_up(FIGURES, absent=ABSENT), None), "ecocost: its call"
    )


def test_what_was_not_measured_is_told() -> None:
    assert "not measured" in line(table(made_up(FIGURES), None), "Names of dictionary columns")


def test_the_kept_value_stands_beside_it() -> None:
    before = made_up({**FIGURES, "one row, dict": 25e-6})
    assert (
        line(table(made_up(FIGURES), before), "EcoLogits: its call against ours, dict in").split()[-1]
        == "20.0"
    )


def test_machine_load_and_versions_stand_below() -> None:
    text = table(made_up(FIGURES), None)
    assert (
        "Abacus 7, 2 cores, CPython 3.11.7; load average before 0.50 0.40 0.30, after 1.50 1.00 0.90" in text
    )
    assert "wattdrop 0.1.0, ecologits 0.11.3" in text


def test_the_report_names_what_got_worse() -> None:
    text = report(made_up({**FIGURES, "one row, dict": 40e-6}), made_up(FIGURES))
    assert (
        "REGRESSION 2.00 times worse: EcoLogits: its call against ours, dict in, totals out: 25.0 -> 12.5"
        in text
    )
    assert "0123456789ab (the same machine)" in text


def test_the_report_says_that_all_is_well() -> None:
    assert report(made_up(FIGURES), made_up(FIGURES)).startswith("No ratio is more than 20% worse")


def test_the_report_says_where_the_kept_run_is_from() -> None:
    before = made_up(FIGURES, machine={**MACHINE, "processor": "Abacus 8"})
    assert "another machine, Abacus 8, 2 cores" in report(made_up(FIGURES), before)
    assert report(made_up(FIGURES), None).startswith("No kept results")


def test_three_digits_are_shown() -> None:
    assert [shown(value) for value in (0.012345, 1.2345, 45.678, 12345.6)] == [
        "0.0123",
        "1.23",
        "45.7",
        "12,346",
    ]
