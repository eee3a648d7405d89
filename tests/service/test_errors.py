"""Every way in which a whole request can fail, in the contract's one shape."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from tests.conftest import Service

ROW = {"model_id": "llama_v31_8b", "input_tokens": 100, "output_tokens": 500}
JSON = {"Content-Type": "application/json"}


def assert_error(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The shape of section 5 of the protocol, and nothing else."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()
    assert error.keys() <= {"code", "message", "details"}
    assert error["code"] == code
    assert error["message"]
    assert isinstance(error, dict)
    return error


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/impact"), ("GET", "/model"), ("GET", "/node"), ("GET", "/gpu")]
)
def test_a_key_is_needed(service: Service, method: str, path: str) -> None:
    response = service.request(method, path, key=None, json={"rows": []} if method == "POST" else None)
    assert_error(response, 401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_wrong_key_is_not_echoed(service: Service) -> None:
    response = service.impact(ROW, key="wd_wrong")
    assert_error(response, 401, "unauthorized")
    assert "wd_wrong" not in response.text


@pytest.mark.parametrize(
    "header",
    [
        ("authorization", "bearer {}"),
        ("Authorization", "Bearer%20{}"),
        ("x-api-key", "{}"),
        ("x-scope3-api-key", "{}"),
    ],
)
def test_the_key_is_taken_where_clients_put_it(service: Service, header: tuple[str, str]) -> None:
    name, form = header
    response = service.impact(ROW, key=None, headers={name: form.format(service.key)})
    assert response.status_code == 200


def test_a_revoked_key_is_refused(service: Service) -> None:
    key = service.keys.create("short-lived")
    assert service.impact(ROW, key=key).status_code == 200
    service.keys.revoke(service.keys.find(key).id)
    assert_error(service.impact(ROW, key=key), 401, "unauthorized")


def test_status_is_open(service: Service) -> None:
    response = service.get("/status", key=None)
    assert (response.status_code, response.json()) == (200, {"ready": True})


@pytest.mark.parametrize("path", ["/v1", "/v1/impacts", "/models", "/v1/impact/x"])
def test_an_unknown_path(service: Service, path: str) -> None:
    assert_error(service.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("PUT", "/v1/impact", "POST"), ("GET", "/", "POST"), ("DELETE", "/model", "GET")],
)
def test_a_wrong_method_names_the_right_one(service: Service, method: str, path: str, allow: str) -> None:
    response = service.request(method, path)
    assert_error(response, 405, "method_not_allowed")
    assert allow in response.headers["allow"]


@pytest.mark.parametrize("path", ["//v1/impact", "/v1//impact", "///v1///impact", "/v1/impact/"])
def test_repeated_slashes_are_collapsed_not_redirected(service: Service, path: str) -> None:
    async def call(path: str) -> int:
        """httpx tidies paths itself, so this speaks ASGI."""
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "server": ("service.test", 80),
            "client": ("127.0.0.1", 1), "headers": [(b"authorization", f"Bearer {service.key}".encode())],
        }  # fmt: skip
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b'{"rows": []}', "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await service.app(scope, receive, send)
        return int(sent[0]["status"])

    import asyncio

    assert asyncio.run(call(path)) == 200


@pytest.mark.parametrize(
    "path", ["/model/{modelId}", "/model/%7BmodelId%7D", "/node/{nodeId}", "/gpu/{gpuId}"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unfilled_template_names_the_client_bug(service: Service, method: str, path: str) -> None:
    error = assert_error(service.request(method, path), 404, "unexpanded_path_template")
    assert "execute_request" in error["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"nonsense", "invalid_json"),
        (b'{"rows": [NaN]}', "invalid_json"),
        (b'{"rows": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid_json"),
        (b"[]", "missing_rows"),
        (b'{"rows": 5}', "missing_rows"),
    ],
)
def test_what_is_no_impact_request_is_406(service: Service, body: bytes, code: str) -> None:
    assert_error(service.request("POST", "/v1/impact", content=body, headers=JSON), 406, code)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/json;q=0.5", 200),
        ("text/csv", 406),
        ("application/json;q=0, text/html", 406),
    ],
)
def test_only_json_is_answered(service: Service, accept: str | None, status: int) -> None:
    response = service.impact(ROW, headers={} if accept is None else {"Accept": accept})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ],
)
def test_only_json_is_read(service: Service, content_type: str, status: int) -> None:
    headers = {"Content-Type": content_type}
    response = service.request("POST", "/v1/impact", content=b'{"rows": []}', headers=headers)
    assert response.status_code == status
    if status == 415:
        assert_error(response, 415, "unsupported_media_type")


def gzipped(service: Service, body: bytes, encoding: str = "gzip") -> httpx.Response:
    headers = {**JSON, "Content-Encoding": encoding}
    return service.request("POST", "/v1/impact", content=body, headers=headers)


def test_gzip_is_read(service: Service) -> None:
    body = json.dumps({"rows": [ROW]}).encode()
    half = len(body) // 2
    assert gzipped(service, gzip.compress(body)).status_code == 200
    assert gzipped(service, gzip.compress(body[:half]) + gzip.compress(body[half:])).status_code == 200


def test_other_encodings_are_refused(service: Service) -> None:
    assert_error(gzipped(service, b"x", "br"), 415, "unsupported_media_type")


def test_broken_gzip_is_refused(service: Service) -> None:
    assert_error(gzipped(service, b"not gzip"), 406, "invalid_encoding")
    assert_error(gzipped(service, gzip.compress(b'{"rows": []}')[:-9]), 406, "invalid_encoding")


def test_a_gzip_bomb_is_refused(service: Service) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 60_000
    assert_error(gzipped(service, bomb), 413, "too_large")


def test_a_gzip_body_of_very_many_members_is_refused(service: Service) -> None:
    assert_error(gzipped(service, gzip.compress(b"") * 100_000), 413, "too_large")  # took minutes


def test_half_a_surrogate_pair_beside_rows_is_refused(service: Service) -> None:
    body = b'{"rows": [], "\\ud800": 1}'
    error = assert_error(
        service.request("POST", "/v1/impact", content=body, headers=JSON), 406, "unknown_field"
    )
    assert error["details"]["field"] == "\\ud800"


@pytest.mark.parametrize("name", ["ranges", "debug", "store"])
def test_what_is_neither_true_nor_false_is_not_guessed(service: Service, name: str) -> None:
    sent = {"json": {"rows": [ROW]}, "headers": JSON}
    error = assert_error(service.request("POST", f"/v1/impact?{name}=ture", **sent), 406, "bad_request")
    assert error["message"] == f"{name}: expected true or false, got 'ture'"
    assert error["details"]["field"] == name
    assert_error(service.get(f"/v1/impact?model_id=gpt-4o&{name}=ture"), 400, "bad_request")
    for word in ("=true", "=ON", "=0", "=no", "=", ""):
        assert service.request("POST", f"/v1/impact?{name}{word}", **sent).status_code == 200


def test_nothing_is_created_by_a_request_that_is_refused(service: Service) -> None:
    gpu = {"id": "not-made", "name": "Not made", "max_power_w": 500}
    made = service.request("POST", "/gpu?extended=ture", json=gpu)
    assert_error(made, 400, "bad_request")
    assert_error(service.get("/gpu/not-made"), 404, "not_found")


def test_a_large_body_is_refused(service: Service) -> None:
    assert_error(
        service.request("POST", "/v1/impact", content=b" " * 10_000_001, headers=JSON), 413, "too_large"
    )


def test_too_many_rows_are_refused_not_cut(service: Service) -> None:
    assert service.impact(*[ROW] * 1000).status_code == 200
    assert_error(service.impact(*[ROW] * 1001), 413, "too_large")


def test_a_failure_of_ours_shows_no_traceback(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("wattdrop.service.impact.parse_request", fail)
    response = service.impact(ROW)
    assert_error(response, 500, "internal_error")
    assert "secret" not in response.text


def test_half_a_body_is_never_taken_for_a_whole_one(service: Service) -> None:
    """The first half alone would be a request."""
    import asyncio

    messages = [
        {"type": "http.request", "body": b'{"rows": []}', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/impact", "raw_path": b"/v1/impact", "query_string": b"", "root_path": "",
        "server": ("service.test", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"authorization", f"Bearer {service.key}".encode()), (b"transfer-encoding", b"chunked")],
    }  # fmt: skip
    asyncio.run(service.app(scope, receive, send))
    assert sent[0]["status"] == 406
    assert b"the connection closed before the body was complete" in sent[1]["body"]
    assert 'status="499"' in service.get("/metrics").text


def test_a_failure_of_ours_has_the_shape_of_bigquery_where_it_asks(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("wattdrop.service.bigquery.bigquery.calls_of", fail)
    response = service.request("POST", "/", json={"calls": []})
    assert (response.status_code, response.json().keys()) == (500, {"errorMessage"})
    assert "secret" not in response.text
