"""The accuracy page says what the method does now: another constant, source or formula without a new page fails here."""

import json

import accuracy
import accuracy_page
import pytest

from wattdrop.catalog import load


@pytest.fixture(scope="module")
def results():
    return json.loads(accuracy.RESULTS.read_text())


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


def test_another_formula_is_another_method():
    assert accuracy.code_of("def f(x):\n    return 2 * x") != accuracy.code_of("def f(x):\n    return 3 * x")


def test_another_comment_is_not():
    assert accuracy.code_of("def f(x):\n    'doc'\n    return 2 * x") == accuracy.code_of(
        "def f(x):  # remark\n    return 2 * x"
    )
