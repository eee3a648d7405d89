"""BigQuery and Snowflake: calls by position, answers in their order, failures in the shape that each of them reads."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from tests.conftest import Service

CALL = ["gpt-4o", *[None] * 12, 100, 500, None, None]
SDXL = [
    "stable_diffusion_xl_base_1_0",
    *[None] * 12,
    50,
    None,
    None,
    "1024x1024,1024x1024",
    None,
    None,
    None,
    30,
]


def bigquery(service: Service, *calls: Any, key: str | None = "", **context: str) -> Any:
    body = {"requestId": "124ab1c", "caller": "//bigquery.example/jobs/1", "sessionUser": "user@company.com",
            "calls": list(calls)}  # fmt: skip
    if context:
        body["userDefinedContext"] = context
    return service.request("POST", "/", json=body, key=key)


def replies(response: Any) -> list[Any]:
    assert response.status_code == 200
    return [json.loads(reply) for reply in response.json()["replies"]]


def total(row: Any) -> Any:
    return row["total_impact"]["usage_energy_wh"]


def test_calls_are_answered_as_rows_are(service: Service) -> None:
    rows = service.impact(
        {"model_id": "gpt-4o", "input_tokens": 100, "output_tokens": 500},
        {
            "model_id": SDXL[0],
            "input_tokens": 50,
            "output_images": ["1024x1024"] * 2,
            "input_steps": 30,
        },
    ).json()["rows"]
    assert replies(bigquery(service, CALL, SDXL)) == rows


def test_replies_are_compact_json_text(service: Service) -> None:
    (reply,) = bigquery(service, CALL).json()["replies"]
    assert isinstance(reply, str)
    assert ", " not in reply and ": " not in reply


@pytest.mark.parametrize(
    "change",
    [
        {13: "100", 14: "500"},  # INT64 beyond 2^53 always comes as text, others may
        {13: 100.0},
        {1: "", 2: "", 12: ""},  # SQL's empty text
        {4: "2026-01-01 12:00:00 UTC"},
    ],
)
def test_values_as_bigquery_spells_them(service: Service, change: dict[int, Any]) -> None:
    call = [change.get(at, value) for at, value in enumerate(CALL)]
    (found,), (plain,) = replies(bigquery(service, call)), replies(bigquery(service, CALL))
    assert "error" not in found
    assert total(found) == pytest.approx(total(plain), rel=1e-9)


@pytest.mark.parametrize("images", ["1024x1024, 512x512", '["1024x1024","512x512"]'])
def test_images_are_one_text(service: Service, images: str) -> None:
    call = [*SDXL[:16], images, *SDXL[17:]]
    expected = service.impact(
        {
            "model_id": SDXL[0],
            "input_tokens": 50,
            "output_images": ["1024x1024", "512x512"],
            "input_steps": 30,
        }
    ).json()["rows"]
    assert replies(bigquery(service, call)) == expected


def test_a_failing_call_costs_its_own_reply(service: Service) -> None:
    unknown = ["no-such-model-x", *CALL[1:]]
    short, no_list = CALL[:9], "gpt-4o"
    found = replies(bigquery(service, unknown, CALL, short, no_list))
    assert [row.get("error", {}).get("code") for row in found] == [
        "unknown_model",
        None,
        "wrong_length",
        "not_an_object",
    ]
    assert total(found[0]) == 0 and total(found[1]) > 0
    assert "17 to 21 arguments, got 9" in found[2]["error"]["message"]


def test_a_batch_over_the_limit_of_rows_is_served(service: Service) -> None:
    assert len(replies(bigquery(service, *[CALL] * 1500))) == 1500


def test_the_key_may_come_in_the_functions_options(service: Service) -> None:
    assert bigquery(service, CALL, key=None, api_key=service.key).status_code == 200
    identity = "eyJhbGciOiJSUzI1NiJ9.not-ours"  # BigQuery's own token is in the header then
    assert bigquery(service, CALL, key=identity, api_key=service.key).status_code == 200


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"json": {"calls": [CALL]}, "key": None}, 401),
        ({"json": {"calls": [CALL]}, "key": "wd_wrong"}, 401),
        ({"json": {"calls": [CALL], "userDefinedContext": {"api_key": "wd_wrong"}}}, 401),
        ({"json": {"requestId": "x"}}, 400),
        ({"json": [1]}, 400),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
    ],
)
def test_whole_failures_have_bigquerys_shape(service: Service, options: dict[str, Any], status: int) -> None:
    response = service.request("POST", "/", **options)
    assert response.status_code == status
    assert response.json().keys() == {"errorMessage"}
    assert len(response.content) < 1024
    assert "wd_wrong" not in response.text


def test_an_empty_batch(service: Service) -> None:
    assert bigquery(service).json() == {"replies": []}


# --- Snowflake ------------------------------------------------------------------------------------------------------


def snowflake(service: Service, *data: Any, **options: Any) -> Any:
    body = gzip.compress(json.dumps({"data": list(data)}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **options.pop("headers", {})}
    return service.request("POST", "/v1/snowflake", content=body, headers=headers, **options)


def test_row_numbers_come_back_as_they_came(service: Service) -> None:
    response = snowflake(service, [7, *CALL], [3, "no-such-model-x", *CALL[1:]], [9, *CALL[:3]])
    assert response.status_code == 200
    data = response.json()["data"]
    assert [number for number, _ in data] == [7, 3, 9]
    assert total(data[0][1]) == total(replies(bigquery(service, CALL))[0])
    assert [row.get("error", {}).get("code") for _, row in data] == [None, "unknown_model", "wrong_length"]


def test_the_key_may_come_as_a_header_of_sql(service: Service) -> None:
    assert (
        snowflake(service, [0, *CALL], key=None, headers={"sf-custom-api-key": service.key}).status_code
        == 200
    )
    assert snowflake(service, [0, *CALL], key=None, headers={"sf-custom-api-key": "no"}).status_code == 401
    assert snowflake(service, [0, *CALL], key=None).status_code == 401


def test_a_body_without_data_is_refused(service: Service) -> None:
    response = service.request("POST", "/v1/snowflake", json={"rows": []})
    assert response.status_code == 400
    assert response.json()["details"] == {"field": "data"}


def test_more_rows_than_a_batch_may_have_are_refused_before_they_are_made(service: Service) -> None:
    refused = bigquery(service, *[[]] * 50_001)
    assert (refused.status_code, refused.json()) == (
        413,
        {"errorMessage": "calls: 50001 rows in one request, at most 50000 are answered"},
    )
    refused = service.request("POST", "/v1/snowflake", json={"data": [[0]] * 50_001})
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_a_fault_of_ours_has_the_shape_of_bigquery_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("wattdrop.service.bigquery.parse_json", fail)
    response = bigquery(service, CALL)
    assert response.status_code == 500
    assert response.json().keys() == {"errorMessage"}
    assert "secret" not in response.text
