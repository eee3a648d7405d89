"""``GET /v1/impact``: one row in an address, an answer that a cell can hold."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from tests.conftest import Service

ROW = {"model_id": "gpt-4o", "input_tokens": "100", "output_tokens": "500"}


def get(service: Service, **params: str) -> Any:
    return service.get("/v1/impact", params=params)


def test_json_is_the_answer_to_the_same_row(service: Service) -> None:
    row = {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500}
    assert get(service, **ROW).json() == service.impact(row).json()


def test_csv_is_a_line_of_names_with_units_and_a_line_of_numbers(service: Service) -> None:
    response = get(service, **ROW, format="csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(io.StringIO(response.text))
    total = get(service, **ROW).json()["rows"][0]["total_impact"]
    assert {name: float(value) for name, value in line.items() if name != "error"} == total
    assert line["error"] == ""


@pytest.mark.parametrize(
    ("metric", "column"),
    [("", "usage_energy_wh"), ("carbon", "usage_emissions_gco2e"), ("usage_water_ml", "usage_water_ml")],
)
def test_a_value_is_one_number(service: Service, metric: str, column: str) -> None:
    response = get(service, **ROW, format="value", metric=metric)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert float(response.text) == get(service, **ROW).json()["rows"][0]["total_impact"][column]


def test_the_key_may_be_in_the_address(service: Service) -> None:
    response = service.request("GET", "/v1/impact", params={**ROW, "key": service.key}, key=None)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    wrong = service.request("GET", "/v1/impact", params={**ROW, "key": "wd_wrong"}, key=None)
    assert wrong.status_code == 401
    assert "wd_wrong" not in wrong.text


def test_a_row_problem_is_read_in_the_cell(service: Service) -> None:
    value = get(service, model_id="gpt-4oo", format="value")
    assert value.status_code == 200
    assert value.text.startswith("error: ") and "gpt-4oo" in value.text
    (line,) = csv.DictReader(io.StringIO(get(service, model_id="=HYPERLINK(1)", format="csv").text))
    assert line["usage_energy_wh"] == ""
    assert "HYPERLINK" in line["error"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "@SUM(1)", "-1"])
def test_what_a_cell_shows_is_no_formula(service: Service, name: str) -> None:
    (line,) = csv.DictReader(io.StringIO(get(service, **{**ROW, name: "1", "format": "csv"}).text))
    assert line["error"].startswith(f"'{name}: no such field")


@pytest.mark.parametrize(
    ("params", "field"),
    [({"format": "xml"}, "format"), ({"format": "value", "metric": "cats"}, "metric"), ({}, "model_id")],
)
def test_what_is_asked_wrong_is_named(service: Service, params: dict[str, str], field: str) -> None:
    row = ROW if params else {}
    response = get(service, **row, **params)
    assert response.status_code == 400
    assert response.json()["details"]["field"] == field
