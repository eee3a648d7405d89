"""Ranges: ordered, removed by what the caller gives, and not shrunk by sums."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wattdrop
from wattdrop.engine import cases
from wattdrop.engine.api import METRICS, default_catalog
from wattdrop.engine.cause_shares import CauseShare

CHAT = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500}
OPEN = {"model_id": "llama_v31_8b", "gpu_id": "h100_sxm_80gb", "input_tokens": 100, "output_tokens": 500}


def row(**fields):
    return wattdrop.estimate([fields]).rows[0]


def width(one, quantity="total_energy_wh", level=0.9):
    low, _, high = one.range(quantity, level)
    return high / low


def causes(one, quantity="total_energy_wh"):
    return {cause.cause: cause for cause in one.causes(quantity)}


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(
        ["gpt-4o", "llama_v31_8b", "sdxl", "whisper_large_v3", "bert_base_uncased", "deepseek_v3"]
    ),
    st.one_of(st.none(), st.integers(1, 256)),
    st.one_of(st.none(), st.sampled_from(["FR", "US", "PL"])),
    st.one_of(st.none(), st.integers(1, 5000)),
)
def test_low_central_and_high_are_in_order_for_every_metric(model, batch, country, tokens):
    fields = {"model_id": model, "batch_size": batch, "country": country, "output_tokens": tokens}
    one = row(**{name: value for name, value in fields.items() if value is not None})
    for quantity in METRICS["total"]:
        wide, narrow = one.range(quantity, 0.9), one.range(quantity, 0.5)
        assert 0 < wide.low <= narrow.low <= narrow.central <= narrow.high <= wide.high < math.inf


@pytest.mark.parametrize(
    ("cause", "given_", "quantity"),
    [
        ("occupancy", {"batch_size": 64}, "total_energy_wh"),
        ("utilisation", {"utilization_rate": 0.5}, "total_energy_wh"),
        ("hardware", {"node_id": "aws:p5.48xlarge"}, "total_energy_wh"),
        ("pue", {"pue": 1.2}, "total_energy_wh"),
        ("grid", {"grid_gco2e_per_kwh": 300}, "row_inference_emissions_gco2e"),
        ("wue", {"wue_l_per_kwh": 1.0}, "row_inference_water_ml"),
    ],
)
def test_what_the_caller_gives_is_no_longer_a_cause(cause, given_, quantity):
    before, after = row(**CHAT), row(**CHAT, **given_)
    assert cause in causes(before, quantity)
    assert cause not in causes(after, quantity)


def test_the_advice_names_a_field_and_stops_once_it_is_given():
    assert "batch_size" in causes(row(**CHAT))["occupancy"].advice
    assert causes(row(**CHAT, country="FR"), "total_emissions_gco2e")["grid"].advice == ""
    unknown = causes(row(**CHAT, country="XX"), "total_emissions_gco2e")["grid"]
    assert unknown.advice == "give country, cloud_region or grid_gco2e_per_kwh"


def test_a_site_of_ones_own_is_a_place_where_it_says_where_it_lies():
    ours = wattdrop.load().overlay(
        datacenters=[
            {"id": "here", "name": "here", "country": "PL"},
            {"id": "somewhere", "name": "somewhere"},
        ]
    )
    rows = [{**CHAT, "datacenter_id": site} for site in ("here", "somewhere")]
    here, somewhere = (
        {cause.cause: cause.advice for cause in one.causes("total_emissions_gco2e")}
        for one in wattdrop.estimate(rows, ours).rows
    )
    assert here["grid"] == "" and somewhere["grid"].startswith("give country")


def test_a_place_narrows_the_carbon():
    anywhere, france = row(**OPEN), row(**OPEN, country="FR")
    quantity = "row_inference_emissions_gco2e"  # training was done elsewhere
    assert width(france, quantity) < width(anywhere, quantity)


def test_a_duration_narrows_the_energy_where_the_batch_is_unknown():
    quantity = "gpu_active_energy_wh"
    assert width(row(**OPEN, processing_duration_ms=14000), quantity) < 0.7 * width(row(**OPEN), quantity)


def test_measured_facility_energy_leaves_no_range_of_the_inference():
    one = row(**CHAT, measured_energy_wh=2.0, measured_energy_boundary="facility")
    assert one.range("facility_energy_wh") == (2.0, 2.0, 2.0)


def test_shares_of_the_causes_sum_to_one_and_come_largest_first():
    shares = [cause.share for cause in row(**CHAT).causes("total_emissions_gco2e")]
    assert sum(shares) == pytest.approx(1.0)
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("times", [1, 40])
def test_causes_of_all_rows_are_those_of_each(times):
    unlike = [CHAT, OPEN, {**CHAT, "batch_size": 8}, {"model_id": "none"}, {**OPEN, "output_tokens": 9}]
    found = wattdrop.estimate(unlike * times)
    each = [one.causes() for one in found.rows if one.error is None]
    assert [tuple(of_row) for of_row in found.every_cause(CauseShare)] == each
    advised = [{cause.cause for cause in of_row if cause.advice} for of_row in each[:4]]
    assert ["occupancy" in of_row for of_row in advised] == [True, True, False, True]


@pytest.mark.parametrize("count", [2, 1000])
def test_a_total_of_equal_rows_is_as_uncertain_as_one(count):
    one, many = wattdrop.estimate([CHAT]), wattdrop.estimate([CHAT] * count)
    for metric in ("energy_wh", "emissions_gco2e"):
        single, total = one.total_range(metric), many.total_range(metric)
        assert total.high / total.low == pytest.approx(single.high / single.low, rel=1e-9)
        assert total.central == pytest.approx(count * single.central)


def test_errors_of_different_models_and_places_partly_cancel():
    rows = [
        {**OPEN, "country": "FR"},
        {"model_id": "mistral_7b", "gpu_id": "a100_sxm_80gb", "output_tokens": 500, "country": "PL"},
        {"model_id": "gpt-4o", "output_tokens": 500, "country": "US"},
    ]
    result = wattdrop.estimate(rows)
    assert all(one.error is None for one in result)
    total = result.total_range("emissions_gco2e")
    weights = [one.value("total_emissions_gco2e") / total.central for one in result]
    alone = sum(w * math.log(one.range("total_emissions_gco2e").high / one.value("total_emissions_gco2e"))
                for w, one in zip(weights, result, strict=True))  # fmt: skip
    assert math.log(total.high / total.central) < alone


def test_unmeasured_accelerators_are_less_certain():
    measured = row(**{**OPEN, "batch_size": 64})
    other = row(**{**OPEN, "gpu_id": "mi300x", "batch_size": 64})
    assert width(other, "gpu_active_energy_wh") > width(measured, "gpu_active_energy_wh")


def test_one_row_and_many_have_the_same_ranges():
    rows = [CHAT, OPEN, {**OPEN, "batch_size": 1}] * 30  # arrays
    many = wattdrop.estimate(rows)
    for number in (0, 1, 2):
        assert many.rows[number].range("total_energy_wh") == pytest.approx(
            row(**rows[number]).range("total_energy_wh")
        )


def test_a_level_outside_0_to_1_is_refused():
    with pytest.raises(ValueError, match="share between 0 and 1"):
        row(**OPEN).range("total_energy_wh", 90)


def test_ranges_are_not_worked_out_unless_asked_for(monkeypatch):
    import wattdrop.engine.ranges as ranges

    monkeypatch.setattr(ranges.Ranges, "__init__", None)
    assert wattdrop.estimate([CHAT]).response().rows[0].ranges is None


def test_of_more_cases_than_are_kept_the_oldest_goes_alone(monkeypatch):
    monkeypatch.setattr(cases, "_MOST_REMEMBERED", 2)
    monkeypatch.setattr(cases, "_remembered", {})
    for country in ("FR", "US", "PL"):
        row(**CHAT, country=country).range("total_energy_wh")
    assert [description.country for _, description, _ in cases._remembered] == ["US", "PL"]


def test_every_cause_has_its_spread_in_the_data():
    constants = default_catalog().constant_values()
    from wattdrop.engine.ranges import KINDS

    assert all(1.0 < constants[f"method_{kind}_50"] < constants[f"method_{kind}_90"] for kind in KINDS)


def test_a_batch_of_errors_alone_has_no_ranges():
    result = wattdrop.estimate([{"model_id": "no such model"}] * 2)
    assert result.ranges("total_energy_wh") == ([], [])
    assert result.total_range("energy_wh") == (0.0, 0.0, 0.0)
    assert result.response(ranges=True).total_ranges is None
