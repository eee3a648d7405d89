"""Answers leave absent things out: the contract has no nulls and its clients forbid unknown fields."""

from __future__ import annotations

import msgspec

from wattdrop.schema import NO_IMPACT, Error, ErrorDetails, ModeledRow, StatusResponse


def test_a_failed_row_has_zero_totals_and_an_error() -> None:
    row = ModeledRow(
        total_impact=NO_IMPACT,
        error=Error(code="unknown_model", message="model_id: ...", details=ErrorDetails(field="model_id")),
    )
    assert msgspec.json.decode(msgspec.json.encode(row)) == {
        "total_impact": {
            "usage_energy_wh": 0.0,
            "usage_emissions_gco2e": 0.0,
            "usage_water_ml": 0.0,
            "embodied_emissions_gco2e": 0.0,
            "embodied_water_ml": 0.0,
        },
        "error": {"code": "unknown_model", "message": "model_id: ...", "details": {"field": "model_id"}},
    }


def test_nothing_is_null() -> None:
    assert msgspec.json.encode(StatusResponse(ready=True)) == b'{"ready":true}'
