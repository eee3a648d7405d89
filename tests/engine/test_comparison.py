"""Rows beside each other: what both share cancels, what each has for itself does not."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wattdrop
from wattdrop.engine.api import METRICS
from wattdrop.engine.cases import WITHIN
from wattdrop.engine.quantiles import Z90

TOTALS = METRICS["total"]
WORK = {"input_tokens": 1000, "output_tokens": 500}
GPT = {"model_id": "gpt-4o", **WORK}
SMALL = {"model_id": "llama_v31_8b", **WORK}
LARGE = {"model_id": "llama_v31_405b", **WORK}

#: Descriptions that leave much or little open.
ROWS = st.fixed_dictionaries(
    {
        "model_id": st.sampled_from(["gpt-4o", "gpt-4o-mini", "llama_v31_8b", "mixtral_8x7b"]),
        "node_id": st.sampled_from(["aws:p5.48xlarge", "aws:p4d.24xlarge"]),
        "datatype": st.just("bf16"),
    },
    optional={
        "output_tokens": st.integers(1, 5000),
        "country": st.sampled_from(["FR", "PL", "US"]),
        "batch_size": st.integers(1, 256),
        "processing_duration_ms": st.just(4000),
        "utc_datetime": st.sampled_from(["2024-06-15T03:00:00Z", "2024-06-15T12:00:00Z"]),
    },
)


def ratio(row, to, quantity="total_energy_wh"):
    return wattdrop.compare([row, to]).ratio(0, 1, quantity)


def causes(found, shared):
    return {one.cause for one in found.causes if one.shared == shared and one.share > 0.001}


@settings(max_examples=20)
@given(ROWS)
def test_a_row_beside_itself_is_the_same_without_a_range(row):
    for quantity in TOTALS:
        assert ratio(row, row, quantity) == ((1.0, 1.0, 1.0, 1.0, 1.0), "same", [])


@settings(max_examples=20)
@given(ROWS, ROWS)
def test_the_other_way_round_everything_is_turned_over(row, to):
    for quantity in TOTALS:
        there, back = ratio(row, to, quantity), ratio(to, row, quantity)
        turned = [1.0 / end for end in reversed(back.range)]
        assert list(there.range) == pytest.approx(turned, rel=1e-9)
        assert there.verdict == back.verdict


@settings(max_examples=20)
@given(ROWS, ROWS)
def test_ends_are_in_order_and_the_verdict_is_what_they_say(row, to):
    for quantity in TOTALS:
        (low, lower, central, higher, high), verdict, shares = ratio(row, to, quantity)
        assert 0 < low <= lower <= central <= higher <= high
        if verdict != "same":
            assert (verdict == "clear") == (not low <= 1 <= high)
            assert (verdict == "open") == (lower <= 1 <= higher)
            assert sum(one.share for one in shares) == pytest.approx(1.0)


@settings(max_examples=10)
@given(ROWS, ROWS)
def test_the_range_is_what_drawing_the_unknowns_gives(row, to):
    """docs/explanation/uncertainty.md promises that an end is off by a fifth of the range's width at most."""
    both = wattdrop.compare([row, to])
    for quantity in TOTALS:
        low, _, central, _, high = both.ratio(0, 1, quantity).range
        drawn = _drawn(both, quantity)
        width = math.log(high / low)
        assert math.log(low / central) == pytest.approx(drawn[0], abs=0.2 * width + 1e-9)
        assert math.log(high / central) == pytest.approx(drawn[1], abs=0.2 * width + 1e-9)


def _drawn(both, quantity):
    """The 5 % and 95 % points of the ratio's logarithm when every unknown is drawn, once for both rows where it is one."""
    random, rows = np.random.default_rng(1), []
    drawn = defaultdict(lambda: random.standard_normal(40_000) / Z90)
    for unknowns in both.unknowns:
        moved = np.zeros(40_000)
        for effect, identity, steps in unknowns:
            if effect != WITHIN:
                z = drawn[effect, identity]
                below, above = steps[quantity]
                moved += np.where(z < 0, -z * below, z * above)
        rows.append(moved)
    return np.quantile(rows[0] - rows[1], [0.05, 0.95])


def test_without_shared_unknowns_the_ratio_has_the_width_of_independent_errors():
    row, to = (
        {**SMALL, "gpu_id": "h100_sxm_80gb", "country": "FR"},
        {**LARGE, "gpu_id": "a40", "country": "PL"},
    )
    found = ratio(row, to)
    assert causes(found, shared=True) == set()
    one, other = (wattdrop.estimate([each]).rows[0].range("total_energy_wh") for each in (row, to))
    down = math.hypot(math.log(one.central / one.low), math.log(other.high / other.central))
    up = math.hypot(math.log(one.high / one.central), math.log(other.central / other.low))
    assert found.range.low_90 == pytest.approx(found.range.central * math.exp(-down), rel=1e-6)
    assert found.range.high_90 == pytest.approx(found.range.central * math.exp(up), rel=1e-6)


def test_what_is_not_known_of_a_model_says_nothing_about_two_lengths_of_its_answer():
    """The ranges of the two overlap by far; that one takes more than the other is certain."""
    fixed = {"node_id": "aws:p5.48xlarge", "batch_size": 64}
    short, long = {**GPT, **fixed, "output_tokens": 500}, {**GPT, **fixed, "output_tokens": 750}
    assert wattdrop.estimate([short]).rows[0].range("total_energy_wh").high > (
        wattdrop.estimate([long]).rows[0].range("total_energy_wh").low
    )
    found = ratio(long, short)
    assert found.verdict == "clear"
    assert 1.3 < found.range.low_90 < found.range.high_90 < 1.7


def test_the_same_model_in_two_countries_differs_by_grid_and_site_alone():
    found = ratio({**GPT, "country": "PL"}, {**GPT, "country": "FR"}, "total_emissions_gco2e")
    assert causes(found, shared=False) <= {"grid", "pue"}
    assert found.verdict == "clear"
    assert ratio({**GPT, "country": "PL"}, {**GPT, "country": "FR"}).verdict == "open"  # of the energy


def test_hours_of_one_grid_share_its_error():
    night, noon = (
        {**GPT, "country": "DE", "utc_datetime": f"2024-06-15T{hour}:00:00Z"} for hour in ("20", "12")
    )
    found = ratio(night, noon, "total_emissions_gco2e")
    assert found.verdict == "clear"
    assert causes(found, shared=False) == set()
    assert ratio(night, noon).verdict == "same"


def test_two_models_on_the_same_machines_have_queues_of_their_own():
    machine = {"node_id": "aws:p5.48xlarge"}
    found = ratio({**SMALL, **machine}, {**LARGE, **machine})
    assert {"occupancy", "utilisation", "method"} <= causes(found, shared=False)
    assert "host" in {one.cause for one in found.causes if one.shared}


def test_two_services_are_not_known_to_be_in_one_place():
    services = [{**SMALL, "managed_service_id": service} for service in ("aws_bedrock", "together")]
    anywhere = ratio(*services, "total_emissions_gco2e")
    assert "grid" in causes(anywhere, shared=False)
    here = ratio(*({**one, "country": "US"} for one in services), "total_emissions_gco2e")
    assert "grid" not in causes(here, shared=False)


def test_rows_are_ranked_from_the_least_and_equal_ones_share_a_place():
    found = wattdrop.compare([LARGE, SMALL, {"model_id": "nonesuch"}, LARGE])
    assert found.ranks("total_energy_wh") == {0: 2, 1: 1, 3: 2}
    assert found.least("total_energy_wh") == 1
    assert "nonesuch" in found.estimate.rows[2].error.message
    with pytest.raises(ValueError, match="row 2 has no numbers"):
        found.ratio(2, to=0)


def test_nothing_beside_something_has_no_ratio():
    untrained = {"training_energy_mwh": 0.0, "training_emissions_tco2e": 0.0}
    model = {
        "id": "house_7b",
        "task": "chat",
        "architecture": "dense",
        "total_params_billions": 7.0,
        **untrained,
    }
    site = {"id": "dam", "name": "dam", "pue": 1.1, "gco2e_per_kwh": 0.0}
    ours = wattdrop.load().overlay(models=[model], datacenters=[site])
    here, there = {"model_id": "house_7b", "datacenter_id": "dam"}, {"model_id": "house_7b"}
    found = wattdrop.compare([here, there, here], ours)
    assert found.ratio(0, 1, "total_emissions_gco2e") == (None, "clear", ())
    assert found.ratio(0, 2, "total_emissions_gco2e").verdict == "same"


def test_only_totals_are_compared_and_something_must_be_computed():
    with pytest.raises(ValueError, match="total_water_ml"):
        ratio(SMALL, LARGE, "facility_energy_wh")
    with pytest.raises(ValueError, match="no row could be computed"):
        wattdrop.compare([{"model_id": "nonesuch"}]).least("total_energy_wh")
