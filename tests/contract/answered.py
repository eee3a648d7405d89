"""What the tables of the protocol are held against: the answer to rows, as every client would read it."""

from __future__ import annotations

from typing import Any

from scope3ai.api import types as client
from tests.conftest import Service

METRICS = (
    "usage_energy_wh", "usage_emissions_gco2e", "usage_water_ml", "embodied_emissions_gco2e", "embodied_water_ml",
)  # fmt: skip

Row = dict[str, Any]


def answers(service: Service, *rows: Any, debug: bool = False) -> list[Row]:
    """The answered rows; the published client's strict models must read them."""
    body = {"rows": list(rows)}
    response = service.request("POST", f"/v1/impact?debug={str(debug).lower()}", json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    client.ImpactResponse.model_validate(answer)
    assert answer["has_errors"] is any("error" in row for row in answer["rows"])
    answered: list[Row] = answer["rows"]
    return answered


def answered(service: Service, row: Any, debug: bool = False) -> Row:
    """The answer to one row."""
    (only,) = answers(service, row, debug=debug)
    return only


def computed(service: Service, row: Any) -> dict[str, float]:
    """The five totals of a row that must be computed; all are above 0."""
    answer = answered(service, row)
    assert "error" not in answer, answer["error"]
    total: dict[str, float] = answer["total_impact"]
    assert all(total[metric] > 0 for metric in METRICS), total
    return total


def refused(service: Service, row: Any) -> Row:
    """The error of a row that must not be computed; its totals are zeros, and a row beside it is computed."""
    bad, good = answers(service, row, {"model_id": "gpt-4o", "output_tokens": 5})
    assert "error" not in good
    assert set(bad["total_impact"].values()) == {0.0}
    error: Row = bad["error"]
    assert error.keys() <= {"code", "message", "details"}
    return error


def said(service: Service, row: Any) -> str:
    """What ``debug`` says of how the row was read, line by line."""
    debug = answered(service, row, debug=True)["debug"]
    return "\n".join(step["description"] for step in debug["steps"])
