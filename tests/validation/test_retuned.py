"""A constant that is replaced moves the estimates of that catalog, and of no other."""

from __future__ import annotations

import pytest

from wattdrop.catalog import load
from wattdrop.engine import estimate
from wattdrop.validation.retuned import retuned

ROW = {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "output_tokens": 500}


def test_estimates_follow_the_constants() -> None:
    catalog = load()
    before = estimate([ROW], catalog).total("energy_wh")
    constants = catalog.constant_values()
    halved = retuned(catalog, {"bandwidth_share": constants["bandwidth_share"] / 2})
    assert estimate([ROW], halved).total("energy_wh") > 1.1 * before
    assert estimate([ROW], catalog).total("energy_wh") == pytest.approx(before)
