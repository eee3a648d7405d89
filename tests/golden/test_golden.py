"""Golden rows: numbers move only when somebody meant them to. `make golden` shows what moved and pins it anew."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .rows import METRICS, numbers

PINNED = Path(__file__).with_name("numbers.csv")


def test_no_number_moves_unnoticed() -> None:
    with PINNED.open(newline="") as file:
        pinned = {
            line["row"]: tuple(float(line[metric]) for metric in METRICS) for line in csv.DictReader(file)
        }
    now = numbers()

    assert list(now) == list(pinned), "rows came or went; run `make golden` and review the diff"
    moved = [row for row in pinned if now[row] != pytest.approx(pinned[row], rel=1e-9)]
    assert not moved, "numbers moved; run `make golden`, review the diff and tell the changelog by how much"
