"""Scores that pages repeat are those of the accuracy page, which is written by the run that measured them."""

from __future__ import annotations

import re

import pytest
from tests.conftest import ROOT

ACCURACY = (ROOT / "docs/explanation/accuracy.md").read_text(encoding="utf-8")
SHIPPED, NOT_SHIPPED = "targets", "not shipped"


def scores(table: str) -> dict[str, dict[str, str]]:
    """Rows of a generated table: number of rows, share within 2x, median factor."""
    (text,) = re.findall(rf"<!-- generated: {table} -->\n(.*?)\n<!-- end -->", ACCURACY, re.S)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {line[0]: dict(zip(("n", "within", "factor"), line[2:5], strict=True)) for line in lines}


REPEATED = [
    ("README.md", SHIPPED, "language models, batch known", r"factor of (?P<factor>[\d.]+), and (?P<within>\d+ %)"),
    ("docs/explanation/method-text.md", SHIPPED, "language models, batch known",
     r"\| engines, .*\| (?P<n>\d+) \| (?P<factor>[\d.]+) \| (?P<within>\d+ %)"),
    ("docs/explanation/method-text.md", SHIPPED, "text generation at batch 1",
     r"\| one request .* and Luccioni et al. \| (?P<n>\d+) \| (?P<factor>[\d.]+) \| (?P<within>\d+ %)"),
    ("docs/explanation/method-text.md", NOT_SHIPPED, "text generation at batch 1",
     r"\| one request .*AI Energy Score .*\| (?P<n>\d+) \| (?P<factor>[\d.]+) \| (?P<within>\d+ %)"),
    ("docs/explanation/method-images.md", SHIPPED, "images by diffusion",
     r"(?P<n>\d+) shipped rows .*: median factor (?P<factor>[\d.]+), (?P<within>\d+ %) within 2x"),
    ("docs/explanation/method-video.md", SHIPPED, "video by diffusion",
     r"(?P<n>\d+) shipped rows .*: median factor (?P<factor>[\d.]+), (?P<within>\d+ %) within 2x"),
    ("docs/explanation/method-occupancy.md", SHIPPED, "language models, batch and latency unknown",
     r"(?P<within>\d+ %) within 2x from the usual number"),
    ("docs/explanation/method-occupancy.md", SHIPPED, "language models, batch unknown, latency known",
     r"(?P<within>\d+ %) with the duration"),
    ("docs/explanation/method-encoders.md", SHIPPED, "fill-mask", r"fill-mask\s+(?P<within>\d+ %)"),
    ("docs/explanation/method-encoders.md", SHIPPED, "text classification", r"text classification (?P<within>\d+ %)"),
    ("docs/explanation/method-encoders.md", SHIPPED, "captioning", r"captions (?P<within>\d+ %)"),
    ("docs/explanation/method-encoders.md", SHIPPED, "whole servers, MLPerf", r"MLPerf (?P<within>\d+ %)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "table", "rows", "said"), REPEATED, ids=[" ".join(one[:3]) for one in REPEATED]
)
def test_a_score_is_that_of_the_accuracy_page(page: str, table: str, rows: str, said: str) -> None:
    found = re.search(said, (ROOT / page).read_text(encoding="utf-8"))

    assert found is not None
    known = scores(table)[rows]
    assert found.groupdict() == {name: known[name] for name in found.groupdict()}
