"""The accuracy page says what the method does now: another constant, source or formula without a new page fails here."""

import csv

import accuracy
import accuracy_page
import pytest

from wattdrop.catalog import load
from wattdrop.engine import METHOD_VERSION
from wattdrop.validation.measurements import read
from wattdrop.validation.published import address_of, published_sources
from wattdrop.validation.stored import (
    EVIDENCE,
    SCORES,
    comparable,
    predictions_digest,
    stored_predictions,
    stored_scores,
)


@pytest.fixture(scope="module")
def results():
    return stored_scores()


def test_results_belong_to_the_method_constants_and_measurements_of_today(results):
    assert results["method_digest"] == accuracy.method_digest(load()), "run `make accuracy`"


def test_the_page_shows_the_results(results):
    page = accuracy_page.PAGE.read_text()
    assert page == accuracy_page.filled(page, results, load()), "run `python validation/accuracy.py --page`"


def test_the_shipped_constants_give_the_stored_scores(results):
    now = accuracy.in_sample(load())
    assert {group["by"]["task"] for group in now} == {group["by"]["task"] for group in results["in_sample"]}
    for group, stored in zip(now, results["in_sample"], strict=True):
        for score in ("n", "median_factor", "bias", "within_2x", "coverage_90"):
            assert group[score] == pytest.approx(stored[score], rel=2e-3), (group["by"], score)


def test_every_line_of_the_page_has_rows_behind_it(results):
    assert all(line["n"] >= 10 for line in results["table"])
    assert all(line["unpredicted"] == 0 for line in results["table"])


def test_the_stored_predictions_are_those_that_the_scores_were_made_of(results):
    assert results["method_version"] == METHOD_VERSION
    assert results["predictions_digest"] == predictions_digest(), "run `make accuracy`"


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_every_shipped_measurement_has_a_prediction_and_no_other(evidence):
    with SCORES.with_name(f"given-{evidence}.csv").open(newline="") as lines:
        ids = [row["row_id"] for row in csv.DictReader(lines)]
    assert ids == sorted(m.text("row_id") for m in read())
    assert list(stored_predictions(evidence)) == ids


def test_left_out_predictions_are_not_those_of_the_shipped_constants(results):
    """Families that weigh much in the fit are worse off without it; see the table of the page."""
    seen = {group["by"]["task"]: group["within_2x"] for group in results["in_sample"]}
    left_out = {group["by"]["task"]: group["within_2x"] for group in results["tasks"]}
    assert left_out["text-to-video"] < seen["text-to-video"]
    assert sum(group["n"] for group in results["tasks"]) == sum(map(comparable, read()))


def test_scores_of_other_tools_are_those_of_their_files(results):
    assert results["peers"] == accuracy.peers(), "run `python validation/accuracy.py --page`"


def test_who_measured_is_known_of_every_row():
    licences = {name: source["licence"] for source in published_sources() for name in source["names"]}
    for m in read():
        assert licences[m.text("source")] == m.text("licence")
        assert address_of(m).startswith("https://github.com/"), m.text("source_detail")


def test_another_formula_is_another_method():
    assert accuracy.code_of("def f(x):\n    return 2 * x") != accuracy.code_of("def f(x):\n    return 3 * x")


def test_another_depth_is_another_method():
    within = "def f(x):\n    if x:\n        x = 1\n        return x\n    return 0"
    assert accuracy.code_of(within) != accuracy.code_of(within.replace("        return x", "    return x"))


def test_another_layout_is_not():
    assert accuracy.code_of("def f(x):\n    return g(x, 2)") == accuracy.code_of(
        "def f(x):\n\n    return g(\n        x, 2)\n"
    )


def test_another_comment_is_not():
    assert accuracy.code_of("def f(x):\n    'doc'\n    return 2 * x") == accuracy.code_of(
        "def f(x):  # remark\n    return 2 * x"
    )
