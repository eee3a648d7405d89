"""``POST /v1/impact``: numbers for good rows, errors for bad ones, all inside one 200."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.conftest import Service
from tests.service.in_process import serving

from wattdrop.catalog import load
from wattdrop.engine import METHOD_VERSION

ROW = {"model_id": "llama_v31_8b", "node_id": "aws:p4d.24xlarge", "input_tokens": 100, "output_tokens": 500}
METRICS = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)


def test_a_row_gets_five_positive_totals(service: Service) -> None:
    answer = service.impact(ROW).json()
    (row,) = answer["rows"]
    assert answer["has_errors"] is False
    assert all(row["total_impact"][metric] > 0 for metric in METRICS)


def test_totals_are_sums_of_usage_over_rows(service: Service) -> None:
    answer = service.impact(ROW, {**ROW, "output_tokens": 50}).json()
    totals = [row["total_impact"] for row in answer["rows"]]
    assert answer["total_energy_wh"] == pytest.approx(sum(total["usage_energy_wh"] for total in totals))
    assert answer["total_gco2e"] == pytest.approx(sum(total["usage_emissions_gco2e"] for total in totals))
    assert answer["total_mlh2o"] == pytest.approx(sum(total["usage_water_ml"] for total in totals))


def test_an_empty_request_has_an_empty_answer(service: Service) -> None:
    assert service.impact().json() == {
        "rows": [],
        "total_energy_wh": 0.0,
        "total_gco2e": 0.0,
        "total_mlh2o": 0.0,
        "has_errors": False,
    }


def test_a_bad_row_is_answered_beside_the_good_ones(service: Service) -> None:
    response = service.impact(
        ROW, {**ROW, "output_token": 5}, {**ROW, "model_id": "no-such-model-9000"}, None, ROW
    )
    assert response.status_code == 200
    answer = response.json()
    assert answer["has_errors"] is True
    codes = [row.get("error", {}).get("code") for row in answer["rows"]]
    assert codes == [None, "unknown_field", "unknown_model", "not_an_object", None]
    assert answer["rows"][0] == answer["rows"][4]
    for row in answer["rows"][1:4]:
        assert set(row["total_impact"].values()) == {0.0}
    assert answer["rows"][1]["error"]["details"] == {"field": "output_token", "candidates": ["output_tokens"]}


def test_large_batches_are_computed_beside_the_event_loop_alike(service: Service) -> None:
    small = service.impact(ROW).json()["rows"][0]
    large = service.impact(*[{**ROW, "session_id": "x" * 200}] * 400).json()["rows"]
    assert large[399] == small


def test_debug_is_opt_in(service: Service) -> None:
    assert "debug" not in service.impact(ROW).json()["rows"][0]
    response = service.request("POST", "/v1/impact?debug=true", json={"rows": [ROW]})
    debug = response.json()["rows"][0]["debug"]
    assert debug["model"]["id"] == "llama_v31_8b"
    assert debug["hardware_node"]["id"] == "aws-p4d-24xlarge"


def test_answers_name_method_and_data(tmp_path: Path) -> None:
    with serving(tmp_path, ledger="off") as service:  # whose customer has made no objects
        headers = service.impact(ROW).headers
    assert headers["x-wattdrop-method-version"] == METHOD_VERSION
    assert headers["x-wattdrop-catalog-digest"] == load().digest


def test_attribution_changes_no_number(service: Service) -> None:
    plain = service.impact(ROW).json()
    told = service.impact(
        {**ROW, "session_id": "s", "project_id": "p", "request_cost": 1.5, "currency": "USD"}
    ).json()
    assert told == plain


def test_every_number_is_finite(service: Service) -> None:
    answer = service.impact(
        ROW, {**ROW, "output_tokens": 0, "input_tokens": 0}, {**ROW, "output_tokens": 10**8}
    ).json()
    numbers = [value for row in answer["rows"] for value in row["total_impact"].values()]
    assert all(math.isfinite(number) and number > 0 for number in numbers)
