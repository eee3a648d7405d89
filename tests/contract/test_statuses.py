"""Section 5 of the protocol: when each status is answered, and that hostile input ends in one of them."""

from __future__ import annotations

import gzip
import json
from typing import Any, NamedTuple

import httpx
import pytest
from tests.conftest import Service
from tests.contract.conftest import Validate

ROWS: dict[str, Any] = {"json": {"rows": [{"model_id": "gpt-4o", "output_tokens": 5}]}}
JSON = {"Content-Type": "application/json"}
GZIP = {**JSON, "Content-Encoding": "gzip"}


class Case(NamedTuple):
    status: int
    code: str
    method: str
    path: str
    options: dict[str, Any]


CASES = {
    "401 no key": Case(401, "unauthorized", "POST", "/v1/impact", {**ROWS, "key": None}),
    "401 wrong key": Case(401, "unauthorized", "GET", "/model", {"key": "wd_wrong"}),
    "404 no such path": Case(404, "not_found", "GET", "/nowhere", {}),
    "404 template that was not filled in": Case(
        404, "unexpanded_path_template", "GET", "/model/{modelId}", {}
    ),
    "405 wrong method": Case(405, "method_not_allowed", "DELETE", "/v1/impact", {}),
    "406 not JSON": Case(406, "invalid_json", "POST", "/v1/impact", {"content": b"{", "headers": JSON}),
    "406 no list of rows": Case(406, "missing_rows", "POST", "/v1/impact", {"json": {}}),
    "406 unacceptable Accept": Case(
        406, "not_acceptable", "POST", "/v1/impact", {**ROWS, "headers": {"Accept": "text/html"}}
    ),
    "413 too many rows": Case(413, "too_large", "POST", "/v1/impact", {"json": {"rows": [{}] * 1001}}),
    "413 too many bytes": Case(
        413, "too_large", "POST", "/v1/impact", {"content": b" " * 10_000_001, "headers": JSON}
    ),
    "415 media type": Case(
        415,
        "unsupported_media_type",
        "POST",
        "/v1/impact",
        {"content": b"a=1", "headers": {"Content-Type": "text/csv"}},
    ),
    "415 content encoding": Case(
        415,
        "unsupported_media_type",
        "POST",
        "/v1/impact",
        {"content": b"x", "headers": {**JSON, "Content-Encoding": "br"}},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_status(service: Service, validate: Validate, name: str) -> None:
    case = CASES[name]
    response = service.request(case.method, case.path, **case.options)
    assert response.status_code == case.status
    assert response.json()["code"] == case.code
    assert "Traceback" not in response.text
    validate("Error", response.json())


def test_401_says_how_and_echoes_no_key(service: Service) -> None:
    response = service.request("GET", "/model", key="wd_wrong")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "wd_wrong" not in response.text


def test_403_a_valid_key_without_the_right(service: Service, validate: Validate) -> None:
    key = service.keys.create("estimates only", scopes=frozenset({"impact"}))
    assert service.request("POST", "/v1/impact", key=key, **ROWS).status_code == 200
    response = service.get("/model", key=key)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    validate("Error", response.json())


def test_405_names_the_methods_that_there_are(service: Service) -> None:
    assert "POST" in service.request("DELETE", "/v1/impact").headers["allow"]


BIG_QUERY = {
    "400 not JSON": ({"content": b"{", "headers": JSON}, 400),
    "400 no calls": ({"json": {"requestId": "1"}}, 400),
    "401 no key": ({"json": {"calls": []}, "key": None}, 401),
    "415 media type": ({"content": b"", "headers": {"Content-Type": "text/csv"}}, 415),
}


@pytest.mark.parametrize("name", BIG_QUERY)
def test_failures_of_big_query_have_its_own_shape(service: Service, validate: Validate, name: str) -> None:
    options, status = BIG_QUERY[name]
    response = service.request("POST", "/", **options)
    assert response.status_code == status
    assert response.json().keys() == {"errorMessage"}
    assert len(response.content) < 1024
    validate("ImpactBigQueryError", response.json())


def rows(*texts: str) -> bytes:
    return ('{"rows": [' + ", ".join(texts) + "]}").encode()


#: Hostile bodies, the status that each ends in, and, in a 200, the code of its row.
HOSTILE: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "50 MB": (b'{"rows": [' + b" " * 50_000_000 + b"]}", JSON, 413, ""),
    "gzip bomb": (gzip.compress(b" " * 50_000_000), GZIP, 413, ""),
    "100 000 deep": (rows("[" * 100_000 + "]" * 100_000), JSON, 406, ""),
    "100 000 deep in a field": (rows('{"model_id": ' + "[" * 100_000 + "]" * 100_000 + "}"), JSON, 406, ""),
    "NaN": (rows('{"model_id": "gpt-4o", "output_tokens": NaN}'), JSON, 406, ""),
    "1e999": (rows('{"model_id": "whisper-1", "input_audio_seconds": 1e999}'), JSON, 200, "out_of_range"),
    "10^30": (rows('{"model_id": "gpt-4o", "output_tokens": 1' + "0" * 30 + "}"), JSON, 200, "out_of_range"),
    "10^5000": (rows('{"model_id": "gpt-4o", "output_tokens": 1' + "0" * 5000 + "}"), JSON, 406, ""),
    "lone surrogate": (rows('{"model_id": "\\ud800"}'), JSON, 200, "invalid_value"),
    "lone surrogate in a name": (rows('{"\\ud800": 1}'), JSON, 200, "unknown_field"),
    "not UTF-8": (rows('{"model_id": "') + b'\xff"}', JSON, 406, ""),
    "zero byte": (rows('{"model_id": "\\u0000"}'), JSON, 200, "unknown_model"),
    "duplicate keys": (rows('{"model_id": "nonesuch", "model_id": "gpt-4o"}'), JSON, 200, ""),
    "a megabyte of name": (rows('{"model_id": "' + "x" * 1_000_000 + '"}'), JSON, 200, "out_of_range"),
    "a name of slashes": (rows('{"model_id": "' + "/" * 2000 + '"}'), JSON, 200, "unknown_model"),
    "a thousand unknown fields": (
        rows("{" + ", ".join(f'"field_{n}": 1' for n in range(1000)) + "}"), JSON, 200, "unknown_field"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_in_one_of_them(service: Service, validate: Validate, name: str) -> None:
    body, headers, status, code = HOSTILE[name]
    response = service.request("POST", "/v1/impact", content=body, headers=headers)
    assert response.status_code == status, response.text[:500]
    answer = read_strictly(response)
    if status != 200:
        validate("Error", answer)
        return
    validate("ImpactResponse", answer)
    assert answer["rows"][0].get("error", {}).get("code", "") == code
    assert len(answer["rows"][0].get("error", {}).get("message", "")) < 1000


def read_strictly(response: httpx.Response) -> Any:
    """JSON without ``NaN`` or ``Infinity``."""

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} in an answer")

    return json.loads(response.text, parse_constant=refuse)
