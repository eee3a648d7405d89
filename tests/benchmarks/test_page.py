"""The page of benchmarks is what the kept results give, with every target and every verdict."""

from __future__ import annotations

import re

from benchmarks.curve import curve as measured_curve
from benchmarks.curve import sizes
from benchmarks.curve_point import WAYS
from benchmarks.report import PAGE, PICTURE, TARGETS, page
from benchmarks.results import Curve, Kept, Point
from tests.benchmarks.runs import MACHINE, made_up
from tests.conftest import ROOT

from benchmarks import curve_plot, elsewhere, results


def curve(peaks_mb: dict[int, float]) -> Curve:
    points = [
        Point(way="Parquet to Parquet", rows=rows, cpu_s=rows / 1e6, wall_s=rows / 1e6, peak_mb=peak)
        for rows, peak in peaks_mb.items()
    ]
    return Curve(commit="c", date="d", machine=MACHINE, load_before=[0.1], load_after=[1.0], points=points)


def test_the_page_is_fresh() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(results.read()), "stale: make bench-report"


def test_the_picture_has_every_way() -> None:
    kept = results.read().curve
    assert kept is not None
    picture = (ROOT / PICTURE).read_text(encoding="utf-8")
    assert all(f">{way}<" in picture for way in {point.way for point in kept.points})


def test_every_target_is_on_the_page_and_none_is_passed_over() -> None:
    text = page(Kept(runs=[made_up({"EcoLogits": 500e-6, "one row, dict": 100e-6})]))
    assert {f"T{number}" for number in range(1, 13)} <= TARGETS.keys()
    assert all(f"\n| {name} | " in text for name in TARGETS)
    assert re.search(
        r"\| T1 \| EcoLogits: its call against ours, dict in.* \| ≥ 20 \| 5.00 \| \*\*not met\*\* \|", text
    )
    assert re.search(r"\| T2 \| .* \| not measured \|  \|", text)


def test_memory_is_judged_from_the_curve() -> None:
    ratio, most = elsewhere.of_curve(curve({2_000_000: 300.0, 20_000_000: 450.0}))
    assert (ratio.value, ratio.ratio.is_met(ratio.value)) == (1.5, False)
    assert (most.value, most.ratio.is_met(most.value)) == (450.0, False)
    assert elsewhere.of_curve(curve({2_000_000: 300.0})) == ()
    assert elsewhere.of_curve(None) == ()


def test_what_was_measured_elsewhere_can_be_read() -> None:
    assert all(one.target in TARGETS for one in elsewhere.read())


def test_earlier_runs_stand_beside_each_other() -> None:
    figures = {"EcoLogits": 500e-6, "one row, dict": 100e-6}
    text = page(
        Kept(runs=[made_up(figures), made_up({**figures, "one row, dict": 20e-6}, commit="ba9876543210")])
    )
    assert "| EcoLogits: its call against ours, dict in, totals out | 5.00 | 25.0 |" in text


def test_the_picture_is_the_same_each_time() -> None:
    points = curve({1: 80.0, 1000: 90.0})
    assert curve_plot.svg(points) == curve_plot.svg(points)


def test_the_curve_has_the_sizes_that_the_target_of_memory_compares() -> None:
    assert sizes(20_000_000)[-3:] == [1_000_000, 2_000_000, 20_000_000]
    assert sizes(1000) == [1, 10, 100, 1000]
    assert elsewhere.MEMORY_WAY in WAYS


def test_a_point_is_a_process_of_its_own() -> None:
    """Ten rows by every way that is installed here; what fails is told and has no point."""
    found = measured_curve(10)
    ways = {point.way for point in found.points}
    assert {"Python, a list of dicts", "JSON, bytes to bytes", "Parquet to Parquet"} <= ways
    assert {point.rows for point in found.points} == {1, 10}
    assert all(point.peak_mb > 1 and point.cpu_s > 0 for point in found.points)
