"""LiteLLM: its Scope3 logger's rows, and what its generic API callback really sends (recorded, see record_litellm.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Service

RECORDED = json.loads((Path(__file__).parents[1] / "adapters" / "litellm_1_110_2.json").read_text())
LOGGED = {
    "start_time_utc": "2026-01-01T12:00:00.123456+00:00Z", "integration_source": "litellm", "request_id": "chatcmpl-1",
    "request_cost": None, "request_currency": "USD", "request_duration_ms": 812.5, "model_id": "gpt-4o",
    "model_id_used": "gpt-4o-2024-08-06", "managed_service_id": "openai", "input_tokens": 100, "output_tokens": 500,
}  # fmt: skip


def log(service: Service, body: bytes | str, **options: Any) -> Any:
    headers = {"Content-Type": "application/json"}
    return service.request("POST", "/v1/log_json", content=body, headers=headers, **options)


def energies(response: Any) -> list[float]:
    assert response.status_code == 200, response.text
    return [row["total_impact"]["usage_energy_wh"] for row in response.json()["rows"]]


def test_the_loggers_row(service: Service) -> None:
    response = log(service, json.dumps({"rows": [LOGGED]}))
    row = {"model_id": "gpt-4o", "managed_service_id": "openai", "input_tokens": 100, "output_tokens": 500,
           "utc_datetime": "2026-01-01T12:00:00.123456Z", "request_duration_ms": 812.5}  # fmt: skip
    assert response.json() == service.impact(row).json()


def test_metadata_of_the_caller_passes_and_changes_no_number(service: Service) -> None:
    tagged = {**LOGGED, "scope3_project_id": "p1", "scope3_team": "blue", "unheard_of": {"x": 1}}
    assert (
        log(service, json.dumps({"rows": [tagged]})).json()
        == log(service, json.dumps({"rows": [LOGGED]})).json()
    )


@pytest.mark.parametrize("form", ["array", "lines", "single"])
def test_what_the_generic_callback_sends(service: Service, form: str) -> None:
    if form == "array":
        responses = [log(service, json.dumps(RECORDED))]
    elif form == "lines":
        responses = [log(service, "\n".join(map(json.dumps, RECORDED)))]
    else:
        responses = [log(service, json.dumps(record)) for record in RECORDED]
    chat, failed, embedding = [energy for response in responses for energy in energies(response)]
    duration_ms = (RECORDED[0]["endTime"] - RECORDED[0]["startTime"]) * 1000
    row = {"model_id": "gpt-4o", "input_tokens": 10, "output_tokens": 20, "request_duration_ms": duration_ms}
    assert chat == pytest.approx(energies_of(service, utc_datetime="2026-11-25T12:00:00Z", **row))
    assert failed == 0.0  # a failed call inferred nothing, which is no error
    assert 0 < embedding < chat / 10
    assert not any(response.json()["has_errors"] for response in responses)


def energies_of(service: Service, **row: Any) -> float:
    return energies(service.impact({"managed_service_id": "openai", **row}))[0]


def test_a_cache_hit_has_no_impact(service: Service) -> None:
    hit = {**RECORDED[0], "cache_hit": True}
    assert energies(log(service, json.dumps([hit, RECORDED[0]])))[0] == 0.0


def test_cached_and_reasoning_tokens_are_read_from_the_usage(service: Service) -> None:
    usage = {
        "prompt_tokens_details": {"cached_tokens": 9000},
        "completion_tokens_details": {"reasoning_tokens": 10},
    }
    long = {**RECORDED[0], "prompt_tokens": 10_000}
    cached = {**long, "metadata": {"usage_object": usage}}
    plain, less = energies(log(service, json.dumps([long, cached])))
    assert less < plain


@pytest.mark.parametrize("value", [42, ["blue"], {"team": "blue"}, "x" * 5000, True, "\ud800"])
def test_labels_of_other_types_cost_no_row_its_numbers(service: Service, value: Any) -> None:
    labelled = [
        {**LOGGED, "scope3_project_id": value, "request_currency": value},
        {**RECORDED[0], "end_user": value},
    ]
    plain = [LOGGED, RECORDED[0]]
    assert energies(log(service, json.dumps(labelled))) == energies(log(service, json.dumps(plain)))


def test_a_call_that_ends_before_it_begins_has_no_duration(service: Service) -> None:
    turned = {**RECORDED[0], "endTime": RECORDED[0]["startTime"] - 5.0}
    timeless = {name: value for name, value in RECORDED[0].items() if name != "endTime"}
    found, expected = energies(log(service, json.dumps([turned, timeless])))
    assert found == expected


def test_row_problems_stay_inside_a_200(service: Service) -> None:
    response = log(
        service, json.dumps({"rows": [{**LOGGED, "model_id": "no-such-x", "model_id_used": None}, LOGGED, 5]})
    )
    assert response.status_code == 200
    codes = [row.get("error", {}).get("code") for row in response.json()["rows"]]
    assert codes == ["unknown_model", None, "not_an_object"]


@pytest.mark.parametrize("body", ["", "5", '"x"', "{]", '{"model": "gpt-4o"}\n{]'])
def test_bodies_that_are_no_calls_are_refused(service: Service, body: str) -> None:
    response = log(service, body)
    assert response.status_code == 400
    assert response.json()["message"]


def test_no_calls_are_no_rows(service: Service) -> None:
    assert log(service, "[]").json()["rows"] == []
    assert log(service, json.dumps([LOGGED] * 1001)).status_code == 413
    assert log(service, "[]", key=None).status_code == 401
