"""``/v1/compare``: rows beside each other, and an error beside them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import Service

WORK = {"input_tokens": 1000, "output_tokens": 500}
SMALL, LARGE = {"model_id": "llama_v31_8b", **WORK}, {"model_id": "llama_v31_405b", **WORK}
METRICS = (
    "usage_energy_wh",
    "usage_emissions_gco2e",
    "usage_water_ml",
    "embodied_emissions_gco2e",
    "embodied_water_ml",
)


def compared(service: Service, *rows: Any) -> Any:
    response = service.request("POST", "/v1/compare", json={"rows": list(rows)})
    assert response.status_code == 200, response.text
    return response.json()


def test_each_row_is_held_against_the_one_that_has_the_least(service: Service) -> None:
    answer = compared(service, {**LARGE, "label": "large"}, {**SMALL, "label": "small"})
    large, small = answer["rows"]
    assert (large["label"], small["label"], answer["has_errors"]) == ("large", "small", False)
    for metric in METRICS:
        assert small["compared"][metric]["rank"] == 1
        assert small["compared"][metric]["verdict"] == "same"
        against = large["compared"][metric]
        assert (against["rank"], against["to"], against["verdict"]) == (2, 1, "clear")
        central = large["total_impact"][metric] / small["total_impact"][metric]
        assert against["ratio"]["central"] == pytest.approx(central)
        assert 1 < against["ratio"]["low_90"] < against["ratio"]["low_50"] < central
        assert sum(one["share"] for one in against["causes"]) == pytest.approx(1)


def test_totals_and_ranges_are_those_of_an_estimate(service: Service) -> None:
    answer = compared(service, LARGE, SMALL)
    estimated = service.impact(LARGE, SMALL, params={"ranges": "true"}).json()
    for row, alone in zip(answer["rows"], estimated["rows"], strict=True):
        assert row["total_impact"] == alone["total_impact"]
        assert row["ranges"] == alone["ranges"]


def test_a_wrong_row_stands_in_its_place_and_spoils_no_other(service: Service) -> None:
    wrong = {"label": "gone", "model_id": "nonesuch", **WORK}
    numbered = {**SMALL, "label": 5}
    answer = compared(service, wrong, SMALL, LARGE, numbered, "text")
    gone, small, large, five, text = answer["rows"]
    assert answer["has_errors"]
    assert (gone["label"], gone["error"]["code"]) == ("gone", "unknown_model")
    assert set(gone) == {"label", "error"}
    assert large["compared"]["usage_energy_wh"]["to"] == 1 and "error" not in small
    assert five["error"]["details"]["field"] == "label"
    assert text["error"]["code"] == "not_an_object"


def test_rows_that_are_all_wrong_are_answered(service: Service) -> None:
    answer = compared(service, {"model_id": "nonesuch"}, {"label": "x" * 201, **SMALL})
    assert [row["error"]["code"] for row in answer["rows"]] == ["unknown_model", "out_of_range"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rows": [SMALL]}, 400, "bad_request"),
        ({"rows": [SMALL] * 25}, 413, "too_large"),
        ({"rows": 5}, 400, "missing_rows"),
        ({"rows": [SMALL, LARGE], "to": 1}, 400, "unknown_field"),
    ],
)
def test_what_is_no_comparison_is_refused(service: Service, body: Any, status: int, code: str) -> None:
    response = service.request("POST", "/v1/compare", json=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
